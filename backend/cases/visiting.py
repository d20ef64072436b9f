"""The visit in the life of a case: how far it is, and the hour that is booked for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from backend.cases.commands import PERSONAL_POSTS
from backend.cases.deadlines import APPOINTMENT_END
from backend.cases.progress import BookedHour, Line
from backend.cases.snapshot import CaseStatus, Snapshot, Task
from backend.catalogue.definition import ActorKind, ProcessDefinition

# The step at which a process waits for a booking is the customer's step that asks this guard.
BOOKING_GUARD = "appointment_booked"

# Case data in which the booked visit's beginning stands (ISO 8601 with offset).
APPOINTMENT_START = "appointment_start_at"
# The steps of any process that begin and end the way, as every process with a visit calls them.
_SET_OFF, ARRIVE = "set_off", "arrive"
# Where a case begins anew that is sent back for another visit.
ASSIGN = "assign"


def find_visit_state(line: Line) -> str:
    """Return how far the visit is: it lasts from setting off until the handed-over case has ended."""
    child = _find_open_child(line)
    if child is None:
        return "none"
    if _find_done(child, ARRIVE) is not None:
        return "arrived"
    return "none" if _find_done(child, _SET_OFF) is None else "set_off"


def find_booked_hour(line: Line) -> BookedHour | None:
    """Return the hour at which somebody is to come, or None where none is booked or they have come."""
    start, end = line.snapshot.data.get(APPOINTMENT_START), line.snapshot.data.get(APPOINTMENT_END)
    state, child = find_visit_state(line), _find_open_line(line)
    if start is None or end is None or state == "arrived" or child is None or _has_been_seen_to(child):
        return None
    return BookedHour(datetime.fromisoformat(start), datetime.fromisoformat(end), state == "set_off")


def find_visited_at(line: Line) -> datetime | None:
    """Return when somebody came last, or None where nobody has."""
    for number in _list_visiting(line):
        arrival = _find_done(line.children[number].snapshot, ARRIVE)
        if arrival is not None:
            return arrival.done_at
    return None


def find_visit_made(snapshots: Iterable[Snapshot]) -> datetime | None:
    """Return when somebody came, or None while the case waits for a first or another visit.

    ``snapshots`` are those of the case and of all that it handed over to.
    """
    tasks = [task for one in snapshots for task in one.tasks]
    arrivals = [one.done_at for one in tasks if one.step == ARRIVE and one.outcome and one.done_at]
    begun = (one.opened_at for one in tasks if one.step == ASSIGN)
    return choose_visit_made(max(arrivals, default=None), max(begun, default=None))


def choose_visit_made(came: datetime | None, begun: datetime | None) -> datetime | None:
    """Return ``came``, the last arrival, unless the case has ``begun`` anew since."""
    return None if came is None or (begun is not None and begun > came) else came


def _find_open_child(line: Line) -> Snapshot | None:
    child = _find_open_line(line)
    return None if child is None else child.snapshot


def _find_open_line(line: Line) -> Line | None:
    for number in _list_visiting(line):
        if line.children[number].snapshot.status is CaseStatus.OPEN:
            return line.children[number]
    return None


def _list_visiting(line: Line) -> list[int]:
    """Return the tasks that handed over, the newest first; what other departments do beside is no visit."""
    beside = line.definition.steps_beside
    return [
        one.no for one in reversed(line.snapshot.tasks) if one.no in line.children and one.step not in beside
    ]


def _has_been_seen_to(line: Line) -> bool:
    """True where a process that knows no arrival has had a handler's work on site."""
    steps = {step.key: step.by.key for step in line.definition.steps}
    done = (one.step for one in line.snapshot.tasks if one.outcome is not None)
    return ARRIVE not in steps and any(steps.get(step) in PERSONAL_POSTS for step in done)


def _find_done(snapshot: Snapshot, step: str) -> Task | None:
    return next(
        (one for one in reversed(snapshot.tasks) if one.step == step and one.outcome is not None), None
    )


def find_booking_task(definition: ProcessDefinition, snapshot: Snapshot) -> tuple[int, str] | None:
    """Return the number of the customer's open task that waits for a booking, with its outcome, or None."""
    for task in snapshot.open_tasks:
        step = definition.step(task.step)
        if step.by.kind is ActorKind.CUSTOMER:
            for outcome in step.outcomes:
                if any(use.name == BOOKING_GUARD for use in outcome.guards):
                    return task.no, outcome.key
    return None
