"""Within what time a complaint is answered stands where its level is chosen, by the company's figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from backend.cases.promised_times import tell_start, tell_way
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
