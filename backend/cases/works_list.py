"""The works list (工程台账): works that run, the first to end first, with working days used and left.

A page walks the index of running works from its start to its length, so its time goes by the works that run
before it and not by all cases there have ever been.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import PERSONAL_POSTS
from backend.cases.deadline_models import OverallLimitRow
from backend.cases.document_rows import DOCUMENT
from backend.cases.page_cursor import read_place, write_place
from backend.cases.promised_ends import write_promised_end
from backend.cases.staff_access import CASE, OVERSEERS, PostMap, find_seen_unit, list_posts
from backend.cases.staff_queue_rows import TASK, select_lines
from backend.cases.staff_rows import RowWriter
from backend.cases.staff_search_rows import PART_OF_NUMBER, find_family, read_part
from backend.catalogue.definition import ProcessDefinition
from backend.core.calendar_service import CalendarService
from backend.core.errors import NotFound
from backend.core.ids import is_valid_case_no
from backend.core.local_time import local_date
from backend.core.spreadsheet import Column, Kind
from backend.core.working_calendar import WorkingCalendar
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member

PAGE, LONGEST_PAGE = 50, 100
# Where the firm that does the works is written down, in any of the forms.
_CONTRACTOR = "contractor"
_WHEN = DateTime(timezone=True)
_LIMITS = OverallLimitRow.__table__.c
_CONTRACTORS = (
    select(DOCUMENT.c.case_id, DOCUMENT.c.content[_CONTRACTOR].astext.label("name"))
    .distinct(DOCUMENT.c.case_id)
    .where(
        DOCUMENT.c.case_id == bindparam("ids", type_=ARRAY(BigInteger)).any_(),
        DOCUMENT.c.content.has_key(_CONTRACTOR),
    )
    .order_by(DOCUMENT.c.case_id, DOCUMENT.c.filled_at.desc())
)
_COLUMNS = (
    Column("application_no", "办件号", width=20),
    Column("case_no", "工单号", width=20),
    Column("process_name", "工程", width=24),
    Column("customer_name", "客户"),
    Column("place", "地点", width=28),
    Column("step_name", "现在到哪一步", width=20),
    Column("unit_name", "单位", width=20),
    Column("contractor", "施工单位", width=24),
    Column("begun_at", "开工", Kind.DAY),
    Column("works_due_at", "规定期限到", Kind.DAY),
    Column("promised_end", "联络单上的日期", width=20),
    Column("limit_days", "期限（工作日）", Kind.COUNT),
    Column("used_days", "已用（工作日）", Kind.COUNT),
    Column("left_days", "剩余（工作日）", Kind.COUNT),
    Column("works_overdue", "超过期限", Kind.YES_NO, 10),
)


@dataclass(frozen=True, slots=True)
class WorksRequest:
    """What the list is asked for: of one unit, of one process, only what is over its limit.

    ``q`` is the number of a case, that of the works or the one that the customer was told, or the beginning
    or the end of it.
    """

    unit: str | None = None
    process: str | None = None
    overdue: bool = False
    q: str = ""
    after: str | None = None
    limit: int = PAGE


def find_works_posts(processes: Iterable[ProcessDefinition], posts: PostMap) -> frozenset[str]:
    """Return the posts that have the list: those that take part in a process with a limit over its works."""
    works = {one.key for one in processes if one.overall}
    # Who does what is theirs alone sees single works, and so has no list of them.
    taking_part = {post for post, found in posts.processes.items() if found & works}
    return frozenset(taking_part - PERSONAL_POSTS.keys()) | OVERSEERS


class WorksList:
    """Lists running works of the units and processes that a member sees."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        posts: PostMap,
        processes: Sequence[ProcessDefinition],
        rows: RowWriter,
        calendar: CalendarService,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._posts = posts
        self._processes = {one.key: one for one in processes if one.overall}
        self._names = {one.key: one.name for one in self._processes.values()}
        self._rows = rows
        self._calendar = calendar
        self._now = now

    def list_works(self, member: Member, asked: WorksRequest) -> dict[str, Any]:
        """Return ``{items, next, processes}``; raises Invalid for a bad cursor or a unit one does not see,
        NotFound for a process one has no part in."""
        seen = sorted(self._posts.list_processes(list_posts(member)) & self._names.keys())
        if asked.process is not None and asked.process not in seen:
            raise NotFound()
        now, limit = self._now(), min(max(asked.limit, 1), LONGEST_PAGE)
        with self._sessions.begin() as session:
            unit = None if asked.unit is None else find_seen_unit(session, member, asked.unit)
            values = {
                "units": sorted(member.units) if unit is None else [unit],
                "processes": seen if asked.process is None else [asked.process],
                "now": now,
                "limit": limit + 1,
            }
            number = "".join(asked.q.split())
            part = None if is_valid_case_no(number) else read_part(number)
            if part is not None:
                values.update(part)
            elif number:
                values["family"] = find_family(session, number)
            if asked.after is not None:
                due_at, case_id = read_place(asked.after, "works", datetime.fromisoformat, int)
                values.update(after_due=due_at, after_case=case_id)
            by_number = "part" if part is not None else "whole" if number else None
            rows = session.execute(_page(asked.overdue, asked.after is not None, by_number), values).all()
            shown, calendar = rows[:limit], self._calendar.current(session)
            contractors = self._find_contractors(session, shown)
            lines = self._rows.write(session, shown)
        items = [
            {
                **line,
                "process_name": self._names[row.process_key],
                "contractor": contractors.get(row.id),
                "promised_end": write_promised_end(self._processes[row.process_key], row.data),
                **measure_works(calendar, row.begun_at, row.works_due_at, now),
            }
            for line, row in zip(lines, shown, strict=True)
        ]
        last = shown[-1] if len(rows) > limit else None
        return {
            "items": items,
            "next": None if last is None else write_place("works", last.works_due_at.isoformat(), last.id),
            "processes": [{"key": key, "name": self._names[key]} for key in seen],
        }

    def list_exports(self, posts: frozenset[str]) -> dict[str, Exportable]:
        """Return the list by its key; ``posts`` have it."""
        return {"works": Exportable(self._open, posts)}

    def _open(self, member: Member, asked: Asked) -> OpenedList:
        wanted = WorksRequest(
            asked.get("unit"), asked.get("process"), asked.get("due") == "overdue",
            str(asked.get("q") or ""), limit=LONGEST_PAGE,
        )  # fmt: skip
        first = self.list_works(member, wanted)
        return OpenedList("工程台账", _COLUMNS, self._list_rows(member, wanted, first))

    def _list_rows(
        self, member: Member, wanted: WorksRequest, page: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        while True:
            for row in page["items"]:
                yield {**row, **{key: local_date(row[key]) for key in ("begun_at", "works_due_at")}}
            if page["next"] is None:
                return
            page = self.list_works(member, replace(wanted, after=page["next"]))

    @staticmethod
    def _find_contractors(session: Session, rows: Sequence[Row[Any]]) -> dict[int, str]:
        if not rows:
            return {}
        found = session.execute(_CONTRACTORS, {"ids": [row.id for row in rows]})
        return {one.case_id: one.name for one in found if one.name}


def measure_works(
    calendar: WorkingCalendar, begun_at: datetime, due_at: datetime, now: datetime
) -> dict[str, Any]:
    """Return the limit, what is used and what is left of it in whole working days.

    ``left_days`` is negative once the limit is past: by how many days, one that has begun counted whole.
    """
    day = calendar.working_days(begun_at, 1)
    limit = round(calendar.office_time_between(begun_at, due_at) / day)
    used = math.floor(calendar.office_time_between(begun_at, now) / day)
    over = calendar.office_time_between(due_at, now)
    is_over = due_at < now
    return {
        "begun_at": begun_at,
        "works_due_at": due_at,
        "works_overdue": is_over,
        "limit_days": limit,
        "used_days": used,
        "left_days": -max(1, _count_whole(over, day)) if is_over else max(limit - used, 0),
    }


def _count_whole(time: timedelta, day: timedelta) -> int:
    return math.ceil(time / day)


@cache
def _page(overdue: bool, after: bool, by_number: str | None) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [_LIMITS.ended_at.is_(None)]
    if by_number == "part":
        conditions.append(PART_OF_NUMBER)
    elif by_number:
        conditions.append(_LIMITS.case_id == bindparam("family", type_=ARRAY(BigInteger)).any_())
    if overdue:
        conditions.append(_LIMITS.due_at < bindparam("now", type_=_WHEN))
    if after:
        place = tuple_(
            cast(bindparam("after_due"), _WHEN),
            cast(bindparam("after_case"), BigInteger),
        )
        conditions.append(tuple_(_LIMITS.due_at, _LIMITS.case_id) > place)
    found = (
        select(CASE.c.id, _LIMITS.due_at, _LIMITS.task_no)
        .join(CASE, CASE.c.id == _LIMITS.case_id)
        .where(
            *conditions,
            CASE.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_(),
            CASE.c.process_key == bindparam("processes", type_=ARRAY(Text)).any_(),
        )
        .order_by(_LIMITS.due_at, _LIMITS.case_id)
        .limit(bindparam("limit", type_=Integer))
        .subquery("found")
    )
    begun = (
        select(func.max(TASK.c.opened_at))
        .where(TASK.c.case_id == found.c.id, TASK.c.no == found.c.task_no)
        .correlate(found)
        .scalar_subquery()
    )
    more = (found.c.due_at.label("works_due_at"), begun.label("begun_at"), CASE.c.data)
    lines = select_lines(found).add_columns(*more)
    return lines.order_by(found.c.due_at, found.c.id)
