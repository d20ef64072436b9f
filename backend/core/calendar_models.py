"""Tables of the working calendar: its days, the office hours, and one row for every edit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class CalendarDay(Base):
    """One known day. A day without a row goes by the rule of weekends and is marked as a guess."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    is_working: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)


class OfficeHoursRow(Base):
    """Office hours from a day on: ``periods`` is a list of [opens, closes] as HH:MM, in local time."""

    __tablename__ = "office_hours"

    effective_from: Mapped[date] = mapped_column(Date, primary_key=True)
    periods: Mapped[list[Any]] = mapped_column(JSONB)
    immediate_minutes: Mapped[int] = mapped_column(Integer)
    immediate_round_the_clock_minutes: Mapped[int] = mapped_column(Integer)


class CalendarVersion(Base):
    """One edit: who changed what. Deadlines keep the version by which they were computed."""

    __tablename__ = "calendar_version"

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
