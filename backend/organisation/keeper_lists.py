"""What the keepers of the hall can export of its running: failed jobs, unknown sends and the calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from backend.core.calendar_service import CalendarService
from backend.core.local_time import local_date
from backend.core.promise_desk import PromiseDesk
from backend.core.spreadsheet import Column, Kind
from backend.organisation.leads import CENTRE_KEEPERS
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member

_FAILED = (
    Column("what", "任务", width=28),
    Column("failed_at", "失败时间", Kind.MOMENT, 18),
    Column("error", "原因", width=60),
    Column("attempts", "试过几次", Kind.COUNT),
    Column("queue", "队列"),
)
_UNKNOWN = (
    Column("id", "编号", Kind.COUNT),
    Column("what", "种类", width=28),
    Column("case_no", "办件号", width=20),
    Column("recipient", "发给", width=16),
    Column("channel", "渠道", width=12),
    Column("about", "内容", width=20),
    Column("created_at", "产生时间", Kind.MOMENT, 18),
    Column("started_at", "开始发送", Kind.MOMENT, 18),
    Column("attempt", "第几次", Kind.COUNT, 8),
    Column("may_repeat", "能补发", Kind.YES_NO, 8),
)
_DAYS = (
    Column("date", "日期", Kind.DAY),
    Column("is_working", "上班", Kind.YES_NO, 8),
    Column("note", "说明", width=28),
    Column("is_guess", "还没确认", Kind.YES_NO, 10),
)


def list_keeper_exports(
    desk: PromiseDesk, calendar: CalendarService, now: Callable[[], datetime]
) -> dict[str, Exportable]:
    """Return the lists by key."""

    def open_failed(_member: Member, _asked: Asked) -> OpenedList:
        return OpenedList("失败任务", _FAILED, (asdict(one) for one in desk.list_failed_jobs()))

    def open_unknown(_member: Member, _asked: Asked) -> OpenedList:
        return OpenedList("待核实的发送", _UNKNOWN, (asdict(one) for one in desk.list_unknown_promises()))

    def open_days(_member: Member, asked: Asked) -> OpenedList:
        year = asked.get("year") or local_date(now()).year
        return OpenedList(
            f"工作日历{year}", _DAYS, (asdict(one) for one in calendar.describe_year(year).days)
        )

    keepers = frozenset(CENTRE_KEEPERS)
    return {
        "failed-jobs": Exportable(open_failed, keepers),
        "unknown-sends": Exportable(open_unknown, keepers),
        "calendar": Exportable(open_days, keepers),
    }
