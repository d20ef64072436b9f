"""What an ended case keeps of a person goes when its time is over; number, steps, times and figures stay.

A case and all that it handed over go together, so the longest time among them counts. What is emptied, and
how, stands in the database's functions ``erase_cases``, ``erase_case_words`` and ``erase_case_papers``
(migrations 0055, 0056): histories are append-only for the application, and these refuse a case that runs or
whose time is not over by the day that they are called with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import BigInteger, Date, DateTime, Row, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ServiceCase
from backend.core.local_time import local_date

# One transaction has a tree of cases. What one run leaves, the next one finds.
MOST_AT_ONCE: Final = 1000
# A tree that something still runs in, or whose account is still open, is looked at again after so long.
_LOOK_AGAIN: Final = {"retain_until": timedelta(days=30), "papers_retain_until": timedelta(days=365)}
_log = structlog.get_logger(__name__)
_DUE = {
    "retain_until": text(
        "SELECT id FROM service_case WHERE erased_at IS NULL AND parent_case_id IS NULL"
        " AND status <> 'open' AND retain_until < :today ORDER BY retain_until, id"
        " LIMIT 1 FOR UPDATE SKIP LOCKED"
    ),
    "papers_retain_until": text(
        "SELECT id FROM service_case WHERE erased_at IS NOT NULL AND papers_erased_at IS NULL"
        " AND parent_case_id IS NULL AND papers_retain_until < :today ORDER BY papers_retain_until, id"
        " LIMIT 1 FOR UPDATE SKIP LOCKED"
    ),
}
_TREE = text(
    "WITH RECURSIVE tree AS (SELECT id FROM service_case WHERE id = :top_id UNION ALL"
    " SELECT c.id FROM service_case c JOIN tree t ON c.parent_case_id = t.id)"
    " SELECT c.id, c.status, c.retain_until, c.papers_retain_until FROM service_case c"
    " WHERE c.id IN (SELECT id FROM tree) ORDER BY c.id FOR UPDATE OF c"
)
# The papers of a supply contract are kept while there is gas by it.
_ACCOUNT_OPEN = text(
    "SELECT 1 FROM case_account c JOIN gas_account a ON a.id = c.gas_account_id"
    " WHERE c.case_id = :top_id AND a.status <> 'closed'"
)
_BINDS = (
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("today", type_=Date),
    bindparam("at", type_=DateTime(timezone=True)),
)
_ERASE = {
    "retain_until": text("SELECT erase_cases(:ids, :today, :at), erase_case_words(:ids, :today)").bindparams(
        *_BINDS
    ),
    "papers_retain_until": text("SELECT erase_case_papers(:ids, :today, :at)").bindparams(*_BINDS),
}


class CaseRetention:
    """Erases tree by tree, each in its own transaction: what a run leaves undone is found by the next."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        now: Callable[[], datetime],
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._sessions = sessions
        self._now = now
        self._most = most_at_once

    def run(self) -> int:
        """Erase what is due of cases, then of signed papers; returns of how many trees that was."""
        total = 0
        for limit in _DUE:
            looked_at = 0
            while looked_at < self._most and (erased := self._settle_next(limit)) is not None:
                looked_at += 1
                total += erased
        if total:
            _log.info("cases erased", trees=total)
        return total

    def _settle_next(self, limit: str) -> bool | None:
        """Erase the tree whose time has been over for longest, or put it off; None where none is due."""
        now = self._now()
        today = local_date(now)
        with self._sessions.begin() as session:
            top_id = session.execute(_DUE[limit], {"today": today}).scalar_one_or_none()
            if top_id is None:
                return None
            tree = session.execute(_TREE, {"top_id": top_id}).all()
            later = self._find_later(session, limit, top_id, tree, today)
            if later is None:
                ids = [one.id for one in tree]
                session.execute(_ERASE[limit], {"ids": ids, "today": today, "at": now})
                return True
            put_off = update(ServiceCase).where(ServiceCase.id == top_id).values({limit: later})
            session.execute(put_off.execution_options(synchronize_session=False))
            return False

    @staticmethod
    def _find_later(
        session: Session, limit: str, top_id: int, tree: Sequence[Row[Any]], today: date
    ) -> date | None:
        """Return the day until which all of the tree is kept, or None where its time is over."""
        ends = [getattr(one, limit) for one in tree]
        is_running = any(one.status == "open" for one in tree) or None in ends
        if limit == "papers_retain_until":
            is_running = is_running or session.execute(_ACCOUNT_OPEN, {"top_id": top_id}).first() is not None
        if is_running:
            return today + _LOOK_AGAIN[limit]
        latest: date = max(ends)
        return None if latest < today else latest
