"""Finds what is due when: with every decision, and anew where the calendar changed."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import repository
from backend.cases.deadline_models import OverallLimitRow
from backend.cases.deadline_writing import save_deadlines
from backend.cases.deadlines import DuePlan, compute_deadlines
from backend.cases.models import CaseTask
from backend.cases.overall_limits import compute_overall, save_overall
from backend.cases.repository import StoredCase
from backend.cases.snapshot import Snapshot, TaskState
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.calendar_service import CalendarService
from backend.core.working_calendar import NoOfficeTime, WorkingCalendar

_log = structlog.get_logger(__name__)
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
_STALE_OVERALL = (
    select(OverallLimitRow.case_id)
    .where(
        OverallLimitRow.warned_at.is_(None),
        OverallLimitRow.ended_at.is_(None),
        OverallLimitRow.calendar_version < bindparam("version"),
    )
    .order_by(OverallLimitRow.due_at)
    .limit(bindparam("limit"))
)


class DeadlineKeeper:
    """Tells what ``case_task.due_at`` has to be. Give ``plan`` to the case service."""

    def __init__(self, calendar: CalendarService) -> None:
        self._calendar = calendar

    def plan(
        self, session: Session, definition: ProcessDefinition, before: Snapshot, after: Snapshot
    ) -> DuePlan:
        """Return the deadlines that a decision sets or changes."""
        calendar = self._calendar.current(session)
        wanted = compute_deadlines(definition, after, calendar)
        # What a task that has ended was due at, nobody asks.
        known = compute_deadlines(definition, before, calendar, wanted)
        changed = {
            no: deadline
            for no, deadline in wanted.items()
            # A new task whose limit stands still has nothing to store yet.
            if deadline != known.get(no) and (no in known or deadline.due_at is not None)
        }
        return DuePlan(calendar.version, changed)

    def keep_overall(
        self,
        session: Session,
        case: StoredCase,
        definition: ProcessDefinition,
        after: Snapshot,
        at: datetime,
    ) -> None:
        """Observe a decision: write down where a limit over the whole works begins, moves or ends."""
        if not definition.overall:
            return
        calendar = self._calendar.current(session)
        overall = compute_overall(definition, after, calendar)
        if overall != compute_overall(definition, case.snapshot, calendar):
            save_overall(session, case.id, overall, calendar.version, at)


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
            asked = {"version": calendar.version, "limit": limit}
            stale = list(session.execute(_STALE, asked).scalars())
            # Most of these are among the former already; what is over the limit waits for the next round.
            stale += [one for one in session.execute(_STALE_OVERALL, asked).scalars() if one not in stale]
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
        save_deadlines(session, case_id, DuePlan(calendar.version, deadlines), "calendar_changed", now)
        if definition.overall:
            overall = compute_overall(definition, case.snapshot, calendar)
            save_overall(session, case_id, overall, calendar.version, now)
