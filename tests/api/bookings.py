"""A booked visit for tests that are about something else: the rows that booking an hour leaves behind."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.appointments.models import Appointment, Slot
from backend.appointments.states import OPEN_STATES, AppointmentState
from backend.organisation.models import Unit

_hours = itertools.count()
_FIRST = datetime(2027, 3, 1, tzinfo=UTC)


def enter_booking(session: Session, case_id: int) -> dict[str, object]:
    """Book an hour of its own for the case at any unit, and return what the case's data then say."""
    unit_id = session.scalars(select(Unit.id).limit(1)).one()
    # A database is shared by the modules of one process, so an hour is never asked for twice.
    start_at = _FIRST + timedelta(hours=next(_hours))
    slot = Slot(unit_id=unit_id, area_id=None, start_at=start_at, capacity=1)
    session.add(slot)
    session.flush()
    # As with every second booking of a case, the one before is over.
    open_one = (Appointment.case_id == case_id) & Appointment.state.in_(OPEN_STATES)
    session.execute(update(Appointment).where(open_one).values(state=AppointmentState.MOVED.value))
    booked = Appointment(
        case_id=case_id,
        unit_id=unit_id,
        slot_id=slot.id,
        start_at=start_at,
        end_at=start_at + timedelta(hours=1),
        state="booked",
        booked_by="customer:1",
        booked_at=start_at,
        changed_at=start_at,
    )
    session.add(booked)
    session.flush()
    return {
        "appointment_id": booked.id,
        "appointment_start_at": booked.start_at.isoformat(),
        "appointment_end_at": booked.end_at.isoformat(),
    }
