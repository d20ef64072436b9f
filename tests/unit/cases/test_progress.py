"""The progress is one unbroken line, whatever a case went through and whatever it handed over to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.cases.commands import (
    CUSTOMER,
    SYSTEM,
    Command,
    Complete,
    CorrectionRequest,
    EndChild,
    Performer,
    Start,
    Withdraw,
)
from backend.cases.engine import decide
from backend.cases.foretelling import StepState
from backend.cases.progress import (
    Line,
    make_progress,
)
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.cases.wording import (
    tell_end,
    tell_opening,
    write_due,
    write_headline,
    write_step_due,
    write_step_text,
)
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.catalogue.folder import read_folder
from backend.catalogue.loader import build_process
from tests.unit.cases.definitions import CLERK, make_outcome, make_process, make_step

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PROCESSES = {key: build_process(body) for key, body in read_folder().processes.items()}
EVERYBODY = Performer(ActorKind.POSITION, read_folder().positions, read_folder().departments)
APPLICATION, REPAIR = PROCESSES["online_service_application"], PROCESSES["repair"]
DATA = {"service": "repair"}


def find_process(key: str) -> ProcessDefinition:
    return PROCESSES[key]


def run(definition: ProcessDefinition, snapshot: Snapshot, *moves: tuple[str, str]) -> Snapshot:
    """Carry out step → outcome one after the other, without guards standing in the way."""
    named = {use.name for step in definition.steps for outcome in step.outcomes for use in outcome.guards}
    everything = dict.fromkeys(named, lambda snapshot, args: None)
    for number, (step, outcome) in enumerate(moves):
        [task] = [one for one in snapshot.open_tasks if one.step == step]
        by = definition.step(step).by.kind
        performer = CUSTOMER if by is ActorKind.CUSTOMER else EVERYBODY
        declared = definition.step(step).outcome(outcome)
        asked = (CorrectionRequest("fault_text", "写详细"),) if declared and declared.corrections else ()
        changed = frozenset({"fault_text"}) if definition.step(step).mends else frozenset[str]()
        command: Command = Complete(
            performer, task.no, outcome, snapshot.version, "原因", corrections=asked, changed_items=changed
        )
        at = NOW + timedelta(minutes=number)
        snapshot = decide(definition, snapshot, command, at, everything).snapshot
    return snapshot


def start(definition: ProcessDefinition, enter_at: str | None = None) -> Snapshot:
    return decide(definition, Snapshot(), Start(CUSTOMER, DATA, enter_at), NOW).snapshot


def show(line: Line) -> list[tuple[str, str]]:
    return [(one.key, one.state.value) for one in make_progress(line, find_process)]


TO_REVIEW = (("submit", "submit"), ("accept", "accept"))
TO_BOOK = (*TO_REVIEW, ("review", "pass"), ("dispatch", "dispatch"), ("assign", "assign"))
AHEAD_OF_CHILD = [("reply", "next"), ("close", "next"), ("rate", "next")]
CHILD = ["set_off", "arrive", "inspect", "test_pressure", "hand_over"]


def test_what_comes_next_is_foretold_to_the_end() -> None:
    line = Line(APPLICATION, run(APPLICATION, start(APPLICATION), *TO_REVIEW))
    assert show(line) == [
        ("submit", "done"),
        ("accept", "done"),
        ("review", "now"),
        ("dispatch", "next"),
        ("assign", "next"),
        ("book", "next"),
        ("support", "next"),
        *((f"support/{key}", "next") for key in CHILD),
        *AHEAD_OF_CHILD,
    ]


def test_a_return_shows_what_was_and_comes_round_again() -> None:
    snapshot = run(APPLICATION, start(APPLICATION), *TO_REVIEW, ("review", "return"))
    assert show(Line(APPLICATION, snapshot))[:6] == [
        ("submit", "done"),
        ("accept", "done"),
        # The returning itself nobody sees: it is part of the review.
        ("review", "done"),
        ("complete_documents", "now"),
        ("accept#2", "next"),
        ("review#2", "next"),
    ]
    snapshot = run(APPLICATION, snapshot, ("complete_documents", "resubmit"), ("accept", "accept"))
    assert show(Line(APPLICATION, snapshot))[3:7] == [
        ("complete_documents", "done"),
        ("accept#2", "done"),
        ("review#2", "now"),
        ("dispatch", "next"),
    ]


def test_a_child_goes_on_where_its_parent_waits() -> None:
    parent = run(APPLICATION, start(APPLICATION), *TO_BOOK, ("book", "book"))
    [task] = parent.open_tasks
    child = start(REPAIR)
    line = Line(APPLICATION, parent, children={task.no: Line(REPAIR, child)})
    # The child's first step is not for customers, so its parent's step is still the present one.
    assert show(line)[6:9] == [("support", "now"), ("support/set_off", "next"), ("support/arrive", "next")]
    child = run(REPAIR, child, ("accept", "accept"), ("set_off", "set_off"))
    due_at = NOW + timedelta(hours=1)
    line = Line(
        APPLICATION, parent, children={task.no: Line(REPAIR, child, {child.open_tasks[0].no: due_at})}
    )
    steps = make_progress(line, find_process)
    assert [(one.key, one.state.value) for one in steps][6:] == [
        ("support", "done"),
        ("support/set_off", "done"),
        ("support/arrive", "now"),
        ("support/inspect", "next"),
        ("support/test_pressure", "next"),
        ("support/hand_over", "next"),
        *AHEAD_OF_CHILD,
    ]
    assert [one.due_at for one in steps if one.state is StepState.NOW] == [due_at]
    assert {one.key for one in steps if one.in_child} == {f"support/{key}" for key in CHILD}


def test_the_works_are_seen_while_they_go_on() -> None:
    parent = run(APPLICATION, start(APPLICATION), *TO_BOOK, ("book", "book"))
    [task] = parent.open_tasks
    works = PROCESSES["install_residential_individual"]
    child = run(
        works, start(works, "take_up"), ("take_up", "take_up"), ("set_off", "set_off"), ("arrive", "arrive"),
        ("survey", "fit"), ("scheme", "drafted"), ("sign_sketch", "agree"), ("pay", "paid"),
    )  # fmt: skip
    [collecting] = child.open_tasks
    paid = EndChild(SYSTEM, collecting.no, CaseStatus.COMPLETED)
    child = run(works, decide(works, child, paid, NOW).snapshot, ("assign_construction", "assign"))
    seen = []
    for moves in ((), (("design", "designed"), ("sign_drawings", "agree")), (("purchase", "purchased"),)):
        child = run(works, child, *moves)
        line = Line(APPLICATION, parent, children={task.no: Line(works, child)})
        seen += [one.name for one in make_progress(line, find_process) if one.state is StepState.NOW]
    assert seen == ["工程设计", "备料", "施工"]


def test_an_ended_child_stays_in_the_line() -> None:
    parent = run(APPLICATION, start(APPLICATION), *TO_BOOK, ("book", "book"))
    [task] = parent.open_tasks
    child = run(
        REPAIR, start(REPAIR), ("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"),
        ("inspect", "repair_free"), ("finish", "finish"), ("test_pressure", "passed"),
        ("hand_over", "hand_over"), ("brief", "briefed"),
    )  # fmt: skip
    ended = EndChild(SYSTEM, task.no, CaseStatus.COMPLETED)
    parent = decide(APPLICATION, parent, ended, NOW).snapshot
    line = Line(APPLICATION, parent, children={task.no: Line(REPAIR, child)})
    # What the technician did is over; the reply is awaited.
    assert show(line)[-5:] == [
        ("support/test_pressure", "done"),
        ("support/hand_over", "done"),
        ("reply", "now"),
        *AHEAD_OF_CHILD[1:],
    ]
    parent = run(APPLICATION, parent, ("reply", "reply"), ("close", "close"), ("rate", "rate"))
    line = Line(APPLICATION, parent, children={task.no: Line(REPAIR, child)})
    assert {state for _, state in show(line)} == {"done"}


@pytest.mark.parametrize("end", ["withdrawn", "refused"])
def test_a_stopped_case_foretells_nothing(end: str) -> None:
    snapshot = run(APPLICATION, start(APPLICATION), *TO_REVIEW)
    if end == "refused":
        snapshot = run(APPLICATION, snapshot, ("review", "refuse"))
    else:
        snapshot = decide(APPLICATION, snapshot, Withdraw(CUSTOMER, snapshot.version), NOW).snapshot
    steps = make_progress(Line(APPLICATION, snapshot), find_process)
    assert [(one.key, one.state.value) for one in steps] == [
        ("submit", "done"),
        ("accept", "done"),
        ("review", "stopped"),
    ]
    assert "您已撤回" in write_headline(CaseStatus.WITHDRAWN, steps, False, NOW)
    told = tell_end(steps, snapshot.status)
    assert told[-1].text == ("申请没有通过" if end == "refused" else "您撤回了申请")
    assert told[:-1] == steps[:-1]


@pytest.mark.parametrize("process", sorted(PROCESSES))
def test_every_process_has_a_line_from_its_first_step(process: str) -> None:
    definition = PROCESSES[process]
    steps = make_progress(Line(definition, start(definition)), find_process)
    assert len({one.key for one in steps}) == len(steps)
    assert all(one.name and one.text for one in steps)


def test_a_headline_says_what_and_by_when() -> None:
    snapshot = run(APPLICATION, start(APPLICATION), *TO_BOOK[:-1])
    task = snapshot.open_tasks[0].no
    due_at = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    steps = make_progress(Line(APPLICATION, snapshot, {task: due_at}), find_process)
    headline = write_headline(CaseStatus.OPEN, steps, False, NOW)
    assert headline == "正在安排师傅，排好后您可以自己选上门时间，预计 11月26日 周四 17:00 前全部办完"
    late = write_headline(CaseStatus.OPEN, steps, False, due_at + timedelta(seconds=1))
    assert late == "正在安排师傅，排好后您可以自己选上门时间，比预计的晚了，我们正在催办"
    # When works end that nobody has begun is not the desk's to say.
    works = snapshot._replace(data={"service": "installation"})
    steps = make_progress(Line(APPLICATION, works, {task: due_at}), find_process)
    assert write_headline(CaseStatus.OPEN, steps, False, NOW) == "正在安排师傅，排好后您可以自己选上门时间"
    # One second before midnight in Shanghai is still that day.
    due_at = datetime(2026, 11, 26, 15, 59, tzinfo=UTC)
    assert write_due(due_at, due_at) == "预计 11月26日 周四 23:59 前"
    # What is over can be expected no more.
    assert write_due(due_at, due_at + timedelta(seconds=1)) == "原定 11月26日 周四 23:59 前"


def test_a_customers_own_step_is_asked_for_and_not_foretold() -> None:
    works = PROCESSES["install_residential_individual"]
    snapshot = start(works, "sign_drawings")
    due_at = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    steps = make_progress(Line(works, snapshot, {snapshot.open_tasks[0].no: due_at}), find_process)
    told = "请先看施工图，同意就签字，请在 11月26日 周四 17:00 前办"
    assert write_headline(CaseStatus.OPEN, steps, False, NOW) == told
    # Nobody is urged for what the customer alone can do.
    late = write_headline(CaseStatus.OPEN, steps, False, due_at + timedelta(seconds=1))
    assert late == "请先看施工图，同意就签字，请尽快办"
    # Nor is the day of the customer's own anything that we foretell.
    [now] = [one for one in steps if one.state is StepState.NOW]
    assert write_step_due(now, NOW) == "请在 11月26日 周四 17:00 前办"
    passed = write_step_due(now, due_at + timedelta(seconds=1))
    assert passed == "原定 11月26日 周四 17:00 前，请尽快办"


def test_nobody_is_said_to_look_at_once_while_the_office_is_closed() -> None:
    snapshot = run(APPLICATION, start(APPLICATION), ("submit", "submit"))
    due_at = {snapshot.open_tasks[0].no: datetime(2026, 11, 27, 0, 45, tzinfo=UTC)}
    steps = make_progress(Line(APPLICATION, snapshot, due_at), find_process)
    by_day = tell_opening(steps, lambda: None)
    told = "申请已收到，客服马上查看，这一步预计 11月27日 周五 08:45 前办好"
    assert write_headline(CaseStatus.OPEN, by_day, False, NOW) == told
    by_night = tell_opening(steps, lambda: datetime(2026, 11, 27, 0, 30, tzinfo=UTC))
    told = "申请已收到，客服上班后（11月27日 周五 08:30 起）查看"
    assert write_headline(CaseStatus.OPEN, by_night, False, NOW) == told
    [now] = [one for one in by_night if one.state is StepState.NOW]
    assert (write_step_text(now), write_step_due(now, NOW)) == (told, "预计 11月27日 周五 08:45 前")
    # Steps that promise nothing soon do not ask the calendar.
    later = make_progress(Line(APPLICATION, run(APPLICATION, snapshot, ("accept", "accept"))), find_process)
    assert tell_opening(later, lambda: pytest.fail("the calendar was asked")) == later


def test_parallel_steps_stand_side_by_side_before_what_waits_for_both() -> None:
    def seen(key: str, *outcomes: dict[str, Any], **more: Any) -> dict[str, Any]:
        return make_step(key, "position:clerk", *outcomes, customer={"name": key, "text": key}, **more)

    definition = make_process(
        seen("begin", make_outcome("go", "left", "right")),
        seen("left", make_outcome("done", "both")),
        seen("right", make_outcome("done", "both")),
        seen("both", make_outcome("end"), waits_for_all=["left", "right"]),
    )
    snapshot = decide(definition, Snapshot(), Start(CLERK), NOW).snapshot
    assert [state for _, state in show(Line(definition, snapshot))] == ["now", "next", "next", "next"]
    for step, outcome in (("begin", "go"), ("left", "done")):
        [task] = [one for one in snapshot.open_tasks if one.step == step]
        command = Complete(CLERK, task.no, outcome, snapshot.version)
        snapshot = decide(definition, snapshot, command, NOW).snapshot
    assert show(Line(definition, snapshot)) == [
        ("begin", "done"),
        ("left", "done"),
        ("right", "now"),
        ("both", "next"),
    ]
