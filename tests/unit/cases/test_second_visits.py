"""Works have two visits: the survey, and the gas-on with an hour and a handler of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.cases.case_tree import Branch, make_line
from backend.cases.deadlines import APPOINTMENT_END
from backend.cases.forwarded_parts import leave_out_hour
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.cases.visit_shown import ShownVisit, find_shown_visit
from backend.cases.visiting import (
    APPOINTMENT_START,
    find_booked_hour,
    find_hour_path,
    find_visit_path,
    find_visit_state,
    find_visited_at,
    has_arrived,
    may_book,
)
from tests.unit.cases.test_progress import PROCESSES

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
KEYS = ("online_service_application", "install_residential_individual", "gas_commissioning")
SURVEYOR, FITTER = 7, 8
SURVEYED, LATER = "2026-11-01T02:00:00+00:00", "2026-12-01T06:00:00+00:00"


def tell_hour(start: str, number: int) -> dict[str, Any]:
    end = datetime.fromisoformat(start) + timedelta(hours=1)
    return {"appointment_id": number, APPOINTMENT_START: start, APPOINTMENT_END: end.isoformat()}


def make_branch(
    depth: int, data: dict[str, Any], handler_id: int, *steps: str, below: Branch | None = None
) -> Branch:
    """A case that has done all of ``steps`` but the last, where it stands; they follow by the day."""
    tasks = tuple(
        Task(
            no,
            step,
            TaskState.OPEN if no == len(steps) else TaskState.DONE,
            NOW + timedelta(days=10 * depth + no),
            None if no == len(steps) else NOW + timedelta(days=10 * depth + no),
            None if no == len(steps) else "done",
        )
        for no, step in enumerate(steps, start=1)
    )
    children = {} if below is None else {len(steps): below}
    return Branch(depth, depth, Snapshot(CaseStatus.OPEN, 1, tasks, data=data), {}, handler_id, children)


def make_tree(*gas_on: str, **data: Any) -> Branch:
    """An application whose works were surveyed, with the gas-on as far as ``gas_on``."""
    hour = tell_hour(SURVEYED, 1)
    fitting = make_branch(2, {"without_booking": True, **data}, FITTER, *gas_on)
    surveyed = ("take_up", "set_off", "arrive", "survey", "request_gas_on", "gas_on")
    works = make_branch(1, hour, SURVEYOR, *surveyed, below=fitting)
    return make_branch(0, hour, SURVEYOR, "submit", "book", "support", below=works)


def find_definition(depth: int) -> Any:
    return PROCESSES[KEYS[depth]]


TO_BOOK = ("accept", "book")
BOOKED = (*TO_BOOK, "set_off")
ON_THE_WAY = (*BOOKED, "arrive")
THERE = (*ON_THE_WAY, "inspect")


@pytest.mark.parametrize(
    ("steps", "holder", "state", "asks"),
    [
        # Until somebody is sent the survey is the last visit, and nothing is booked.
        (("accept",), (), "arrived", False),
        (TO_BOOK, (3, 6), "none", True),
        (BOOKED, (3, 6), "none", True),
        (ON_THE_WAY, (3, 6), "set_off", True),
        (THERE, (3, 6), "arrived", False),
        ((*THERE, "book"), (3, 6), "none", True),
    ],
)
def test_the_hour_belongs_to_the_gas_on_from_its_booking_on(
    steps: tuple[str, ...], holder: tuple[int, ...], state: str, asks: bool
) -> None:
    has_hour = steps in (BOOKED, ON_THE_WAY, THERE)
    line = make_line(make_tree(*steps, **(tell_hour(LATER, 2) if has_hour else {})), find_definition)
    assert (find_hour_path(line), find_visit_state(line)) == (holder, state)
    assert may_book(line) is asks
    booked = find_booked_hour(line)
    expected = None if steps not in (BOOKED, ON_THE_WAY) else datetime.fromisoformat(LATER)
    assert (booked and booked.start_at) == expected


def test_the_survey_is_the_last_visit_until_another_is_to_come() -> None:
    def find_at(*steps: str) -> datetime | None:
        return find_visited_at(make_line(make_tree(*steps), find_definition))

    assert find_at("accept") == NOW + timedelta(days=13)
    assert find_at(*BOOKED) is None
    assert find_at(*THERE) == NOW + timedelta(days=24)


def test_whoever_surveyed_has_no_hour_of_the_gas_on() -> None:
    root = make_tree(*BOOKED, **tell_hour(LATER, 2))
    line = make_line(root, find_definition)
    surveyed = NOW + timedelta(days=13)
    assert find_shown_visit(root, line, SURVEYOR) == ShownVisit(None, surveyed)
    assert find_shown_visit(root, line, FITTER) == ShownVisit(2, None)
    assert find_shown_visit(root, line, None) == ShownVisit(2, None)


def test_a_visit_below_an_application_has_the_hour_that_was_booked_above() -> None:
    hour = tell_hour(LATER, 2)
    fitting = make_branch(2, hour, FITTER, *BOOKED)
    root = make_branch(0, hour, FITTER, "submit", "book", "support", below=fitting)
    line = make_line(root, find_definition)
    assert (find_visit_path(line), find_hour_path(line)) == ((3,), ())
    assert find_booked_hour(line) is not None


def test_what_follows_a_visit_begins_without_its_hour() -> None:
    works = make_tree("accept").children[3].snapshot
    assert has_arrived(works)
    assert leave_out_hour({**works.data, "service": "installation"}) == {"service": "installation"}
    assert not has_arrived(make_tree("accept").snapshot)
