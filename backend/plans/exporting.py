"""The accounts of a plan as an Excel file, with what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.core.spreadsheet import Column, Kind
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member
from backend.plans.progress import DONE, OPEN, SKIPPED, STOPPED, WAITING
from backend.plans.service import LONGEST_PAGE, AccountPlans

_STATE_NAMES = {
    WAITING: "还没开工单", OPEN: "还没抄", DONE: "已抄", STOPPED: "工单已取消", SKIPPED: "没开工单",
    "pending": "还没开通", "suspended": "已报停", "removed": "已拆除", "closed": "已销户",
}  # fmt: skip
_COLUMNS = (
    Column("account_no", "户号", width=20),
    Column("place", "地址", width=28),
    Column("state", "进展", width=14),
    Column("result", "结果", width=24),
    Column("done_at", "抄表时间", Kind.MOMENT, 18),
    Column("case_no", "办件号", width=20),
)


def list_plan_exports(plans: AccountPlans, posts: frozenset[str]) -> dict[str, Exportable]:
    """Return the list by its key; ``q`` is the plan's number, and ``posts`` have it."""

    def open_plan(member: Member, asked: Asked) -> OpenedList:
        number = str(asked.get("q") or "")
        plan_id = int(number) if number.isdecimal() else 0
        # The first page is read now, so that a foreign plan is told before a file is begun.
        first = plans.list_items(member, plan_id, limit=LONGEST_PAGE)
        return OpenedList("计划明细", _COLUMNS, _list_rows(plans, member, plan_id, first))

    return {"plan-accounts": Exportable(open_plan, posts)}


def _list_rows(
    plans: AccountPlans, member: Member, plan_id: int, page: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    while True:
        for row in page["items"]:
            yield {**row, "state": _STATE_NAMES[row["skipped"] or row["state"]]}
        if page["next"] is None:
            return
        page = plans.list_items(member, plan_id, after=page["next"], limit=LONGEST_PAGE)
