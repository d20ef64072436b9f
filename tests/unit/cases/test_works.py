"""What the manual asks of works, on-site services and their customers, shown on the shipped processes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import chinese_calendar
import pytest

from backend.cases.commands import CUSTOMER, Complete, Performer
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.foretelling import StepState
from backend.cases.guards import CASE_GUARDS
from backend.cases.overall_limits import compute_overall
from backend.cases.progress import Line, make_progress
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.catalogue.definition import FORM_FILLED, ActorKind, ProcessDefinition
from backend.catalogue.folder import read_folder
from backend.catalogue.loader import build_process
from backend.core.working_calendar import WorkingCalendar

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FOLDER = read_folder()
PROCESSES = {key: build_process(body) for key, body in FOLDER.processes.items()}
EVERYBODY = Performer(ActorKind.POSITION, FOLDER.positions, FOLDER.departments)
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
# A form is handed in apart from what the engine decides: here each stands filled in.
NO_OBJECTION = dict.fromkeys((FORM_FILLED, "sum_set", "premises_clear"), lambda snapshot, args: None)
GUARDS = {**CASE_GUARDS, **NO_OBJECTION}
CALENDAR = WorkingCalendar(1, {day: chinese_calendar.is_workday(day) for day in DAYS})


def stand_at(step: str, data: dict[str, Any], owed: frozenset[str] = frozenset()) -> Snapshot:
    """A case whose one task stands open at ``step``."""
    task = Task(1, step, TaskState.OPEN, NOW)
    return Snapshot(CaseStatus.OPEN, 2, (task,), owed_documents=owed, data=data)


def act(process: str, snapshot: Snapshot, outcome: str, **more: Any) -> Snapshot:
    """Complete the open task by ``outcome``, as whoever may."""
    definition = PROCESSES[process]
    step = definition.step(snapshot.open_tasks[0].step)
    performer = CUSTOMER if step.by.kind is ActorKind.CUSTOMER else EVERYBODY
    command = Complete(performer, 1, outcome, snapshot.version, reason="说明", **more)
    return decide(definition, snapshot, command, NOW, GUARDS).snapshot


def act_refused(process: str, snapshot: Snapshot, outcome: str) -> str:
    with pytest.raises(CommandRefused) as refused:
        act(process, snapshot, outcome)
    return refused.value.code


DRAWING = {"files": ["d1"], "sha256": "d1"}
TIGHT = {"tightness_leak": "not_leaking", "gas_on_done": True}
SIGNED = [
    ("install_non_residential", "sign_sketch", "agree", {}),
    ("install_non_residential", "sign_drawings", "agree", {}),
    ("install_residential_group", "sign_sketch", "agree", {"contract_wanted": True}),
    ("install_residential_group", "sign_sketch", "agree_without_contract", {"contract_wanted": False}),
    ("install_residential_group", "sign_drawings", "agree", {}),
    ("gas_commissioning", "commission", "commissioned", TIGHT),
    ("suspension_removal", "sign", "sign", {}),
    ("inspection", "sign", "sign", {}),
    ("meter_reading", "sign", "nothing_to_pay", {}),
]


@pytest.mark.parametrize(("process", "step", "outcome", "data"), SIGNED)
def test_the_customer_signs_each_time(process: str, step: str, outcome: str, data: dict[str, Any]) -> None:
    # An earlier signature stands in the data already, and does not do for this one.
    snapshot = stand_at(step, {**data, "signature_file": "earlier", "works_drawing": DRAWING})
    assert act_refused(process, snapshot, outcome) == "signature_missing"
    assert act(process, snapshot, outcome, data={"signature_file": "f1"}).open_tasks != snapshot.open_tasks


RECORDED = [
    ("install_non_residential", "rectify", "rectified"),
    ("install_residential_group", "rectify", "rectified"),
    ("install_residential_individual", "rectify", "rectified"),
    ("alteration", "rectify", "rectified"),
    ("gas_commissioning", "inspect", "failed"),
    ("gas_commissioning", "pass", "passed"),
    ("complaint_level_1", "support", "handled"),
    ("complaint_level_2_3", "support", "handled"),
    ("repair", "finish", "finish"),
]


@pytest.mark.parametrize(("process", "step", "outcome"), RECORDED)
def test_what_was_found_and_done_is_recorded_with_photos(process: str, step: str, outcome: str) -> None:
    found = PROCESSES[process].step(step).outcome(outcome)
    assert found is not None
    assert set(found.asks) >= {"result", "photos"}
    assert act_refused(process, stand_at(step, {}), outcome) == "result_missing"


OWED = [
    ("install_residential_group", "confirm_payment", "confirmed", {}),
    ("suspension_removal", "sign", "sign", {"signature_file": "f1"}),
]


@pytest.mark.parametrize(("process", "step", "outcome", "data"), OWED)
def test_owed_documents_are_awaited(process: str, step: str, outcome: str, data: dict[str, Any]) -> None:
    snapshot = stand_at(step, {}, frozenset({"unit_certificate"}))
    with pytest.raises(CommandRefused) as refused:
        act(process, snapshot, outcome, data=data)
    assert refused.value.code == "documents_owed"


@pytest.mark.parametrize(
    ("process", "step", "kind", "days"),
    [
        ("install_non_residential", "confirm_payment", None, 30),
        ("install_residential_individual", "assign_construction", None, 10),
        ("alteration", "confirm_large", "residential", 10),
        ("alteration", "confirm_large", "commercial_industrial", 30),
    ],
)
def test_works_that_take_too_long_are_warned_of(process: str, step: str, kind: str | None, days: int) -> None:
    definition = PROCESSES[process]
    overall = compute_overall(definition, stand_at(step, {"customer_kind": kind}), CALENDAR)
    assert overall is not None
    office = CALENDAR.office_time_between(NOW, overall.due_at)
    assert office == CALENDAR.working_days(NOW, days)
    assert compute_overall(definition, stand_at("take_over", {"customer_kind": kind}), CALENDAR) is None


SEEN = {
    "install_non_residential": ("design", "purchase", "construct", "rectify"),
    "install_residential_group": ("design", "purchase", "construct", "rectify"),
    "alteration": ("design", "construct", "rectify"),
}


@pytest.mark.parametrize(("process", "step"), [(key, step) for key, steps in SEEN.items() for step in steps])
def test_the_customer_sees_the_works_at_any_time(process: str, step: str) -> None:
    definition = PROCESSES[process]
    line = Line(definition, stand_at(step, {}))
    seen = [one.name for one in make_progress(line, PROCESSES.__getitem__) if one.state is StepState.NOW]
    assert seen == [definition.step(step).customer.name]


HANDED_OVER = [
    ("install_non_residential", "gas_on", "gas_commissioning", "inspect"),
    ("install_residential_group", "gas_on", "gas_commissioning", "inspect"),
    ("install_residential_individual", "gas_on", "gas_commissioning", "inspect"),
    ("alteration", "gas_on_small", "gas_commissioning", "inspect"),
    ("alteration", "gas_on_large", "gas_commissioning", "inspect"),
    ("inspection", "repair", "repair", "inspect"),
]


@pytest.mark.parametrize(("process", "step", "child", "at"), HANDED_OVER)
def test_what_was_handed_over_goes_on_in_the_same_bar(process: str, step: str, child: str, at: str) -> None:
    definition: ProcessDefinition = PROCESSES[process]
    assert [one.process for one in definition.step(step).children] == [child]
    parent = stand_at(step, {})._replace(children={1: child})
    below = Line(PROCESSES[child], stand_at(at, {"without_booking": True}))
    steps = make_progress(Line(definition, parent, children={1: below}), PROCESSES.__getitem__)
    now = [(one.key, one.in_child) for one in steps if one.state is StepState.NOW]
    assert now == [(f"{step}/{at}", True)]


@pytest.mark.parametrize(
    ("process", "step", "residential", "commercial"),
    [
        ("inspection", "notice", "rectification_notice_residential", "rectification_notice_nonresidential"),
        ("gas_commissioning", "inspect", "inspection_report_residential", "inspection_report_nonresidential"),
        (
            "gas_commissioning",
            "commission",
            "gas_on_certificate_residential",
            "gas_on_certificate_nonresidential",
        ),
        (
            "alteration",
            "contract",
            "installation_contract_residential",
            "installation_contract_nonresidential",
        ),
        ("alteration", "confirm_large", "work_slip_residential_individual", "work_slip_nonresidential"),
        ("account_opening", "sign", "supply_contract_residential", "supply_contract_nonresidential"),
        ("online_account_opening", "sign", "supply_contract_residential", "supply_contract_nonresidential"),
    ],
)  # fmt: skip
def test_homes_and_companies_have_forms_of_their_own(
    process: str, step: str, residential: str, commercial: str
) -> None:
    place = PROCESSES[process].step(step)
    assert place.form_for({}) == place.form_for({"customer_kind": "residential"}) == residential
    assert place.form_for({"customer_kind": "commercial_industrial"}) == commercial


@pytest.mark.parametrize(
    ("slip", "contract"),
    [
        ("work_slip_nonresidential", "installation_contract_nonresidential"),
        ("work_slip_residential_individual", "installation_contract_residential"),
    ],
)
def test_the_contact_slip_states_the_construction_period_of_the_contract(slip: str, contract: str) -> None:
    fields = [one for part in FOLDER.forms[slip]["sections"] for one in part["fields"]]
    [period] = [one for one in fields if one["key"] == "construction_days"]
    assert period["required"] and period["prefill"] == {"from": f"{contract}.completion_days_after_entry"}
    for process, step in (("install_non_residential", "confirm_payment"), ("alteration", "confirm_large")):
        kinds = ({"customer_kind": "residential"}, {"customer_kind": "commercial_industrial"})
        forms = {PROCESSES[process].step(step).form_for(kind) for kind in kinds}
        assert forms <= {"work_slip_nonresidential", "work_slip_residential_individual"}
        outcome = PROCESSES[process].step(step).outcome("confirmed")
        assert outcome is not None and "form" in outcome.asks


def test_gas_is_applied_for_by_one_or_for_a_whole_community() -> None:
    fields = [one for part in FOLDER.forms["application_gas_on"]["sections"] for one in part["fields"]]
    [kind] = [one for one in fields if one["key"] == "gas_on_kind"]
    assert kind["required"] and [one["value"] for one in kind["options"]] == ["individual", "collective"]
    collective = stand_at("accept", {"gas_on_kind": "collective"})
    assert act_refused("gas_commissioning", collective, "accept") == "outcome_not_open"
    for data, outcome in (({"gas_on_kind": "collective"}, "accept_collective"), ({}, "accept")):
        after = act("gas_commissioning", stand_at("accept", data), outcome)
        assert after.data.get("gas_on_kind") == data.get("gas_on_kind")
    # A whole community takes longer, so its limit is another.
    limit = PROCESSES["gas_commissioning"].step("inspect").limit
    assert [one.limit.value for one in limit.cases] == [30]


def test_a_community_pays_by_area_or_by_quota_after_the_governments_rule() -> None:
    paid = act("install_residential_group", stand_at("pay", {}), "paid")
    assert [one.step for one in paid.open_tasks] == ["collect"]
    sections = FOLDER.forms["payment_receipt"]["sections"]
    fields = {one["key"]: one for part in sections for one in part["fields"]}
    asked = {
        basis: {key for key, one in fields.items() if basis in str(one.get("when")) and one.get("required")}
        for basis in ("by_area", "by_quota")
    }
    assert asked == {"by_area": {"rule_no", "floor_area", "price_per_area"}, "by_quota": {"rule_no", "quota"}}


def test_no_customer_signs_what_no_page_shows_them() -> None:
    for process in PROCESSES.values():
        for step in process.steps:
            if step.by.kind is not ActorKind.CUSTOMER:
                continue
            for way in step.outcomes:
                shown = step.form or step.signs or any(one.name == "drawing_shown" for one in way.guards)
                assert "signature" not in way.asks or shown, (process.key, step.key)
