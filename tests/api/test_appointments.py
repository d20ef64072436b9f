"""Booking on a real database: holds, one winner for the last seat, moving, cancelling, and the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import Appointment, AppointmentSeat, HandlerPosition, Slot, SlotRule
from backend.appointments.service import AppointmentService, Hold
from backend.appointments.visits import VISIT_EFFECTS, VisitService, release_visit
from backend.cases.commands import CUSTOMER, Complete, Performer, Start, Withdraw
from backend.cases.errors import CommandRefused
from backend.cases.guards import CASE_GUARDS
from backend.cases.models import ServiceCase
from backend.cases.service import CaseService, NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.loader import hash_body
from backend.catalogue.service import DefinitionStore, Draft, publish
from backend.core.config import Settings
from backend.core.errors import Conflict
from backend.core.outbox import OutboxRow
from backend.organisation.models import Staff, Unit
from backend.organisation.service import NAME_CONTEXT
from composition.hall import make_key_ring

# Tuesday 10:00 in Shanghai.
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TEN_TOMORROW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ELEVEN_TOMORROW = TEN_TOMORROW + timedelta(hours=1)
HANDLER = Performer(ActorKind.POSITION, positions=frozenset({"case_handler"}))
NO_LIMIT = {"kind": "none"}


def make_step(key: str, by: str, *outcomes: dict[str, object], **more: object) -> dict[str, object]:
    return {"key": key, "name": key, "by": by, "limit": NO_LIMIT, "outcomes": list(outcomes), **more}


BOOKED = [{"name": "appointment_booked"}]
APPLICATION = {
    "key": "test_booking", "version": 1, "name": "预约测试", "first_step": "book",
    "withdraw_at": ["book", "visit"],
    "steps": [
        make_step("book", "customer", {"key": "book", "name": "预约", "to": ["visit"], "guards": BOOKED}),
        make_step(
            "visit", "system", {"key": "child_completed", "name": "办完", "end": "completed"},
            children=[{"process": "test_booked_visit"}],
        ),
    ],
}  # fmt: skip
VISIT = {
    "key": "test_booked_visit", "version": 1, "name": "上门测试", "first_step": "set_off",
    "steps": [
        make_step(
            "set_off", "position:case_handler",
            {"key": "set_off", "name": "出发", "to": ["arrive"], "guards": BOOKED,
             "effects": [{"name": "start_visit"}]},
        ),
        make_step(
            "arrive", "position:case_handler",
            {"key": "arrive", "name": "到达", "end": "completed", "effects": [{"name": "arrive_at_visit"}]},
        ),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Arrived:
    """A map's answer."""

    distance_m: int
    minutes: int


@dataclass
class Hall:
    """The services under a clock that the test sets."""

    sessions: sessionmaker[Session]
    now: datetime
    unit_id: int = 0
    staff_id: int = 0
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        definitions = DefinitionStore()
        self.cases = CaseService(
            self.sessions,
            definitions,
            lambda: self.now,
            CASE_GUARDS,
            VISIT_EFFECTS,
            observers=[release_visit],
        )
        self.appointments = AppointmentService(
            self.sessions, self.cases, definitions, self.is_working_day, lambda: self.now
        )
        self.asked: list[tuple[float, float]] = []
        self.visits = VisitService(
            self.sessions, self.estimate, lambda lat, lng: (lat, lng), lambda: self.now
        )

    def is_working_day(self, session: Session, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def estimate(self, origin: tuple[float, float], place: tuple[float, float]) -> Arrived:
        self.asked.append(origin)
        return Arrived(1200, 6)

    def open_case(self) -> int:
        new = NewCase("test_booking", self.unit_id, "391", None, "online")
        answer = self.cases.start_case(self.request(), new, Start(CUSTOMER))
        with self.sessions.begin() as session:
            case_id = session.scalars(
                select(ServiceCase.id).where(ServiceCase.case_no == answer.case_no)
            ).one()
            session.execute(
                update(ServiceCase)
                .where(ServiceCase.id == case_id)
                .values(handler_id=self.staff_id, place_lat=31.2, place_lng=121.4, place_source="map")
            )
        return case_id

    @staticmethod
    def request() -> Request:
        return Request("customer:1", uuid.uuid4(), {})

    def version(self, case_id: int) -> int:
        return self.cases.load(case_id).snapshot.version

    def book(self, case_id: int, held: Hold) -> None:
        self.appointments.book(self.request(), case_id, held.hold_id, self.version(case_id))

    def book_at(self, case_id: int, start_at: datetime) -> None:
        self.book(case_id, self.appointments.hold(case_id, start_at))

    def find_child(self, case_id: int) -> int:
        with self.sessions() as session:
            return session.scalars(select(ServiceCase.id).where(ServiceCase.parent_case_id == case_id)).one()

    def act(self, case_id: int, performer: Performer, outcome: str) -> None:
        snapshot = self.cases.load(case_id).snapshot
        command = Complete(performer, snapshot.open_tasks[0].no, outcome, snapshot.version)
        self.cases.carry_out(self.request(), case_id, command)

    def left_at(self, case_id: int, start_at: datetime) -> int:
        days = self.appointments.list_days(case_id, start_at.date())
        return next(left for day in days for slot, left in day.slots if slot.start_at == start_at)


@pytest.fixture(scope="module")
def published(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        drafts = [Draft("process", str(one["key"]), 1, hash_body(one), one) for one in (APPLICATION, VISIT)]
        publish(session, drafts, "test", NOW)


@pytest.fixture
def hall(sessions: sessionmaker[Session], published: None, centre: str, settings: Settings) -> Iterator[Hall]:
    """Yield a unit with two seats at 10 and one at 11; its slots are its own, so tests do not meet."""
    built = Hall(sessions, NOW)
    name = uuid.uuid4().hex
    with sessions.begin() as session:
        taken = set(session.scalars(select(Unit.code)))
        code = next(f"{number}" for number in range(700, 1000) if f"{number}" not in taken)
        above = session.scalars(select(Unit.id).where(Unit.code == centre)).one()
        unit = Unit(code=code, name=name, kind="unit", parent_id=above, is_active=True)
        session.add(unit)
        session.flush()
        staff = Staff(
            unit_id=unit.id, username=name, password_hash="x",
            name_sealed=make_key_ring(settings).encrypt("王师傅", NAME_CONTEXT),
            must_change_password=False, presence="on_duty", created_at=NOW,
        )  # fmt: skip
        session.add(staff)
        for hour, capacity in ((10, 2), (11, 1)):
            session.add(
                SlotRule(
                    unit_id=unit.id,
                    area_id=None,
                    day_kind="working",
                    from_hour=hour,
                    until_hour=hour + 1,
                    capacity=capacity,
                    effective_from=date(2026, 1, 1),
                    effective_until=None,
                )
            )
        session.flush()
        built.unit_id, built.staff_id = unit.id, staff.id
    yield built


def refusal(action: object, *args: object) -> str:
    with pytest.raises((Conflict, CommandRefused)) as refused:
        action(*args)  # type: ignore[operator]
    return refused.value.code


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
    case_id = hall.open_case()
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
