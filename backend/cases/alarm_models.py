"""The table of the alarms' ringing: each row is one step that was taken to make somebody come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class AlarmRing(Base):
    """One step of an alarm's ringing; ``no`` 0 is the consoles, the others are counted from 1.

    ``kind``: console, person (``staff_id`` by text message), nobody (no one on the roster), given_up (all
    rounds done). ``state`` is that of the message: promised, sending, sent, refused, unknown, not_sent
    (the platform was out of reach, and it is tried again) or dropped (taken before it went out); ``done`` for
    the other kinds. ``code`` says why, by the platform's code or one of ours.
    """

    __tablename__ = "alarm_ring"

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    round: Mapped[int] = mapped_column(Integer)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    platform_id: Mapped[str | None] = mapped_column(Text)
    promise_id: Mapped[int | None] = mapped_column(BigInteger)
    rung_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
