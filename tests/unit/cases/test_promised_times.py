"""Within what time a complaint is answered stands where its level is chosen, by the company's figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from backend.cases.promised_times import find_grade, find_promise, tell_start, tell_way
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


def test_a_promise_has_its_moment_only_while_its_time_runs() -> None:
    due = NOW + timedelta(hours=3)

    def find(step: str, data: dict[str, object]) -> object:
        return find_promise(LESSER, step, data, due, NOW, find_process)

    graded = {"complaint_level": 3}
    assert find("grade", {}) is None
    assert find("record", graded) == {"within": "3 小时", "due_at": None}
    for step in ("assign", "support", "review", "reply"):
        assert find(step, graded) == {"within": "3 小时", "due_at": due}
    assert find("revisit", graded) is None
    # Handed over to the other level, it is that level's time.
    assert find("hand_to_level_1", {"complaint_level": 1}) == {"within": "48 小时", "due_at": None}
    assert find_promise(PROCESSES["repair"], "accept", graded, due, NOW, find_process) is None


def test_a_level_that_was_told_at_the_intake_holds_until_it_is_judged() -> None:
    told = {"told_grade": "level_3"}
    assert find_promise(LESSER, "accept", told, None, NOW, find_process) == {
        "within": "3 小时",
        "due_at": None,
    }
    judged = find_grade(LESSER, {**told, "complaint_level": "2"})
    assert judged is not None and judged.key == "level_2"
    # Whoever chose the process of the first level has said which it is.
    only = find_grade(GRAVE, {})
    assert only is not None and only.key == "level_1"
    assert find_grade(LESSER, {"told_grade": "unheard_of"}) is None
