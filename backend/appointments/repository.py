"""Reading and writing slots, seats and appointments; the caller owns the transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from backend.appointments.models import (
    Appointment,
    AppointmentPolicy,
    AppointmentSeat,
    HandlerPosition,
    Slot,
    SlotRule,
)
from backend.appointments.slots import OpenSlot, Rule
from backend.appointments.states import COMING_STATES, OPEN_STATES, AppointmentState
from backend.cases.models import ServiceCase
from backend.organisation.models import ServiceArea, Staff


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case's visit is and who makes it: unit, area of capacity, point (GCJ-02) and handler."""

    unit_id: int
    area_id: int | None
    lat: float | None
    lng: float | None
    handler_id: int | None


def find_place(session: Session, case_id: int) -> Place:
    """Return where the visit of this case is."""
    # A community that is not in the list uses the capacity of its street's rest, as it is served by its unit.
    area = (
        select(ServiceArea.id, ServiceArea.unit_id)
        .where(
            ServiceArea.region == ServiceCase.region,
            ServiceArea.street == ServiceCase.street,
            or_(ServiceArea.community == ServiceCase.community, ServiceArea.community == ""),
        )
        .order_by(ServiceArea.community.desc())
        .limit(1)
        .lateral("area")
    )
    row = session.execute(
        select(
            ServiceCase.unit_id,
            area.c.id.label("area_id"),
            ServiceCase.place_lat,
            ServiceCase.place_lng,
            ServiceCase.handler_id,
        )
        .outerjoin(area, area.c.unit_id == ServiceCase.unit_id)
        .where(ServiceCase.id == case_id)
    ).one()
    return Place(row.unit_id, row.area_id, row.place_lat, row.place_lng, row.handler_id)


def list_rules(session: Session, unit_id: int, area_id: int | None, until: date) -> list[Rule]:
    """Return the rules of the unit as a whole and of this one area that begin no later than ``until``."""
    rows = session.execute(
        select(SlotRule).where(
            SlotRule.unit_id == unit_id,
            or_(SlotRule.area_id.is_(None), SlotRule.area_id == area_id),
            SlotRule.effective_from <= until,
        )
    ).scalars()
    return [
        Rule(
            one.area_id,
            one.day_kind == "working",
            hour,
            one.capacity,
            one.effective_from,
            one.effective_until,
        )
        for one in rows
        for hour in range(one.from_hour, one.until_hour)
    ]


def find_policy(session: Session, unit_id: int, day: date) -> AppointmentPolicy:
    """Return the unit's newest policy of ``day``, or everybody's."""
    return session.execute(
        select(AppointmentPolicy)
        .where(
            or_(AppointmentPolicy.unit_id == unit_id, AppointmentPolicy.unit_id.is_(None)),
            AppointmentPolicy.effective_from <= day,
        )
        .order_by(AppointmentPolicy.unit_id.asc().nulls_last(), AppointmentPolicy.effective_from.desc())
        .limit(1)
    ).scalar_one()


def count_taken(
    session: Session, unit_id: int, slots: Iterable[OpenSlot], now: datetime, except_case: int
) -> dict[datetime, int]:
    """Return the number of live seats by start; a case does not stand in its own way.

    Only the seat of a visit that was made does: it is not given back, and so cannot be taken again.
    """
    slots = tuple(slots)
    if not slots:
        return {}
    to_come = select(Appointment.id).where(
        Appointment.case_id == except_case,
        Appointment.slot_id == AppointmentSeat.slot_id,
        Appointment.state.in_(COMING_STATES),
    )
    is_made = and_(AppointmentSeat.state == "booked", ~to_come.exists())
    rows = session.execute(
        select(Slot.start_at, func.count())
        .join(AppointmentSeat, AppointmentSeat.slot_id == Slot.id)
        .where(
            Slot.unit_id == unit_id,
            Slot.area_id.is_not_distinct_from(slots[0].area_id),
            Slot.start_at.in_([one.start_at for one in slots]),
            or_(AppointmentSeat.state == "booked", AppointmentSeat.expires_at > now),
            or_(AppointmentSeat.case_id != except_case, is_made),
        )
        .group_by(Slot.start_at)
    )
    return {row[0]: row[1] for row in rows}


def lock_slot(session: Session, unit_id: int, wanted: OpenSlot) -> Slot:
    """Return the slot's row, made or brought to today's capacity, locked until the transaction ends."""
    made = insert(Slot).values(
        unit_id=unit_id, area_id=wanted.area_id, start_at=wanted.start_at, capacity=wanted.capacity
    )
    session.execute(made.on_conflict_do_nothing())
    slot = session.execute(
        select(Slot)
        .where(
            Slot.unit_id == unit_id,
            Slot.area_id.is_not_distinct_from(wanted.area_id),
            Slot.start_at == wanted.start_at,
        )
        .with_for_update()
    ).scalar_one()
    highest = session.execute(
        select(func.max(AppointmentSeat.seat_no)).where(AppointmentSeat.slot_id == slot.id)
    ).scalar_one()
    if slot.capacity != wanted.capacity:
        # What is booked stays booked when a rule lowers the capacity; only nothing new is given out.
        slot.capacity = max(wanted.capacity, highest or 0)
        session.flush()
    return slot


def take_seat(
    session: Session, slot: Slot, capacity: int, case_id: int, now: datetime, expires_at: datetime
) -> uuid.UUID | None:
    """Hold a free seat of the locked slot and return the hold's id, or None when all are taken.

    The case's former hold, in whatever slot, is given up; holds that have run out are free again.
    """
    session.execute(
        delete(AppointmentSeat).where(
            or_(
                and_(AppointmentSeat.case_id == case_id, AppointmentSeat.state == "held"),
                and_(AppointmentSeat.slot_id == slot.id, AppointmentSeat.expires_at <= now),
            )
        )
    )
    taken = set(
        session.execute(select(AppointmentSeat.seat_no).where(AppointmentSeat.slot_id == slot.id)).scalars()
    )
    free = next((number for number in range(1, capacity + 1) if number not in taken), None)
    if free is None:
        return None
    hold_id = uuid.uuid4()
    session.add(
        AppointmentSeat(
            slot_id=slot.id,
            seat_no=free,
            capacity=slot.capacity,
            case_id=case_id,
            hold_id=hold_id,
            state="held",
            expires_at=expires_at,
        )
    )
    session.flush()
    return hold_id


def lock_hold(session: Session, case_id: int, hold_id: uuid.UUID) -> tuple[AppointmentSeat, Slot] | None:
    """Return the case's hold with its slot, both locked, or None where there is no such hold."""
    row = session.execute(
        select(AppointmentSeat, Slot)
        .join(Slot, Slot.id == AppointmentSeat.slot_id)
        .where(
            AppointmentSeat.case_id == case_id,
            AppointmentSeat.hold_id == hold_id,
            AppointmentSeat.state == "held",
        )
        .with_for_update()
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def free_seats(session: Session, case_id: int) -> None:
    """Give up whatever the case holds or has booked."""
    session.execute(delete(AppointmentSeat).where(AppointmentSeat.case_id == case_id))


def free_booked_seat(session: Session, case_id: int) -> None:
    """Give the case's booked seat back."""
    session.execute(
        delete(AppointmentSeat).where(AppointmentSeat.case_id == case_id, AppointmentSeat.state == "booked")
    )


def find_open_appointment(session: Session, case_id: int, *, lock: bool = False) -> Appointment | None:
    """Return the case's one open appointment, or None."""
    query = select(Appointment).where(Appointment.case_id == case_id, Appointment.state.in_(OPEN_STATES))
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def lock_appointment(session: Session, appointment_id: int) -> Appointment | None:
    """Return this appointment, locked, or None where it is open no more."""
    query = select(Appointment).where(Appointment.id == appointment_id, Appointment.state.in_(OPEN_STATES))
    return session.execute(query.with_for_update()).scalar_one_or_none()


def find_last_visit(session: Session, case_id: int) -> Appointment | None:
    """Return the newest open appointment of the case and of all below it, or None."""
    tree = select(ServiceCase.id).where(ServiceCase.id == case_id).cte("tree", recursive=True)
    below = aliased(ServiceCase)
    tree = tree.union_all(select(below.id).join(tree, below.parent_case_id == tree.c.id))
    query = select(Appointment).join(tree, tree.c.id == Appointment.case_id)
    query = query.where(Appointment.state.in_(OPEN_STATES)).order_by(Appointment.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def find_nearest_appointment(session: Session, case_id: int) -> Appointment | None:
    """Return the open appointment of the case, or else of the nearest above it that has one, or None."""
    up = select(ServiceCase.id, ServiceCase.parent_case_id).where(ServiceCase.id == case_id)
    chain = up.cte("chain", recursive=True)
    above = aliased(ServiceCase)
    chain = chain.union_all(
        select(above.id, above.parent_case_id).join(chain, above.id == chain.c.parent_case_id)
    )
    query = select(Appointment).join(chain, chain.c.id == Appointment.case_id)
    # What was handed over came after what handed it over.
    query = query.where(Appointment.state.in_(OPEN_STATES)).order_by(Appointment.case_id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def list_visits_of(
    session: Session,
    staff_ids: Collection[int],
    since: datetime,
    until: datetime,
    states: Collection[AppointmentState] = COMING_STATES,
) -> list[tuple[int, datetime, datetime, int]]:
    """Return handler, start, end and case of all visits that these people have yet to make, in their order.

    They are those that begin in this time; one whose handler has arrived is made. Other ``states`` may be
    asked for.
    """
    rows = session.execute(
        select(ServiceCase.handler_id, Appointment.start_at, Appointment.end_at, Appointment.case_id)
        .join(ServiceCase, ServiceCase.id == Appointment.case_id)
        .where(
            ServiceCase.handler_id.in_(staff_ids),
            Appointment.start_at >= since,
            Appointment.start_at < until,
            Appointment.state.in_(states),
            *([] if AppointmentState.ARRIVED in states else [_is_not_done()]),
        )
        .order_by(Appointment.start_at, Appointment.id)
    )
    return [(one.handler_id, one.start_at, one.end_at, one.case_id) for one in rows]


def list_visits_of_cases(session: Session, case_ids: Collection[int]) -> list[tuple[int, datetime, datetime]]:
    """Return case, start and end of the visits of these cases that are yet to be made, in their order."""
    rows = session.execute(
        select(Appointment.case_id, Appointment.start_at, Appointment.end_at)
        .join(ServiceCase, ServiceCase.id == Appointment.case_id)
        .where(Appointment.case_id.in_(case_ids), Appointment.state.in_(COMING_STATES), _is_not_done())
        .order_by(Appointment.start_at, Appointment.id)
    )
    return [(one.case_id, one.start_at, one.end_at) for one in rows]


def lock_handler(session: Session, handler_id: int) -> None:
    """Let nobody else give out an hour of this person until the transaction ends; taken after the slot."""
    session.execute(select(Staff.id).where(Staff.id == handler_id).with_for_update(key_share=True))


def _is_not_done() -> ColumnElement[bool]:
    """True while the order of a case goes on: one that knows no arrival ends with its visit."""
    child = aliased(ServiceCase)
    ordered = select(child.id).where(child.parent_case_id == ServiceCase.id)
    return or_(~ordered.exists(), ordered.where(child.status == "open").exists())


def list_busy_starts(
    session: Session, handler_id: int, slots: Iterable[OpenSlot], except_case: int
) -> frozenset[datetime]:
    """Return the starts of those hours in which the handler has a visit to make for another case."""
    slots = tuple(slots)
    if not slots:
        return frozenset()
    spans = session.execute(
        select(Appointment.start_at, Appointment.end_at)
        .join(ServiceCase, ServiceCase.id == Appointment.case_id)
        .where(
            ServiceCase.handler_id == handler_id,
            Appointment.case_id != except_case,
            Appointment.state.in_(COMING_STATES),
            _is_not_done(),
            Appointment.start_at < max(one.end_at for one in slots),
            Appointment.end_at > min(one.start_at for one in slots),
        )
    ).all()
    return frozenset(
        one.start_at
        for one in slots
        if any(span.start_at < one.end_at and one.start_at < span.end_at for span in spans)
    )


def list_held_starts(
    session: Session, handler_id: int, slots: Iterable[OpenSlot], now: datetime, except_case: int
) -> frozenset[datetime]:
    """Return the starts of those hours that another case of this handler holds at the moment."""
    rows = session.execute(
        select(Slot.start_at)
        .join(AppointmentSeat, AppointmentSeat.slot_id == Slot.id)
        .join(ServiceCase, ServiceCase.id == AppointmentSeat.case_id)
        .where(
            ServiceCase.handler_id == handler_id,
            AppointmentSeat.case_id != except_case,
            AppointmentSeat.state == "held",
            AppointmentSeat.expires_at > now,
            Slot.start_at.in_([one.start_at for one in slots]),
        )
    )
    return frozenset(rows.scalars())


def list_under_way(session: Session, staff_ids: Collection[int]) -> list[int]:
    """Return the ids of the appointments to which one of these handlers is on the way."""
    rows = session.execute(
        select(Appointment.id)
        .join(ServiceCase, ServiceCase.id == Appointment.case_id)
        .where(ServiceCase.handler_id.in_(staff_ids), Appointment.state == AppointmentState.UNDER_WAY.value)
    )
    return list(rows.scalars())


def save_position(session: Session, appointment_id: int, lat: float, lng: float, now: datetime) -> None:
    """Keep only the newest position of a visit under way."""
    # What was estimated for the former place does not hold for the new one.
    seen = {"lat": lat, "lng": lng, "seen_at": now, "distance_m": None, "arrival_minutes": None}
    fresh = insert(HandlerPosition).values(appointment_id=appointment_id, **seen)
    session.execute(fresh.on_conflict_do_update(index_elements=["appointment_id"], set_=seen))


def drop_position(session: Session, appointment_id: int) -> None:
    """Forget where the handler was."""
    session.execute(delete(HandlerPosition).where(HandlerPosition.appointment_id == appointment_id))


def set_state(session: Session, appointment: Appointment, state: AppointmentState, now: datetime) -> bool:
    """Move the appointment on by compare-and-set; returns False where somebody else was faster."""
    moved = session.execute(
        update(Appointment)
        .where(Appointment.id == appointment.id, Appointment.state == appointment.state)
        .values(state=state.value, changed_at=now)
        .execution_options(synchronize_session=False)
        .returning(Appointment.id)
    )
    return moved.first() is not None
