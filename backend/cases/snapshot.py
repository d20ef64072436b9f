"""What the engine knows of one running case: an immutable snapshot, folded from its events.

All of it is named tuples, which are made several times as fast as frozen dataclasses.
The service stores events and rows; the engine sees only this. Personal data does not enter here:
``data`` carries the plain values that conditions may ask for, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

# Case data in which stand the limits that were extended: until when (ISO 8601), by the limit's name.
EXTENDED_LIMITS = "extended_limits"
# ``Task(...)`` is a function in Python; where every command passes, this one in C takes all fields at once.
make_tuple = tuple.__new__


class CaseStatus(StrEnum):
    """Where the case as a whole stands."""

    DRAFT = "draft"
    OPEN = "open"
    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True when no command but a late document can change the case any more."""
        return self not in (CaseStatus.DRAFT, CaseStatus.OPEN)


class TaskState(StrEnum):
    """Where one opened step stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class EventKind(StrEnum):
    """Every fact that a case can record."""

    CASE_STARTED = "case_started"
    TASK_OPENED = "task_opened"
    TASK_DONE = "task_done"
    TASK_DROPPED = "task_dropped"
    CORRECTION_ASKED = "correction_asked"
    CORRECTION_RESOLVED = "correction_resolved"
    DOCUMENT_OWED = "document_owed"
    DOCUMENT_SUPPLIED = "document_supplied"
    CHILD_REQUESTED = "child_requested"
    CHILD_ENDED = "child_ended"
    DATA_CHANGED = "data_changed"
    CASE_URGED = "case_urged"
    FORM_FILLED = "form_filled"
    LIMIT_EXTENDED = "limit_extended"
    CASE_ENDED = "case_ended"


class Event(NamedTuple):
    """One fact. ``payload`` holds plain JSON values only."""

    kind: EventKind
    at: datetime
    payload: dict[str, Any]


class Task(NamedTuple):
    """One opened step of the case; the same step opened again is another task."""

    no: int
    step: str
    state: TaskState
    opened_at: datetime
    done_at: datetime | None = None
    outcome: str | None = None


class Correction(NamedTuple):
    """One item that the customer must mend; it blocks approval until it is resolved (law 4)."""

    no: int
    item: str
    reason: str
    resolved: bool = False


# A fresh snapshot's mappings; like all others they are replaced and never written to.
_NOTHING: dict[Any, Any] = {}


class Snapshot(NamedTuple):
    """The case as the engine sees it. ``version`` counts the events and serves as the lock's number."""

    status: CaseStatus = CaseStatus.DRAFT
    version: int = 0
    tasks: tuple[Task, ...] = ()
    corrections: tuple[Correction, ...] = ()
    owed_documents: frozenset[str] = frozenset()
    children: dict[int, str] = _NOTHING
    data: dict[str, Any] = _NOTHING

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """The steps at which something is waited for, oldest first."""
        return tuple([task for task in self.tasks if task.state is _OPEN])

    @property
    def pending_corrections(self) -> tuple[Correction, ...]:
        """What the customer still has to mend."""
        return tuple(one for one in self.corrections if not one.resolved)

    def task(self, no: int) -> Task | None:
        """Return the task numbered ``no``, or None."""
        return next((task for task in self.tasks if task.no == no), None)


# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call.
_OPEN, _DONE = TaskState.OPEN, TaskState.DONE
_TASK_OPENED, _TASK_DONE, _DATA_CHANGED = EventKind.TASK_OPENED, EventKind.TASK_DONE, EventKind.DATA_CHANGED


class Folding:
    """A snapshot while events are added to it; the only place that turns facts into state.

    It is changed in place, because copying the whole case for each of a command's events costs more than
    deciding it. Nobody but the one that folds may hold it: all others see the snapshots that it takes.
    """

    __slots__ = ("children", "corrections", "data", "owed_documents", "status", "tasks", "version")

    def __init__(self, start: Snapshot) -> None:
        self.status = start.status
        self.version = start.version
        self.tasks = list(start.tasks)
        self.corrections = list(start.corrections)
        # Never changed in place, so that the snapshots may share them.
        self.owed_documents = start.owed_documents
        self.children = start.children
        self.data = start.data

    def take(self) -> Snapshot:
        """Return the case as it stands after the events so far."""
        return make_tuple(
            Snapshot,
            (
                self.status,
                self.version,
                tuple(self.tasks),
                tuple(self.corrections),
                self.owed_documents,
                self.children,
                self.data,
            ),
        )

    def task(self, no: int) -> Task | None:
        """Return the task numbered ``no``, or None. They are numbered from one, in the order of opening."""
        return self.tasks[no - 1] if 0 < no <= len(self.tasks) else None

    def is_open_at(self, step: str) -> bool:
        """True when a task stands open at ``step``."""
        # A generator costs more than what it looks at; so below.
        for task in self.tasks:  # noqa: SIM110
            if task.step == step and task.state is _OPEN:
                return True
        return False

    @property
    def has_pending_corrections(self) -> bool:
        """True while the customer still has to mend something."""
        for one in self.corrections:  # noqa: SIM110
            if not one.resolved:
                return True
        return False

    def add(self, event: Event) -> None:
        """Let ``event`` have happened."""
        kind, at, p = event
        self.version += 1
        # Those that almost every command brings.
        if kind is _TASK_OPENED:
            self.tasks.append(make_tuple(Task, (p["task"], p["step"], _OPEN, at, None, None)))
        elif kind is _TASK_DONE:
            self._close_task(p["task"], _DONE, at, p["outcome"])
        elif kind is _DATA_CHANGED:
            self.data = {**self.data, **p["data"]}
        else:
            self._add_rare(event)

    def _add_rare(self, event: Event) -> None:
        p = event.payload
        match event.kind:
            case EventKind.CASE_STARTED:
                self.status, self.data = CaseStatus.OPEN, dict(p.get("data", {}))
            case EventKind.TASK_DROPPED:
                self._close_task(p["task"], TaskState.DROPPED, event.at, None)
            case EventKind.CORRECTION_ASKED:
                self.corrections.append(Correction(p["correction"], p["item"], p["reason"]))
            case EventKind.CORRECTION_RESOLVED:
                index = p["correction"] - 1
                self.corrections[index] = self.corrections[index]._replace(resolved=True)
            case EventKind.DOCUMENT_OWED:
                self.owed_documents = self.owed_documents | {p["document"]}
            case EventKind.DOCUMENT_SUPPLIED:
                self.owed_documents = self.owed_documents - {p["document"]}
            case EventKind.CHILD_REQUESTED:
                self.children = {**self.children, p["task"]: p["process"]}
            case EventKind.CHILD_ENDED:
                self.children = {k: v for k, v in self.children.items() if k != p["task"]}
            case EventKind.LIMIT_EXTENDED:
                extended = {**self.data.get(EXTENDED_LIMITS, {}), p["limit"]: p["due_at"]}
                self.data = {**self.data, EXTENDED_LIMITS: extended}
            case EventKind.CASE_ENDED:
                self.status = CaseStatus(p["end"])

    def _close_task(self, no: int, state: TaskState, at: datetime, outcome: str | None) -> None:
        old = self.tasks[no - 1]
        self.tasks[no - 1] = make_tuple(Task, (no, old.step, state, old.opened_at, at, outcome))


def fold(snapshot: Snapshot, events: Iterable[Event]) -> Snapshot:
    """Return ``snapshot`` after ``events``."""
    folding = Folding(snapshot)
    for event in events:
        folding.add(event)
    return folding.take()
