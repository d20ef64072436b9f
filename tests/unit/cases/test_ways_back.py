"""After a way back the present step and what is still to come stand in the progress, behind what was done."""

from __future__ import annotations

from backend.cases.commands import SYSTEM, EndChild
from backend.cases.engine import decide
from backend.cases.progress import Line, make_progress
from backend.cases.snapshot import CaseStatus, Snapshot, TaskState
from tests.unit.cases.test_progress import NOW, PROCESSES, find_process, run, start

SUSPENSION, FEE = PROCESSES["suspension_removal"], PROCESSES["fee_collection"]
COMES_AGAIN = (("set_off", "set_off"), ("arrive", "arrive"))
BEFORE = [
    ("提交申请", "done"),
    ("已受理", "done"),
    ("核对气量", "done"),
    ("补缴气款", "stopped"),
    ("核对气款", "stopped"),
]


def drop_open(snapshot: Snapshot) -> Snapshot:
    """End the case, as whoever ends a collection does."""
    tasks = [
        one._replace(state=TaskState.DROPPED) if one.state is TaskState.OPEN else one
        for one in snapshot.tasks
    ]
    return snapshot._replace(status=CaseStatus.CANCELLED, tasks=tuple(tasks))


def test_the_present_step_stands_behind_a_collection_that_was_ended() -> None:
    case = start(SUSPENSION)
    case = case._replace(data={**case.data, "stop_kind": "suspension"})
    case = run(SUSPENSION, case, ("apply", "suspend"), ("accept", "accept"), ("check_gas", "owes"))
    [waiting] = case.open_tasks
    case = decide(SUSPENSION, case, EndChild(SYSTEM, waiting.no, CaseStatus.CANCELLED), NOW).snapshot
    fee = drop_open(run(FEE, start(FEE), ("apply", "apply"), ("accept", "at_counter")))

    def show(snapshot: Snapshot) -> list[tuple[str, str]]:
        line = Line(SUSPENSION, snapshot, children={waiting.no: Line(FEE, fee)})
        return [(one.name, one.state.value) for one in make_progress(line, find_process)]

    case = run(SUSPENSION, case, ("check_paid", "recheck"))
    assert show(case) == [
        *BEFORE, ("等师傅上门", "now"), ("师傅在路上", "next"), ("核对气量", "next"), ("核对气款", "next"),
        ("报停", "next"), ("签字确认", "next"),
    ]  # fmt: skip
    case = run(
        SUSPENSION,
        case,
        *COMES_AGAIN,
        ("check_gas", "clear"),
        ("check_paid", "suspend"),
        ("suspend", "suspended"),
    )
    assert show(case) == [
        *BEFORE, ("师傅已出发", "done"), ("师傅已到", "done"), ("核对气量", "done"), ("核对气款", "done"),
        ("已报停", "done"), ("签字确认", "now"),
    ]  # fmt: skip
