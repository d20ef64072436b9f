"""The tick that finds what is nearly due and what is late: each is recorded and promised once (law 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.deadline_models import DeadlineEvent, OverallLimitRow
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.objection_rows import list_disputed
from backend.cases.snapshot import TaskState
from backend.catalogue.definition import ActorKind
from backend.core.calendar_models import CalendarVersion
from backend.core.database import table_of
from backend.core.outbox import promise

BATCH = 500
# The message that reminds a customer of what was to be done until now.
OWN_TURN_LATE = "own_turn_late"
_TASK = table_of(CaseTask)
_CASE = table_of(ServiceCase)
_COLUMNS = (
    _TASK.c.case_id, _TASK.c.no, _TASK.c.limit_no, _TASK.c.due_at, _TASK.c.calendar_version, _TASK.c.state,
    _TASK.c.unit_id, _TASK.c.post_kind, _TASK.c.post_key, _CASE.c.case_no, _CASE.c.version,
)  # fmt: skip
_OVERALL = table_of(OverallLimitRow)
_NEWEST_CALENDAR = select(func.max(CalendarVersion.version)).scalar_subquery()
# A deadline by an older calendar is computed anew first (see DeadlineRefresher); what is closed stays.
_IS_BY_NEWEST_CALENDAR = or_(
    _TASK.c.state != TaskState.OPEN.value,
    _TASK.c.calendar_version >= _NEWEST_CALENDAR,
)
_DUE = (
    select(*_COLUMNS)
    .join(_CASE, _CASE.c.id == _TASK.c.case_id)
    .where(_IS_BY_NEWEST_CALENDAR)
    .limit(BATCH)
    .with_for_update(of=_TASK, skip_locked=True)
)
_BREACHED = _DUE.where(
    _TASK.c.breached_at.is_(None),
    _TASK.c.due_at.is_not(None),
    _TASK.c.due_at < bindparam("now"),
    or_(_TASK.c.state == TaskState.OPEN.value, _TASK.c.done_at > _TASK.c.due_at),
).order_by(_TASK.c.due_at, _TASK.c.case_id, _TASK.c.no)
_NEARLY = _DUE.where(
    _TASK.c.state == TaskState.OPEN.value,
    _TASK.c.warned_at.is_(None),
    _TASK.c.breached_at.is_(None),
    _TASK.c.due_at.is_not(None),
    and_(_TASK.c.warn_at <= bindparam("now"), _TASK.c.due_at >= bindparam("now")),
).order_by(_TASK.c.warn_at, _TASK.c.case_id, _TASK.c.no)
_OVERDUE_WORKS = (
    select(
        _OVERALL.c.case_id, _TASK.c.no, _TASK.c.no.label("limit_no"), _OVERALL.c.due_at,
        _OVERALL.c.calendar_version, _TASK.c.state, _TASK.c.unit_id, _TASK.c.post_kind, _TASK.c.post_key,
        _CASE.c.case_no, _CASE.c.version,
    )
    .join(_CASE, _CASE.c.id == _OVERALL.c.case_id)
    .join(_TASK, and_(_TASK.c.case_id == _OVERALL.c.case_id, _TASK.c.no == _OVERALL.c.task_no))
    .where(
        _OVERALL.c.warned_at.is_(None),
        _OVERALL.c.due_at < bindparam("now"),
        or_(_OVERALL.c.ended_at.is_(None), _OVERALL.c.ended_at > _OVERALL.c.due_at),
        or_(_OVERALL.c.ended_at.is_not(None), _OVERALL.c.calendar_version >= _NEWEST_CALENDAR),
    )
    .order_by(_OVERALL.c.due_at)
    .limit(BATCH)
    .with_for_update(of=_OVERALL, skip_locked=True)
)  # fmt: skip
_FOUND = {"warned": _NEARLY, "breached": _BREACHED, "overall": _OVERDUE_WORKS}
_MARKS = {"warned": _TASK.c.warned_at, "breached": _TASK.c.breached_at}
_RECORD = (
    insert(DeadlineEvent).on_conflict_do_nothing().returning(DeadlineEvent.case_id, DeadlineEvent.task_no)
)


class DeadlineWatch:
    """Finds warnings and breaches; several may run at once, each task is found by one."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def run(self, now: datetime) -> tuple[int, int]:
        """Record what has become due since; returns how many limits were warned of and how many broken.

        Works that take longer than they may are warned of as well, and are no breach.
        """
        warned = self._repeat("warned", now) + self._repeat("overall", now)
        return warned, self._repeat("breached", now)

    def _repeat(self, kind: str, now: datetime) -> int:
        total = 0
        while True:
            with self._sessions.begin() as session:
                found, fresh = self._take(session, kind, now)
            total += fresh
            if found < BATCH:
                return total

    def _take(self, session: Session, kind: str, now: datetime) -> tuple[int, int]:
        rows = session.execute(_FOUND[kind], {"now": now}).all()
        if not rows:
            return 0, 0
        if kind == "overall":
            marked = update(_OVERALL).where(_OVERALL.c.case_id.in_([row.case_id for row in rows]))
            session.execute(marked.values(warned_at=now))
        else:
            keys = [(row.case_id, row.no) for row in rows]
            marked = update(_TASK).where(tuple_(_TASK.c.case_id, _TASK.c.no).in_(keys))
            session.execute(marked.values({_MARKS[kind]: now}))
        recorded = self._record(session, kind, rows, now)
        self._promise(session, kind, recorded, now)
        return len(rows), len(recorded)

    @staticmethod
    def _record(session: Session, kind: str, rows: Sequence[Row[Any]], now: datetime) -> list[Row[Any]]:
        """Return the rows whose limit had no such event yet; the others share a limit that had.

        Of steps that share a deadline the event names the one that was opened first.
        """
        first: dict[tuple[int, int], Row[Any]] = {}
        for row in rows:
            first.setdefault((row.case_id, row.limit_no), row)
        values = [
            {
                "case_id": row.case_id,
                "limit_no": row.limit_no,
                "kind": kind,
                "task_no": row.no,
                "due_at": row.due_at,
                "calendar_version": row.calendar_version,
                "recorded_at": now,
            }
            for row in first.values()
        ]
        written = {(one.case_id, one.task_no) for one in session.execute(_RECORD, values)}
        return [row for row in first.values() if (row.case_id, row.no) in written]

    @staticmethod
    def _promise(session: Session, kind: str, rows: list[Row[Any]], now: datetime) -> None:
        told = [
            {
                "case_id": row.case_id,
                "case_no": row.case_no,
                "version": row.version,
                "task": row.no,
                "unit_id": row.unit_id,
                "post_kind": row.post_kind,
                "post_key": row.post_key,
            }
            for row in rows
        ]
        if kind != "breached":
            promise(session, "deadline_warned", told, now)
        else:
            promise(session, "deadline_breached", told, now)
            # A task that was closed too late is on record, but there is nothing left to escalate. Nor is
            # there where the customer is waited for: nobody of the unit is late, and they are reminded.
            still_open = [
                payload for payload, row in zip(told, rows, strict=True) if row.state == TaskState.OPEN.value
            ]
            ours: list[dict[str, Any]] = []
            reminded: list[dict[str, Any]] = []
            for one in still_open:
                if one["post_kind"] == ActorKind.CUSTOMER.value:
                    reminded.append({"case_id": one["case_id"], "message": OWN_TURN_LATE})
                else:
                    ours.append(one)
            promise(session, "escalate_case", ours, now)
            # Whoever has said what is wrong with the paper waits for an answer themselves.
            disputed = list_disputed(session, {one["case_id"] for one in reminded})
            reminded = [one for one in reminded if one["case_id"] not in disputed]
            promise(session, "notify_customer", reminded, now)
