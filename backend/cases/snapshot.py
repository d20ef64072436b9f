"""What the engine knows of one running case: an immutable snapshot, folded from its events.

The service stores events and rows; the engine sees only this. Personal data does not enter here:
``data`` carries the plain values that conditions may ask for, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


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
    CASE_ENDED = "case_ended"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. ``payload`` holds plain JSON values only."""

    kind: EventKind
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """One opened step of the case; the same step opened again is another task."""

    no: int
    step: str
    state: TaskState
    opened_at: datetime
    done_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One item that the customer must mend; it blocks approval until it is resolved (law 4)."""

    no: int
    item: str
    reason: str
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The case as the engine sees it. ``version`` counts the events and serves as the lock's number."""

    status: CaseStatus = CaseStatus.DRAFT
    version: int = 0
    tasks: tuple[Task, ...] = ()
    corrections: tuple[Correction, ...] = ()
    owed_documents: frozenset[str] = frozenset()
    children: dict[int, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """The steps at which something is waited for, oldest first."""
        return tuple(task for task in self.tasks if task.state is TaskState.OPEN)

    @property
    def pending_corrections(self) -> tuple[Correction, ...]:
        """What the customer still has to mend."""
        return tuple(one for one in self.corrections if not one.resolved)

    def task(self, no: int) -> Task | None:
        """Return the task numbered ``no``, or None."""
        return next((task for task in self.tasks if task.no == no), None)


def fold(snapshot: Snapshot, events: Iterable[Event]) -> Snapshot:
    """Return ``snapshot`` after ``events``; the only place that turns facts into state."""
    for event in events:
        snapshot = replace(_fold_one(snapshot, event), version=snapshot.version + 1)
    return snapshot


def _fold_one(now: Snapshot, event: Event) -> Snapshot:
    p = event.payload
    match event.kind:
        case EventKind.CASE_STARTED:
            return replace(now, status=CaseStatus.OPEN, data=dict(p.get("data", {})))
        case EventKind.TASK_OPENED:
            task = Task(p["task"], p["step"], TaskState.OPEN, event.at)
            return replace(now, tasks=(*now.tasks, task))
        case EventKind.TASK_DONE:
            return _close_task(now, p["task"], TaskState.DONE, event.at, p["outcome"])
        case EventKind.TASK_DROPPED:
            return _close_task(now, p["task"], TaskState.DROPPED, event.at, None)
        case EventKind.CORRECTION_ASKED:
            asked = Correction(p["correction"], p["item"], p["reason"])
            return replace(now, corrections=(*now.corrections, asked))
        case EventKind.CORRECTION_RESOLVED:
            mended = tuple(
                replace(one, resolved=True) if one.no == p["correction"] else one for one in now.corrections
            )
            return replace(now, corrections=mended)
        case EventKind.DOCUMENT_OWED:
            return replace(now, owed_documents=now.owed_documents | {p["document"]})
        case EventKind.DOCUMENT_SUPPLIED:
            return replace(now, owed_documents=now.owed_documents - {p["document"]})
        case EventKind.CHILD_REQUESTED:
            return replace(now, children={**now.children, p["task"]: p["process"]})
        case EventKind.CHILD_ENDED:
            return replace(now, children={k: v for k, v in now.children.items() if k != p["task"]})
        case EventKind.DATA_CHANGED:
            return replace(now, data={**now.data, **p["data"]})
        case EventKind.CASE_ENDED:
            return replace(now, status=CaseStatus(p["end"]))


def _close_task(now: Snapshot, no: int, state: TaskState, at: datetime, outcome: str | None) -> Snapshot:
    tasks = tuple(
        replace(task, state=state, done_at=at, outcome=outcome) if task.no == no else task
        for task in now.tasks
    )
    return replace(now, tasks=tasks)
