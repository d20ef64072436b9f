"""Where several outcomes weigh the same, none is the usual one; what was told before is to be confirmed."""

from __future__ import annotations

import pytest

from backend.cases.choices import OPEN, TOLD, find_told, list_rivals, weigh
from tests.unit.cases.definitions import make_outcome, make_process, make_step
from tests.unit.cases.test_progress import PROCESSES

CHOICE = make_process(
    make_step(
        "choose",
        "position:clerk",
        make_outcome("small", sets={"size": "small"}),
        make_outcome("large", sets={"size": "large"}),
        make_outcome("large_owing", sets={"size": "large"}, owes_documents=True),
        make_outcome("sorted", sets={"without_booking": True}),
        make_outcome("back", needs_reason=True),
    ),
    make_step(
        "charge",
        "position:clerk",
        make_outcome("free"),
        make_outcome("charged"),
        make_outcome("nobody"),
        alternatives=["free", "charged"],
    ),
)
SIZE, CHARGE = CHOICE.steps


def test_outcomes_that_record_different_values_weigh_the_same() -> None:
    assert list_rivals(SIZE) == {"small", "large", "large_owing"}
    assert list_rivals(CHARGE) == {"free", "charged"}
    # What is accepted the same way with documents owed is no other choice.
    assert list_rivals(SIZE, ["large", "large_owing", "back"]) == frozenset()


def test_the_one_whose_value_the_case_has_is_told() -> None:
    told = find_told(SIZE, {"size": "small"})
    assert told is not None and told.key == "small"
    assert find_told(SIZE, {}) is None
    assert find_told(SIZE, {"size": "large"}) is None


@pytest.mark.parametrize(
    ("offered", "weighed"),
    [
        (["small", "large", "back"], {"small": TOLD, "large": OPEN}),
        (["small", "back"], {}),
        ([], {}),
    ],
)
def test_only_what_is_offered_is_weighed(offered: list[str], weighed: dict[str, str]) -> None:
    assert weigh(SIZE, offered, SIZE.outcome("small")) == weighed


def test_nobody_chooses_a_level_or_a_kind_of_customer_by_habit() -> None:
    for process, step in (
        ("complaint_level_1", "grade"),
        ("complaint_level_2_3", "grade"),
        ("inspection", "accept"),
    ):
        assert len(list_rivals(PROCESSES[process].step(step))) >= 2
