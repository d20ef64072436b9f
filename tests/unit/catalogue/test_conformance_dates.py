"""Limits by the calendar, and rows that lead back to themselves, as the conformance compares them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.catalogue.conformance.manual import Branch, Flow
from tests.unit.catalogue.test_conformance import FLOW, Change, judge, step


def with_limit(**limit: Any) -> Flow:
    rows = tuple(replace(one, limit=limit) if one.no == "02" else one for one in FLOW.rows)
    return replace(FLOW, rows=rows)


def due(kind: str, day: str) -> Change:
    return lambda b: step(b, "take").update(limit={"kind": kind, "due": day, "steps": ["take", "do"]})


PREVIOUS = {"month": 12, "day": 20, "year": "previous"}


@pytest.mark.parametrize(
    ("flow", "change", "agrees"),
    [
        (with_limit(kind="annual", value=None, text="年度"), due("calendar_date", "previous-12-31"), True),
        (with_limit(kind="annual", value=None, text="年度"), due("daily_window", "08:00-21:00"), False),
        (with_limit(kind="quarterly", text="每季度第1个月"), due("calendar_date", "quarter-01"), True),
        (with_limit(kind="annual", text="上年", due=PREVIOUS), due("calendar_date", "previous-12-20"), True),
        (with_limit(kind="annual", text="上年", due=PREVIOUS), due("calendar_date", "12-20"), False),
        (with_limit(kind="scheduled", text="每日8:00-21:00"), due("daily_window", "08:00-21:00"), True),
        (with_limit(kind="scheduled", text="每日8:00-21:00"), due("daily_window", "09:00-21:00"), False),
        (with_limit(kind="scheduled", text="按计划进行"), due("daily_window", "09:00-21:00"), False),
    ],
)
def test_limits_by_the_calendar(flow: Flow, change: Change, agrees: bool) -> None:
    assert (judge(change, flow=flow).wrong == ()) is agrees


def count(body: dict[str, Any]) -> None:
    """A step of our own, which leads back to the row or on."""
    mine = {"key": "count", "name": "数一数", "by": "system", "limit": {"kind": "none"}}
    body["steps"].append({**mine, "outcomes": [{"to": ["do"]}, {"to": ["reply"]}]})


def test_a_row_may_lead_back_to_itself() -> None:
    again = replace(FLOW, branches=(*FLOW.branches, Branch("03", "03")))
    assert judge(flow=again).wrong == ("03: no way leads on to 03 [order]",)
    assert judge(lambda b: step(b, "do")["outcomes"].append({"to": ["count"]}), count, flow=again).wrong == ()
