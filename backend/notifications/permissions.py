"""The ledger of subscribe-message permissions: each one given covers one message (WeChat's one-time rule)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.notifications.models import MessagePermission, MessagePermissionEvent


def record_answers(
    session: Session, customer_id: int, answers: Mapping[str, str], known: frozenset[str], now: datetime
) -> None:
    """Enter what the customer answered to a request: template id → accept, reject or ban.

    A template that is not ours is passed over, since the client repeats what WeChat told it.
    """
    for template_id, answer in sorted(answers.items()):
        if template_id not in known:
            continue
        given = 1 if answer == "accept" else 0
        fresh = insert(MessagePermission).values(
            customer_id=customer_id,
            template_id=template_id,
            remaining=given,
            is_banned=answer == "ban",
            changed_at=now,
        )
        session.execute(
            fresh.on_conflict_do_update(
                index_elements=["customer_id", "template_id"],
                set_={
                    "remaining": MessagePermission.remaining + given,
                    "is_banned": answer == "ban",
                    "changed_at": now,
                },
            )
        )
        _note(session, customer_id, template_id, answer, now)


def use_permission(session: Session, customer_id: int, template_id: str, now: datetime) -> bool:
    """Take one permission from the ledger; returns False where there is none."""
    taken = session.execute(
        update(MessagePermission)
        .where(
            MessagePermission.customer_id == customer_id,
            MessagePermission.template_id == template_id,
            MessagePermission.remaining > 0,
            MessagePermission.is_banned.is_(False),
        )
        .values(remaining=MessagePermission.remaining - 1, changed_at=now)
        .returning(MessagePermission.remaining)
    ).first()
    if taken is None:
        return False
    _note(session, customer_id, template_id, "used", now)
    return True


def give_back_permission(session: Session, customer_id: int, template_id: str, now: datetime) -> None:
    """Nothing was sent, so the permission that was taken is still there."""
    session.execute(
        update(MessagePermission)
        .where(MessagePermission.customer_id == customer_id, MessagePermission.template_id == template_id)
        .values(remaining=MessagePermission.remaining + 1, changed_at=now)
    )
    _note(session, customer_id, template_id, "returned", now)


def lose_permissions(session: Session, customer_id: int, template_id: str, now: datetime) -> None:
    """WeChat says that there is no permission (43101): our ledger was too hopeful."""
    session.execute(
        update(MessagePermission)
        .where(MessagePermission.customer_id == customer_id, MessagePermission.template_id == template_id)
        .values(remaining=0, changed_at=now)
    )
    _note(session, customer_id, template_id, "lost", now)


def _note(session: Session, customer_id: int, template_id: str, kind: str, now: datetime) -> None:
    event = MessagePermissionEvent(
        customer_id=customer_id, template_id=template_id, kind=kind, recorded_at=now
    )
    session.add(event)
