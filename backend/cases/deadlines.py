"""When each open task is due: a pure function of the case's history and a working calendar (law 5).

A limit begins when work enters its steps from outside them, and steps that share a limit share its deadline.
A limit whose cases differ is chosen by the case's data as they stand: where they change, it moves.
While the customer must act at one of several steps that share a limit, or while a child case of a step that
says so is running, the limit stands still: then nothing is due, and what is left runs on afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from backend.cases.snapshot import EXTENDED_LIMITS, Snapshot, Task
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import (
    ActorKind,
    ClockKind,
    LimitKind,
    LimitSpec,
    ProcessDefinition,
    Step,
)
from backend.catalogue.time_limits import read_date, read_window
from backend.core.local_time import SHANGHAI, local_date
from backend.core.working_calendar import ZERO, WorkingCalendar, multiply

# The warning comes when this share of a limit has passed, by the limit's own clock.
WARN_SHARE = Decimal("0.8")
# Limits that are a moment and not a length are warned of this long before.
WARN_BEFORE_MOMENT = timedelta(minutes=30)
_LAST_SECOND = time(23, 59, 59)
# Case data in which the booked visit's end stands (ISO 8601 with offset); without it nothing is due.
APPOINTMENT_END = "appointment_end_at"
# A process with this trait is a department's answer: its result is what it says to the handler. The case data
# say until when the case itself has time (ISO 8601 with offset): a later answer is of no use to the handler.
ANSWERS, ANSWER_UNTIL = "answers_forward", "answer_until"
# Case data in which stands the year that a case plans; the calendar puts it there when it starts the case.
PLAN_YEAR = "plan_year"
# Case data in which stands the last day of the plan that started the case; without it nothing is due.
PLAN_UNTIL = "plan_until"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a task is due. ``due_at`` is None while the limit stands still or has no date yet.

    ``limit_no`` is the number of the task at whose opening the limit began: tasks that share a limit share
    it. ``is_guess`` says that a day not yet known to the calendar went into it.
    """

    limit_no: int
    due_at: datetime | None
    warn_at: datetime | None
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class DuePlan:
    """The deadlines that are to be stored, by the task's number, and the calendar's version behind them."""

    calendar_version: int
    deadlines: Mapping[int, Deadline]


NOTHING_DUE = DuePlan(0, {})


@dataclass(frozen=True, slots=True)
class _Clock:
    """How time is added and measured: by office hours, or by all hours."""

    add: Callable[[datetime, timedelta], datetime]
    between: Callable[[datetime, datetime], timedelta]


_ALL_HOURS = _Clock(
    lambda start, amount: (start + amount).astimezone(UTC), lambda start, end: max(ZERO, end - start)
)
Pause = tuple[datetime, datetime | None]


def compute_deadlines(
    definition: ProcessDefinition,
    snapshot: Snapshot,
    calendar: WorkingCalendar,
    within: Container[int] | None = None,
) -> dict[int, Deadline]:
    """Return the deadline of every open task that has a limit, by the task's number; of ``within`` alone."""
    found = {
        task.no: _compute(definition, snapshot, calendar, task, frozenset())
        for task in snapshot.open_tasks
        if within is None or task.no in within
    }
    return {no: deadline for no, deadline in found.items() if deadline is not None}


def _compute(
    definition: ProcessDefinition,
    snapshot: Snapshot,
    calendar: WorkingCalendar,
    task: Task,
    asked: frozenset[str],
) -> Deadline | None:
    owner = find_limited_step(definition, task.step)
    if owner is None or owner.key in asked:
        return None
    limit = _choose(owner.limit, snapshot.data)
    if limit.kind is LimitKind.WITH_STEP:
        others = [one for one in snapshot.tasks if one.step == limit.with_step]
        # The other step's deadline holds here too, whether or not that step is done.
        return (
            _compute(definition, snapshot, calendar, others[-1], asked | {owner.key})
            if others
            else Deadline(task.no, None, None)
        )
    span = frozenset((owner.key, *limit.steps))
    first = _find_entry(snapshot, task, span)
    if limit.kind is LimitKind.NONE:
        # Said all the same, so that a deadline from before the data changed is taken back.
        return Deadline(first.no, None, None)
    if limit.kind in _MOMENTS:
        due_at = _MOMENTS[limit.kind](limit, snapshot, calendar, first.opened_at)
        warn_at = _warn_before(limit, first.opened_at, due_at)
    else:
        pauses = _list_pauses(definition, snapshot, span, first)
        due_at, warn_at = _run_length(limit, calendar, first.opened_at, pauses)
        if len(span) == 1 and owner.by.kind is ActorKind.CUSTOMER and limit.clock is ClockKind.OFFICE:
            due_at, warn_at = _leave_whole_day(calendar, first.opened_at, due_at, warn_at)
    cap = snapshot.data.get(ANSWER_UNTIL) if definition.traits.get(ANSWERS) else None
    if cap and due_at is not None and warn_at is not None:
        due_at, warn_at = _cap(datetime.fromisoformat(cap), first.opened_at, due_at, warn_at)
    extended = snapshot.data.get(EXTENDED_LIMITS)
    if extended and due_at is not None and warn_at is not None:
        due_at, warn_at = _extend(extended.get(name_limit(first)), due_at, warn_at)
    is_guess = due_at is not None and _asks_for_days(limit) and _is_guess(calendar, first.opened_at, due_at)
    return Deadline(first.no, due_at, warn_at, is_guess)


def name_limit(entry: Task) -> str:
    """Return the name of the limit that began with the task ``entry``.

    A child case begins with its parent's data, so a number alone could mean a task of either.
    """
    return f"{entry.no}@{entry.opened_at.astimezone(UTC).isoformat()}"


def find_limit(definition: ProcessDefinition, snapshot: Snapshot, key: str) -> LimitSpec | None:
    """Return the limit that holds for step ``key`` as the case's data stand, or None where there is none."""
    asked: set[str] = set()
    while (owner := find_limited_step(definition, key)) is not None and owner.key not in asked:
        limit = _choose(owner.limit, snapshot.data)
        if limit.kind is not LimitKind.WITH_STEP:
            return None if limit.kind is LimitKind.NONE else limit
        asked.add(owner.key)
        key = str(limit.with_step)
    return None


def counts_office_hours(definition: ProcessDefinition, key: str) -> bool:
    """Tell whether the limit of step ``key`` runs in office hours alone."""
    owner = find_limited_step(definition, key)
    return owner is not None and owner.limit.clock is ClockKind.OFFICE and owner.limit.kind not in _MOMENTS


def _extend(until: str | None, due_at: datetime, warn_at: datetime) -> tuple[datetime, datetime]:
    """Return the later end where there is one, with a warning as long before it as before."""
    later = due_at if until is None else max(due_at, datetime.fromisoformat(until))
    return later, later - (due_at - warn_at)


def _leave_whole_day(
    calendar: WorkingCalendar, begun: datetime, due_at: datetime | None, warn_at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Return an end no earlier than the close of an opening day that the customer has all of.

    The manual's quarter of an hour is for whoever stands at the counter; who is asked at home on a Sunday
    night would have read in the morning that it is over. No staff are measured by a limit of the customer's.
    """
    until = calendar.closing_time(calendar.next_whole_day(begun))
    if due_at is None or due_at >= until:
        return due_at, warn_at
    return until, begun + multiply(until - begun, WARN_SHARE)


def _cap(until: datetime, begun: datetime, due_at: datetime, warn_at: datetime) -> tuple[datetime, datetime]:
    """Return an end no later than ``until``, with the warning at the same share of the time."""
    if until >= due_at:
        return due_at, warn_at
    return until, begun + multiply(max(ZERO, until - begun), WARN_SHARE)


def find_limited_step(definition: ProcessDefinition, key: str) -> Step | None:
    """Return the step whose limit holds for step ``key``: its own, else one that spans it."""
    step = definition.step(key)
    if step.limit.kind is not LimitKind.NONE or step.limit.cases:
        return step
    return next((one for one in definition.steps if key in one.limit.steps), None)


def _choose(limit: LimitSpec, data: Mapping[str, Any]) -> LimitSpec:
    """Return the first of the limit's cases that fits ``data``, else the limit itself.

    Where no form has named the day of a limit, what holds otherwise takes its place.
    """
    chosen = next((one.limit for one in limit.cases if evaluate(one.when, data)), limit)
    if chosen.otherwise is not None and not data.get(chosen.field or ""):
        return chosen.otherwise
    return chosen


def _find_entry(snapshot: Snapshot, task: Task, span: frozenset[str]) -> Task:
    """Return the task at which work entered the span: from it on, the span was never left until ``task``."""
    first = task
    if len(span) == 1:
        return first
    for other in reversed(snapshot.tasks):
        is_before = other.no < first.no and other.step in span
        if is_before and (other.done_at is None or other.done_at >= first.opened_at):
            first = other
    return first


def _list_pauses(
    definition: ProcessDefinition, snapshot: Snapshot, span: frozenset[str], first: Task
) -> list[Pause]:
    """Return the stretches in which the limit stands still, in order; the last may not have ended."""
    found: list[Pause] = []
    for task in snapshot.tasks:
        if task.no < first.no or task.step not in span:
            continue
        if not _stops_clock(definition.step(task.step), span, snapshot.data):
            continue
        last_end = found[-1][1] if found else first.opened_at
        if last_end is None:
            break
        if task.done_at is None or task.done_at > last_end:
            found.append((max(task.opened_at, last_end), task.done_at))
    return found


def _stops_clock(step: Step, span: frozenset[str], data: Mapping[str, Any]) -> bool:
    # A customer's step with a limit of its own is limited for the customer, and does not pause itself.
    if step.by.kind is ActorKind.CUSTOMER and len(span) > 1:
        return True
    fitting = (one for one in step.children if one.when is None or evaluate(one.when, data))
    child = next(fitting, None)
    return child is not None and child.pauses_parent


def measure_due(limit: LimitSpec, calendar: WorkingCalendar, start: datetime) -> datetime:
    """Return when a limit that has a length and never stands still ends."""
    due_at, _ = _run_length(limit, calendar, start, [])
    if due_at is None:
        raise ValueError("without a pause a limit always ends")
    return due_at


def _run_length(
    limit: LimitSpec, calendar: WorkingCalendar, start: datetime, pauses: list[Pause]
) -> tuple[datetime | None, datetime | None]:
    clock, amount = _measure(limit, calendar, start)
    due_at = _run(clock, start, amount, pauses)
    warn_at = _run(clock, start, multiply(amount, WARN_SHARE), pauses)
    if due_at is not None and limit.kind is LimitKind.DAYS and limit.clock is ClockKind.OFFICE:
        # Days run on over a weekend, but nothing falls due on one.
        due_at = calendar.roll_to_office(due_at)
    return due_at, warn_at


def _measure(limit: LimitSpec, calendar: WorkingCalendar, start: datetime) -> tuple[_Clock, timedelta]:
    """Return the clock by which a limit runs, and its length on that clock."""
    length = limit.length_at(start)
    value = Decimal(1) if length is None else length
    office = _Clock(calendar.add_office_time, calendar.office_time_between)
    by_office = limit.clock is ClockKind.OFFICE
    match limit.kind:
        case LimitKind.IMMEDIATE:
            hours = calendar.hours_on(local_date(start))
            minutes = hours.immediate_minutes if by_office else hours.immediate_round_the_clock_minutes
            return office if by_office else _ALL_HOURS, timedelta(minutes=minutes)
        case LimitKind.MINUTES:
            return office if by_office else _ALL_HOURS, multiply(timedelta(minutes=1), value)
        case LimitKind.HOURS:
            return office if by_office else _ALL_HOURS, multiply(timedelta(hours=1), value)
        case LimitKind.DAYS:
            return _ALL_HOURS, multiply(timedelta(days=1), value)
        case LimitKind.WORKING_DAYS:
            return office, calendar.working_days(start, value)
        case _:
            raise ValueError(f"a limit of kind {limit.kind} has no length")


def _run(clock: _Clock, start: datetime, amount: timedelta, pauses: list[Pause]) -> datetime | None:
    """Return when ``amount`` is used up, or None where a pause that still lasts comes before that."""
    left = amount
    for begins, ends in pauses:
        used = clock.between(start, begins)
        if left <= used:
            break
        left -= used
        if ends is None:
            return None
        start = ends
    return clock.add(start, left)


def _due_by_appointment(
    limit: LimitSpec, snapshot: Snapshot, calendar: WorkingCalendar, start: datetime
) -> datetime | None:
    booked = snapshot.data.get(APPOINTMENT_END)
    return None if booked is None else datetime.fromisoformat(booked).astimezone(UTC)


def _due_by_plan(
    limit: LimitSpec, snapshot: Snapshot, calendar: WorkingCalendar, start: datetime
) -> datetime | None:
    """The office's closing time on the plan's last day, or on the next working day where that one is free."""
    last = snapshot.data.get(PLAN_UNTIL)
    return None if last is None else calendar.closing_time(date.fromisoformat(last))


def _due_in_window(
    limit: LimitSpec, snapshot: Snapshot, calendar: WorkingCalendar, start: datetime
) -> datetime:
    """The end of the first window that has not closed when the limit begins."""
    local = start.astimezone(SHANGHAI)
    day = local.date()
    closes = read_window(limit.due).closes
    if local.time() >= closes:
        day += timedelta(days=1)
    if limit.clock is ClockKind.OFFICE:
        day = calendar.next_working_day(day)
    return datetime.combine(day, closes, SHANGHAI).astimezone(UTC)


def _due_on_date(
    limit: LimitSpec, snapshot: Snapshot, calendar: WorkingCalendar, start: datetime
) -> datetime:
    """The office's closing time on the date, or the date's midnight where the clock never stops."""
    day = read_date(limit.due).find(local_date(start), snapshot.data.get(PLAN_YEAR))
    if limit.clock is ClockKind.OFFICE:
        return calendar.closing_time(day)
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI).astimezone(UTC)


def _due_by_form(
    limit: LimitSpec, snapshot: Snapshot, calendar: WorkingCalendar, start: datetime
) -> datetime | None:
    """The last second of the day that the form names, so that a reader is told that day and not the next."""
    named = snapshot.data.get(limit.field or "")
    if not named:
        return None
    return datetime.combine(date.fromisoformat(named), _LAST_SECOND, SHANGHAI).astimezone(UTC)


def _warn_before(limit: LimitSpec, begun: datetime, due_at: datetime | None) -> datetime | None:
    """Long before a moment; of a day weeks ahead half an hour before midnight would help nobody."""
    if due_at is None or limit.kind is not LimitKind.FORM_DATE:
        return None if due_at is None else due_at - WARN_BEFORE_MOMENT
    return begun + multiply(max(ZERO, due_at - begun), WARN_SHARE)


_MOMENTS: dict[LimitKind, Callable[[LimitSpec, Snapshot, WorkingCalendar, datetime], datetime | None]] = {
    LimitKind.BY_APPOINTMENT: _due_by_appointment,
    LimitKind.BY_PLAN: _due_by_plan,
    LimitKind.DAILY_WINDOW: _due_in_window,
    LimitKind.CALENDAR_DATE: _due_on_date,
    LimitKind.FORM_DATE: _due_by_form,
}
# Kinds whose moment somebody has named: no day of the calendar goes into it.
_NAMED = frozenset({LimitKind.BY_APPOINTMENT, LimitKind.FORM_DATE})


def _asks_for_days(limit: LimitSpec) -> bool:
    return limit.kind is LimitKind.WORKING_DAYS or (
        limit.clock is ClockKind.OFFICE and limit.kind not in _NAMED
    )


def _is_guess(calendar: WorkingCalendar, start: datetime, due_at: datetime) -> bool:
    return calendar.has_guess_between(min(start, due_at), max(start, due_at))
