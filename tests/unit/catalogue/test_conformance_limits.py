"""Limits that differ by case, and those over the whole works, beside the manual's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.catalogue.conformance.manual import Flow
from tests.unit.catalogue.test_conformance import FLOW, Change, judge, step


def by_level(*levels: tuple[int, int], **limit: Any) -> Change:
    """The limit of 受理 is 2 days, and another one at each level."""
    cases = [
        {"when": {"field": "level", "op": "eq", "value": level}, "kind": "days", "value": days}
        for level, days in levels
    ]
    return lambda b: step(b, "take")["limit"].update(cases=cases, **limit)


def with_cases(*cases: dict[str, Any]) -> Flow:
    limit = {"kind": "days", "value": None, "text": "分级", "cases": list(cases)}
    rows = tuple(replace(one, limit=limit) if one.no == "02" else one for one in FLOW.rows)
    return replace(FLOW, rows=rows)


TWO, ONE = {"level": 2, "kind": "days", "value": 2}, {"level": 3, "kind": "days", "value": 1}
IN_WORDS = {"level": 1, "kind": "other", "value": None}


@pytest.mark.parametrize(
    ("flow", "change", "wrong"),
    [
        (with_cases(TWO, ONE), by_level((3, 1)), ()),
        (with_cases(TWO, ONE), by_level((3, 3)), ("02: the limit is 分级, not days 2 or days 3 [limit]",)),
        (with_cases(TWO, ONE), lambda b: None, ("02: the limit is 分级, not days 2 [limit]",)),
        (with_cases(TWO, IN_WORDS), by_level((1, 9)), ()),
        (with_cases(ONE, IN_WORDS), by_level((1, 9)),
         ("02: the limit is 分级, not days 2 or days 9 [limit]",)),
        (FLOW, by_level((3, 1)), ("02: the limit is 2天, not days 1 or days 2 [limit]",)),
    ],
)  # fmt: skip
def test_limits_that_differ_by_case(flow: Flow, change: Change, wrong: tuple[str, ...]) -> None:
    assert judge(change, flow=flow).wrong == wrong


def test_what_the_system_warns_after() -> None:
    warned = {"customer": "residential_individual", "kind": "working_days", "value": 10}
    flow = replace(
        FLOW, rows=tuple(replace(one, warn_after=(warned,)) for one in FLOW.rows if one.no == "01")
    )
    missing = "01: nobody is warned after working_days 10 of works [limit]"
    overall = [{"kind": "working_days", "value": 10, "from": "take"}]
    assert missing in judge(flow=flow).wrong
    assert missing not in judge(lambda b: b.update(overall=overall), flow=flow).wrong
