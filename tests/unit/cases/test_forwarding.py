"""What a handler forwards to other departments goes on beside the case, one part at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.cases.commands import CUSTOMER, SYSTEM, Complete, EndChild, Forward, Performer
from backend.cases.deadlines import ANSWER_UNTIL, compute_deadlines
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.foretelling import StepState
from backend.cases.guards import BY_ANOTHER, CASE_GUARDS
from backend.cases.progress import Line, is_handler_awaited, make_progress
from backend.cases.snapshot import CaseStatus, EventKind, Snapshot, Task, TaskState
from backend.cases.wording import find_current
from backend.catalogue.definition import ActorKind
from backend.catalogue.folder import read_folder
from backend.catalogue.loader import build_process
from backend.core.error_texts import ERROR_TEXTS
from backend.core.working_calendar import WorkingCalendar
from tests.unit.cases.definitions import NOW

FOLDER = read_folder()
PROCESSES = {key: build_process(body) for key, body in FOLDER.processes.items()}
HANDLER = Performer(ActorKind.POSITION, frozenset({"case_handler"}), frozenset(), 7)
DESK = Performer(ActorKind.DEPARTMENT, departments=frozenset({"customer_service_dept"}))
# Nobody here reviews the own work.
GUARDS = {**CASE_GUARDS, BY_ANOTHER: lambda snapshot, args: None}
DEPARTMENTS = ("engineering_dept", "market_dev_dept", "finance_dept", "customer_service_dept")
# Process → the step at which the unit says that all is done.
FORWARDING = {
    "online_service_application": "reply",
    "online_customer_service": "reply",
    "hotline_service_application": "reply",
    "hall_service_application": "confirm",
}


def stand_at(step: str, **data: Any) -> Snapshot:
    tasks = (Task(1, step, TaskState.OPEN, NOW),)
    return Snapshot(CaseStatus.OPEN, 2, tasks, data={"handler_id": 7, "service": "repair", **data})


def forward(process: str, snapshot: Snapshot, to: str = "engineering_dept", **more: Any) -> Snapshot:
    command = Forward(more.pop("who", HANDLER), to, "部门", more.pop("reason", "要改管"), more)
    return decide(PROCESSES[process], snapshot, command, NOW, CASE_GUARDS).snapshot


def refuse(process: str, snapshot: Snapshot, command: Any) -> str:
    with pytest.raises(CommandRefused) as refused:
        decide(PROCESSES[process], snapshot, command, NOW, CASE_GUARDS)
    assert refused.value.code in ERROR_TEXTS
    return refused.value.code


@pytest.mark.parametrize("to", DEPARTMENTS)
@pytest.mark.parametrize("process", FORWARDING)
def test_each_department_of_the_unit_gets_a_part_with_a_time_of_its_own(process: str, to: str) -> None:
    definition = PROCESSES[process]
    before = stand_at("book")
    decision = decide(definition, before, Forward(HANDLER, to, "部门", "要改管"), NOW, CASE_GUARDS)
    # The case itself stands where it stood, and the part began beside it.
    assert [task.step for task in decision.snapshot.open_tasks] == ["book", "forwarded"]
    [asked] = [one.payload for one in decision.events if one.kind is EventKind.CHILD_REQUESTED]
    entry = PROCESSES[asked["process"]].step(asked["enter_at"])
    assert (entry.by.key, entry.queue) == (to, "accept")
    assert (entry.limit.kind, entry.limit.value) == ("working_days", 3)
    # The time of the whole order runs on meanwhile.
    assert definition.step("assign").limit.value
    assert not any(one.pauses_parent for one in definition.step("forwarded").children)


@pytest.mark.parametrize(("process", "last"), FORWARDING.items())
def test_the_unit_ends_its_part_only_after_the_answer_was_read(process: str, last: str) -> None:
    definition = PROCESSES[process]
    [end] = [one for one in definition.step(last).outcomes if one.key in ("reply", "confirmed")]

    def try_to_end(snapshot: Snapshot) -> Any:
        return Complete(DESK, 1, end.key, snapshot.version, reason="办完了")

    waiting = forward(process, stand_at(last))
    assert refuse(process, waiting, try_to_end(waiting)) == "forward_unanswered"
    ended = EndChild(SYSTEM, 2, CaseStatus.REFUSED)
    answered = decide(definition, waiting, ended, NOW, CASE_GUARDS).snapshot
    assert [task.step for task in answered.open_tasks] == [last, "read_answer"]
    assert refuse(process, answered, try_to_end(answered)) == "forward_unread"
    read = Complete(HANDLER, 3, "read", answered.version)
    done = decide(definition, answered, read, NOW, CASE_GUARDS).snapshot
    assert [task.step for task in done.open_tasks] == [last]
    decide(definition, done, try_to_end(done), NOW, GUARDS)


def test_what_is_refused() -> None:
    process, here = "online_service_application", stand_at("book")
    assert refuse(process, here, Forward(CUSTOMER, "engineering_dept", "", "要改管")) == "not_your_turn"
    assert refuse(process, here, Forward(HANDLER, "engineering_dept", "", " ")) == "reason_required"
    assert refuse(process, here, Forward(HANDLER, "legal_dept", "", "要改管")) == "forward_unknown"
    early = Forward(HANDLER, "engineering_dept", "", "要改管")
    assert refuse(process, stand_at("assign"), early) == "forward_not_open"
    assert refuse("repair", stand_at("inspect"), early) == "forward_not_open"
    once = forward(process, here)
    assert refuse(process, once, Forward(HANDLER, "finance_dept", "", "要退费")) == "forward_running"


def test_nobody_is_awaited_for_an_answer_that_is_only_to_be_read() -> None:
    definition = PROCESSES["online_service_application"]

    def is_awaited(step: str) -> bool:
        waiting = forward("online_service_application", stand_at(step))
        ended = EndChild(SYSTEM, 2, CaseStatus.COMPLETED)
        answered = decide(definition, waiting, ended, NOW, CASE_GUARDS).snapshot
        assert [task.step for task in answered.open_tasks] == [step, "read_answer"]
        return is_handler_awaited(Line(definition, answered, {}, {}, CASE_GUARDS), PROCESSES.__getitem__)

    assert is_awaited("book")
    assert not is_awaited("reply")


def test_the_customer_sees_the_department_at_work_in_the_same_line() -> None:
    case = forward("online_service_application", stand_at("book"))
    part = Snapshot(CaseStatus.OPEN, 2, (Task(1, "engineering", TaskState.OPEN, NOW),), data=case.data)
    below = {2: Line(PROCESSES["department_support"], part, {}, {}, CASE_GUARDS)}
    line = Line(PROCESSES["online_service_application"], case, {}, below, CASE_GUARDS)
    steps = make_progress(line, lambda key: PROCESSES[key])
    assert [one.name for one in steps if one.state is StepState.NOW] == ["预约上门时间", "工程部门在办"]
    # While the case itself has something to wait for, that is what the customer is told.
    told = find_current(steps)
    assert told is not None
    assert told.name == "预约上门时间"
    # What comes next is foretold to the end, as without the part.
    assert "评价服务" in [one.name for one in steps if one.state is StepState.NEXT]


def tell_open_at(process: str, step: str) -> str | None:
    """Return what the customer is told first where ``step`` is open and the engineers have a part."""
    before = "related" if process == "hall_service_application" else "support"
    case = forward(process, stand_at(before))
    done = case.tasks[0]._replace(state=TaskState.DONE, outcome="by_hand")
    case = case._replace(tasks=(done, case.tasks[1], Task(3, step, TaskState.OPEN, NOW)))
    part = Snapshot(CaseStatus.OPEN, 2, (Task(1, "engineering", TaskState.OPEN, NOW),), data=case.data)
    below = {2: Line(PROCESSES["department_support"], part)}
    told = find_current(make_progress(Line(PROCESSES[process], case, {}, below), PROCESSES.__getitem__))
    return None if told is None else told.name


@pytest.mark.parametrize(("process", "last"), FORWARDING.items())
def test_the_customer_is_told_of_the_department_once_nothing_else_is_waited_for(
    process: str, last: str
) -> None:
    assert tell_open_at(process, last) == "工程部门在办"


@pytest.mark.parametrize("process", ["hotline_service_application", "hall_service_application"])
def test_a_step_that_shows_as_part_of_another_is_not_told_as_the_departments(process: str) -> None:
    assert tell_open_at(process, "handle") == "上门服务"


def test_what_a_department_did_meanwhile_stands_where_it_was_done() -> None:
    def make_done(number: int, step: str, minutes: int, outcome: str) -> Task:
        return Task(number, step, TaskState.DONE, NOW, NOW + timedelta(minutes=minutes), outcome)

    came, left = make_done(1, "arrive", 1, "arrived"), make_done(2, "finish", 9, "done")
    visit = Line(PROCESSES["repair"], Snapshot(CaseStatus.COMPLETED, 5, (came, left)))
    answered = make_done(1, "engineering", 4, "answered")
    part = Line(PROCESSES["department_support"], Snapshot(CaseStatus.COMPLETED, 3, (answered,)))
    tasks = (
        make_done(1, "support", 9, "repair"),
        make_done(2, "forwarded", 4, "answered"),
        Task(3, "reply", TaskState.OPEN, NOW),
    )
    case = Snapshot(CaseStatus.OPEN, 6, tasks)
    line = Line(PROCESSES["online_service_application"], case, {}, {1: visit, 2: part})
    steps = make_progress(line, PROCESSES.__getitem__)
    moments = [one.at for one in steps if one.state is StepState.DONE]
    assert moments == sorted(moments, key=str)
    assert {answered.done_at, left.done_at} <= set(moments)


def test_an_answer_is_due_no_later_than_the_case_itself() -> None:
    def find_due(process: str, **data: Any) -> Any:
        definition = PROCESSES[process]
        snapshot = stand_at("engineering" if process == "department_support" else "assign", **data)
        return compute_deadlines(definition, snapshot, WorkingCalendar(1, {}))[1]

    own = find_due("department_support")
    soon = NOW + timedelta(hours=20)
    capped = find_due("department_support", **{ANSWER_UNTIL: soon.isoformat()})
    assert (capped.due_at, capped.warn_at < soon) == (soon, True)
    later = {ANSWER_UNTIL: (own.due_at + timedelta(days=9)).isoformat()}
    assert find_due("department_support", **later) == own
    # The case that carries the moment for its parts has its own time as before.
    top = "online_service_application"
    assert find_due(top, **{ANSWER_UNTIL: soon.isoformat()}) == find_due(top)
