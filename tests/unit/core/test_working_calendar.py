"""Arithmetic on office hours and working days, above all round the weeks of 调休."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.local_time import SHANGHAI
from backend.core.working_calendar import (
    NoOfficeTime,
    OfficeHours,
    Period,
    WorkingCalendar,
)

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
CALENDAR = WorkingCalendar(1, {day: chinese_calendar.is_workday(day) for day in YEAR})
MOMENTS = st.timedeltas(timedelta(), timedelta(days=500)).map(
    lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed
)
AMOUNTS = st.timedeltas(timedelta(), timedelta(hours=200))


def at(text: str) -> datetime:
    """Read ``MM-DD HH:MM`` of 2026 in Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("11-23 10:00", "1", "11-24 10:00"),
        ("11-23 10:00", "0.5", "11-23 15:15"),
        ("11-23 15:15", "0.5", "11-24 10:00"),
        ("11-23 08:30", "1", "11-23 17:30"),
        ("11-23 17:30", "1", "11-24 17:30"),
        ("11-27 17:00", "1", "11-30 17:00"),
        ("11-28 11:00", "0.5", "11-30 13:45"),
        ("11-23 12:30", "0.5", "11-23 17:15"),
        # National Day 2026: free from 1 to 7 October, worked on Sunday 20 September and Saturday 10 October.
        ("09-18 10:00", "1", "09-20 10:00"),
        ("09-30 10:00", "1", "10-08 10:00"),
        ("09-30 17:30", "1", "10-08 17:30"),
        ("10-09 10:00", "1", "10-10 10:00"),
        ("10-10 10:00", "1", "10-12 10:00"),
        ("09-30 10:00", "7", "10-15 10:00"),
        ("10-03 09:00", "0.5", "10-08 13:45"),
    ],
)
def test_working_days(start: str, days: str, due: str) -> None:
    found = CALENDAR.add_working_days(at(start), Decimal(days))
    assert found == at(due)
    assert found.tzinfo is UTC


def test_minutes_and_hours_skip_the_night_the_lunch_and_the_weekend() -> None:
    assert CALENDAR.add_office_minutes(at("11-23 11:50"), 15) == at("11-23 13:35")
    assert CALENDAR.add_office_minutes(at("11-27 17:20"), 20) == at("11-30 08:40")
    assert CALENDAR.add_office_minutes(at("11-23 11:45"), 15) == at("11-23 12:00")
    assert CALENDAR.add_working_hours(at("11-23 16:30"), Decimal("1.5")) == at("11-24 09:00")
    assert CALENDAR.add_office_minutes(at("11-28 03:00"), 0) == at("11-28 03:00")


@pytest.mark.parametrize(
    ("moment", "rolled"),
    [
        ("11-23 10:00", "11-23 10:00"),
        ("11-23 12:00", "11-23 12:00"),
        ("11-23 12:10", "11-23 13:30"),
        ("11-23 20:00", "11-24 08:30"),
        ("11-28 17:00", "11-30 17:00"),
        ("11-28 23:00", "12-01 08:30"),
        ("10-01 09:30", "10-08 09:30"),
    ],
)
def test_rolling_into_office_hours(moment: str, rolled: str) -> None:
    assert CALENDAR.roll_to_office(at(moment)) == at(rolled)


def test_beyond_the_known_days_it_says_that_it_guesses() -> None:
    assert CALENDAR.last_known_day == date(2026, 12, 31)
    assert not CALENDAR.is_guess(date(2026, 12, 31))
    assert CALENDAR.is_guess(date(2027, 1, 1))
    assert CALENDAR.is_working(date(2027, 1, 1))
    assert not CALENDAR.is_working(date(2027, 1, 2))
    assert not CALENDAR.has_guess_between(at("12-30 09:00"), at("12-31 23:59"))
    assert CALENDAR.has_guess_between(at("12-30 09:00"), at("12-31 23:59") + timedelta(minutes=1))


def test_a_day_entered_far_ahead_does_not_make_the_days_between_known() -> None:
    calendar = WorkingCalendar(1, {date(2026, 12, 31): True, date(2027, 2, 6): False})
    assert calendar.last_known_day == date(2026, 12, 31)
    assert not calendar.is_guess(date(2027, 2, 6))
    assert WorkingCalendar(1, {}).last_known_day is None


def test_office_hours_change_on_their_day() -> None:
    summer = OfficeHours(date(2026, 6, 1), (Period(time(8), time(12)), Period(time(14, 30), time(18, 30))))
    calendar = WorkingCalendar(2, {}, (summer,))
    assert calendar.add_office_minutes(at("05-29 17:20"), 20) == at("06-01 08:10")
    assert calendar.closing_time(date(2026, 6, 6)) == at("06-08 18:30")


@pytest.mark.parametrize(
    "periods",
    [
        (),
        (Period(time(12), time(9)),),
        (Period(time(9), time(12)), Period(time(12), time(17))),
        (Period(time(13), time(17)), Period(time(9), time(12))),
    ],
)
def test_office_hours_out_of_order_are_refused(periods: tuple[Period, ...]) -> None:
    with pytest.raises(ValueError, match="rising order"):
        OfficeHours(date(2026, 1, 1), periods)


def test_a_calendar_without_working_days_is_named_as_such() -> None:
    never = WorkingCalendar(1, {date(2026, 1, 1) + timedelta(days=n): False for n in range(40_000)})
    with pytest.raises(NoOfficeTime):
        never.add_office_minutes(at("11-23 10:00"), 1)


@given(MOMENTS, AMOUNTS)
def test_what_was_added_lies_between(start: datetime, amount: timedelta) -> None:
    assert CALENDAR.office_time_between(start, CALENDAR.add_office_time(start, amount)) == amount


@given(MOMENTS, AMOUNTS, AMOUNTS)
def test_adding_in_two_steps_is_adding_at_once(start: datetime, first: timedelta, then: timedelta) -> None:
    stepwise = CALENDAR.add_office_time(CALENDAR.add_office_time(start, first), then)
    at_once = CALENDAR.add_office_time(start, first + then)
    assert CALENDAR.office_time_between(stepwise, at_once) == timedelta()


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), AMOUNTS)
def test_who_begins_later_is_not_due_earlier(start: datetime, later: timedelta, amount: timedelta) -> None:
    early, late = (CALENDAR.add_office_time(one, amount) for one in (start, start + later))
    assert early <= late


@given(MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(hours=200)))
def test_nothing_is_due_outside_office_hours(start: datetime, amount: timedelta) -> None:
    due = CALENDAR.add_office_time(start, amount)
    assert CALENDAR.next_office_moment(due) == due


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-28T22:54:00+08:00", "2026-11-30"),
        ("2026-11-30T08:00:00+08:00", "2026-11-30"),
        ("2026-11-30T09:00:00+08:00", "2026-12-01"),
        ("2026-11-27T16:00:00+08:00", "2026-11-30"),
    ],
)
def test_the_next_whole_day_has_not_begun(moment: str, day: str) -> None:
    assert CALENDAR.next_whole_day(datetime.fromisoformat(moment)).isoformat() == day
