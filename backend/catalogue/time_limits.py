"""Reading the ``due`` of a time limit: a calendar date, or a window that comes every day."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time

from backend.catalogue.definition import LimitKind, LimitSpec

_WINDOW = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_DATE = re.compile(r"(?:(\d{4}|previous)-)?(\d{2})-(\d{2})")
_QUARTER = re.compile(r"quarter-0([123])")
# A year that has 29 February, so that every day of any year can be named.
_LEAP_YEAR, _COMMON_YEAR = 2024, 2025


class DueMalformed(ValueError):
    """The ``due`` of a limit cannot be read; the linter finds it before a case does."""


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """A stretch of every day, in local time: ``08:00-21:00``."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date: of one year (``2027-03-31``), or of every year (``03-31``), then ``year`` is None.

    ``precedes_plan`` is for a date of the year before the one that a case plans (``previous-12-20``).
    """

    year: int | None
    month: int
    day: int
    precedes_plan: bool = False

    def find(self, start: date, plan_year: int | None) -> date:
        """Return the date itself, or its first coming on or after ``start``."""
        if self.precedes_plan and plan_year is not None:
            # A plan that is begun too late is late at once, and not due a year later.
            return date(plan_year - 1, self.month, self.day)
        if self.year is not None:
            return date(self.year, self.month, self.day)
        # The 29th of February comes every four years, or after eight at a century.
        for year in range(start.year, start.year + 9):
            try:
                found = date(year, self.month, self.day)
            except ValueError:
                continue
            if found >= start:
                return found
        raise DueMalformed(f"{self.month:02}-{self.day:02}")


@dataclass(frozen=True, slots=True)
class DueInQuarter:
    """The last day of the quarter's first, second or third ``month`` (``quarter-01``)."""

    month: int

    def find(self, start: date, plan_year: int | None) -> date:
        """Return the first such day on or after ``start``."""
        months = [
            (year, month) for year in (start.year, start.year + 1) for month in range(self.month, 13, 3)
        ]
        return next(
            day
            for day in (date(year, month, monthrange(year, month)[1]) for year, month in months)
            if day >= start
        )


def read_window(due: str | None) -> DailyWindow:
    """Read ``HH:MM-HH:MM``; raises DueMalformed."""
    found = _WINDOW.fullmatch(due or "")
    if found is None:
        raise DueMalformed(due)
    try:
        hours = [int(one) for one in found.groups()]
        window = DailyWindow(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError as error:
        raise DueMalformed(due) from error
    if window.opens >= window.closes:
        raise DueMalformed(due)
    return window


def read_date(due: str | None) -> DueDate | DueInQuarter:
    """Read ``YYYY-MM-DD``, ``MM-DD``, ``previous-MM-DD`` or ``quarter-0N``; raises DueMalformed."""
    in_quarter = _QUARTER.fullmatch(due or "")
    if in_quarter is not None:
        return DueInQuarter(int(in_quarter[1]))
    found = _DATE.fullmatch(due or "")
    if found is None:
        raise DueMalformed(due)
    precedes_plan = found[1] == "previous"
    year = None if precedes_plan or found[1] is None else int(found[1])
    # A year before any plan may have no 29 February.
    known = _COMMON_YEAR if precedes_plan else _LEAP_YEAR
    try:
        checked = date(year or known, int(found[2]), int(found[3]))
    except ValueError as error:
        raise DueMalformed(due) from error
    return DueDate(year, checked.month, checked.day, precedes_plan)


def is_due_readable(limit: LimitSpec) -> bool:
    """Tell whether a limit's ``due`` fits its kind."""
    try:
        if limit.kind is LimitKind.DAILY_WINDOW:
            read_window(limit.due)
        elif limit.kind is LimitKind.CALENDAR_DATE:
            read_date(limit.due)
    except DueMalformed:
        return False
    return True
