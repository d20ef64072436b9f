"""The customers' time zone and how days and hours read on a screen (look: "11月26日 周四 17:00")."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"


def local_date(at: datetime) -> date:
    """Return the calendar day of ``at`` (aware) in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def format_day(day: date) -> str:
    """Return ``11月26日 周四``."""
    return f"{day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}"


def format_moment(at: datetime) -> str:
    """Return ``11月26日 周四 17:00`` in Shanghai time."""
    local = at.astimezone(SHANGHAI)
    # Told several times with every case that is read; strftime would take three times as long.
    return f"{format_day(local)} {local.hour:02}:{local.minute:02}"


def format_hours(start_at: datetime, end_at: datetime) -> str:
    """Return ``09:00–10:00`` in Shanghai time."""
    return f"{start_at.astimezone(SHANGHAI):%H:%M}–{end_at.astimezone(SHANGHAI):%H:%M}"


def format_span(start_at: datetime, end_at: datetime) -> str:
    """Return ``11月26日 周四 09:00–10:00``; both ends lie on one day."""
    return f"{format_moment(start_at)}–{end_at.astimezone(SHANGHAI):%H:%M}"
