"""A hall with nothing but appointments: two small processes, a unit, and a clock that the test sets."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import SlotRule
from backend.appointments.service import AppointmentService, Hold
from backend.appointments.visits import VISIT_EFFECTS, VisitService, release_visit
from backend.cases.commands import CUSTOMER, Complete, Performer, Start
from backend.cases.errors import CommandRefused
from backend.cases.models import ServiceCase
from backend.cases.service import CaseService, NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.loader import hash_body
from backend.catalogue.service import DefinitionStore, Draft, publish
from backend.core.config import Settings
from backend.core.errors import Conflict
from backend.organisation.models import Staff, Unit
from backend.organisation.service import NAME_CONTEXT
from composition.hall import GUARDS, make_key_ring

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
            GUARDS,
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

    def open_case(self, handler_id: int | None = None) -> int:
        new = NewCase("test_booking", self.unit_id, "391", None, "online")
        answer = self.cases.start_case(self.request(), new, Start(CUSTOMER))
        with self.sessions.begin() as session:
            case_id = session.scalars(
                select(ServiceCase.id).where(ServiceCase.case_no == answer.case_no)
            ).one()
            session.execute(
                update(ServiceCase)
                .where(ServiceCase.id == case_id)
                .values(handler_id=handler_id, place_lat=31.2, place_lng=121.4, place_source="map")
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


def publish_processes(sessions: sessionmaker[Session]) -> None:
    """Publish the two processes; a second time changes nothing."""
    with sessions.begin() as session:
        drafts = [Draft("process", str(one["key"]), 1, hash_body(one), one) for one in (APPLICATION, VISIT)]
        publish(session, drafts, "test", NOW)


def set_hall_up(sessions: sessionmaker[Session], centre: str, settings: Settings) -> Hall:
    """Return a hall whose own unit has two seats at 10 and one at 11, so that tests do not meet."""
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
    return built


def refusal(action: object, *args: object) -> str:
    with pytest.raises((Conflict, CommandRefused)) as refused:
        action(*args)  # type: ignore[operator]
    return refused.value.code
