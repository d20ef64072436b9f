"""Tables of appointments: rules of capacity, slots with seats, bookings, and a handler on the way."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    SmallInteger,
    Text,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class AppointmentPolicy(Base):
    """How long before a visit one may book and change; a row without unit is for all that have none."""

    __tablename__ = "appointment_policy"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    effective_from: Mapped[date] = mapped_column(Date)
    lead_minutes: Mapped[int] = mapped_column(Integer)
    horizon_days: Mapped[int] = mapped_column(Integer)
    hold_minutes: Mapped[int] = mapped_column(Integer)
    change_minutes: Mapped[int] = mapped_column(Integer)


class SlotRule(Base):
    """How many visits a unit can make in each hour from one to another (9 to 12 are three).

    It is for working or for rest days, and for all of the unit or one area.
    """

    __tablename__ = "slot_rule"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("service_area.id"))
    day_kind: Mapped[str] = mapped_column(Text)
    from_hour: Mapped[int] = mapped_column(SmallInteger)
    until_hour: Mapped[int] = mapped_column(SmallInteger)
    capacity: Mapped[int] = mapped_column(SmallInteger)
    effective_from: Mapped[date] = mapped_column(Date)
    effective_until: Mapped[date | None] = mapped_column(Date)


class Slot(Base):
    """One bookable hour, made when somebody first wants it; its row is the lock of its seats."""

    __tablename__ = "slot"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("service_area.id"))
    start_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    capacity: Mapped[int] = mapped_column(SmallInteger)


class AppointmentSeat(Base):
    """One place in a slot, held for a few minutes or booked. A seat that is free has no row."""

    __tablename__ = "appointment_seat"

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    seat_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    capacity: Mapped[int] = mapped_column(SmallInteger)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    hold_id: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    state: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Appointment(Base):
    """One booking of a case; a move ends it and makes the next."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    start_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    end_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(Text)
    booked_by: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class HandlerPosition(Base):
    """Where the handler was last seen on the way; the row is gone as soon as the visit begins or ends.

    The distance (metres) and the minutes to arrival belong to this very position; None until asked for.
    """

    __tablename__ = "handler_position"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    distance_m: Mapped[int | None] = mapped_column(Integer)
    arrival_minutes: Mapped[int | None] = mapped_column(Integer)
