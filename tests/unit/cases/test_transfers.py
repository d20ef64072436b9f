"""Where one process of the manual hands over to another, shown on the shipped processes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.cases.commands import CUSTOMER, Complete, Performer
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.foretelling import StepState
from backend.cases.guards import CASE_GUARDS
from backend.cases.progress import Line, make_progress
from backend.cases.snapshot import CaseStatus, EventKind, Snapshot, Task, TaskState
from backend.catalogue.definition import FORM_FILLED, ActorKind
from backend.catalogue.folder import read_folder
from backend.catalogue.loader import build_process

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FOLDER = read_folder()
PROCESSES = {key: build_process(body) for key, body in FOLDER.processes.items()}
EVERYBODY = Performer(ActorKind.POSITION, FOLDER.positions, FOLDER.departments, 7)
# What the outcomes of this table ask for beside the transfer itself.
FOUND = {"result": "见记录", "meter_purchased": 100, "meter_used": 70, "meter_left": 30}
GIVEN = {
    "appointment_id": 5, "handler_id": 7, "signature_file": "f1", "amount_fen": 100,
    "identity_proof": "face:1", "works_drawing": {"files": ["d1"], "sha256": "d1"}, **FOUND,
}  # fmt: skip
NO_OBJECTION = dict.fromkeys(
    (FORM_FILLED, "sum_set", "premises_clear", "bills_counted"), lambda snapshot, args: None
)
GUARDS = {**CASE_GUARDS, **NO_OBJECTION}


def list_handed_over(process: str, step: str, outcome: str, data: dict[str, Any]) -> list[tuple[str, Any]]:
    """Carry out ``outcome`` and return which processes were asked for, each with where it is entered."""
    definition = PROCESSES[process]
    task = Task(1, step, TaskState.OPEN, NOW)
    snapshot = Snapshot(CaseStatus.OPEN, 2, (task,), data={**GIVEN, **data})
    who = CUSTOMER if definition.step(step).by.kind is ActorKind.CUSTOMER else EVERYBODY
    command = Complete(who, 1, outcome, 2, reason="说明", data=GIVEN)
    events = decide(definition, snapshot, command, NOW, GUARDS).events
    asked = [event.payload for event in events if event.kind is EventKind.CHILD_REQUESTED]
    return [(one["process"], one["enter_at"]) for one in asked]


BUSINESS = [
    ("installation", "install_residential_individual", "take_up"),
    ("installation_non_residential", "install_non_residential", "take_up"),
    ("installation_group", "install_residential_group", "take_up"),
    ("alteration", "alteration", "accept"),
    ("suspension", "suspension_removal", "set_off"),
    ("gas_on", "gas_commissioning", None),
    ("inspection", "inspection", "accept"),
]
CHANNELS = ["online_service_application", "hall_service_application", "hotline_service_application"]


@pytest.mark.parametrize(("service", "process", "enter_at"), BUSINESS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_one_applies_online_at_the_counter_and_by_telephone(
    channel: str, service: str, process: str, enter_at: str | None
) -> None:
    assert list_handed_over(channel, "book", "book", {"service": service}) == [(process, enter_at)]
    form = PROCESSES[channel].form
    forms = [one.form for one in FOLDER.offered_services if one.key == service] if form is None else [form]
    assert forms, f"{channel} takes no {service}"
    options = [
        option["value"]
        for section in FOLDER.forms[forms[0]]["sections"]
        for field in section["fields"]
        if field["key"] == "service"
        for option in field["options"]
    ]
    assert form is None or service in options


def test_repairs_are_booked_online_at_the_counter_and_by_telephone() -> None:
    for channel in ("online_service_application", "hall_service_application", "hotline_fault_repair"):
        assert list_handed_over(channel, "book", "book", {"service": "repair"}) == [("repair", None)]


REVISITED = [
    "complaint_level_1",
    "complaint_level_2_3",
    "hotline_alarm",
    "hotline_service_application",
    "hotline_fault_repair",
]


@pytest.mark.parametrize("process", REVISITED)
def test_what_was_told_by_telephone_is_followed_by_a_revisit(process: str) -> None:
    assert list_handed_over(process, "reply", "reply", {}) == [("revisit", None)]


CHARGED = [
    ("install_residential_individual", "pay", "paid"),
    ("suspension_removal", "check_gas", "owes"),
    ("suspension_removal", "check_paid", "unpaid"),
    ("suspension_removal", "remove_small", "charged"),
    ("suspension_removal", "remove_large", "charged"),
    ("card_replacement", "check_gas", "checked"),
    ("account_opening", "offer_payment", "pay"),
    ("ownership_transfer", "check_gas", "owes"),
]


@pytest.mark.parametrize(("process", "step", "outcome"), CHARGED)
def test_what_is_owed_is_collected_by_the_fee_process(process: str, step: str, outcome: str) -> None:
    owed = {"arrears_fee": 36_00} if outcome == "owes" else {}
    assert list_handed_over(process, step, outcome, owed) == [("fee_collection", None)]


def test_whoever_lets_the_gas_on_opens_the_account_on_the_spot() -> None:
    handed = list_handed_over("gas_commissioning", "enter_customer", "entered", {})
    assert handed == [("online_account_opening", None)]


def test_removal_after_an_account_closing_goes_on_at_its_own_step() -> None:
    handed = list_handed_over("account_closing", "ask_removal", "remove", {})
    assert handed == [("suspension_removal", "close_account")]
    definition = PROCESSES["suspension_removal"]
    ways = {one.key: one.to for one in definition.step("close_account").outcomes}
    assert ways == {"keep": ("sign",), "small": ("remove_small",), "large": ("remove_large",)}


@pytest.mark.parametrize(
    ("process", "reviewer"),
    [("complaint_level_1", "business_division"), ("complaint_level_2_3", "customer_service_dept")],
)
def test_what_was_done_about_a_complaint_is_reviewed_before_it_is_replied_to(
    process: str, reviewer: str
) -> None:
    definition = PROCESSES[process]
    review = definition.step("review")
    assert review.by.key == reviewer
    assert {one.key: one.to for one in review.outcomes} == {"accepted": ("reply",), "rejected": ("support",)}
    leads_to_reply = {one.key for one in definition.steps for way in one.outcomes if "reply" in way.to}
    assert leads_to_reply == {"review"}


RATED = [
    ("hotline_alarm", "revisit", "child_completed"),
    ("hotline_consultation", "hang_up", "ended"),
    ("hotline_fault_repair", "hang_up", "ended"),
    ("hotline_information_query", "hang_up", "ended"),
    ("hotline_praise", "hang_up", "ended"),
    ("hotline_service_application", "hang_up", "ended"),
    ("hotline_suggestion", "hang_up", "ended"),
    ("hall_service_application", "confirm", "confirmed"),
    ("online_service_application", "close", "close"),
    ("online_customer_service", "invite_rating", "invite"),
    ("complaint_level_1", "revisit", "child_completed"),
    ("complaint_level_2_3", "revisit", "child_completed"),
]


@pytest.mark.parametrize(("process", "step", "outcome"), RATED)
def test_the_customer_is_asked_for_a_rating(process: str, step: str, outcome: str) -> None:
    way = PROCESSES[process].step(step).outcome(outcome)
    assert way is not None
    asked = [one.args["message"] for one in way.effects if one.name == "notify_customer"]
    assert asked == ["rating_invited"]


@pytest.mark.parametrize(
    ("process", "after"),
    [
        ("hotline_service_application", "revisit"),
        ("hotline_fault_repair", "revisit"),
        ("online_customer_service", "invite_rating"),
        ("online_service_application", "close"),
    ],
)
def test_the_units_reply_goes_back_to_the_centre(process: str, after: str) -> None:
    definition = PROCESSES[process]
    assert [one.to for one in definition.step("reply").outcomes] == [(after,)]
    step = definition.step(after)
    first = PROCESSES["revisit"].step("call") if step.children else step
    assert first.by.key in {"hotline_agent", "remote_service"}


@pytest.mark.parametrize(
    ("process", "step", "outcome"),
    [
        ("hotline_service_application", "handle", "handled"),
        ("hall_service_application", "handle", "handled"),
        ("repair", "finish", "finish"),
    ],
)
def test_whoever_does_the_work_writes_down_what_came_of_it(process: str, step: str, outcome: str) -> None:
    way = PROCESSES[process].step(step).outcome(outcome)
    assert way is not None
    assert "result" in way.asks
    assert "result_recorded" in {one.name for one in way.guards}


def test_a_contract_with_a_community_is_an_option() -> None:
    survey = PROCESSES["install_residential_group"].step("survey")
    ticked = {one.key: one.sets.get("contract_wanted") for one in survey.outcomes if one.key != "unfit"}
    assert ticked == {"fit": True, "fit_without_contract": False}
    sketch = PROCESSES["install_residential_group"].step("sign_sketch")
    ways = {one.key: one.to for one in sketch.outcomes}
    assert ways["agree"] == ("contract",)
    assert ways["agree_without_contract"] == ("pay",)


@pytest.mark.parametrize(
    ("process", "step", "outcome"),
    [
        ("hotline_fault_repair", "book", "book"),
        ("online_service_application", "book", "book"),
        ("online_customer_service", "book", "book"),
    ],
)
def test_a_handler_forwards_to_the_units_departments_within_a_set_time(
    process: str, step: str, outcome: str
) -> None:
    data = {"service": "repair", "dispatched_for": "repair"}
    assert list_handed_over(process, step, outcome, data) == [("repair", None)]
    whole = PROCESSES[process].step("assign").limit
    # The time of the whole order runs on while another department has it.
    assert whole.value
    assert {"support", "reply"} <= set(whole.steps)
    repair = PROCESSES["repair"]
    on_site = repair.step("inspect")
    assert on_site.by.key == "case_handler"
    forward = on_site.outcome("needs_engineering")
    assert forward is not None
    assert forward.to == ("assist",) and {"result", "photos"} <= set(forward.asks)
    assisting = repair.step("assist")
    assert assisting.by.key == "engineering_dept"
    assert (assisting.limit.kind, assisting.limit.value) == ("working_days", 3)


@pytest.mark.parametrize("process", ["hotline_service_application", "hotline_fault_repair"])
def test_a_specific_handler_is_named_before_the_order_goes_on(process: str) -> None:
    definition = PROCESSES[process]
    way = definition.step("assign").outcome("assign")
    assert way is not None
    assert way.asks == ("handler",)
    task = Task(1, "assign", TaskState.OPEN, NOW)
    unnamed = Snapshot(CaseStatus.OPEN, 2, (task,))
    with pytest.raises(CommandRefused) as refused:
        decide(definition, unnamed, Complete(EVERYBODY, 1, "assign", 2), NOW, GUARDS)
    assert refused.value.code == "handler_missing"
    named = decide(
        definition, unnamed, Complete(EVERYBODY, 1, "assign", 2, data={"handler_id": 7}), NOW, GUARDS
    )
    assert "set_handler" in {one.name for one in named.effects}
    assert [task.step for task in named.snapshot.open_tasks] == ["book"]


def test_an_opening_at_the_counter_shows_its_progress_from_the_start() -> None:
    definition = PROCESSES["account_opening"]
    snapshot = Snapshot(CaseStatus.OPEN, 2, (Task(1, "accept", TaskState.OPEN, NOW),))
    accepted = decide(definition, snapshot, Complete(EVERYBODY, 1, "accept", 2), NOW, GUARDS).snapshot
    steps = make_progress(Line(definition, accepted, {}, {}, GUARDS), lambda key: PROCESSES[key])
    assert next(one.name for one in steps if one.state is StepState.NOW) == "审核资料"
    assert {"办理开户", "签协议"} <= {one.name for one in steps if one.state is StepState.NEXT}
