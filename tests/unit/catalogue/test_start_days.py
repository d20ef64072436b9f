"""On which day the calendar starts what: a table over years, quarters, rest days and year ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.catalogue.calendar_start import CalendarStart, StartEvery, StartPer
from backend.catalogue.start_days import StartDay, find_latest_start


def next_working_day(day: date) -> date:
    """Weekends are free, and so are the first three days of each year."""
    while day.weekday() > 4 or (day.month == 1 and day.day < 4):
        day += timedelta(days=1)
    return day


def every(what: str, month: int, day: int, *, plans_next_year: bool = False) -> CalendarStart:
    return CalendarStart(StartEvery(what), month, day, StartPer.UNIT, plans_next_year=plans_next_year)


DECEMBER = every("year", 12, 1, plans_next_year=True)
NEW_YEAR, LAST_MONTH = every("year", 1, 1), every("quarter", 3, 1)


@pytest.mark.parametrize(
    ("start", "today", "expected"),
    [
        (DECEMBER, date(2026, 11, 30), StartDay("2025", date(2025, 12, 1), 2026)),
        (DECEMBER, date(2026, 12, 1), StartDay("2026", date(2026, 12, 1), 2027)),
        (DECEMBER, date(2027, 1, 20), StartDay("2026", date(2026, 12, 1), 2027)),
        # The 1st of January 2027 is a holiday, so the new year begins on the 4th.
        (NEW_YEAR, date(2027, 1, 3), StartDay("2026", date(2026, 1, 5), 2026)),
        (NEW_YEAR, date(2027, 1, 4), StartDay("2027", date(2027, 1, 4), 2027)),
        (LAST_MONTH, date(2026, 5, 31), StartDay("2026Q1", date(2026, 3, 2), 2026)),
        (LAST_MONTH, date(2026, 6, 1), StartDay("2026Q2", date(2026, 6, 1), 2026)),
        (LAST_MONTH, date(2027, 2, 28), StartDay("2026Q4", date(2026, 12, 1), 2026)),
    ],
)
def test_the_latest_start(start: CalendarStart, today: date, expected: StartDay) -> None:
    assert find_latest_start(start, today, next_working_day) == expected
