"""Tables of the deadlines: what one was before, warnings and breaches, extensions, limits over all works."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class CaseDeadlineHistory(Base):
    """A deadline that was moved: why, and by which calendar. ``new_due_at`` is None while it stands still."""

    __tablename__ = "case_deadline_history"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    task_no: Mapped[int] = mapped_column(Integer)
    old_due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    new_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    calendar_version: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DeadlineEvent(Base):
    """A warning or a breach: one of each for a limit, however many steps share it; and ``overall``.

    It stands beside the case's own history because it changes nothing in the case: a clerk whose page is
    open when a deadline passes must not be told that somebody was faster.
    """

    __tablename__ = "deadline_event"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    limit_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    task_no: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    calendar_version: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DeadlineExtension(Base):
    """Somebody asked for more time for an open task: until when, why, and what was answered."""

    __tablename__ = "deadline_extension"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    task_no: Mapped[int] = mapped_column(Integer)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_before: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str] = mapped_column(Text, server_default="")


class OverallLimitRow(Base):
    """Until when the whole works of a case are to be done; ``task_no`` is the task with which they began."""

    __tablename__ = "overall_limit"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    task_no: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    calendar_version: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    warned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
