"""What the customer is told of a visit: while it lasts, what it is for, and what whoever came found."""

from __future__ import annotations

from typing import Any

import pytest

from backend.cases.case_tree import Branch, make_line
from backend.cases.progress import Line
from backend.cases.snapshot import CaseStatus, TaskState
from backend.cases.visit_told import find_purpose, find_visit_result, tell_visit_state
from tests.unit.cases.test_progress import APPLICATION, PROCESSES, TO_BOOK, find_process, run, start
from tests.unit.cases.test_second_visits import (
    BOOKED,
    FITTER,
    NOW,
    SURVEYOR,
    THERE,
    find_definition,
    make_branch,
    make_tree,
)

SURVEY = ("take_up", "set_off", "arrive", "survey")


def tell_works(*steps: str) -> str:
    works = make_branch(1, {}, SURVEYOR, *steps)
    root = make_branch(0, {}, SURVEYOR, "submit", "book", "support", below=works)
    return tell_visit_state(make_line(root, find_definition))


def test_who_surveyed_is_there_no_more_once_others_have_gone_on() -> None:
    assert tell_works(*SURVEY[:3]) == "set_off"
    assert tell_works(*SURVEY) == "arrived"
    for later in (("scheme",), ("scheme", "sign_sketch"), ("scheme", "sign_sketch", "pay")):
        assert tell_works(*SURVEY, *later) == "none"


def test_the_gas_on_has_an_arrival_of_its_own() -> None:
    def tell(*steps: str) -> str:
        return tell_visit_state(make_line(make_tree(*steps), find_definition))

    # The survey before it is over, be somebody sent already or not.
    assert tell("accept") == "none"
    assert tell(*BOOKED) == "none"
    assert tell(*THERE) == "arrived"
    assert tell(*THERE, "commission") == "arrived"
    assert tell(*THERE, "rectify") == "none"


def finish(branch: Branch, outcomes: dict[str, str]) -> Branch:
    """Give each task the outcome that it was really done with."""
    tasks = tuple(
        one._replace(state=TaskState.DONE, done_at=one.done_at or NOW, outcome=outcomes.get(one.step, "done"))
        for one in branch.snapshot.tasks
    )
    snapshot = branch.snapshot._replace(tasks=tasks, status=CaseStatus.COMPLETED)
    return Branch(branch.id, branch.definition_version_id, snapshot, {}, branch.handler_id, branch.children)


def test_what_was_found_is_what_whoever_came_wrote_down() -> None:
    def find(data: dict[str, Any], *steps: str) -> str | None:
        works = finish(make_branch(1, data, SURVEYOR, *steps), {"survey": "fit", "construct": "built"})
        return find_visit_result(Line(find_definition(1), works.snapshot))

    assert find({"result": "能装"}, *SURVEY) == "能装"
    # The works have taken its place in the data: under the survey it would be untrue.
    assert find({"result": "装好了"}, *SURVEY, "scheme", "construct") is None


def test_the_result_of_the_works_is_none_of_the_gas_on() -> None:
    fitting = finish(make_branch(2, {}, FITTER, *THERE, "commission"), {"inspect": "passed"})
    steps = (*SURVEY, "construct", "gas_on")
    works = make_branch(1, {"result": "管道装好了"}, SURVEYOR, *steps, below=fitting)
    done = finish(works, {"survey": "fit", "construct": "built"})
    root = make_branch(0, {}, SURVEYOR, "submit", "book", "support", below=done)
    assert find_visit_result(make_line(root, find_definition)) is None


@pytest.mark.parametrize(
    ("service", "purpose"),
    [("repair", "上门维修"), ("installation", "上门勘察"), ("inspection", "上门安检")],
)
def test_what_somebody_comes_for_is_known_before_the_work_is_handed_over(service: str, purpose: str) -> None:
    snapshot = start(APPLICATION)
    snapshot = snapshot._replace(data={**snapshot.data, "service": service, "customer_kind": "residential"})
    line = Line(APPLICATION, run(APPLICATION, snapshot, *TO_BOOK))
    assert find_purpose(line, find_process) == purpose


def test_the_gas_on_is_what_somebody_comes_for_after_the_survey() -> None:
    line = make_line(make_tree(*BOOKED), find_definition)
    assert find_purpose(line, find_process) == "上门通气"
    over = make_line(make_tree(*THERE), find_definition)
    assert find_purpose(over, find_process) == "上门"


def test_every_process_with_an_arrival_says_what_for() -> None:
    arrivals = [step for one in PROCESSES.values() for step in one.steps if step.key == "arrive"]
    assert arrivals and all(one.customer.visit_for for one in arrivals)
