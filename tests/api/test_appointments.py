"""Booking on a real database: holds, one winner for the last seat, moving, cancelling, and the way."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import Appointment, AppointmentSeat, HandlerPosition, Slot
from backend.cases.commands import CUSTOMER, Withdraw
from backend.cases.models import ServiceCase
from backend.core.config import Settings
from backend.core.errors import Conflict
from backend.core.outbox import OutboxRow
from tests.api.booking_hall import (
    ELEVEN_TOMORROW,
    HANDLER,
    NOW,
    TEN_TOMORROW,
    Hall,
    publish_processes,
    refusal,
    set_hall_up,
)


@pytest.fixture
def hall(sessions: sessionmaker[Session], centre: str, settings: Settings) -> Hall:
    publish_processes(sessions)
    return set_hall_up(sessions, centre, settings)


def test_the_week_begins_with_the_first_hours_on_offer(hall: Hall) -> None:
    case_id = hall.open_case()

    def first_days() -> list[date]:
        return [one.day for one in hall.appointments.list_days(case_id, None)][:2]

    wednesday, day = date(2026, 11, 25), timedelta(days=1)
    # Today's hours are too near already.
    assert first_days() == [wednesday, wednesday + day]
    hall.holidays = frozenset(wednesday + n * day for n in range(10))
    assert first_days() == [date(2026, 12, 7), date(2026, 12, 8)]
    hall.holidays |= {wednesday + n * day for n in range(20)}
    assert first_days() == [wednesday - day, wednesday]


def test_hold_book_and_what_is_left(hall: Hall) -> None:
    case_id, other = hall.open_case(), hall.open_case()
    assert hall.left_at(case_id, TEN_TOMORROW) == 2
    held = hall.appointments.hold(case_id, TEN_TOMORROW)
    # One's own hold does not stand in one's way, others see the seat as taken.
    assert (hall.left_at(case_id, TEN_TOMORROW), hall.left_at(other, TEN_TOMORROW)) == (2, 1)
    hall.book(case_id, held)
    with hall.sessions() as session:
        view = hall.appointments.describe(session, case_id)
    assert view is not None
    assert view.text == "11月25日 周三 10:00–11:00"
    assert view.change_until == TEN_TOMORROW - timedelta(hours=2)
    child = hall.cases.load(hall.find_child(case_id)).snapshot
    assert child.data["appointment_end_at"] == ELEVEN_TOMORROW.isoformat()


def test_a_place_without_a_point_is_looked_up_before_the_visit(hall: Hall) -> None:
    marked, unmarked = hall.open_case(), hall.open_case()
    with hall.sessions.begin() as session:
        nowhere = {"place_lat": None, "place_lng": None, "place_source": None}
        session.execute(update(ServiceCase).where(ServiceCase.id == unmarked).values(nowhere))
    for case_id in (marked, unmarked):
        hall.book(case_id, hall.appointments.hold(case_id, TEN_TOMORROW))
    with hall.sessions() as session:
        rows = session.scalars(select(OutboxRow.payload).where(OutboxRow.topic == "find_place"))
        asked = [row["case_id"] for row in rows]
    assert unmarked in asked
    assert marked not in asked


def test_fifty_people_and_one_last_seat(hall: Hall) -> None:
    cases = [hall.open_case() for _ in range(50)]

    def try_to_hold(case_id: int) -> str:
        try:
            hall.appointments.hold(case_id, ELEVEN_TOMORROW)
        except Conflict as refused:
            return refused.code
        return "held"

    with ThreadPoolExecutor(10) as people:
        answers = list(people.map(try_to_hold, cases))
    assert sorted(answers) == ["held"] + ["slot_full"] * 49
    winner = cases[answers.index("held")]
    with hall.sessions() as session:
        hold_id = session.scalars(
            select(AppointmentSeat.hold_id).where(AppointmentSeat.case_id == winner)
        ).one()
    hall.appointments.book(hall.request(), winner, hold_id, hall.version(winner))
    with hall.sessions() as session:
        booked = session.scalar(
            select(func.count()).select_from(Appointment).where(Appointment.case_id.in_(cases))
        )
    assert booked == 1


def test_the_database_refuses_a_seat_too_many(hall: Hall) -> None:
    case_id, other = hall.open_case(), hall.open_case()
    hall.book_at(case_id, ELEVEN_TOMORROW)
    with hall.sessions() as session:
        slot = session.scalars(select(Slot).where(Slot.unit_id == hall.unit_id)).one()
        more = AppointmentSeat(
            slot_id=slot.id, seat_no=2, capacity=1, case_id=other, hold_id=uuid.uuid4(), state="booked"
        )
        session.add(more)
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_hold_runs_out(hall: Hall) -> None:
    case_id, other = hall.open_case(), hall.open_case()
    held = hall.appointments.hold(case_id, ELEVEN_TOMORROW)
    assert refusal(hall.appointments.hold, other, ELEVEN_TOMORROW) == "slot_full"
    hall.now += held.lasts
    hall.book_at(other, ELEVEN_TOMORROW)
    assert refusal(hall.book, case_id, held) == "hold_expired"
    assert refusal(hall.appointments.hold, case_id, ELEVEN_TOMORROW) == "slot_full"
    # A refused booking has changed nothing of the case.
    assert [one.step for one in hall.cases.load(case_id).snapshot.open_tasks] == ["book"]


def test_hours_that_are_not_offered(hall: Hall) -> None:
    case_id = hall.open_case()
    for start_at in (
        NOW + timedelta(hours=1),
        TEN_TOMORROW + timedelta(minutes=30),
        TEN_TOMORROW.replace(day=28),
    ):
        assert refusal(hall.appointments.hold, case_id, start_at) == "slot_unknown"


def test_moving_frees_the_old_hour(hall: Hall) -> None:
    case_id, other = hall.open_case(), hall.open_case()
    hall.book_at(case_id, ELEVEN_TOMORROW)
    hall.book_at(case_id, TEN_TOMORROW)
    assert hall.left_at(other, ELEVEN_TOMORROW) == 1
    assert hall.left_at(other, TEN_TOMORROW) == 1
    child = hall.cases.load(hall.find_child(case_id)).snapshot
    assert child.data["appointment_end_at"] == (TEN_TOMORROW + timedelta(hours=1)).isoformat()
    with hall.sessions() as session:
        states = session.scalars(
            select(Appointment.state).where(Appointment.case_id == case_id).order_by(Appointment.id)
        ).all()
        messages = session.scalars(
            select(OutboxRow.payload).where(OutboxRow.topic == "notify_customer").order_by(OutboxRow.id)
        ).all()
    assert states == ["moved", "booked"]
    assert [one["message"] for one in messages if one["case_id"] == case_id] == ["appointment_moved"]


def test_cancelling_asks_for_another_booking_before_the_way(hall: Hall) -> None:
    case_id = hall.open_case()
    hall.book_at(case_id, ELEVEN_TOMORROW)
    hall.appointments.cancel(hall.request(), case_id, hall.version(case_id))
    assert hall.left_at(hall.open_case(), ELEVEN_TOMORROW) == 1
    child = hall.find_child(case_id)
    assert refusal(hall.act, child, HANDLER, "set_off") == "appointment_missing"
    assert refusal(hall.appointments.cancel, hall.request(), case_id, hall.version(case_id)) == (
        "appointment_missing"
    )
    hall.book_at(case_id, TEN_TOMORROW)
    hall.act(child, HANDLER, "set_off")


def test_too_late_stale_and_not_waiting(hall: Hall) -> None:
    case_id = hall.open_case()
    held = hall.appointments.hold(case_id, ELEVEN_TOMORROW)
    assert refusal(hall.appointments.book, hall.request(), case_id, held.hold_id, 99) == "stale_version"
    hall.book(case_id, held)
    hall.now = ELEVEN_TOMORROW - timedelta(hours=1)
    assert refusal(hall.appointments.cancel, hall.request(), case_id, hall.version(case_id)) == (
        "appointment_too_late"
    )
    with hall.sessions() as session:
        view = hall.appointments.describe(session, case_id)
    assert view is not None
    assert view.change_until is None
    child = hall.find_child(case_id)
    hall.act(child, HANDLER, "set_off")
    assert refusal(hall.appointments.cancel, hall.request(), case_id, hall.version(case_id)) == (
        "appointment_fixed"
    )
    hall.act(child, HANDLER, "arrive")
    assert refusal(hall.appointments.hold, case_id, ELEVEN_TOMORROW) == "appointment_not_open"


def test_the_way_is_seen_only_on_the_way(hall: Hall) -> None:
    case_id = hall.open_case(hall.staff_id)
    hall.book_at(case_id, TEN_TOMORROW)
    child = hall.find_child(case_id)
    assert hall.visits.report_position({hall.staff_id}, 31.1, 121.3) == 0
    assert hall.visits.read_visit(case_id).state == "none"
    hall.act(child, HANDLER, "set_off")
    assert hall.visits.read_visit(case_id).distance_m is None
    assert hall.visits.report_position({hall.staff_id}, 31.1, 121.3) == 1
    seen = [hall.visits.read_visit(case_id) for _ in range(3)]
    assert {(one.state, one.distance_m, one.arrival_minutes) for one in seen} == {("set_off", 1200, 6)}
    assert hall.asked == [(31.1, 121.3)]
    hall.act(child, HANDLER, "arrive")
    assert hall.visits.read_visit(case_id).state == "arrived"
    assert hall.visits.report_position({hall.staff_id}, 31.1, 121.3) == 0
    with hall.sessions() as session:
        assert session.scalars(select(HandlerPosition.lat)).all() == []


def test_a_case_that_ends_frees_its_hour(hall: Hall) -> None:
    case_id = hall.open_case()
    hall.book_at(case_id, ELEVEN_TOMORROW)
    hall.cases.carry_out(hall.request(), case_id, Withdraw(CUSTOMER, hall.version(case_id), "不修了"))
    assert hall.left_at(hall.open_case(), ELEVEN_TOMORROW) == 1
    with hall.sessions() as session:
        assert session.scalars(select(Appointment.state).where(Appointment.case_id == case_id)).all() == [
            "cancelled"
        ]
