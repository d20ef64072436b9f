"""An agent and whose account it is are told that the agent's term ends: a week before, and once it is over.

Each is told once of each last day: the role's row notes in the same transaction which day was told. Nobody is
told at night, and what ended while nobody ran the clock for a week is no news any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import KeyRing
from backend.core.local_time import SHANGHAI, format_day, local_date
from backend.core.outbox import promise
from backend.core.outcomes import PlatformUnavailable
from backend.core.topics import NotSent, PromiseContext, TopicSpec, conclude
from backend.customers.bindings import open_called
from backend.customers.models import AccountRole, GasAccount
from backend.notifications.messages import Facts
from backend.notifications.service import NotificationService, Order

TOPIC: Final = "notify_agent_term"
TOLD_BEFORE = timedelta(days=7)
STILL_NEWS = timedelta(days=7)
# Local hours at which somebody may be told.
DAYTIME = range(9, 20)
MOST_AT_ONCE = 500
NEAR, OVER = "agent_term_near", "agent_term_over"
NEAR_TO_OWNER, OVER_TO_OWNER = "agent_term_near_owner", "agent_term_over_owner"
_SERVICE: Final = "户号代办授权"
# A term that is no longer than the warning before it ends has been heard of just now.
_DUE: Final = """
UPDATE account_role r SET {told} = r.ends_on WHERE r.id IN (
  SELECT d.id FROM account_role d WHERE d.role = 'agent' AND d.revoked_at IS NULL
    AND d.{told} IS DISTINCT FROM d.ends_on AND {due} ORDER BY d.id LIMIT :most FOR UPDATE SKIP LOCKED)
RETURNING r.id, r.customer_id, r.granted_by
"""
_NEAR = text(
    _DUE.format(
        told="near_told_for",
        due="d.ends_on BETWEEN :today AND :until"
        " AND d.ends_on - CAST(timezone(:zone, d.granted_at) AS date) > :days",
    )
)
_OVER = text(_DUE.format(told="over_told_for", due="d.ends_on < :today AND d.ends_on >= :since"))
_ROLE = (
    select(AccountRole, GasAccount.account_no)
    .join(GasAccount, GasAccount.id == AccountRole.gas_account_id)
    .where(AccountRole.id == bindparam("role_id"))
)


class AgentTerms:
    """``run`` promises what is due; ``handle`` keeps one promise."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        keys: KeyRing,
        notifications: NotificationService,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._notifications = notifications
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic of what is promised here."""
        return [
            TopicSpec(
                *(TOPIC, "通知代办期限", "messages", self.handle),
                is_idempotent=False,
                reopen=self._notifications.reopen,
                tell_sending=self._notifications.tell_sending,
            )
        ]

    def run(self) -> int:
        """Promise to tell everybody who has not been told; returns how many messages that are."""
        now = self._now()
        if now.astimezone(SHANGHAI).hour not in DAYTIME:
            return 0
        today = local_date(now)
        values: dict[str, Any] = {"today": today, "until": today + TOLD_BEFORE, "since": today - STILL_NEWS}
        values |= {"zone": SHANGHAI.key, "days": TOLD_BEFORE.days, "most": MOST_AT_ONCE}
        told: list[dict[str, Any]] = []
        with self._sessions.begin() as session:
            for asked, agent, owner in ((_NEAR, NEAR, NEAR_TO_OWNER), (_OVER, OVER, OVER_TO_OWNER)):
                names = asked.compile().params.keys()
                for row in session.execute(asked, {name: values[name] for name in names}).all():
                    told.append({"role_id": row.id, "message": agent, "customer_id": row.customer_id})
                    if row.granted_by is not None:
                        told.append({"role_id": row.id, "message": owner, "customer_id": row.granted_by})
            if told:
                promise(session, "notify_agent_term", told, now)
        return len(told)

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Tell one of the two; an end that the owner has brought about meanwhile is told to nobody.

        Raises as the relay expects of a handler.
        """
        with self._sessions() as session:
            role, account_no = session.execute(_ROLE, {"role_id": payload["role_id"]}).one()
            if role.revoked_at is not None or role.ends_on is None:
                return
            last = format_day(role.ends_on)
            called = open_called(self._keys, role)
        facts = Facts(_SERVICE, "", items=last, words=called, account_no=account_no)
        order = Order(
            promise_id=context.outbox_id,
            promised_at=context.created_at,
            customer_id=payload["customer_id"],
            case_id=None,
            message=payload["message"],
            facts=facts,
        )
        try:
            outcome = self._notifications.notify(order)
        except PlatformUnavailable as error:
            raise NotSent(error.platform_code) from error
        conclude(outcome)
