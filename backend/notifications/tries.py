"""The rows of tries: a promise is tried once at a channel, and what came of it stands there.

All functions work in the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.core.outcomes import SendOutcome
from backend.notifications.models import MessageDelivery

# As a person calls them.
CHANNEL_NAMES = {"mini": "微信小程序", "official": "微信公众号", "sms": "短信", "wecom": "企业微信"}


def name_open_channels(session: Session, promise_id: int) -> str | None:
    """Return the channels at which nobody knows what came of the promise, or None where it came to none."""
    found = select(MessageDelivery.channel).where(
        MessageDelivery.promise_id == promise_id, MessageDelivery.state.in_(("sending", "unknown"))
    )
    names = [CHANNEL_NAMES.get(one, one) for one in session.scalars(found.order_by(MessageDelivery.channel))]
    return "、".join(names) or None


def begin_try(session: Session, promise_id: int, channel: str, now: datetime) -> str | None:
    """Note a try before it is made; returns the state of an earlier one, or None for the first."""
    fresh = insert(MessageDelivery).values(
        promise_id=promise_id, channel=channel, state="sending", started_at=now
    )
    made = session.execute(fresh.on_conflict_do_nothing().returning(MessageDelivery.state)).first()
    if made is not None:
        return None
    return session.execute(
        select(MessageDelivery.state).where(
            MessageDelivery.promise_id == promise_id, MessageDelivery.channel == channel
        )
    ).scalar_one()


def settle_try(session: Session, promise_id: int, channel: str, outcome: SendOutcome, now: datetime) -> None:
    """Keep what came of a try."""
    session.execute(
        update(MessageDelivery)
        .where(MessageDelivery.promise_id == promise_id, MessageDelivery.channel == channel)
        .values(
            state=outcome.state,
            platform_code=outcome.platform_code,
            platform_id=outcome.platform_id,
            settled_at=now,
        )
    )


def forget_try(session: Session, promise_id: int, channel: str) -> None:
    """Let a channel be tried again, for nothing was sent."""
    session.execute(
        delete(MessageDelivery).where(
            MessageDelivery.promise_id == promise_id, MessageDelivery.channel == channel
        )
    )


def reopen_tries(session: Session, promise_id: int) -> list[str]:
    """Forget the tries that nobody knows the end of, once a person has found that nothing came of them.

    Returns their channels. What a channel refused stays refused.
    """
    lost = (
        delete(MessageDelivery)
        .where(MessageDelivery.promise_id == promise_id, MessageDelivery.state.in_(("sending", "unknown")))
        .returning(MessageDelivery.channel)
    )
    return list(session.execute(lost).scalars())
