"""Reading the ``due`` of a time limit: a calendar date, or a window that comes every day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from backend.catalogue.definition import LimitKind, LimitSpec

_WINDOW = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
# A year that has 29 February, so that every day of any year can be named.
_LEAP_YEAR = 2024


class DueMalformed(ValueError):
    """The ``due`` of a limit cannot be read; the linter finds it before a case does."""


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """A stretch of every day, in local time: ``08:00-21:00``."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date: of one year (``2027-03-31``), or of every year (``03-31``), then ``year`` is None."""

    year: int | None
    month: int
    day: int

    def first_from(self, start: date) -> date:
        """Return the date itself, or its first coming on or after ``start``."""
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


def read_date(due: str | None) -> DueDate:
    """Read ``YYYY-MM-DD`` or ``MM-DD``; raises DueMalformed."""
    found = _DATE.fullmatch(due or "")
    if found is None:
        raise DueMalformed(due)
    year, month, day = (None if one is None else int(one) for one in found.groups())
    try:
        checked = date(year or _LEAP_YEAR, month or 0, day or 0)
    except ValueError as error:
        raise DueMalformed(due) from error
    return DueDate(year, checked.month, checked.day)


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
