"""Tables of notifications. A message's text may name people, so it is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, DateTime, ForeignKey, Identity, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class Notification(Base):
    """One message as the customer reads it in the client. ``recorded_at`` decides the month's partition."""

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    promise_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    case_no: Mapped[str | None] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    text_sealed: Mapped[str] = mapped_column(Text)


class NotificationRead(Base):
    """Up to which message a customer has read."""

    __tablename__ = "notification_read"

    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    up_to: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MessageDelivery(Base):
    """One try of a promise at one channel; it is never made twice."""

    __tablename__ = "message_delivery"

    promise_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    platform_code: Mapped[str | None] = mapped_column(Text)
    platform_id: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MessagePermission(Base):
    """How many subscribe messages of a template a customer still allows."""

    __tablename__ = "message_permission"

    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    template_id: Mapped[str] = mapped_column(Text, primary_key=True)
    remaining: Mapped[int] = mapped_column(Integer)
    is_banned: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MessagePermissionEvent(Base):
    """The ledger: every permission given, refused, used or lost."""

    __tablename__ = "message_permission_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    template_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StaffNotice(Base):
    """One message to a member of staff about one matter, told once.

    ``kind`` is the template's purpose, ``subject`` what it is about (a case's time limit, a calendar's last
    day), ``params`` fill the template and name nobody. What came of it stands with the try of ``promise_id``.
    """

    __tablename__ = "staff_notice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    params: Mapped[list[str]] = mapped_column(ARRAY(Text))
    promise_id: Mapped[int | None] = mapped_column(BigInteger)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StaffNoticeChoice(Base):
    """By which ways somebody wants to hear of what, and when not; without a row it is the usual."""

    __tablename__ = "staff_notice_choice"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    chosen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
