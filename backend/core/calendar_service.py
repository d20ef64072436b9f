"""The working calendar's one door: hands out its present version, and lets an administrator edit it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import chinese_calendar
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.core.calendar_models import CalendarDay, CalendarVersion, OfficeHoursRow
from backend.core.errors import Invalid
from backend.core.local_time import local_date
from backend.core.working_calendar import OfficeHours, Period, WorkingCalendar

# So long may a process work by the version before an edit; the tick then computes its deadlines anew.
CACHED_FOR = timedelta(seconds=5)
WARN_DAYS = 60
# Those who keep the calendar are told again when so few days are left, and when it has ended.
WARN_STAGES = (0, 14, WARN_DAYS)
FIRST_YEAR, LAST_YEAR = 2025, 2099
# Any fixed number serves; edits take turns under it, so that each gets a version of its own.
EDIT_LOCK = 96_603
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of a year. ``is_guess`` marks a day that goes by the rule of weekends alone."""

    date: date
    is_working: bool
    note: str
    is_guess: bool


@dataclass(frozen=True, slots=True)
class YearView:
    """A year of the calendar, with the last day that is known and a sentence where that comes near."""

    days: tuple[DayView, ...]
    last_known_day: date | None
    warning: str | None


@dataclass(frozen=True, slots=True)
class CalendarEnd:
    """The last day that is known, if any; how many days are left, below 0 once it is past; and the stage of
    WARN_STAGES that this is."""

    last_known_day: date | None
    days_left: int
    stage: int


class _Opening(NamedTuple):
    """When the office opens by a calendar; every moment from ``asked_at`` to then has the same answer."""

    calendar: WorkingCalendar
    asked_at: datetime
    opens_at: datetime


class CalendarService:
    """Reads and edits the calendar. ``now`` is the clock."""

    def __init__(self, sessions: sessionmaker[Session], now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = now
        self._cached: tuple[datetime, WorkingCalendar] | None = None
        self._opening: _Opening | None = None

    def current(self, session: Session) -> WorkingCalendar:
        """Return the calendar; an edit elsewhere is seen after a few seconds at the latest."""
        cached, now = self._cached, self._now()
        if cached is not None and abs(now - cached[0]) < CACHED_FOR:
            return cached[1]
        return self.refresh(session)

    def find_opening(self, session: Session) -> datetime | None:
        """Return when the office opens next, or None while it is open."""
        now, calendar = self._now(), self.current(session)
        known = self._opening
        if known is None or known.calendar is not calendar or not known.asked_at <= now < known.opens_at:
            known = self._opening = _Opening(calendar, now, calendar.next_office_moment(now))
        return known.opens_at if known.opens_at > now else None

    def refresh(self, session: Session) -> WorkingCalendar:
        """Return the calendar as it stands in the database this moment."""
        version = session.execute(select(func.max(CalendarVersion.version))).scalar_one() or 0
        cached = self._cached
        if cached is None or cached[1].version != version:
            days = session.execute(select(CalendarDay.day, CalendarDay.is_working)).all()
            hours = session.execute(select(OfficeHoursRow)).scalars().all()
            calendar = WorkingCalendar(
                version, {row.day: row.is_working for row in days}, tuple(map(_read_hours, hours))
            )
        else:
            calendar = cached[1]
        self._cached = (self._now(), calendar)
        return calendar

    def describe_year(self, year: int) -> YearView:
        """Return all days of ``year``; raises Invalid for a year outside 2025 to 2099."""
        _check_year(year)
        with self._sessions.begin() as session:
            calendar = self.refresh(session)
            first, last = date(year, 1, 1), date(year, 12, 31)
            notes = session.execute(
                select(CalendarDay.day, CalendarDay.note).where(CalendarDay.day.between(first, last))
            )
            note_of = {row.day: row.note for row in notes}
        days = tuple(
            DayView(day, calendar.is_working(day), note_of.get(day, ""), calendar.is_guess(day))
            for day in _list_days(first, last)
        )
        return YearView(days, calendar.last_known_day, self._make_warning(calendar))

    def find_warning(self) -> str | None:
        """Return the sentence for an administrator where the last known day comes near, else None."""
        with self._sessions.begin() as session:
            return self._make_warning(self.refresh(session))

    def find_end_near(self, session: Session) -> CalendarEnd | None:
        """Return where the calendar ends if that is near or past, and log it for the machines' keepers."""
        end = self._find_end(self.refresh(session))
        if end is not None:
            _log.warning("calendar ends soon", last_known_day=end.last_known_day, days_left=end.days_left)
        return end

    def set_day(self, day: date, is_working: bool, note: str, author: str) -> int:
        """Enter one day and return the calendar's version, which rises where something changed."""
        _check_year(day.year)
        with self._sessions.begin() as session:
            _take_turn(session)
            known = session.get(CalendarDay, day)
            if known is not None and (known.is_working, known.note) == (is_working, note):
                return self.refresh(session).version
            entered = insert(CalendarDay).values(day=day, is_working=is_working, note=note)
            session.execute(
                entered.on_conflict_do_update(
                    index_elements=["day"], set_={"is_working": is_working, "note": note}
                )
            )
            what = f"{day.isoformat()} {'worked on' if is_working else 'free'}"
            return self._raise_version(session, author, what)

    def confirm_year(self, year: int, author: str) -> int:
        """Make every day of ``year`` known, those not entered by the rule of weekends; returns the version.

        For use once the year's public arrangements have been entered day by day.
        """
        _check_year(year)
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = {day: day.weekday() < 5 for day in _list_days(first, last)}
        return self._add_days(days, author, f"year {year} confirmed")

    def seed_known_years(self, author: str) -> int:
        """Enter the days that the installed ``chinesecalendar`` knows and this one does not yet."""
        years = {day.year for day in chinese_calendar.holidays} | {
            day.year for day in chinese_calendar.workdays
        }
        days = {
            day: chinese_calendar.is_workday(day)
            for year in sorted(years)
            if year >= FIRST_YEAR
            for day in _list_days(date(year, 1, 1), date(year, 12, 31))
        }
        return self._add_days(days, author, "days of the package chinesecalendar")

    def set_office_hours(self, hours: OfficeHours, author: str) -> int:
        """Enter office hours from a day on, in place of those from the same day; returns the version."""
        values = {
            "periods": [
                [one.opens.isoformat("minutes"), one.closes.isoformat("minutes")] for one in hours.periods
            ],
            "immediate_minutes": hours.immediate_minutes,
            "immediate_round_the_clock_minutes": hours.immediate_round_the_clock_minutes,
        }
        with self._sessions.begin() as session:
            _take_turn(session)
            entered = insert(OfficeHoursRow).values(effective_from=hours.effective_from, **values)
            session.execute(entered.on_conflict_do_update(index_elements=["effective_from"], set_=values))
            what = f"office hours from {hours.effective_from.isoformat()}"
            return self._raise_version(session, author, what)

    def _add_days(self, days: dict[date, bool], author: str, what: str) -> int:
        with self._sessions.begin() as session:
            _take_turn(session)
            known = set(session.execute(select(CalendarDay.day)).scalars())
            fresh = [
                {"day": day, "is_working": is_working, "note": ""}
                for day, is_working in days.items()
                if day not in known
            ]
            if not fresh:
                return self.refresh(session).version
            session.execute(insert(CalendarDay), fresh)
            return self._raise_version(session, author, what)

    def _raise_version(self, session: Session, author: str, what: str) -> int:
        newest = session.execute(select(func.max(CalendarVersion.version))).scalar_one() or 0
        session.add(CalendarVersion(version=newest + 1, author=author, what=what, created_at=self._now()))
        # What is cached stands for the version before; after the commit the next reader loads anew.
        self._cached = None
        return newest + 1

    def _find_end(self, calendar: WorkingCalendar) -> CalendarEnd | None:
        last = calendar.last_known_day
        left = (last - local_date(self._now())).days if last else -1
        stage = next((one for one in WARN_STAGES if left <= one), None)
        return None if stage is None else CalendarEnd(last, left, stage)

    def _make_warning(self, calendar: WorkingCalendar) -> str | None:
        end = self._find_end(calendar)
        if end is None:
            return None
        last = end.last_known_day
        if last is None or end.days_left < 0:
            return "工作日历没有今后的日期，办理期限只能按周末推算，可能不准。请马上补全放假安排。"
        return (
            f"工作日历还剩{end.days_left}天（到{last.year}年{last.month}月{last.day}日）。"
            "请按国务院公布的放假安排补全后面的日期，否则办理期限只能按周末推算，可能不准。"
        )


def _take_turn(session: Session) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": EDIT_LOCK})


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(fields={"year": "invalid"}, detail=str(year))


def _list_days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _read_hours(row: OfficeHoursRow) -> OfficeHours:
    periods = tuple(
        Period(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row.periods
    )
    return OfficeHours(
        row.effective_from, periods, row.immediate_minutes, row.immediate_round_the_clock_minutes
    )
