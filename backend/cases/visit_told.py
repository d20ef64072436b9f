"""What the customer is told of a visit: how far it is, what somebody comes for, and what was found. Pure."""

from __future__ import annotations

from backend.cases.commands import ASKED_DATA, PERSONAL_POSTS
from backend.cases.foretelling import FindProcess
from backend.cases.progress import Line, find_awaited
from backend.cases.snapshot import Snapshot, Task
from backend.cases.visiting import ARRIVE, find_open_line, find_visit_state, list_last_visits
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.notifications.messages import COMES


def tell_visit_state(line: Line) -> str:
    """Return how far the visit is for its customer, to whom it is over once others have gone on.

    Who surveyed has arrived until the works are done, as the engine sees it; but nobody is there any more
    while the department draws, the customer pays and the works are built.
    """
    state = find_visit_state(line)
    if state != "arrived":
        return state
    visiting = find_open_line(line)
    return "none" if visiting is not None and _has_gone_on(visiting) else state


def find_purpose(line: Line, find_process: FindProcess) -> str:
    """Return what somebody comes for next, as 上门勘察, where nothing says so 上门."""
    arrival = find_awaited(line, ARRIVE, find_process)
    return (arrival.customer.visit_for if arrival else "") or COMES


def find_visit_result(line: Line) -> str | None:
    """Return what was found at the last visit by whoever came; the works and calls around it are no part."""
    came = [
        (arrival.done_at, one)
        for one in list_last_visits(line)
        if (arrival := _find_arrival(one.snapshot)) is not None and arrival.done_at is not None
    ]
    if not came:
        return None
    _, visited = max(came, key=lambda pair: pair[0])
    written = [task for task in _list_since(visited) if _records_result(visited.definition, task)]
    if not written or not _is_of_visitor(visited.definition, written[-1]):
        # Case data keep the last result only: that of the works has taken the place of the survey's.
        return None
    return visited.snapshot.data.get(ASKED_DATA["result"]) or None


def _has_gone_on(line: Line) -> bool:
    """True where a step after the arrival was somebody else's than that of whoever came."""
    definition = line.definition
    return any(
        not _is_of_visitor(definition, task)
        and definition.step(task.step).by.kind is not ActorKind.SYSTEM
        and task.step not in definition.steps_beside
        for task in _list_since(line)
    )


def _list_since(line: Line) -> list[Task]:
    """Return the tasks after the last arrival, in their order."""
    arrival = _find_arrival(line.snapshot)
    return [] if arrival is None else [one for one in line.snapshot.tasks if one.no > arrival.no]


def _find_arrival(snapshot: Snapshot) -> Task | None:
    return next(
        (one for one in reversed(snapshot.tasks) if one.step == ARRIVE and one.outcome is not None), None
    )


def _records_result(definition: ProcessDefinition, task: Task) -> bool:
    way = definition.step(task.step).outcome(task.outcome) if task.outcome else None
    return way is not None and "result" in way.asks


def _is_of_visitor(definition: ProcessDefinition, task: Task) -> bool:
    return definition.step(task.step).by.key in PERSONAL_POSTS
