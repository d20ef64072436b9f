"""The progress of a case as its customer reads it: one line through the case and all it handed over to. Pure.

Steps without wording for customers show as part of the one before, and so do those that join it; what comes
next is foretold along the first outcomes, without loops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from backend.cases.commands import Guard
from backend.cases.foretelling import (
    FindProcess,
    StepState,
    Visit,
    Way,
    drop_repeated,
    foretell,
)
from backend.cases.promised_ends import find_promised_end
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.catalogue.definition import (
    FORWARDED_ANSWERED,
    Actor,
    ActorKind,
    CustomerView,
    ProcessDefinition,
    Step,
)

# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call.
_DONE, _CUSTOMER = StepState.DONE, ActorKind.CUSTOMER


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
    # What comes by ``due_at``, where that is a day that a slip has, as 竣工.
    ends_with: str = ""
    # The text says why the step stopped, whatever became of the case afterwards.
    says_why: bool = False


# Who comes to the customer, in every process.
_HANDLER = Actor(ActorKind.POSITION, "case_handler")


def make_progress(line: Line, find_process: FindProcess) -> tuple[ProgressStep, ...]:
    """Return the line from the first step to the likely end."""
    visits = list(_list_visits(line, ""))
    status = line.snapshot.status
    ended_early = status not in (CaseStatus.OPEN, CaseStatus.COMPLETED)
    if ended_early and visits and visits[-1].state is StepState.DONE:
        # A refusal ends the case at a step that was done; for the customer it goes no further there.
        visits[-1] = visits[-1]._replace(state=StepState.STOPPED)
    waits_for_parts = _waits_for_parts(line)
    told = _fold_invisible(visits, waits_for_parts)
    if status is not CaseStatus.OPEN:
        return told.steps
    ways = _foretell(line, "", find_process)
    steps = told.steps
    if any(_is_works(one) for way in ways for one in way.found.values()):
        steps = tuple(one._replace(due_at=None) if _spans_works(one) else one for one in steps)
    return (*steps, *_tell_ahead(told, ways, waits_for_parts))


def _is_works(definition: ProcessDefinition) -> bool:
    """True for works whose own day, by their slip or a limit over all of them, is told once there is one."""
    return bool(definition.overall) or "ends_on" in definition.traits


def _spans_works(step: ProgressStep) -> bool:
    """True where the moment is the desk's for all of the case: before works begin nobody knows their end."""
    return step.is_due_shared and not step.in_child and step.state is StepState.NOW


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


def _list_all(line: Line, find_process: FindProcess) -> list[Visit]:
    visits = list(_list_visits(line, ""))
    if line.snapshot.status is CaseStatus.OPEN:
        visits += [one for way in _foretell(line, "", find_process) for one in way.visits]
    return visits


def _list_visits(line: Line, prefix: str, is_beside: bool = False) -> Iterator[Visit]:
    over = line.snapshot.status is CaseStatus.COMPLETED
    for task in line.snapshot.tasks:
        child = line.children.get(task.no)
        if over and task.state is TaskState.DROPPED and child is None:
            continue
        step = line.definition.step(task.step)
        beside = is_beside or task.step in line.definition.steps_beside
        is_open = task.state is TaskState.OPEN
        end = find_promised_end(line.definition, line.snapshot.data, task.step) if is_open else None
        left = step.outcome(task.outcome) if task.outcome else None
        undone = left.told_undone if left is not None else ""
        yield Visit(
            key=f"{prefix}{task.step}",
            step=step,
            state=StepState.STOPPED if undone else _state_of(task, child),
            at=task.opened_at if child is not None else task.done_at or task.opened_at,
            due_at=end.due_at if end else line.due_at.get(task.no) if is_open else None,
            in_child=bool(prefix),
            is_beside=beside,
            ends_with=end.what if end else "",
            why_stopped=undone,
            told_instead=_find_told_next(line, task) if is_open else "",
        )
        if child is not None:
            below = _list_visits(child, f"{prefix}{task.step}/", beside)
            yield from below if is_open else _list_ended(below)


def _find_told_next(line: Line, task: Task) -> str:
    """Return what the way by which the case has come to an open step says of it; most ways say nothing."""
    for one in reversed(line.snapshot.tasks):
        left = line.definition.step(one.step).outcome(one.outcome) if one.outcome else None
        if left is not None and one.no < task.no and task.step in left.to:
            return left.told_next
    return ""


def _list_ended(visits: Iterator[Visit]) -> Iterator[Visit]:
    """What is not waited for any more is over for the customer, such as the slip for money that is there.

    Where what was handed over to was ended early, nothing asks for what it asked for.
    """
    for one in visits:
        if one.state is StepState.NOW:
            yield one._replace(state=StepState.DONE, due_at=None)
        elif one.state is StepState.STOPPED and not one.why_stopped:
            yield one._replace(why_stopped=one.step.customer.text_stopped)
        else:
            yield one


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


def _foretell(line: Line, prefix: str, find_process: FindProcess) -> list[Way]:
    """Return what is likely to come: first to the end of a running child, then on in the case itself."""
    ways: list[Way] = []
    here = line.snapshot.open_tasks
    for task in here if line.children else ():
        child = line.children.get(task.no)
        if child is not None and child.snapshot.status is CaseStatus.OPEN:
            ways += _foretell(child, f"{prefix}{task.step}/", find_process)
    open_steps = tuple([task.step for task in here])
    return [*ways, foretell(line.definition, open_steps, line.snapshot.data, prefix, find_process)]


class _Told(NamedTuple):
    """The steps that were opened. ``joins`` is True where the last of the case itself joins what follows;
    ``times`` is how often each key was told."""

    steps: tuple[ProgressStep, ...]
    joins: bool
    times: Mapping[str, int]


def _fold_invisible(visits: Sequence[Visit], waits_for_parts: bool) -> _Told:
    """Return one step for each visible visit; of those that join it is one for all of them in a row."""
    steps: list[ProgressStep] = []
    # The wording that each of them has come to.
    told: list[CustomerView] = []
    times: dict[str, int] = {}
    # The last step of the case itself, and of what goes on beside it.
    last: dict[bool, int] = {}
    for one in visits:
        wording, is_shared = one.step.customer, bool(one.step.limit.steps)
        is_own = one.step.by.kind is _CUSTOMER
        index = last.get(one.is_beside)
        is_same = index is not None and wording.joins and told[index].joins
        if not wording.visible or is_same:
            # A first step that nobody sees has nothing to show as part of.
            if index is not None:
                told[index] = wording if is_same else told[index]
                at = _choose_time(steps[index], one)
                steps[index] = steps[index]._replace(
                    text=one.why_stopped or one.told_instead or told[index].text,
                    says_why=bool(one.why_stopped),
                    text_when_closed=told[index].text_when_closed,
                    state=one.state,
                    at=at,
                    due_at=one.due_at if told[index].tells_due else None,
                    is_due_shared=is_shared,
                    is_own=is_own,
                    ends_with=one.ends_with,
                )
            continue
        last[one.is_beside] = len(steps)
        told.append(wording)
        steps.append(_tell(one, times, waits_for_parts))
    named = tuple(
        one._replace(name=one.name_done) if one.state is _DONE and one.name_done else one for one in steps
    )
    joins = False in last and told[last[False]].joins
    return _Told(_order_by_time(named) if True in last else named, joins, times)


def _tell_ahead(told: _Told, ways: Sequence[Way], waits_for_parts: bool) -> Sequence[ProgressStep]:
    """Return the steps to come, for which those in a row that join are one as well."""
    if len(ways) > 1:
        ahead = drop_repeated([one for way in ways for one in way.visits])
        return _fold_ahead(ahead, told.joins, dict(told.times), waits_for_parts)
    [way] = ways
    if not way.keys.isdisjoint(told.times):
        return _fold_ahead(way.told, told.joins, dict(told.times), waits_for_parts)
    asked = (told.joins, waits_for_parts)
    made: Sequence[ProgressStep] | None = way.made.get(asked)
    if made is None:
        made = way.made[asked] = _fold_ahead(way.told, told.joins, {}, waits_for_parts)
    return made


def _fold_ahead(
    ahead: Sequence[Visit], joins: bool, times: dict[str, int], waits_for_parts: bool
) -> Sequence[ProgressStep]:
    steps = []
    for one in ahead:
        if not (joins and one.step.customer.joins):
            steps.append(_tell(one, times, waits_for_parts))
        joins = one.step.customer.joins
    return steps


def _tell(one: Visit, times: dict[str, int], waits_for_parts: bool) -> ProgressStep:
    wording = one.step.customer
    been = times[one.key] = times.get(one.key, 0) + 1
    return ProgressStep(
        one.key if been == 1 else f"{one.key}#{been}",
        wording.name,
        one.why_stopped or one.told_instead or wording.text,
        one.state,
        one.at,
        one.due_at if wording.tells_due else None,
        one.in_child,
        None,
        wording.text_when_closed,
        None,
        wording.name_done,
        bool(one.step.limit.steps),
        one.is_beside is not waits_for_parts,
        one.step.by.kind is _CUSTOMER,
        one.ends_with,
        bool(one.why_stopped),
    )


def _choose_time(before: ProgressStep, one: Visit) -> datetime | None:
    """A step that goes on with an invisible one began when it began."""
    return before.at if one.state is StepState.NOW else one.at
