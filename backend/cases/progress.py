"""The progress of a case as its customer reads it: one line through the case and all it handed over to. Pure.

Steps without wording for customers show as part of the one before, and so do those that join it; what comes
next is foretold along the first outcomes, without loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from backend.cases.commands import Guard
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import (
    FORWARDED_ANSWERED,
    Actor,
    ActorKind,
    ChildProcess,
    CustomerView,
    ProcessDefinition,
    Step,
)


class StepState(StrEnum):
    """Where a step of the progress stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Line:
    """A case with its definition and what it handed over to, by the number of the waiting task.

    ``guards`` are those that its actions ask, bound to it where they need more than the snapshot.
    """

    definition: ProcessDefinition
    snapshot: Snapshot
    due_at: Mapping[int, datetime] = field(default_factory=dict)
    children: Mapping[int, Line] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookedHour:
    """The hour at which somebody is to come; ``is_under_way`` once they have set off."""

    start_at: datetime
    end_at: datetime
    is_under_way: bool
    # What somebody comes for, as 上门通气.
    purpose: str = "上门"


class ProgressStep(NamedTuple):
    """One step of the line. ``key`` is unique in it; ``at`` is when it was done, or else when it began.

    ``hour`` is the booked one that the customer waits for at this step; ``due_at`` is then its end.
    ``opens_at`` is when the office opens again, where the step says ``text_when_closed`` until then.
    ``yields``: of what stands open at once, the customer is told of something else first.
    """

    key: str
    name: str
    text: str
    state: StepState
    at: datetime | None = None
    due_at: datetime | None = None
    in_child: bool = False
    hour: BookedHour | None = None
    text_when_closed: str = ""
    opens_at: datetime | None = None
    name_done: str = ""
    # The moment is that by which the steps that follow are done as well.
    is_due_shared: bool = False
    yields: bool = False
    # The customer is the one who is waited for.
    is_own: bool = False


# Who comes to the customer, in every process.
_HANDLER = Actor(ActorKind.POSITION, "case_handler")
# Gives the newest definition of a process that the case may hand over to later.
FindProcess = Callable[[str], ProcessDefinition]


class _Visit(NamedTuple):
    """One opened step, or one to come, before the invisible ones are folded into their neighbours."""

    key: str
    step: Step
    state: StepState
    at: datetime | None = None
    due_at: datetime | None = None
    in_child: bool = False
    # What a forwarded part brings with it.
    is_beside: bool = False


def make_progress(line: Line, find_process: FindProcess) -> tuple[ProgressStep, ...]:
    """Return the line from the first step to the likely end."""
    visits = list(_drop_repeated(_list_all(line, find_process)))
    status = line.snapshot.status
    ended_early = status not in (CaseStatus.OPEN, CaseStatus.COMPLETED)
    if ended_early and visits and visits[-1].state is StepState.DONE:
        # A refusal ends the case at a step that was done; for the customer it goes no further there.
        visits[-1] = visits[-1]._replace(state=StepState.STOPPED)
    return _fold_invisible(visits, _waits_for_parts(line))


def _order_by_time(steps: tuple[ProgressStep, ...]) -> tuple[ProgressStep, ...]:
    """What went on beside the case was done while the rest went on, not after all of it."""
    done = [(one.at, one) for one in steps if one.state is StepState.DONE and one.at is not None]
    in_order = [one for _, one in sorted(done, key=lambda pair: pair[0])]
    return (*in_order, *(one for one in steps if one.state is not StepState.DONE or one.at is None))


def _waits_for_parts(line: Line) -> bool:
    """True where the case itself is done but for what was forwarded; before, that goes on beside it."""
    ends = line.definition.steps_by_guard.get(FORWARDED_ANSWERED, ())
    return any(task.step in ends for task in line.snapshot.open_tasks)


def is_handler_awaited(line: Line, find_process: FindProcess) -> bool:
    """Tell whether the one who comes still has something to do for the case, now or as foretold.

    Reading what another department answered is nothing to come for.
    """
    beside = line.definition.steps_beside
    return line.snapshot.status is CaseStatus.OPEN and any(
        one.step.by == _HANDLER and one.state in (StepState.NOW, StepState.NEXT)
        for one in _list_all(line, find_process)
        if one.in_child or one.step.key not in beside
    )


def find_awaited(line: Line, key: str, find_process: FindProcess) -> Step | None:
    """Return the step of this key at which the case stands or which it reaches next; None without one."""
    return next(
        (
            one.step
            for one in _list_all(line, find_process)
            if one.step.key == key and one.state in (StepState.NOW, StepState.NEXT)
        ),
        None,
    )


def is_with_handler(line: Line) -> bool:
    """Tell whether a step is open that the one who comes does, in the case or in what it handed over."""
    below = (one for one in line.children.values() if one.snapshot.status is CaseStatus.OPEN)
    here = (line.definition.step(task.step).by for task in line.snapshot.open_tasks)
    return _HANDLER in here or any(is_with_handler(one) for one in below)


def list_waiting_steps(line: Line) -> Iterator[Step]:
    """Yield the steps at which the case and all it handed over to stand; what goes on beside is none."""
    for task in line.snapshot.open_tasks:
        child = line.children.get(task.no)
        if task.step in line.definition.steps_beside:
            continue
        if child is not None and child.snapshot.status is CaseStatus.OPEN:
            yield from list_waiting_steps(child)
        else:
            yield line.definition.step(task.step)


def _drop_repeated(visits: Sequence[_Visit]) -> Iterator[_Visit]:
    """Foretell nothing twice under one name: how a sum is paid reads the same wherever it is paid."""
    told: set[str] = set()
    for one in visits:
        if one.state is StepState.NEXT and one.step.customer.visible:
            if one.step.customer.name in told:
                continue
            told.add(one.step.customer.name)
        yield one


def _list_all(line: Line, find_process: FindProcess) -> list[_Visit]:
    visits = list(_list_visits(line, ""))
    if line.snapshot.status is CaseStatus.OPEN:
        visits += _foretell(line, "", find_process)
    return visits


def _list_visits(line: Line, prefix: str, is_beside: bool = False) -> Iterator[_Visit]:
    over = line.snapshot.status is CaseStatus.COMPLETED
    for task in line.snapshot.tasks:
        child = line.children.get(task.no)
        if over and task.state is TaskState.DROPPED and child is None:
            continue
        step = line.definition.step(task.step)
        beside = is_beside or task.step in line.definition.steps_beside
        yield _Visit(
            key=f"{prefix}{task.step}",
            step=step,
            state=_state_of(task, child),
            at=task.opened_at if child is not None else task.done_at or task.opened_at,
            due_at=line.due_at.get(task.no) if task.state is TaskState.OPEN else None,
            in_child=bool(prefix),
            is_beside=beside,
        )
        if child is not None:
            yield from _list_visits(child, f"{prefix}{task.step}/", beside)


def _state_of(task: Task, child: Line | None) -> StepState:
    if child is not None:
        # The handing over is done; where it goes on, the child's own steps tell.
        return StepState.DONE
    match task.state:
        case TaskState.OPEN:
            return StepState.NOW
        case TaskState.DONE:
            return StepState.DONE
        case TaskState.DROPPED:
            return StepState.STOPPED


def _foretell(line: Line, prefix: str, find_process: FindProcess) -> list[_Visit]:
    """Return what is likely to come: first to the end of a running child, then on in the case itself."""
    foretold: list[_Visit] = []
    start: list[str] = []
    data = dict(line.snapshot.data)
    for task in line.snapshot.open_tasks:
        step = line.definition.step(task.step)
        child = line.children.get(task.no)
        if child is not None and child.snapshot.status is CaseStatus.OPEN:
            foretold += _foretell(child, f"{prefix}{task.step}/", find_process)
        start += _list_next(step, data)
    open_now = {task.step for task in line.snapshot.open_tasks}
    return foretold + _walk(line.definition, data, start, open_now, prefix, find_process)


def _walk(
    definition: ProcessDefinition,
    data: dict[str, Any],
    start: list[str],
    seen: set[str],
    prefix: str,
    find_process: FindProcess,
) -> list[_Visit]:
    # Most of a line is still to come, so this is what reading a case spends most of its time on.
    visits: list[_Visit] = []
    waiting, at = list(start), 0
    passed, in_child = set(seen), bool(prefix)
    while at < len(waiting):
        key = waiting[at]
        at += 1
        if key in passed:
            continue
        passed.add(key)
        step = definition.step(key)
        visits.append(_Visit(prefix + key, step, StepState.NEXT, None, None, in_child))
        handed = _choose_child(step, data) if step.children else None
        if handed is not None:
            process = find_process(handed.process)
            first = handed.enter_at or process.first_step
            visits += _walk(process, dict(data), [first], set(), f"{prefix}{key}/", find_process)
        waiting += _list_next(step, data)
    return visits


def _choose_child(step: Step, data: Mapping[str, Any]) -> ChildProcess | None:
    return next((one for one in step.children if one.when is None or evaluate(one.when, data)), None)


def _list_next(step: Step, data: dict[str, Any]) -> Sequence[str]:
    """Return where the first outcome leads whose condition holds; nowhere, where it ends the case.

    What the outcome sets is then known of the way behind it, so ``data`` gets it.
    """
    for outcome in step.outcomes:
        if outcome.when is None or evaluate(outcome.when, data):
            data.update(outcome.sets)
            return outcome.to
    return ()


def _fold_invisible(visits: list[_Visit], waits_for_parts: bool) -> tuple[ProgressStep, ...]:
    """Return one step for each visible visit; of those that join it is one for all of them in a row."""
    steps: list[ProgressStep] = []
    # The wording that each of them has come to.
    told: list[CustomerView] = []
    times: dict[str, int] = {}
    # The last step of the case itself, and of what goes on beside it.
    last: dict[bool, int] = {}
    for one in visits:
        wording, is_shared = one.step.customer, bool(one.step.limit.steps)
        is_own = one.step.by.kind is ActorKind.CUSTOMER
        index = last.get(one.is_beside)
        is_same = index is not None and wording.joins and told[index].joins
        if not wording.visible or is_same:
            # A first step that nobody sees has nothing to show as part of; a foretold one tells nothing.
            if index is not None and one.state is not StepState.NEXT:
                told[index] = wording if is_same else told[index]
                at = _choose_time(steps[index], one)
                steps[index] = steps[index]._replace(
                    text=told[index].text,
                    text_when_closed=told[index].text_when_closed,
                    state=one.state,
                    at=at,
                    due_at=one.due_at if told[index].tells_due else None,
                    is_due_shared=is_shared,
                    is_own=is_own,
                )
            continue
        last[one.is_beside] = len(steps)
        told.append(wording)
        been = times[one.key] = times.get(one.key, 0) + 1
        key = one.key if been == 1 else f"{one.key}#{been}"
        steps.append(
            ProgressStep(
                key,
                wording.name,
                wording.text,
                one.state,
                one.at,
                one.due_at if wording.tells_due else None,
                one.in_child,
                None,
                wording.text_when_closed,
                None,
                wording.name_done,
                is_shared,
                one.is_beside is not waits_for_parts,
                is_own,
            )
        )
    named = tuple(
        one._replace(name=one.name_done) if one.state is StepState.DONE and one.name_done else one
        for one in steps
    )
    return _order_by_time(named) if True in last else named


def _choose_time(before: ProgressStep, one: _Visit) -> datetime | None:
    """A step that goes on with an invisible one began when it began."""
    return before.at if one.state is StepState.NOW else one.at
