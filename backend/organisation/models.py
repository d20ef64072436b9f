"""Tables of the organisation: units in a tree, their people, and the posts these hold."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, DateTime, ForeignKey, Identity, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class Unit(Base):
    """The centre, a division or a unit. ``code`` is the three digits inside case numbers."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    is_active: Mapped[bool] = mapped_column(Boolean)
    # Of its counter, as customers read it; empty where it has none.
    address: Mapped[str] = mapped_column(Text, default="")


class Staff(Base):
    """A member of staff. Sealed columns are encrypted; ``username`` is always in small letters."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    username: Mapped[str] = mapped_column(Text, unique=True)
    name_sealed: Mapped[str] = mapped_column(Text)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    wecom_userid: Mapped[str | None] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(Boolean)
    presence: Mapped[str] = mapped_column(Text)
    absent_from: Mapped[date | None] = mapped_column(Date)
    absent_until: Mapped[date | None] = mapped_column(Date)
    # Who stands in for them while they are away.
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StaffPost(Base):
    """A position or department that somebody holds; its keys are those of ``processes/posts.yaml``."""

    __tablename__ = "staff_post"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)


class ServiceArea(Base):
    """Which unit serves a community, or with an empty ``community`` the rest of a street."""

    __tablename__ = "service_area"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region: Mapped[str] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text)
    community: Mapped[str] = mapped_column(Text, server_default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class DutyRoster(Base):
    """Who is called for alarms of a unit on these days; ``call_order`` 1 first, then the substitutes."""

    __tablename__ = "duty_roster"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    call_order: Mapped[int] = mapped_column(Integer)
