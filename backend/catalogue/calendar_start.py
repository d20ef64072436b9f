"""The shape of a start by the calendar: which day of a year or quarter, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StartEvery(StrEnum):
    """How often a process starts by the calendar."""

    YEAR = "year"
    QUARTER = "quarter"


class StartPer(StrEnum):
    """For whom it starts each time: once for the company, or for every division or unit."""

    COMPANY = "company"
    DIVISION = "division"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class CalendarStart:
    """A case that the calendar starts. ``month`` counts within the year or within the quarter.

    ``plans_next_year`` says that what is started belongs to the year after the day on which it starts.
    """

    every: StartEvery
    month: int
    day: int
    per: StartPer
    enter_at: str | None = None
    plans_next_year: bool = False
