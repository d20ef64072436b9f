"""A limit that several steps share is told by the last of them that can still come."""

from __future__ import annotations

import pytest

from backend.cases.shared_limits import find_last_sharing
from tests.unit.cases.definitions import make_outcome, make_process, make_step
from tests.unit.cases.test_progress import PROCESSES

DAY = {"kind": "days", "value": 2, "steps": ["first", "side", "last"]}
SHARED = make_process(
    make_step(
        "first", "position:clerk", make_outcome("on", "last"), make_outcome("aside", "side"), limit=DAY
    ),
    make_step("side", "position:clerk", make_outcome("out", "beside"), make_outcome("back", "first")),
    make_step("last", "position:clerk", make_outcome("again", "first"), make_outcome("out", "beside")),
    make_step(
        "beside",
        "position:clerk",
        make_outcome("done", "free"),
        limit={"kind": "with_step", "with_step": "tail"},
    ),
    make_step("free", "position:clerk", make_outcome("on", "tail")),
    make_step("tail", "position:clerk", make_outcome("done"), limit={"kind": "days", "value": 1}),
)


@pytest.mark.parametrize(
    ("step", "last"),
    [("first", "last"), ("side", "last"), ("last", None), ("beside", None), ("free", None), ("tail", None)],
)
def test_the_last_step_that_shares_it(step: str, last: str | None) -> None:
    found = find_last_sharing(SHARED, step)
    assert (None if found is None else found.key) == last


def test_the_steps_of_a_complaint_share_the_time_of_the_answer() -> None:
    process = PROCESSES["complaint_level_2_3"]
    found = [find_last_sharing(process, key) for key in ("record", "assign", "support", "reply")]
    assert [None if one is None else one.key for one in found] == [None, "reply", "reply", None]
