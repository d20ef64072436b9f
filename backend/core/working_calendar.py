"""The working calendar in memory: office hours, working days with 调休, and arithmetic on them. Pure.

Moments go in and come out as aware datetimes, out always in UTC; days and office hours are those of
Asia/Shanghai. Office time is counted exactly: a working day is the length of the office hours in force on
the day it begins, so half a working day of 08:30–12:00 and 13:30–17:30 is 3 h 45 min of office time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from backend.core.local_time import SHANGHAI, local_date

ZERO = timedelta()
DAY = timedelta(days=1)
SATURDAY = 5
# Longer than any limit: a search that runs past it means that the calendar has no working day at all.
LONGEST_SEARCH_DAYS = 36_525


class NoOfficeTime(Exception):
    """The calendar has no office time within a hundred years, so nothing can be due by it."""


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of office time within a day, in local time; ``closes`` no longer belongs to it."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """How the office works from ``effective_from`` on. Raises ValueError for periods out of order.

    ``immediate_minutes`` is what "immediately" means in office minutes,
    ``immediate_round_the_clock_minutes`` what it means where the clock never stops.
    """

    effective_from: date
    periods: tuple[Period, ...]
    immediate_minutes: int = 15
    immediate_round_the_clock_minutes: int = 5

    def __post_init__(self) -> None:
        edges = [edge for one in self.periods for edge in (one.opens, one.closes)]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError("office hours need periods in rising order that do not touch")
        if self.immediate_minutes < 1 or self.immediate_round_the_clock_minutes < 1:
            raise ValueError("immediately means at least a minute")

    @property
    def day_length(self) -> timedelta:
        """The office time of one working day."""
        any_day = date.min
        return sum(
            (
                datetime.combine(any_day, one.closes) - datetime.combine(any_day, one.opens)
                for one in self.periods
            ),
            ZERO,
        )


DEFAULT_OFFICE_HOURS = OfficeHours(
    date.min, (Period(time(8, 30), time(12)), Period(time(13, 30), time(17, 30)))
)


class WorkingCalendar:
    """One version of the calendar; it never changes.

    ``days`` says of every known day whether it is worked on; ``hours`` are the office hours by their first
    day. Beyond the known days weekends are free by rule, and ``is_guess`` says so.
    """

    def __init__(
        self,
        version: int,
        days: Mapping[date, bool],
        hours: tuple[OfficeHours, ...] = (),
    ) -> None:
        self.version = version
        self._days = dict(days)
        self._hours = tuple(
            sorted((DEFAULT_OFFICE_HOURS, *hours), key=lambda one: one.effective_from, reverse=True)
        )

    @cached_property
    def last_known_day(self) -> date | None:
        """The last day before the first gap in what is known, or None where nothing is known."""
        if not self._days:
            return None
        last = min(self._days)
        while last + DAY in self._days:
            last += DAY
        return last

    def is_working(self, day: date) -> bool:
        """Tell whether ``day`` is worked on; an unknown day goes by the rule of weekends."""
        return self._days.get(day, day.weekday() < SATURDAY)

    def is_guess(self, day: date) -> bool:
        """Tell whether ``day`` is not among the known ones."""
        return day not in self._days

    def has_guess_between(self, start: datetime, end: datetime) -> bool:
        """Tell whether any day from ``start`` to ``end``, both included, goes by the rule alone."""
        day, last = local_date(start), local_date(end)
        while day <= last:
            if day not in self._days:
                return True
            day += DAY
        return False

    def hours_on(self, day: date) -> OfficeHours:
        """Return the office hours in force on ``day``, whether or not it is worked on."""
        return next(one for one in self._hours if one.effective_from <= day)

    def add_office_time(self, start: datetime, amount: timedelta) -> datetime:
        """Return the first moment at which ``amount`` of office time has passed since ``start``.

        Nothing added gives ``start`` itself. Raises NoOfficeTime for a calendar without working days.
        """
        if amount <= ZERO:
            return start.astimezone(UTC)
        left = amount
        for opens, closes in self._list_periods(start):
            begins = max(opens, start)
            passes = closes - begins
            if left <= passes:
                return (begins + left).astimezone(UTC)
            left -= passes
        raise NoOfficeTime

    def office_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much office time lies between two moments; nothing where ``end`` is not later."""
        passed = ZERO
        if end <= start:
            return passed
        for opens, closes in self._list_periods(start):
            if opens >= end:
                break
            passed += min(closes, end) - max(opens, start)
        return passed

    def add_office_minutes(self, start: datetime, minutes: int | Decimal) -> datetime:
        """Return when ``minutes`` of office time have passed."""
        return self.add_office_time(start, multiply(timedelta(minutes=1), minutes))

    def add_working_hours(self, start: datetime, hours: int | Decimal) -> datetime:
        """Return when ``hours`` of office time have passed."""
        return self.add_office_time(start, multiply(timedelta(hours=1), hours))

    def add_working_days(self, start: datetime, days: int | Decimal) -> datetime:
        """Return when ``days`` working days have passed; 0.5 is half of a day's office time."""
        return self.add_office_time(start, self.working_days(start, days))

    def working_days(self, start: datetime, days: int | Decimal) -> timedelta:
        """Return ``days`` working days as office time, by the hours in force at ``start``."""
        return multiply(self.hours_on(local_date(start)).day_length, days)

    def next_office_moment(self, moment: datetime) -> datetime:
        """Return ``moment`` itself in office hours (their end included), else the next opening."""
        for opens, _ in self._list_periods(moment - timedelta(microseconds=1)):
            return max(opens, moment).astimezone(UTC)
        raise NoOfficeTime

    def roll_to_office(self, moment: datetime) -> datetime:
        """Move a moment of a free day to the same time of the next working day, then into office hours."""
        local = moment.astimezone(SHANGHAI)
        day = self.next_working_day(local.date())
        return self.next_office_moment(datetime.combine(day, local.timetz()))

    def next_working_day(self, day: date) -> date:
        """Return ``day`` where it is worked on, else the next day that is."""
        for _ in range(LONGEST_SEARCH_DAYS):
            if self.is_working(day):
                return day
            day += DAY
        raise NoOfficeTime

    def next_whole_day(self, moment: datetime) -> date:
        """Return the first working day on which the office had not opened yet at ``moment``."""
        day = self.next_working_day(local_date(moment))
        opens = datetime.combine(day, self.hours_on(day).periods[0].opens, SHANGHAI)
        return day if moment <= opens else self.next_working_day(day + DAY)

    def closing_time(self, day: date) -> datetime:
        """Return when the office closes on ``day``, or on the next working day where that one is free."""
        working = self.next_working_day(day)
        last = self.hours_on(working).periods[-1]
        return datetime.combine(working, last.closes, SHANGHAI).astimezone(UTC)

    def _list_periods(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the office's periods that close after ``after``, in order, for as long as they are asked."""
        first = local_date(after)
        for offset in range(LONGEST_SEARCH_DAYS):
            day = first + timedelta(days=offset)
            if not self.is_working(day):
                continue
            for one in self.hours_on(day).periods:
                closes = datetime.combine(day, one.closes, SHANGHAI)
                if closes > after:
                    yield datetime.combine(day, one.opens, SHANGHAI), closes


def multiply(unit: timedelta, count: int | Decimal) -> timedelta:
    """Return ``count`` times ``unit``, exact to the microsecond."""
    return timedelta(microseconds=int(Decimal(unit // timedelta(microseconds=1)) * count))
