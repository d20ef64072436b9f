"""The engine's part of the staff's work: one's own tasks, what a command brings, and hand-over."""

from __future__ import annotations

import pytest

from backend.cases.actions import list_available_actions
from backend.cases.case_tree import Branch
from backend.cases.commands import CUSTOMER, SYSTEM, Command, Complete, HandOver, Performer, Start
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.guards import CASE_GUARDS
from backend.cases.snapshot import Snapshot
from backend.cases.staff_case_view import describe_tasks
from backend.catalogue.definition import ActorKind
from tests.unit.cases.definitions import CLERK, NOW, UNIT, make_outcome, make_process, make_step

WORK = make_process(
    make_step(
        "assign",
        "department:unit",
        make_outcome("assign", "visit", asks=["handler"], guards=[{"name": "handler_assigned"}]),
        make_outcome("book", "visit", asks=["handler"], guards=[{"name": "appointment_booked"}]),
        make_outcome("plain", "visit", guards=[{"name": "handler_assigned"}]),
    ),
    make_step("visit", "position:case_handler", make_outcome("done")),
)


_SIGNED = [{"name": "signature_present"}]
SIGNINGS = make_process(
    make_step(
        "sketch", "department:unit", make_outcome("agree", "drawings", asks=["signature"], guards=_SIGNED)
    ),
    make_step("drawings", "department:unit", make_outcome("agree", asks=["signature"], guards=_SIGNED)),
)


PAYING = make_process(
    make_step(
        "pay",
        "customer",
        make_outcome("paid", "book", name_for_staff="柜台收费"),
        also_by=["department:unit"],
        customer={"name": "缴费", "text": "请缴费"},
    ),
    make_step("book", "position:clerk", make_outcome("booked"), also_by=["department:unit"]),
)


def make_handler(staff_id: int | None) -> Performer:
    return Performer(ActorKind.POSITION, positions=frozenset({"case_handler"}), staff_id=staff_id)


def _decide(snapshot: Snapshot, command: Command) -> Snapshot:
    return decide(WORK, snapshot, command, NOW, CASE_GUARDS).snapshot


def begin() -> Snapshot:
    return _decide(Snapshot(), Start(UNIT))


def refusal_of(snapshot: Snapshot, command: Command) -> str | None:
    try:
        _decide(snapshot, command)
    except CommandRefused as refused:
        return refused.code
    return None


def assigned(handler_id: int) -> Snapshot:
    snapshot = begin()
    return _decide(snapshot, Complete(UNIT, 1, "assign", snapshot.version, data={"handler_id": handler_id}))


def test_an_earlier_signature_does_not_stand_in_for_another() -> None:
    def sign(snapshot: Snapshot, task: int, **data: str) -> Snapshot:
        command = Complete(UNIT, task, "agree", snapshot.version, data=data)
        return decide(SIGNINGS, snapshot, command, NOW, CASE_GUARDS).snapshot

    signed = sign(
        decide(SIGNINGS, Snapshot(), Start(UNIT), NOW, CASE_GUARDS).snapshot, 1, signature_file="one"
    )
    with pytest.raises(CommandRefused, match="signature_missing"):
        sign(signed, 2)
    assert sign(signed, 2, signature_file="two").data["signature_file"] == "two"


def test_what_the_command_brings_does_not_disable_its_button() -> None:
    actions = {one.outcome: one for one in list_available_actions(WORK, begin(), UNIT, CASE_GUARDS)}
    assert actions["assign"].unmet is None
    assert actions["assign"].asks == ("handler",)
    # A guard that waits for something else still objects, and so does one whose outcome asks for nothing.
    assert actions["book"].unmet == "appointment_missing"
    assert actions["plain"].unmet == "handler_missing"


def test_the_guard_still_holds_when_the_command_brings_nothing() -> None:
    snapshot = begin()
    assert refusal_of(snapshot, Complete(UNIT, 1, "assign", snapshot.version)) == "handler_missing"


@pytest.mark.parametrize(("staff_id", "expected"), [(7, None), (8, "not_your_turn"), (None, "not_your_turn")])
def test_a_task_is_its_handlers_own(staff_id: int | None, expected: str | None) -> None:
    snapshot = assigned(7)
    performer = make_handler(staff_id)
    assert refusal_of(snapshot, Complete(performer, 2, "done", snapshot.version)) == expected
    assert bool(list_available_actions(WORK, snapshot, performer, CASE_GUARDS)) is (expected is None)


def test_open_work_changes_hands() -> None:
    snapshot = _decide(assigned(7), HandOver(UNIT, 8, "请假"))
    assert snapshot.data["handler_id"] == 8
    assert refusal_of(snapshot, Complete(make_handler(7), 2, "done", snapshot.version)) == "not_your_turn"
    assert refusal_of(snapshot, Complete(make_handler(8), 2, "done", snapshot.version)) is None


@pytest.mark.parametrize("performer", [CUSTOMER, SYSTEM])
def test_only_staff_hand_over(performer: Performer) -> None:
    assert refusal_of(assigned(7), HandOver(performer, 8)) == "not_your_turn"


def test_the_slower_of_two_hears_that_somebody_was_faster() -> None:
    before = begin()
    after = assigned(7)
    assert refusal_of(after, Complete(UNIT, 1, "assign", before.version)) == "stale_version"


def test_a_bound_guard_objects_until_it_is_bound() -> None:
    assert CASE_GUARDS["no_rejected_marks"](begin(), {}) == "rejected_marks"


def test_who_stands_in_does_the_absent_persons_steps_and_nobody_elses() -> None:
    deputy = Performer(
        ActorKind.POSITION, positions=frozenset({"case_handler"}), staff_id=8, stands_for=frozenset({7})
    )
    for handler_id, refusal in ((7, None), (8, None), (9, "not_your_turn")):
        snapshot = assigned(handler_id)
        assert refusal_of(snapshot, Complete(deputy, 2, "done", snapshot.version)) == refusal


def test_who_takes_part_in_a_step_is_named() -> None:
    survey = make_step(
        "survey", "position:case_handler", make_outcome("done"), attended_by=["works", "customer"]
    )
    process = make_process(survey)
    snapshot = decide(process, Snapshot(), Start(UNIT), NOW, {}).snapshot
    names = {"works": "工程管理部门", "customer": "客户"}
    [task] = describe_tasks(process, Branch(1, 1, snapshot, {}, None, {}), names, UNIT, NOW)
    assert task["attended_by"] == ["工程管理部门", "客户"]


def test_a_post_that_is_named_beside_the_actor_may_do_the_step_as_well() -> None:
    paying = decide(PAYING, Snapshot(), Start(CUSTOMER), NOW).snapshot
    [own] = list_available_actions(PAYING, paying, CUSTOMER)
    [ours] = list_available_actions(PAYING, paying, UNIT)
    assert (own.name, own.for_customer) == ("paid", False)
    assert (ours.name, ours.for_customer) == ("柜台收费", True)
    assert list_available_actions(PAYING, paying, CLERK) == ()
    with pytest.raises(CommandRefused) as refused:
        decide(PAYING, paying, Complete(CLERK, 1, "paid", paying.version), NOW)
    assert refused.value.code == "not_your_turn"
    booking = decide(PAYING, paying, Complete(UNIT, 1, "paid", paying.version), NOW).snapshot
    [booked] = list_available_actions(PAYING, booking, UNIT)
    # A step of staff is done on nobody's behalf.
    assert (booked.name, booked.for_customer) == ("booked", False)
    assert list_available_actions(PAYING, booking, CUSTOMER) == ()
