"""What proved who somebody is goes when its time is over: names and numbers; that there was a proof stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.identity_rows import CHECK, DECISION
from backend.cases.name_check_rows import ROWS as NAME_CHECK
from backend.core.local_time import SHANGHAI, local_date

# Few enough for a transaction that nobody waits for.
AT_ONCE = 500
_log = structlog.get_logger(__name__)
_OVER = (
    select(CHECK.c.id)
    .where(CHECK.c.erased_at.is_(None), CHECK.c.begun_at < bindparam("before"))
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
# The reference stays, for evidence pages name it.
_ERASE_CHECKS = (
    update(CHECK)
    .where(CHECK.c.id.in_(_OVER))
    .values(name_sealed=None, id_number_sealed=None, session_key="", erased_at=bindparam("now"))
)
_ERASE_DECISIONS = (
    update(DECISION)
    .where(
        DECISION.c.id.in_(
            select(DECISION.c.id)
            .where(DECISION.c.erased_at.is_(None), DECISION.c.decided_at < bindparam("before"))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    .values(note="", erased_at=bindparam("now"))
)

# An answer of the register is no proof, so nothing of it need stay.
_DELETE_NAME_CHECKS = delete(NAME_CHECK).where(
    NAME_CHECK.c.id.in_(
        select(NAME_CHECK.c.id)
        .where(NAME_CHECK.c.asked_at < bindparam("before"))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
)


class IdentityRetention:
    """Erases what the rows of checks and decisions say of a person once ``kept_days`` are over since the
    proof, by the setting as it is now; what is erased stays erased."""

    def __init__(self, sessions: sessionmaker[Session], kept_days: int, now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._kept_days = kept_days
        self._now = now

    def run(self) -> int:
        """Erase all whose time is over, in small transactions; returns how many rows that were."""
        total = 0
        for statement in (_ERASE_CHECKS, _ERASE_DECISIONS, _DELETE_NAME_CHECKS):
            while True:
                now = self._now()
                first_kept = local_date(now) - timedelta(days=self._kept_days)
                asked = {"before": datetime.combine(first_kept, time(), SHANGHAI), "now": now}
                with self._sessions.begin() as session:
                    erased = session.connection().execute(statement, asked).rowcount
                total += erased
                if erased < AT_ONCE:
                    break
        if total:
            _log.info("identities erased", rows=total)
        return total
