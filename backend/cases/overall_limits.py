"""A limit over the whole works of a case, which staff are warned of: 超过期限,系统提示.

It begins at one step, ends at another or with the case, and holds beside the limits of the steps between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, select, text
from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch
from backend.cases.deadline_models import OverallLimitRow
from backend.cases.deadlines import measure_due
from backend.cases.promised_ends import write_promised_end
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import OverallLimit, ProcessDefinition
from backend.catalogue.form_rules import asks_limit
from backend.catalogue.forms import Form
from backend.core.database import table_of
from backend.core.local_time import local_date
from backend.core.working_calendar import WorkingCalendar

_ROW = table_of(OverallLimitRow)
_OF_CASES = (
    select(_ROW.c.case_id, _ROW.c.due_at, _ROW.c.ended_at, _ROW.c.warned_at)
    .where(_ROW.c.case_id == bindparam("ids", type_=ARRAY(BigInteger)).any_())
    .order_by(_ROW.c.due_at)
)
_SAVE = text(
    """
    INSERT INTO overall_limit (case_id, task_no, due_at, calendar_version)
    VALUES (:case_id, :task_no, :due_at, :version)
    ON CONFLICT (case_id) DO UPDATE
    SET task_no = excluded.task_no, due_at = excluded.due_at, calendar_version = excluded.calendar_version,
        ended_at = NULL
    """
)
_END = text("UPDATE overall_limit SET ended_at = :at WHERE case_id = :case_id AND ended_at IS NULL")


@dataclass(frozen=True, slots=True)
class Overall:
    """Until when the whole works are to be done; ``task_no`` is the task with which they began."""

    task_no: int
    due_at: datetime


def compute_overall(
    definition: ProcessDefinition, snapshot: Snapshot, calendar: WorkingCalendar
) -> Overall | None:
    """Return the limit that runs over the works, or None before they began and after they ended."""
    if snapshot.status is not CaseStatus.OPEN:
        return None
    for one in definition.overall:
        if one.when is None or evaluate(one.when, snapshot.data):
            return _compute(one, snapshot, calendar)
    return None


def _compute(limit: OverallLimit, snapshot: Snapshot, calendar: WorkingCalendar) -> Overall | None:
    begun = next((task for task in snapshot.tasks if task.step == limit.begins_at), None)
    if begun is None or any(task.step == limit.ends_at for task in snapshot.tasks):
        return None
    return Overall(begun.no, measure_due(limit.limit, calendar, begun.opened_at))


def save_overall(
    session: Session, case_id: int, overall: Overall | None, calendar_version: int, at: datetime
) -> None:
    """Write down until when the works are to be done, or that they have ended."""
    if overall is None:
        session.execute(_END, {"case_id": case_id, "at": at})
        return
    values = {"task_no": overall.task_no, "due_at": overall.due_at, "version": calendar_version}
    session.execute(_SAVE, {"case_id": case_id, **values})


def read_overall(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return the limits of these cases, the first to end first."""
    return session.execute(_OF_CASES, {"ids": sorted(case_ids)}).all()


def find_limit_day(session: Session, definition: ProcessDefinition, case_id: int, form: Form) -> date | None:
    """Return the last day of the limit that runs over these works; None where none does, or no day of the
    form is compared with it."""
    rows = read_overall(session, [case_id]) if definition.overall and asks_limit(form.body) else ()
    return next((local_date(one.due_at) for one in rows if one.ended_at is None), None)


def describe_overall(
    rows: Sequence[Row[Any]],
    now: datetime,
    branches: Iterable[Branch],
    definitions: Mapping[int, ProcessDefinition],
) -> dict[str, Any]:
    """Return what staff see of the first that still runs: until when, and whether that is over.

    Beside it stands the day on the slip in one of the ``branches``, which is what the customer is told;
    ``definitions`` are by the cases' ids.
    """
    running = [one.due_at for one in rows if one.ended_at is None]
    ends = (write_promised_end(definitions[one.id], one.snapshot.data) for one in branches)
    return {
        "promised_end": next((said for said in ends if said), None),
        "works_due_at": running[0] if running else None,
        "works_overdue": bool(running) and running[0] < now,
    }


def write_overall(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` of each warning, as a case's history has them."""
    return [
        {
            "at": one.warned_at,
            "actor": "系统",
            "text": f"工程超过了规定期限（{local_date(one.due_at):%m月%d日}），请尽快完工",
        }
        for one in rows
        if one.warned_at is not None
    ]
