"""Stores what is due when: in the command's own transaction, and anew where the calendar changed."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import BigInteger, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.types import Boolean, DateTime, Integer, Text

from backend.cases import repository
from backend.cases.deadlines import Deadline, compute_deadlines
from backend.cases.models import CaseTask
from backend.cases.repository import StoredCase
from backend.cases.snapshot import Snapshot, TaskState
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.calendar_service import CalendarService
from backend.core.statements import Prepared
from backend.core.working_calendar import NoOfficeTime, WorkingCalendar

_log = structlog.get_logger(__name__)
# One statement: the old value goes into the history, and a deadline that was breached is left alone.
_SAVE = Prepared(
    text(
        """
    WITH fresh AS (
      SELECT * FROM unnest(:nos, :limit_nos, :dues, :warns, :guesses)
        AS f(no, limit_no, due_at, warn_at, is_guess)
    ), old AS (
      SELECT t.no, t.due_at FROM case_task t JOIN fresh USING (no)
      WHERE t.case_id = :case_id AND t.breached_at IS NULL FOR UPDATE OF t
    ), kept AS (
      INSERT INTO case_deadline_history
        (case_id, task_no, old_due_at, new_due_at, calendar_version, reason, changed_at)
      SELECT :case_id, old.no, old.due_at, fresh.due_at, :version, :reason, :at
      FROM old JOIN fresh USING (no)
      WHERE old.due_at IS NOT NULL AND old.due_at IS DISTINCT FROM fresh.due_at
    )
    UPDATE case_task t
    SET limit_no = fresh.limit_no, due_at = fresh.due_at, warn_at = fresh.warn_at,
        due_is_guess = fresh.is_guess, calendar_version = :version
    FROM fresh JOIN old USING (no)
    WHERE t.case_id = :case_id AND t.no = fresh.no
    """
    ).bindparams(
        bindparam("case_id", type_=BigInteger),
        bindparam("nos", type_=ARRAY(Integer)),
        bindparam("limit_nos", type_=ARRAY(Integer)),
        bindparam("dues", type_=ARRAY(DateTime(timezone=True))),
        bindparam("warns", type_=ARRAY(DateTime(timezone=True))),
        bindparam("guesses", type_=ARRAY(Boolean)),
        bindparam("version", type_=Integer),
        bindparam("reason", type_=Text),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)
# About a second's work, so that the ticks beside it are not kept waiting.
CASES_AT_ONCE = 300
_STALE = (
    select(CaseTask.case_id)
    .where(
        CaseTask.state == TaskState.OPEN.value,
        CaseTask.breached_at.is_(None),
        CaseTask.due_at.is_not(None),
        CaseTask.calendar_version < bindparam("version"),
    )
    .group_by(CaseTask.case_id)
    # What is due first is what a wrong deadline would hurt first.
    .order_by(func.min(CaseTask.due_at))
    .limit(bindparam("limit"))
)


class DeadlineKeeper:
    """Keeps ``case_task.due_at`` true. Give ``keep`` to the case service."""

    def __init__(self, calendar: CalendarService) -> None:
        self._calendar = calendar

    def keep(
        self, session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot, at: datetime
    ) -> None:
        """Store the deadlines that a decision changed; ``case`` is the case before it."""
        calendar = self._calendar.current(session)
        before = compute_deadlines(definition, case.snapshot, calendar)
        changed = {
            no: deadline
            for no, deadline in compute_deadlines(definition, after, calendar).items()
            # A new task whose limit stands still has nothing to store yet.
            if deadline != before.get(no) and (no in before or deadline.due_at is not None)
        }
        save_deadlines(session, case.id, changed, calendar.version, "case_moved", at)


class DeadlineRefresher:
    """Computes open deadlines anew after an edit of the calendar."""

    def __init__(
        self, sessions: sessionmaker[Session], definitions: DefinitionStore, calendar: CalendarService
    ) -> None:
        self._sessions = sessions
        self._definitions = definitions
        self._calendar = calendar

    def refresh(self, now: datetime, limit: int = CASES_AT_ONCE) -> int:
        """Compute up to ``limit`` cases anew, one transaction each, and return how many there were."""
        with self._sessions.begin() as session:
            calendar = self._calendar.refresh(session)
            stale = session.execute(_STALE, {"version": calendar.version, "limit": limit}).scalars().all()
        for case_id in stale:
            try:
                with self._sessions.begin() as session:
                    self._refresh_one(session, case_id, calendar, now)
            except NoOfficeTime:
                _log.error("deadline cannot be computed", case_id=case_id, calendar=calendar.version)
        return len(stale)

    def _refresh_one(self, session: Session, case_id: int, calendar: WorkingCalendar, now: datetime) -> None:
        case = repository.lock_case(session, case_id)
        definition = self._definitions.get(session, case.definition_version_id)
        deadlines = compute_deadlines(definition, case.snapshot, calendar)
        save_deadlines(session, case_id, deadlines, calendar.version, "calendar_changed", now)


def save_deadlines(
    session: Session,
    case_id: int,
    deadlines: dict[int, Deadline],
    calendar_version: int,
    reason: str,
    at: datetime,
) -> None:
    """Write the deadlines of a case's open tasks; the caller holds the case's lock."""
    if not deadlines:
        return
    ordered = sorted(deadlines.items())
    _SAVE.execute(
        session,
        {
            "case_id": case_id,
            "nos": [no for no, _ in ordered],
            "limit_nos": [one.limit_no for _, one in ordered],
            "dues": [one.due_at for _, one in ordered],
            "warns": [one.warn_at for _, one in ordered],
            "guesses": [one.is_guess for _, one in ordered],
            "version": calendar_version,
            "reason": reason,
            "at": at,
        },
    )
