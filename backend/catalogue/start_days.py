"""On which days the calendar starts cases of a process. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from backend.catalogue.calendar_start import CalendarStart, StartEvery

QUARTER_MONTHS = 3
# A year without 29 February, which no start may name: three years of four would go without.
_COMMON_YEAR = 2025


@dataclass(frozen=True, slots=True)
class StartDay:
    """One coming of a start: its period (``2026`` or ``2026Q4``), the day, and the year that it is for."""

    period: str
    day: date
    plan_year: int


def is_start_readable(start: CalendarStart) -> bool:
    """Tell whether the start's month and day exist in every period."""
    if start.every is StartEvery.YEAR:
        return start.day <= monthrange(_COMMON_YEAR, start.month)[1]
    months = range(start.month, 13, QUARTER_MONTHS)
    return start.month <= QUARTER_MONTHS and all(
        start.day <= monthrange(_COMMON_YEAR, month)[1] for month in months
    )


def find_latest_start(
    start: CalendarStart, today: date, next_working_day: Callable[[date], date]
) -> StartDay:
    """Return the latest coming of ``start`` whose day is not after ``today``.

    The day is the first working day on or after the named one, so that somebody is there to begin.
    """
    found = [
        StartDay(period, next_working_day(named), named.year + start.plans_next_year)
        for year in range(today.year - 2, today.year + 1)
        for period, named in _list_of_year(start, year)
    ]
    return max((one for one in found if one.day <= today), key=lambda one: one.day)


def _list_of_year(start: CalendarStart, year: int) -> list[tuple[str, date]]:
    if start.every is StartEvery.YEAR:
        return [(str(year), date(year, start.month, start.day))]
    return [
        (f"{year}Q{quarter + 1}", date(year, quarter * QUARTER_MONTHS + start.month, start.day))
        for quarter in range(4)
    ]
