"""The visit in the life of a case: how far it is, and the hour that is booked for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import takewhile

from backend.cases.commands import PERSONAL_POSTS
from backend.cases.deadlines import APPOINTMENT_END
from backend.cases.progress import BookedHour, Line
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.catalogue.definition import ActorKind, ProcessDefinition, Step

# The step at which a process waits for a booking is the customer's step that asks this guard.
BOOKING_GUARD = "appointment_booked"

# Case data in which the booked visit's beginning stands (ISO 8601 with offset).
APPOINTMENT_START = "appointment_start_at"
# The same, and what the guard asks for, where nothing is booked any more.
NO_APPOINTMENT = {"appointment_id": None, APPOINTMENT_START: None, APPOINTMENT_END: None}
# The steps of any process that begin and end the way, as every process with a visit calls them.
_SET_OFF, ARRIVE = "set_off", "arrive"
# Where a case begins anew that waits for another visit: sent back, booked again, or nobody was at home.
BOOK = "book"
ANEW = ("assign", BOOK, _SET_OFF)
# With one of these a case has begun a way of its own.
_WAY = (BOOK, _SET_OFF, ARRIVE)
# Case data of what somebody is sent to without a booking: an earlier visit of the case was not for that.
SENT_ANEW = "sent_anew"


def find_visit_state(line: Line) -> str:
    """Return how far the visit is: it lasts from setting off until the handed-over case has ended.

    The last way counts: where nobody was at home, it begins again.
    """
    visiting = find_open_line(line)
    ways = () if visiting is None else visiting.snapshot.tasks
    last = next((one for one in reversed(ways) if one.step in (*ANEW, ARRIVE)), None)
    if last is None or last.step in ANEW:
        return "none"
    return "set_off" if last.state is TaskState.OPEN else "arrived"


def find_booked_hour(line: Line) -> BookedHour | None:
    """Return the hour at which somebody is to come, or None where none is booked or they have come."""
    data = follow_line(line, find_hour_path(line)).snapshot.data
    start, end = data.get(APPOINTMENT_START), data.get(APPOINTMENT_END)
    if not start or not end:
        return None
    state, visiting = find_visit_state(line), find_open_line(line)
    if state == "arrived" or visiting is None or _has_been_seen_to(visiting):
        return None
    if _asks_customer(line):
        # The hour in the data is that of a visit before: the one to come is yet to be chosen.
        return None
    return BookedHour(datetime.fromisoformat(start), datetime.fromisoformat(end), state == "set_off")


def find_visited_at(line: Line) -> datetime | None:
    """Return when somebody came last, or None where nobody has or they are to come again."""
    return find_visit_made(one.snapshot for one in list_last_visits(line))


def list_last_visits(line: Line) -> list[Line]:
    """Return the cases to which somebody came last or is to come: one below with all of its, or this one."""
    for number in _list_visiting(line):
        visits = list(_list_visits(line.children[number]))
        if any(_has_begun_a_way(one.snapshot) for one in visits):
            return visits
    return [line]


def find_visit_made(snapshots: Iterable[Snapshot]) -> datetime | None:
    """Return when somebody came, or None while the case waits for a first or another visit.

    ``snapshots`` are those of the case and of all that it handed over to.
    """
    snapshots = list(snapshots)
    tasks = [task for one in snapshots for task in one.tasks]
    arrivals = [one.done_at for one in tasks if one.step == ARRIVE and one.outcome and one.done_at]
    begun = [one.opened_at for one in tasks if one.step in ANEW]
    begun += [one.tasks[0].opened_at for one in snapshots if one.data.get(SENT_ANEW) and one.tasks]
    return choose_visit_made(max(arrivals, default=None), max(begun, default=None))


def choose_visit_made(came: datetime | None, begun: datetime | None) -> datetime | None:
    """Return ``came``, the last arrival, unless the case has ``begun`` anew since (one of ANEW)."""
    return None if came is None or (begun is not None and begun > came) else came


def has_arrived(snapshot: Snapshot) -> bool:
    """True where somebody has come for this very case: what it hands over now has an hour of its own."""
    return _find_done(snapshot, ARRIVE) is not None


def find_visit_path(line: Line) -> tuple[int, ...] | None:
    """Return the way down to the open case for which somebody comes, by the tasks that handed over.

    It is empty for the case itself, and None where nobody comes.
    """
    for number in _list_visiting(line):
        below = line.children[number]
        if below.snapshot.status is CaseStatus.OPEN:
            return (number, *_find_second(below))
    if line.snapshot.status is not CaseStatus.OPEN:
        return None
    definition = line.definition
    here = {task.step for task in line.snapshot.open_tasks} - definition.steps_beside
    if any(definition.step(key).by.key in PERSONAL_POSTS for key in here):
        return ()
    return () if definition.has_step(ARRIVE) else None


def find_hour_path(line: Line) -> tuple[int, ...]:
    """Return the way down to the case that the hour of the visit belongs to.

    It is the case at the top, unless somebody has come for one above already, as to survey before the works:
    then the next visit, as to let the gas on, is of the case below, with its handler.
    """
    path = (find_visit_path(line) or ()) if line.children else ()
    for depth in range(len(path), 0, -1):
        if has_arrived(follow_line(line, path[: depth - 1]).snapshot):
            return path[:depth]
    return ()


def _find_second(line: Line) -> tuple[int, ...]:
    """Return the way down from a case to one for which somebody comes anew; empty where there is none."""
    for number in _list_visiting(line):
        below = line.children[number]
        if below.snapshot.status is CaseStatus.OPEN:
            further = _find_second(below)
            if further or _has_begun_a_way(below.snapshot):
                return (number, *further)
    return ()


def _has_begun_a_way(snapshot: Snapshot) -> bool:
    return any(task.step in _WAY for task in snapshot.tasks)


def follow_line(line: Line, path: Iterable[int]) -> Line:
    for number in path:
        line = line.children[number]
    return line


def find_open_line(line: Line) -> Line | None:
    """Return what is open of that for which somebody comes: below the case, or the case itself."""
    path = find_visit_path(line)
    return None if path is None else follow_line(line, path)


def _list_visits(line: Line) -> Iterator[Line]:
    """Return a case and all below it for which somebody may come."""
    yield line
    for number in _list_visiting(line):
        yield from _list_visits(line.children[number])


def _list_visiting(line: Line) -> list[int]:
    """Return the tasks that handed over, the newest first; what other departments do beside is no visit."""
    beside = line.definition.steps_beside
    return [
        one.no for one in reversed(line.snapshot.tasks) if one.no in line.children and one.step not in beside
    ]


def _has_been_seen_to(line: Line) -> bool:
    """True where a process that knows no arrival has had work on site: what a handler does or has photos."""
    steps = {step.key: step for step in line.definition.steps}
    done = [
        (steps[one.step], one.outcome)
        for one in line.snapshot.tasks
        if one.outcome and one.step in steps and one.step not in line.definition.steps_beside
    ]
    return ARRIVE not in steps and any(
        step.by.key in PERSONAL_POSTS or ((way := step.outcome(key)) is not None and "photos" in way.asks)
        for step, key in done
    )


def _find_done(snapshot: Snapshot, step: str) -> Task | None:
    return next(
        (one for one in reversed(snapshot.tasks) if one.step == step and one.outcome is not None), None
    )


def waits_for_hour(definition: ProcessDefinition, snapshot: Snapshot) -> bool:
    """True where a step of staff waits for an hour that is not booked, as where nobody was at home.

    An hour that was given back is booked anew at once, and not only when somebody is to set off.
    """
    data = snapshot.data
    if data.get("appointment_id") is not None:
        return False
    asking = [one for one in _list_asking(definition) if one.by.kind is not ActorKind.CUSTOMER]
    if not asking:
        return False
    here = {task.step for task in snapshot.open_tasks}
    if any(one.key in here for one in asking):
        return True
    if "appointment_id" not in data:
        return False
    before = takewhile(lambda one: one is not asking[0], definition.steps)
    return any(one.key in here and one.by.kind is not ActorKind.CUSTOMER for one in before)


def _list_asking(definition: ProcessDefinition) -> list[Step]:
    return [definition.step(key) for key in definition.steps_by_guard.get(BOOKING_GUARD, ())]


def find_booking_task(definition: ProcessDefinition, snapshot: Snapshot) -> tuple[int, str] | None:
    """Return the number of the customer's open task that waits for a booking, with its outcome, or None."""
    for task in snapshot.open_tasks:
        step = definition.step(task.step)
        if step.by.kind is ActorKind.CUSTOMER:
            for outcome in step.outcomes:
                if any(use.name == BOOKING_GUARD for use in outcome.guards):
                    return task.no, outcome.key
    return None


def is_hour_missing(line: Line) -> bool:
    """True where a step of staff waits for an hour, in the case or in what is open below it."""
    return any(waits_for_hour(one.definition, one.snapshot) for one in _list_open(line))


def may_book(line: Line) -> bool:
    """True where the case waits for a visit to be booked, or has one to come that can be moved."""
    if line.snapshot.status is not CaseStatus.OPEN:
        return False
    return _asks_customer(line) or is_hour_missing(line) or find_booked_hour(line) is not None


def _asks_customer(line: Line) -> bool:
    """True where the customer's step of booking is open, in the case or in what is open below it."""
    return any(find_booking_task(one.definition, one.snapshot) for one in _list_open(line))


def _list_open(line: Line) -> Iterator[Line]:
    if line.snapshot.status is CaseStatus.OPEN:
        yield line
    for one in line.children.values():
        yield from _list_open(one)
