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
    ANEW,
    APPOINTMENT_START,
    BOOKING_GUARD,
    find_booked_hour,
    find_hour_path,
    find_visit_path,
    find_visit_state,
    find_visited_at,
    has_arrived,
    may_book,
)
from backend.catalogue.definition import Step
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


def test_the_hour_of_the_visit_before_is_told_no_more_once_another_is_to_be_booked() -> None:
    looked = ("accept", "set_off", "arrive", "inspect", "notice", "rectify")
    hour = tell_hour(LATER, 2)
    inspection = PROCESSES["inspection"]

    def find(*steps: str) -> tuple[bool, bool]:
        """Tell whether an hour is shown, and whether one may be booked, of an inspection that is so far."""
        order = make_branch(1, hour, FITTER, *steps)
        root = make_branch(0, hour, FITTER, "submit", "book", "support", below=order)
        lines = [
            make_line(root, [PROCESSES[KEYS[0]], inspection].__getitem__),
            make_line(order, lambda _: inspection),
        ]
        [told] = {(find_booked_hour(one) is not None, may_book(one)) for one in lines}
        return told

    assert find("accept", "set_off") == (True, True)
    # It was made, be its hour over or not.
    assert find(*looked) == (False, False)
    assert find(*looked, "book") == (False, True)
    assert find(*looked, "book", "accept") == (True, True)


def asks_for_hour(step: Step) -> bool:
    return any(use.name == BOOKING_GUARD for outcome in step.outcomes for use in outcome.guards)


def test_whatever_leads_back_to_a_visit_gives_up_the_hour_of_the_one_before() -> None:
    """Or the booking would be met by an hour that is over, and no other one could be chosen."""
    back: dict[tuple[str, str], set[str]] = {}
    for process in PROCESSES.values():
        places = {step.key: place for place, step in enumerate(process.steps)}
        asking = [place for place, step in enumerate(process.steps) if asks_for_hour(step)]
        for step in process.steps[asking[0] + 1 :] if asking else ():
            for outcome in step.outcomes:
                if any(to in ANEW and places[to] < places[step.key] for to in outcome.to):
                    back[process.key, outcome.key] = {one.name for one in outcome.effects}
    assert {("inspection", "rectified"), ("online_service_application", "redo")} < back.keys()
    assert [one for one, effects in back.items() if not effects & {"miss_visit", "end_visit"}] == []
