"""Within what time a complaint is answered stands where its level is chosen, by the company's figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from backend.cases.case_tree import Branch, list_branches
from backend.cases.promised_times import find_answering, find_grade, find_promise, tell_start, tell_way
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from tests.unit.cases.test_progress import NOW, PROCESSES, find_process

GRAVE, LESSER = PROCESSES["complaint_level_1"], PROCESSES["complaint_level_2_3"]
TIMES = {"level_1": "48 小时内答复", "level_2": "24 小时内答复", "level_3": "3 小时内答复"}


def test_every_level_says_its_time_wherever_it_is_chosen() -> None:
    for process in (GRAVE, LESSER):
        for way in process.step("grade").outcomes:
            assert tell_way(process, "grade", way.key, NOW, find_process) == TIMES[way.key]


def test_what_grades_nothing_says_nothing() -> None:
    assert tell_way(GRAVE, "accept", "accept", NOW, find_process) == ""
    assert tell_way(GRAVE, "grade", "unheard_of", NOW, find_process) == ""
    assert tell_start(PROCESSES["repair"], NOW) == ""


def test_a_business_says_its_time_before_it_is_begun() -> None:
    assert tell_start(GRAVE, NOW) == "48 小时内答复"
    assert tell_start(LESSER, NOW) == "2级投诉 24 小时内答复，3级投诉 3 小时内答复"


def test_the_figure_is_the_one_that_holds_now() -> None:
    changes = ((NOW + timedelta(days=1), Decimal("36.0")),)
    steps = tuple(
        replace(one, limit=replace(one.limit, changes=changes)) if one.key == "assign" else one
        for one in GRAVE.steps
    )
    changed = replace(GRAVE, steps=steps)
    assert tell_start(changed, NOW) == "48 小时内答复"
    assert tell_start(changed, NOW + timedelta(days=2)) == "36 小时内答复"


DUE = NOW + timedelta(hours=3)
BEGUN = {"within": "3 小时", "due_at": None, "answered_at": None, "kept": None, "is_open": True}
PROCESS_OF = {1: LESSER, 2: PROCESSES["revisit"], 3: GRAVE, 4: PROCESSES["repair"]}
GRADED = {"complaint_level": 3}


def stand(
    number: int,
    *steps: str,
    data: Mapping[str, Any] = GRADED,
    status: CaseStatus = CaseStatus.OPEN,
    below: Branch | None = None,
    after: timedelta = timedelta(hours=2),
) -> Branch:
    """A case that stands at the last of ``steps``; those before it were done ``after`` the start."""
    tasks = tuple(
        Task(no, step, TaskState.OPEN, NOW)
        if no == len(steps) and status is CaseStatus.OPEN
        else Task(no, step, TaskState.DONE, NOW, NOW + after, "done")
        for no, step in enumerate(steps, 1)
    )
    due = {one.no: DUE for one in tasks if one.step in ("assign", "support", "review", "reply")}
    snapshot = Snapshot(status=status, tasks=tasks, data=data)
    return Branch(number, number, snapshot, due, None, {} if below is None else {len(steps): below})


def find(root: Branch) -> dict[str, Any] | None:
    found = find_answering(list_branches(root), PROCESS_OF.__getitem__)
    return None if found is None else find_promise(found, PROCESS_OF.__getitem__, find_process)


def test_a_promise_has_its_moment_from_dispatch_on() -> None:
    assert find(stand(1, "grade", data={})) is None
    assert find(stand(1, "record")) == BEGUN
    for step in ("assign", "support", "review", "reply"):
        assert find(stand(1, step)) == {**BEGUN, "due_at": DUE}
    assert find(stand(4, "accept")) is None


def test_it_stays_until_whoever_complained_was_called_and_then_says_whether_it_was_kept() -> None:
    sent = {**BEGUN, "due_at": DUE, "answered_at": NOW + timedelta(hours=2), "kept": True}
    for steps in (("call",), ("call", "ask"), ("call", "ask", "talk")):
        assert find(stand(1, "assign", "reply", "revisit", below=stand(2, *steps))) == sent
    called = stand(2, "call", "ask", "talk", "brief")
    assert find(stand(1, "assign", "reply", "revisit", below=called)) == {**sent, "is_open": False}
    # Nobody answered three times: nobody is to be called any more.
    given_up = stand(2, "call", "count_calls", status=CaseStatus.COMPLETED)
    over = stand(1, "assign", "reply", "revisit", status=CaseStatus.COMPLETED, below=given_up)
    assert find(over) == {**sent, "is_open": False}
    late = find(stand(1, "assign", "reply", "revisit", after=timedelta(hours=4)))
    assert late is not None and late["kept"] is False
    assert find(stand(1, "record", status=CaseStatus.CANCELLED)) is None


def test_what_was_handed_over_to_another_level_is_that_levels_time() -> None:
    grade = {"complaint_level": 1}
    told = {**BEGUN, "within": "48 小时"}
    assert find(stand(1, "hand_to_level_1", data=grade)) == told
    assert find(stand(1, "hand_to_level_1", data=grade, below=stand(3, "record", data=grade))) == told
    running = stand(1, "hand_to_level_1", data=grade, below=stand(3, "assign", data=grade))
    assert find(running) == {**told, "due_at": DUE}


def test_a_level_that_was_told_at_the_intake_holds_until_it_is_judged() -> None:
    told = {"told_grade": "level_3"}
    assert find(stand(1, "accept", data=told)) == BEGUN
    judged = find_grade(LESSER, {**told, "complaint_level": "2"})
    assert judged is not None and judged.key == "level_2"
    # Whoever chose the process of the first level has said which it is.
    only = find_grade(GRAVE, {})
    assert only is not None and only.key == "level_1"
    assert find_grade(LESSER, {"told_grade": "unheard_of"}) is None
