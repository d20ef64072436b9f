"""Deadlines as they are stored: with each command, warned of and broken once, and moved by the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import repository
from backend.cases.commands import CUSTOMER, SYSTEM, Amend, Cancel, Complete, Performer, Start
from backend.cases.deadline_keeper import DeadlineKeeper, DeadlineRefresher
from backend.cases.deadline_models import CaseDeadlineHistory, DeadlineEvent
from backend.cases.deadline_watch import DeadlineWatch
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.overall_limits import describe_overall, read_overall, write_overall
from backend.cases.service import CaseService, NewCase, Request
from backend.cases.snapshot import Snapshot, fold
from backend.catalogue.definition import ActorKind
from backend.catalogue.loader import hash_body
from backend.catalogue.service import DefinitionStore, Draft, publish
from backend.core.calendar_models import CalendarDay, OfficeHoursRow
from backend.core.calendar_service import CalendarService
from backend.core.local_time import SHANGHAI
from backend.core.outbox import OutboxRow
from backend.core.working_calendar import OfficeHours, Period
from tests.api.conftest import CASE_CUSTOMER_ID
from tests.unit.cases.definitions import make_outcome, make_step

CLERK = Performer(ActorKind.POSITION, positions=frozenset({"clerk"}))
URGENT = {"when": {"field": "urgent", "op": "eq", "value": True}, "kind": "hours", "value": 3}
TWO_DAYS = {
    "kind": "working_days", "value": 2, "steps": ["assign", "book", "visit"], "cases": [URGENT],
}  # fmt: skip
BODY: dict[str, Any] = {
    "key": "test_deadlines",
    "version": 1,
    "name": "期限测试",
    "first_step": "assign",
    "cancel_at": ["assign", "book", "visit", "close"],
    "cancel_by": ["position:clerk"],
    "overall": [{"kind": "working_days", "value": 5, "from": "visit", "until": "close"}],
    "steps": [
        make_step("assign", "position:clerk", make_outcome("on", "book"), limit=TWO_DAYS),
        make_step("book", "customer", make_outcome("on", "visit")),
        make_step("visit", "position:clerk", make_outcome("on", "close")),
        make_step("close", "position:clerk", make_outcome("done"), limit={"kind": "immediate"}),
    ],
}


def at(text: str) -> datetime:
    """Read ``MM-DD HH:MM`` of 2026 in Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@dataclass
class Office:
    """The case service with its deadlines, at a moment that the test sets."""

    sessions: sessionmaker[Session]
    now: datetime = field(default_factory=lambda: at("11-23 08:30"))

    def __post_init__(self) -> None:
        definitions = DefinitionStore()
        self.calendar = CalendarService(self.sessions, lambda: self.now)
        keeper = DeadlineKeeper(self.calendar)
        self.cases = CaseService(
            self.sessions,
            definitions,
            lambda: self.now,
            plan_deadlines=keeper.plan,
            observers=[keeper.keep_overall],
        )
        self.refresher = DeadlineRefresher(self.sessions, definitions, self.calendar)
        self.watch = DeadlineWatch(self.sessions)

    def start(self) -> int:
        new = NewCase(
            "test_deadlines", unit_id=3, unit_code="301", customer_id=CASE_CUSTOMER_ID, channel="online"
        )
        answer = self.cases.start_case(Request("customer:1", uuid.uuid4(), {}), new, Start(CUSTOMER))
        with self.sessions.begin() as session:
            return session.scalars(select(ServiceCase.id).where(ServiceCase.case_no == answer.case_no)).one()

    def complete(self, case_id: int, outcome: str, when: str) -> None:
        self.now = at(when)
        snapshot = self.cases.load(case_id).snapshot
        [task] = snapshot.open_tasks
        performer = CUSTOMER if task.step == "book" else CLERK
        command = Complete(performer, task.no, outcome, snapshot.version)
        self.cases.carry_out(Request("staff:1", uuid.uuid4(), {}), case_id, command)

    def task(self, case_id: int, no: int) -> CaseTask:
        with self.sessions.begin() as session:
            return session.scalars(
                select(CaseTask).where(CaseTask.case_id == case_id, CaseTask.no == no)
            ).one()

    def history(self, case_id: int) -> list[tuple[int, datetime, datetime | None, str]]:
        with self.sessions.begin() as session:
            rows = session.scalars(
                select(CaseDeadlineHistory)
                .where(CaseDeadlineHistory.case_id == case_id)
                .order_by(CaseDeadlineHistory.id)
            )
            return [(row.task_no, row.old_due_at, row.new_due_at, row.reason) for row in rows]

    def events(self, case_id: int) -> list[tuple[str, int, int]]:
        with self.sessions.begin() as session:
            rows = session.scalars(
                select(DeadlineEvent)
                .where(DeadlineEvent.case_id == case_id)
                .order_by(DeadlineEvent.recorded_at, DeadlineEvent.kind)
            )
            return [(row.kind, row.limit_no, row.task_no) for row in rows]

    def promised(self, case_id: int, topic: str) -> list[dict[str, Any]]:
        with self.sessions.begin() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == topic))
            return [row.payload for row in rows if row.payload["case_id"] == case_id]


@pytest.fixture
def office(sessions: sessionmaker[Session], database_url: str, case_customer: int) -> Iterator[Office]:
    with sessions.begin() as session:
        publish(session, [Draft("process", BODY["key"], 1, hash_body(BODY), BODY)], "test", at("11-23 08:30"))
        days = {row.day: (row.is_working, row.note) for row in session.scalars(select(CalendarDay))}
    one = Office(sessions)
    yield one
    with sessions.begin() as session:
        after = {row.day: (row.is_working, row.note) for row in session.scalars(select(CalendarDay))}
    for day, (is_working, note) in days.items() - after.items():
        one.calendar.set_day(day, is_working, note, "test")


def test_a_new_task_knows_when_it_is_due(office: Office) -> None:
    case_id = office.start()
    task = office.task(case_id, 1)
    assert (task.due_at, task.warn_at, task.limit_no) == (at("11-24 17:30"), at("11-24 14:30"), 1)
    assert task.calendar_version is not None
    assert not task.due_is_guess
    assert office.history(case_id) == []


def test_the_customers_own_limit_reminds_them_once_and_reaches_no_lead(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "on", "11-23 09:00")
    with office.sessions.begin() as session:
        own = update(CaseTask).where(CaseTask.case_id == case_id, CaseTask.state == "open")
        version = office.calendar.current(session).version
        due = {"due_at": at("11-24 17:30"), "limit_no": CaseTask.no, "calendar_version": version}
        session.execute(own.values(due))
    for hour in ("11-25 08:30", "11-26 08:30"):
        office.watch.run(at(hour))
    assert office.promised(case_id, "escalate_case") == []
    reminded = [{"case_id": case_id, "message": "own_turn_late"}]
    assert office.promised(case_id, "notify_customer") == reminded


def test_the_customers_time_moves_a_shared_deadline(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "on", "11-23 10:00")
    assert office.task(case_id, 2).due_at is None
    office.watch.run(at("12-20 10:00"))
    assert office.events(case_id) == []
    office.complete(case_id, "on", "11-25 10:00")
    visit = office.task(case_id, 3)
    assert (visit.due_at, visit.limit_no) == (at("11-26 17:30"), 1)
    with office.sessions.begin() as session:
        events = repository.list_events(session, case_id)
    assert fold(Snapshot(), events) == office.cases.load(case_id).snapshot


def test_a_deadline_moves_where_the_case_becomes_one_of_another_limit(office: Office) -> None:
    case_id = office.start()
    for urgent, due in ((True, "11-23 11:30"), (False, "11-24 17:30")):
        request = Request("system", uuid.uuid4(), {})
        office.cases.carry_out(request, case_id, Amend(SYSTEM, {"urgent": urgent}))
        assert office.task(case_id, 1).due_at == at(due)
    assert office.history(case_id) == [
        (1, at("11-24 17:30"), at("11-23 11:30"), "case_moved"),
        (1, at("11-23 11:30"), at("11-24 17:30"), "case_moved"),
    ]


def test_works_that_take_too_long_are_warned_of_once_and_are_no_breach(office: Office) -> None:
    case_id, punctual = office.start(), office.start()
    for one in (case_id, punctual):
        office.complete(one, "on", "11-23 09:00")
        office.complete(one, "on", "11-23 10:00")
    office.complete(punctual, "on", "11-30 09:00")
    office.watch.run(at("11-30 10:00"))
    assert "overall" not in {kind for kind, *_ in office.events(case_id)}
    for _ in range(2):
        office.watch.run(at("11-30 10:01"))
    assert [one for one in office.events(case_id) if one[0] == "overall"] == [("overall", 3, 3)]
    assert "overall" not in {kind for kind, *_ in office.events(punctual)}
    with office.sessions.begin() as session:
        rows = read_overall(session, [case_id, punctual])
        assert [one.due_at for one in rows] == [at("11-30 10:00")] * 2
        shown = describe_overall([one for one in rows if one.case_id == case_id], at("11-30 10:01"), (), {})
        assert shown == {"promised_end": None, "works_due_at": at("11-30 10:00"), "works_overdue": True}
        ended = [one for one in rows if one.case_id == punctual]
        assert describe_overall(ended, at("12-01 10:00"), (), {}) == {
            "promised_end": None,
            "works_due_at": None,
            "works_overdue": False,
        }
        assert [one["text"] for one in write_overall(rows)] == ["工程超过了规定期限（11月30日），请尽快完工"]
    assert office.promised(case_id, "deadline_warned")[-1]["task"] == 3


def test_a_changed_calendar_moves_a_limit_over_the_works(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "on", "11-23 09:00")
    office.complete(case_id, "on", "11-23 10:00")
    office.calendar.set_day(date(2026, 11, 25), False, "临时放假", "lead")
    office.watch.run(at("11-30 10:01"))
    assert "overall" not in {kind for kind, *_ in office.events(case_id)}
    while office.refresher.refresh(office.now):
        pass
    with office.sessions.begin() as session:
        assert [one.due_at for one in read_overall(session, [case_id])] == [at("12-01 10:00")]


def test_one_warning_one_breach_one_escalation(office: Office) -> None:
    case_id = office.start()
    version = office.cases.load(case_id).snapshot.version
    office.watch.run(at("11-24 14:29"))
    assert office.events(case_id) == []
    for _ in range(2):
        office.watch.run(at("11-24 14:30"))
    assert office.events(case_id) == [("warned", 1, 1)]
    office.watch.run(at("11-24 17:30"))
    assert office.promised(case_id, "deadline_breached") == []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(office.watch.run, [at("11-24 17:31")] * 4))
    assert office.events(case_id) == [("warned", 1, 1), ("breached", 1, 1)]
    for topic in ("deadline_warned", "deadline_breached", "escalate_case"):
        [payload] = office.promised(case_id, topic)
        assert (payload["task"], payload["unit_id"], payload["version"]) == (1, 3, version)
    # Who had the page open goes on: a deadline that passes changes nothing in the case.
    assert office.cases.load(case_id).snapshot.version == version


def test_a_limit_that_was_broken_once_is_not_broken_again_at_its_next_step(office: Office) -> None:
    case_id = office.start()
    office.watch.run(at("11-24 17:31"))
    office.complete(case_id, "on", "11-25 09:00")
    office.complete(case_id, "on", "11-25 10:00")
    office.watch.run(at("11-25 10:01"))
    assert office.task(case_id, 3).breached_at == at("11-25 10:01")
    assert office.events(case_id) == [("breached", 1, 1)]
    office.complete(case_id, "on", "11-25 11:00")
    office.watch.run(at("11-25 11:16"))
    assert office.events(case_id)[1:] == [("breached", 4, 4)]


def test_what_was_closed_too_late_is_a_breach_without_escalation(office: Office) -> None:
    case_id = office.start()
    office.complete(case_id, "on", "11-24 18:00")
    office.watch.run(at("11-24 18:01"))
    assert ("breached", 1, 1) in office.events(case_id)
    assert {one["task"] for one in office.promised(case_id, "escalate_case")} <= {2}
    punctual = office.start()
    office.now = at("11-24 18:02")
    version = office.cases.load(punctual).snapshot.version
    office.cases.carry_out(Request("staff:1", uuid.uuid4(), {}), punctual, Cancel(CLERK, version, "重复"))
    office.watch.run(at("12-31 10:00"))
    assert office.events(punctual) == []


def test_a_changed_calendar_moves_open_deadlines_and_never_takes_back_a_breach(office: Office) -> None:
    moving, broken = office.start(), office.start()
    with office.sessions.begin() as session:
        session.execute(
            text("UPDATE case_task SET breached_at = :now WHERE case_id = :id"),
            {"now": office.now, "id": broken},
        )
    version = office.calendar.set_day(date(2026, 11, 24), False, "临时放假", "lead")
    # Before they are computed anew, nothing is broken by the calendar of yesterday.
    office.watch.run(at("11-24 17:31"))
    assert office.events(moving) == []
    while office.refresher.refresh(office.now):
        pass
    task = office.task(moving, 1)
    assert (task.due_at, task.calendar_version) == (at("11-25 17:30"), version)
    assert office.history(moving) == [(1, at("11-24 17:30"), at("11-25 17:30"), "calendar_changed")]
    assert office.task(broken, 1).due_at == at("11-24 17:30")
    assert office.history(broken) == []


def test_office_hours_can_change(office: Office, owner: Engine) -> None:
    summer = OfficeHours(date(2026, 11, 24), (Period(time(9), time(12)),), immediate_minutes=30)
    before = office.calendar.set_day(date(2026, 11, 24), True, "", "lead")
    assert office.calendar.set_office_hours(summer, "lead") == before + 1
    try:
        case_id = office.start()
        # A day is as long as on the day the limit began: 15 hours, of which 7.5 remain at 3 hours a day.
        assert office.task(case_id, 1).due_at == at("11-26 10:30")
    finally:
        with owner.begin() as connection:
            connection.execute(delete(OfficeHoursRow))
        office.calendar.set_day(date(2026, 11, 24), True, "back", "lead")


def test_the_calendars_version_rises_only_where_something_changed(office: Office) -> None:
    day = date(2026, 11, 27)
    first = office.calendar.set_day(day, False, "停电", "lead")
    assert office.calendar.set_day(day, False, "停电", "lead") == first
    assert office.calendar.set_day(day, True, "", "lead") == first + 1
    assert office.calendar.seed_known_years("lead") == first + 1


def test_edits_at_once_each_get_their_version(office: Office) -> None:
    days = [date(2026, 12, 1) + timedelta(days=n) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda day: office.calendar.set_day(day, True, "并发", "lead"), days))
    assert len(set(versions)) == 8


def test_the_end_of_the_known_days_is_announced(office: Office) -> None:
    office.now = datetime(2026, 10, 31, 4, 0, tzinfo=UTC)
    assert office.calendar.find_warning() is None
    office.now = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
    warning = office.calendar.find_warning()
    assert warning is not None
    assert "2026年12月31日" in warning
    assert "59天" in warning
    office.now = datetime(2027, 1, 5, tzinfo=UTC)
    assert "马上补全" in (office.calendar.find_warning() or "")


def test_those_who_keep_the_calendar_are_told_at_each_stage(office: Office) -> None:
    found = []
    for now in (
        datetime(2026, 10, 31, 4, 0, tzinfo=UTC),
        datetime(2026, 11, 2, 4, 0, tzinfo=UTC),
        datetime(2026, 12, 17, 4, 0, tzinfo=UTC),
        datetime(2027, 1, 5, tzinfo=UTC),
    ):
        office.now = now
        with office.sessions.begin() as session:
            end = office.calendar.find_end_near(session)
        found.append(end and (end.last_known_day, end.stage))
    last = date(2026, 12, 31)
    assert found == [None, (last, 60), (last, 14), (last, 0)]
