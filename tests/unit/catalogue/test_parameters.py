"""Figures that the company may set: their references, their range, and limits that began before a change."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.catalogue.folder import read_folder
from backend.catalogue.lint import lint
from backend.catalogue.loader import build_process
from backend.catalogue.parameters import Change, ParameterKind, fill_in, list_parameters
from composition.hall import WORDS
from tests.unit.cases.definitions import make_outcome, make_process, make_step

SHIPPED = read_folder()
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAYS = {
    "label": "办理", "unit": "个工作日", "kind": "number", "default": 2, "min": 0.5, "max": 10,
    "doubt": "看不清",
}  # fmt: skip
LIMIT = {"kind": "working_days", "value": {"parameter": "days"}}
CHANGES = {
    "days": [Change(NOON, 4), Change(NOON + timedelta(hours=2), None), Change(NOON + timedelta(days=1), 0.5)]
}
Edit = Callable[[dict[str, Any]], object]


def make_body(**more: Any) -> dict[str, Any]:
    steps = [make_step("work", "position:clerk", make_outcome("on"), limit=LIMIT)]
    return {
        "key": "test", "version": 1, "name": "test", "first_step": "work", "steps": steps,
        "parameters": {"days": dict(DAYS)}, **more,
    }  # fmt: skip


def test_a_limit_has_the_length_of_the_moment_at_which_it_began() -> None:
    limit = build_process(make_body(), CHANGES).step("work").limit
    lengths = [limit.length_at(NOON + timedelta(hours=hours)) for hours in (-1, 0, 1, 3, 25)]
    assert lengths == [2, 4, 4, 2, Decimal("0.5")]


def test_without_a_change_the_default_holds() -> None:
    process = build_process(make_body())
    assert process.step("work").limit.length_at(NOON) == 2
    assert process.parameters == {"days": 2}


def test_conditions_and_guards_take_the_figure_of_now() -> None:
    outcome = make_outcome(
        "on",
        when={"any": [{"field": "volume", "op": "gte", "value": {"parameter": "days"}}]},
        guards=[{"name": "photos_taken", "args": {"least": {"parameter": "days"}}}],
    )
    body = make_body(steps=[make_step("work", "position:clerk", outcome)])
    process = build_process(body, {"days": [Change(NOON, 4)]})
    [found] = process.step("work").outcomes
    assert found.when == {"any": [{"field": "volume", "op": "gte", "value": 4}]}
    assert found.guards[0].args == {"least": 4}
    assert process.parameters == {"days": 4}


def test_a_limit_over_the_whole_works_has_changes_too() -> None:
    body = make_body(overall=[{**LIMIT, "from": "work"}])
    [overall] = build_process(body, CHANGES).overall
    assert overall.limit.length_at(NOON) == 4


def test_a_figure_that_no_longer_fits_gives_way_to_the_default() -> None:
    process = build_process(make_body(), {"days": [Change(NOON, 11)]})
    assert (process.parameters, process.step("work").limit.length_at(NOON)) == ({"days": 2}, 2)


def test_what_is_no_figure_of_the_kind_is_refused_in_words() -> None:
    [days] = list_parameters(make_body())
    assert days.find_objection(0.5) is None
    assert days.find_objection(10.5) == "“办理”要在 0.5 到 10 个工作日之间。"
    assert days.find_objection(0.125) == "“办理”要在 0.5 到 10 个工作日之间。"
    assert days.find_objection(1.125) == "“办理”最多两位小数。"
    assert replace(days, kind=ParameterKind.INTEGER).find_objection(1.5) == "“办理”只能填整数。"


def test_a_version_from_before_parameters_were_declared_goes_on() -> None:
    process = make_process(
        make_step("work", "position:clerk", make_outcome("on")), parameters={"is_alarm": True, "mark": "投诉"}
    )
    assert process.traits == {"is_alarm": True, "mark": "投诉"}
    assert (process.declared, process.parameters) == ((), {})


def lint_changed(change: Edit) -> set[tuple[str, str]]:
    bodies = deepcopy(dict(SHIPPED.processes))
    change(bodies["gas_commissioning"])
    return {(one.place, one.code) for one in lint(replace(SHIPPED, processes=bodies), WORDS)}


def set_days(**more: Any) -> Edit:
    return lambda body: body["parameters"]["collective_days"].update(more)


def rename(body: dict[str, Any]) -> None:
    body["parameters"] = {"other": body["parameters"]["collective_days"]}


FAULTS: list[tuple[Edit, tuple[str, str]]] = [
    (lambda b: b["parameters"]["collective_days"].pop("label"), ("parameters/collective_days", "schema")),
    (lambda b: b["parameters"]["collective_days"].pop("doubt"), ("parameters/collective_days", "schema")),
    (lambda b: b.update(parameters={"collective_days": 30}), ("parameters/collective_days", "schema")),
    (set_days(kind="date"), ("parameters/collective_days/kind", "schema")),
    (set_days(default=300), ("collective_days", "parameter_odd")),
    (set_days(kind="integer", default=1.5), ("collective_days", "parameter_odd")),
    (set_days(min=0), ("collective_days", "parameter_odd")),
    (set_days(min=30, max=30), ("collective_days", "parameter_odd")),
    (lambda b: b["parameters"].update(other=dict(DAYS)), ("other", "parameter_unused")),
    (rename, ("collective_days", "parameter_unknown")),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), FAULTS)
def test_each_fault_of_a_parameter_is_found(change: Edit, expected: tuple[str, str]) -> None:
    assert expected in lint_changed(change)


def test_what_code_reads_by_name_is_used() -> None:
    assert {
        key for body in SHIPPED.processes.values() for key in body.get("parameters", {})
    } >= WORDS.parameters
    nobody = replace(WORDS, parameters=frozenset())
    assert {(one.file, one.code) for one in lint(SHIPPED, nobody)} == {
        ("hotline_information_query.yaml", "parameter_unused")
    }


def test_filling_in_leaves_no_reference_and_changes_nothing_without_parameters() -> None:
    plain = SHIPPED.processes["repair"]
    assert fill_in(plain, {}) is plain
    for body in SHIPPED.processes.values():
        assert "{'parameter':" not in str(fill_in(body, {}))
