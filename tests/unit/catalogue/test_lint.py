"""The linter finds each fault it is there for, and the shipped processes have none."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue.definition import FORM_FILLED
from backend.catalogue.drawing import draw_process
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.lint import lint
from backend.catalogue.loader import DuplicateKey, build_process, read_body
from composition.hall import WORDS

SHIPPED = read_folder()
Change = Callable[[dict[str, Any]], object]


def lint_changed(process: str, change: Change) -> set[tuple[str, str]]:
    """Return the places and codes found once ``change`` was made to a copy of a shipped process."""
    bodies = deepcopy(dict(SHIPPED.processes))
    change(bodies[process])
    found = lint(replace(SHIPPED, processes=bodies), WORDS)
    return {(one.place, one.code) for one in found}


def step(body: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in body["steps"] if one["key"] == key)


def outcome(body: dict[str, Any], key: str, number: int = 0) -> dict[str, Any]:
    return step(body, key)["outcomes"][number]


def limit_case(body: dict[str, Any], field: str = "service", **limit: Any) -> None:
    case = {"when": {"field": field, "op": "present"}, **limit}
    step(body, "submit")["limit"]["cases"] = [case]


def form_case(
    body: dict[str, Any], field: str = "service", base: str | None = "papers_unit", **more: Any
) -> None:
    accept = step(body, "accept")
    accept["form_cases"] = [{"when": {"field": field, "op": "present"}, **more}]
    accept.update({} if base is None else {"form": base})


def begins(body: dict[str, Any], **args: str) -> None:
    outcome(body, "accept")["effects"] = [{"name": "start_case", "args": args}]


def overall(body: dict[str, Any], begins: str = "accept", **more: Any) -> None:
    body["overall"] = [{"kind": "working_days", "value": 10, "from": begins, **more}]


YEARLY = {"every": "year", "month": 12, "day": 1, "per": "unit"}
REVIEWS_NOTHING = {"name": "by_another_person", "args": {"steps": ["nowhere"]}}
FAULTS: list[tuple[Change, tuple[str, str]]] = [
    (lambda b: outcome(b, "accept").update(to=["nowhere"]), ("accept", "step_unknown")),
    (lambda b: b.update(first_step="nowhere"), ("first_step", "step_unknown")),
    (lambda b: step(b, "review").update(alternatives=["pass", "nowhere"]), ("review", "outcome_unknown")),
    (lambda b: b.update(traits={"in_one_go": ["accept", "nowhere"]}), ("in_one_go", "step_unknown")),
    (lambda b: begins(b, process="nowhere", enter_at="ledger"), ("accept", "process_unknown")),
    (lambda b: begins(b, process="customer_visit", enter_at="nowhere"), ("accept", "step_unknown")),
    (lambda b: begins(b, process="customer_visit"), ("accept", "step_unknown")),
    (lambda b: b.update(withdraw_at=["nowhere"]), ("withdraw_at", "step_unknown")),
    (lambda b: b.update(form="nowhere"), ("form", "form_unknown")),
    (lambda b: step(b, "accept").update(form="nowhere"), ("accept", "form_unknown")),
    (lambda b: outcome(b, "accept").update(asks=["form"]), ("accept", "form_unasked")),
    (lambda b: form_case(b, form="unheard_of"), ("accept", "form_unknown")),
    (lambda b: form_case(b, form="papers_unit", base=None), ("accept", "form_odd")),
    (lambda b: step(b, "accept").update(signs="nowhere"), ("accept", "form_odd")),
    (lambda b: outcome(b, "accept").update(tells_customer=["result"]), ("accept", "told_missing")),
    (lambda b: outcome(b, "accept").update(tells_customer=["reason"]), ("accept", "told_missing")),
    (lambda b: outcome(b, "accept").update(tells_customer=["form"]), ("accept", "told_missing")),
    (lambda b: form_case(b, form="papers_unit", field="unheard_of"), ("accept", "field_unknown")),
    (form_case, ("steps/1/form_cases/0", "schema")),
    (lambda b: step(b, "accept").update(by="position:nobody"), ("accept", "post_unknown")),
    (lambda b: step(b, "accept").update(by="department:nobody"), ("accept", "post_unknown")),
    (lambda b: step(b, "accept").update(attended_by=["nobody"]), ("accept", "party_unknown")),
    (lambda b: step(b, "accept").update(also_by=["position:nobody"]), ("accept", "post_unknown")),
    (lambda b: step(b, "accept").update(also_by=["customer"]), ("steps/1/also_by/0", "schema")),
    (lambda b: step(b, "rate").update(also_by=["position:remote_service"]), ("rate", "name_odd")),
    (lambda b: outcome(b, "accept").update(name_for_staff="代办"), ("accept", "name_odd")),
    (lambda b: step(b, "accept").update(plain=step(b, "accept")["name"]), ("accept", "plain_odd")),
    (lambda b: step(b, "accept").update(plain=""), ("steps/1/plain", "schema")),
    (
        lambda b: (
            step(b, "rate").update(also_by=["position:remote_service"])
            or outcome(b, "rate").update(name_for_staff="代办", asks=["signature"])
        ),
        ("rate", "also_by_odd"),
    ),
    (
        lambda b: (
            step(b, "rate").update(form="papers_unit", also_by=["position:remote_service"])
            or outcome(b, "rate").update(name_for_staff="代办")
        ),
        ("rate", "also_by_odd"),
    ),
    (
        lambda b: step(b, "accept").update(mends=True, also_by=["position:remote_service"]),
        ("accept", "also_by_odd"),
    ),
    (lambda b: outcome(b, "assign", 1)["guards"].append({"name": "nothing"}), ("assign", "guard_unknown")),
    (lambda b: outcome(b, "assign", 1)["guards"].append(REVIEWS_NOTHING), ("assign", "step_unknown")),
    (lambda b: outcome(b, "book").update(effects=[{"name": "nothing"}]), ("book", "effect_unknown")),
    (lambda b: step(b, "accept").update(form_effects=[{"name": "set_handler"}]), ("accept", "form_odd")),
    (
        lambda b: step(b, "accept").update(form="alarm_record", form_effects=[{"name": "nothing"}]),
        ("accept", "effect_unknown"),
    ),
    (lambda b: step(b, "rate").pop("customer"), ("rate", "wording_missing")),
    (lambda b: b.update(starts_by=["position:remote_service"]), ("starts_by", "form_missing")),
    (lambda b: b.update(starts_by=["position:nobody"]), ("starts_by", "post_unknown")),
    (
        lambda b: (
            b.update(starts_by=["position:remote_service"]) or outcome(b, "submit").update(asks=["result"])
        ),
        ("submit", "start_asks"),
    ),
    (lambda b: step(b, "rate").pop("limit"), ("steps/14", "schema")),
    (lambda b: outcome(b, "accept").update(reason_label="记录"), ("steps/1/outcomes/0", "schema")),
    (lambda b: step(b, "dispatch")["limit"].pop("value"), ("steps/5/limit", "schema")),
    (lambda b: outcome(b, "rate").update(end="vanished"), ("steps/14/outcomes/0/end", "schema")),
    (
        lambda b: [one.update(to=["dispatch"]) for one in step(b, "accept")["outcomes"]],
        ("review", "step_unreachable"),
    ),
    (lambda b: outcome(b, "rate").update(to=["rate"]) or outcome(b, "rate").pop("end"), ("rate", "dead_end")),
    (lambda b: b["steps"].append(deepcopy(b["steps"][-1])), ("rate", "step_twice")),
    (
        lambda b: step(b, "review")["outcomes"].append(deepcopy(outcome(b, "review"))),
        ("review", "outcome_twice"),
    ),
    (
        lambda b: outcome(b, "return_application").update(to=["return_application"]),
        ("return_application", "system_loop"),
    ),
    (lambda b: step(b, "support")["children"][0].update(process="nothing"), ("support", "process_unknown")),
    (lambda b: step(b, "support")["children"][1].update(enter_at="nowhere"), ("support", "step_unknown")),
    (
        lambda b: outcome(b, "accept").update(when={"field": "unheard_of", "op": "present"}),
        ("accept", "field_unknown"),
    ),
    (lambda b: b.update(starts=[{**YEARLY, "enter_at": "nowhere"}]), ("starts", "step_unknown")),
    (lambda b: b.update(starts=[{**YEARLY, "month": 2, "day": 29}]), ("starts", "start_malformed")),
    (lambda b: b.update(starts=[{**YEARLY, "every": "quarter"}]), ("starts", "start_malformed")),
    (lambda b: b.update(starts=[{**YEARLY, "per": "street"}]), ("starts/0/per", "schema")),
    (lambda b: step(b, "submit")["limit"].update(steps=["accept"]), ("submit", "limit_odd")),
    (
        lambda b: step(b, "submit").update(limit={"kind": "daily_window", "due": "21:00-08:00"}),
        ("submit", "due_malformed"),
    ),
    (
        lambda b: step(b, "submit").update(limit={"kind": "calendar_date", "due": "02-30"}),
        ("submit", "due_malformed"),
    ),
    (lambda b: limit_case(b, kind="hours"), ("steps/0/limit/cases/0", "schema")),
    (lambda b: limit_case(b, kind="none", steps=["accept"]), ("steps/0/limit/cases/0", "schema")),
    (lambda b: limit_case(b, kind="with_step", with_step="nowhere"), ("submit", "step_unknown")),
    (lambda b: limit_case(b, kind="calendar_date", due="02-30"), ("submit", "due_malformed")),
    (lambda b: limit_case(b, "unheard_of", kind="none"), ("submit", "field_unknown")),
    (lambda b: overall(b, begins="nowhere"), ("overall", "step_unknown")),
    (lambda b: overall(b, until="nowhere"), ("overall", "step_unknown")),
    (lambda b: overall(b, when={"field": "unheard_of", "op": "present"}), ("overall", "field_unknown")),
    (lambda b: overall(b, kind="immediate"), ("overall/0/kind", "schema")),
    (lambda b: b["forwarding"].update(step="nowhere"), ("forwarding", "step_unknown")),
    (lambda b: b["forwarding"].update(at=["nowhere"]), ("forwarding", "step_unknown")),
    (lambda b: b.pop("forwarding"), ("forwarded", "step_unreachable")),
    (lambda b: outcome(b, "accept").update(to=[]), ("accept", "way_missing")),
    (lambda b: b.update(key="other"), ("key", "key_differs")),
]  # fmt: skip


def due_by_form(body: dict[str, Any], field: str, **more: Any) -> None:
    step(body, "rectify")["limit"] = {
        "kind": "form_date", "field": field, "else": {"kind": "days", "value": 30}, **more
    }  # fmt: skip


def shows(body: dict[str, Any], field: str) -> None:
    step(body, "rectify")["customer"]["shows"] = [field]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda b: due_by_form(b, "nowhere"), ("rectify", "field_unknown")),
        # Filled in later, no date, and a date that the case's data never learn.
        (lambda b: due_by_form(b, "rectified_on"), ("rectify", "field_unknown")),
        (lambda b: due_by_form(b, "hazard_content"), ("rectify", "field_unknown")),
        (lambda b: due_by_form(b, "inspected_on"), ("rectify", "field_odd")),
        (lambda b: step(b, "rectify")["limit"].pop("else"), ("steps/7/limit", "schema")),
        (lambda b: due_by_form(b, "rectify_by", due="12-31", value=3), ("steps/7/limit", "schema")),
        (lambda b: step(b, "book").update(limit={"kind": "none", "field": "x"}), ("steps/1/limit", "schema")),
        (lambda b: shows(b, "nowhere"), ("rectify", "field_unknown")),
        (lambda b: shows(b, "occupant_name"), ("rectify", "field_odd")),
    ],
)
def test_what_a_step_takes_from_an_earlier_form_has_to_be_there(
    change: Change, expected: tuple[str, str]
) -> None:
    assert expected in lint_changed("inspection", change)


@pytest.mark.parametrize(("change", "expected"), FAULTS, ids=[f"{p}-{c}" for _, (p, c) in FAULTS])
def test_each_fault_is_found(change: Change, expected: tuple[str, str]) -> None:
    assert expected in lint_changed("online_service_application", change)


def test_the_shipped_processes_have_no_fault() -> None:
    assert lint(SHIPPED, WORDS) == []


def test_every_named_guard_and_effect_is_used() -> None:
    steps = [step for body in SHIPPED.processes.values() for step in body["steps"]]
    outcomes = [one for step in steps for one in step["outcomes"]]
    named = {use["name"] for one in outcomes for use in one.get("guards", ())}
    # The loader adds this one wherever an outcome asks for its step's form.
    assert named | {FORM_FILLED} == WORDS.guards
    of_forms = [use for step in steps for use in step.get("form_effects", ())]
    effects = [use for one in outcomes for use in one.get("effects", ())]
    assert {use["name"] for use in (*of_forms, *effects)} == WORDS.effects


def test_a_service_with_an_unknown_form_is_found_and_one_without_process_is_not_offered() -> None:
    assert {one.key for one in SHIPPED.offered_services} == {one.key for one in SHIPPED.services}
    without = {key: body for key, body in SHIPPED.processes.items() if key != "inspection"}
    offered = {one.key for one in replace(SHIPPED, processes=without).offered_services}
    assert offered == {one.key for one in SHIPPED.services} - {"inspection"}
    lost = replace(SHIPPED, forms={})
    assert "form_unknown" in {one.code for one in lint(lost, WORDS)}


def test_documents_that_name_an_unknown_form_or_are_malformed_are_found() -> None:
    def lint_documents(documents: Any) -> set[tuple[str, str, str]]:
        return {(one.file, one.place, one.code) for one in lint(replace(SHIPPED, documents=documents), WORDS)}

    assert lint_documents({"单子": ["nowhere"]}) == {("documents.yaml", "单子", "form_unknown")}
    assert lint_documents({"单子": []}) == {("documents.yaml", "单子", "schema")}
    assert lint_documents({"单子": "payment_receipt"}) == {("documents.yaml", "单子", "schema")}


def test_drafts_hold_everything_that_is_published() -> None:
    drafts = list_drafts(SHIPPED)
    published = (SHIPPED.processes, SHIPPED.forms, SHIPPED.templates, SHIPPED.notices)
    assert len(drafts) == sum(map(len, published))
    assert {one.kind for one in drafts} == {"process", "form", "template", "notice"}


def test_a_notice_without_a_text_is_found() -> None:
    notices = {"privacy": {"key": "privacy", "version": 1, "title": "隐私说明", "parts": [{"title": "收集"}]}}
    found = {(one.file, one.code) for one in lint(replace(SHIPPED, notices=notices), WORDS)}
    assert found == {("notices/privacy.yaml", "schema")}


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("key: one\nkey: two\n", encoding="utf-8")
    with pytest.raises(DuplicateKey, match="line 2"):
        read_body(path)


@pytest.mark.parametrize("name", sorted(SHIPPED.processes))
def test_a_drawing_shows_every_step_and_way(name: str) -> None:
    process = build_process(SHIPPED.processes[name])
    chart = draw_process(process)
    assert chart.startswith("flowchart TD\n")
    for one in process.steps:
        assert f"  {one.key}[" in chart or f"  {one.key}([" in chart
    ways = sum(len(o.to) + (o.end is not None) for s in process.steps for o in s.outcomes)
    assert chart.count("-->|") == ways
