"""Alarms ring at the people on duty, one after the other, until somebody takes them; on the real database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from backend.cases.alarm_models import AlarmRing
from backend.cases.alarm_ringing import AlarmBell
from backend.cases.alarm_rounds import ROUNDS
from backend.cases.commands import CUSTOMER, Complete, Performer, Start
from backend.cases.guards import CASE_GUARDS
from backend.cases.service import CaseService, NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.service import DefinitionStore
from backend.core.delivery import Deliverer
from backend.core.outbox import OutboxRow
from backend.core.outcomes import PlatformUnavailable, SendOutcome
from backend.core.topics import TopicRegistry
from backend.organisation.models import DutyRoster, Staff
from backend.realtime.hints import Hint
from composition.hall import EFFECTS
from tests.api.organisation import ensure_staff, ensure_unit
from tests.api.staff_side import Hall

# A day on which no other test has a roster; 10:00 in Shanghai.
DAY = date(2031, 5, 4)
OPENED = datetime(2031, 5, 4, 2, 0, tzinfo=UTC)
AGENT = Performer(ActorKind.POSITION, positions=frozenset({"hotline_agent"}))
PHONES = {"duty_a": "13900000001", "duty_b": "13900000002", "duty_c": "13900000003"}


class Platform:
    """The SMS platform as seen through its port: it keeps what it got, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.answers: dict[str, SendOutcome | Exception] = {}

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        self.got.append((phone, template_id, *params))
        answer = self.answers.get(phone, SendOutcome("sent", "Ok", "serial-1"))
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Station:
    """Alarms of a unit with people on duty, at a moment that the test sets."""

    hall: Hall
    platform: Platform = field(default_factory=Platform)
    hints: list[Hint] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    now: datetime = OPENED

    def __post_init__(self) -> None:
        sessions, organisation = self.hall.sessions, self.hall.organisation
        self.cases = CaseService(sessions, DefinitionStore(), lambda: self.now, CASE_GUARDS, EFFECTS)
        with sessions.begin() as session:
            self.unit_id = ensure_unit(organisation, session, "371", "报警测试部", "unit", "100")
            self.staff = {
                name: ensure_staff(organisation, session, "371", name, OPENED, name=f"王{name[-1]}")
                for name in PHONES
            }
            for name, phone in PHONES.items():
                sealed = self.hall.keys.encrypt(phone, "staff.phone")
                values = {"phone_sealed": sealed, "presence": "on_duty"}
                session.execute(update(Staff).where(Staff.id == self.staff[name]).values(values))
        self.bell = self.make_bell()

    def make_bell(self, template_id: str | None = "2400006") -> AlarmBell:
        return AlarmBell(
            self.hall.sessions,
            self.hall.organisation,
            self.platform,
            template_id,
            self.hints.extend,
            self.keep_told,
            lambda: self.now,
        )

    def keep_told(self, _session: Any, matter: Any, staff_ids: Any) -> int:
        self.told.append((matter.kind, *matter.params, *staff_ids))
        return 1

    def put_on_duty(self, *names: str, unit_id: int | None = None) -> None:
        with self.hall.sessions.begin() as session:
            session.add_all(
                DutyRoster(
                    unit_id=unit_id or self.unit_id,
                    staff_id=self.staff[name],
                    starts_on=DAY,
                    ends_on=DAY,
                    call_order=place,
                )
                for place, name in enumerate(names, start=1)
            )

    def set_staff(self, name: str, **values: Any) -> None:
        with self.hall.sessions.begin() as session:
            session.execute(update(Staff).where(Staff.id == self.staff[name]).values(values))

    def report(self) -> str:
        """Open an alarm now and let it ring on the consoles; returns its number."""
        new = NewCase("hotline_alarm", self.unit_id, "371", customer_id=None, channel="online")
        request = Request("anyone", uuid.uuid4(), {})

        def act(session: Any, stamp: Any) -> Any:
            return self.cases.start_within(
                session,
                stamp,
                new,
                Start(CUSTOMER),
                lambda snapshot: Complete(CUSTOMER, snapshot.open_tasks[0].no, "report", snapshot.version),
            )

        case_no = self.cases.once(request, act).case_no
        self.deliver(case_no)
        return case_no

    def take(self, case_no: str) -> None:
        case_id = self.hall.find_id(case_no)
        snapshot = self.cases.load(case_id).snapshot
        command = Complete(AGENT, snapshot.open_tasks[0].no, "record", snapshot.version)
        self.cases.carry_out(Request("staff:1", uuid.uuid4(), {}), case_id, command)

    def wait(self, seconds: int) -> None:
        """Let time pass, and the clock tick once; nothing is sent yet."""
        self.now += timedelta(seconds=seconds)
        self.bell.run()

    def deliver(self, case_no: str) -> None:
        """Let the worker keep what is promised for this case, also what that promises again."""
        case_id, topics = self.hall.find_id(case_no), TopicRegistry(self.bell.list_topics())
        deliverer = Deliverer(self.hall.sessions, topics, lambda: self.now)
        while True:
            with self.hall.sessions.begin() as session:
                rows = session.execute(
                    select(OutboxRow.id, OutboxRow.topic).where(
                        OutboxRow.state == "pending",
                        OutboxRow.topic.in_(topics.names),
                        OutboxRow.payload["case_id"].as_integer() == case_id,
                        OutboxRow.not_before.is_(None) | (OutboxRow.not_before <= self.now),
                    )
                ).all()
            if not rows:
                return
            for row in rows:
                deliverer.deliver(row.topic, [row.id])

    def minute(self, case_no: str) -> None:
        self.wait(60)
        self.deliver(case_no)

    def rings(self, case_no: str) -> list[tuple[str, str | None, str]]:
        """Return (kind, who, state) of all steps but the consoles'."""
        names = {number: name for name, number in self.staff.items()}
        found = select(AlarmRing).where(AlarmRing.case_id == self.hall.find_id(case_no), AlarmRing.no > 0)
        with self.hall.sessions.begin() as session:
            rows = session.scalars(found.order_by(AlarmRing.no))
            return [(one.kind, names.get(one.staff_id or 0), one.state) for one in rows]

    def called(self, case_no: str) -> list[str]:
        return [phone for phone, _, number in self.platform.got if number == case_no]

    def outcomes(self, case_no: str, topic: str) -> list[str]:
        case_id = self.hall.find_id(case_no)
        with self.hall.sessions.begin() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id))
            return [one.state for one in rows if one.payload["case_id"] == case_id]

    def history(self, case_no: str) -> list[str]:
        return [one["text"] for one in self.hall.sign_in("agent_a").read(f"/cases/{case_no}")["history"]]


@pytest.fixture
def station(hall: Hall) -> Iterator[Station]:
    yield Station(hall)
    with hall.sessions.begin() as session:
        session.execute(delete(DutyRoster).where(DutyRoster.starts_on == DAY))


A, B, C = PHONES.values()


def test_one_after_the_other_until_it_is_taken(station: Station) -> None:
    station.put_on_duty("duty_a", "duty_b")
    case_no = station.report()
    assert [one.topic for one in station.hints] == [f"unit:{station.unit_id}"]
    station.wait(59)
    assert station.rings(case_no) == []
    station.wait(1)
    station.deliver(case_no)
    assert station.platform.got[-1] == (A, "2400006", case_no)
    station.wait(30)
    assert station.called(case_no) == [A]
    station.wait(30)
    station.deliver(case_no)
    assert station.called(case_no) == [A, B]
    # Each is told by the other ways that they chose as well.
    assert station.told == [("on_call", case_no, station.staff[name]) for name in ("duty_a", "duty_b")]
    # Once round, it begins again with the first.
    station.minute(case_no)
    assert station.called(case_no) == [A, B, A]
    station.wait(5)
    station.take(case_no)
    station.minute(case_no)
    assert station.called(case_no) == [A, B, A]
    told = station.history(case_no)
    assert told[2:] == [
        "报警在所有值班工作台响起",
        "已短信通知值班人员王a",
        "已短信通知值班人员王b",
        "已短信通知值班人员王a",
        "快速记录重要信息：已记录",
    ]


def test_who_is_away_is_passed_over_and_the_centre_follows_the_unit(station: Station) -> None:
    station.put_on_duty("duty_a", "duty_b")
    station.put_on_duty("duty_b", "duty_c", unit_id=_find_centre(station))
    station.set_staff("duty_a", presence="absent")
    case_no = station.report()
    for _ in range(3):
        station.minute(case_no)
    assert station.called(case_no) == [B, C, B]


def test_nobody_on_duty_is_told_once_and_whoever_comes_is_called(station: Station) -> None:
    case_no = station.report()
    for _ in range(3):
        station.minute(case_no)
    assert station.rings(case_no) == [("nobody", None, "done")]
    assert len(station.outcomes(case_no, "escalate_case")) == 1
    assert "值班表上没有可以通知的人，请马上打电话给单位负责人" in station.history(case_no)
    station.put_on_duty("duty_a")
    station.wait(5)
    station.deliver(case_no)
    assert station.called(case_no) == [A]


def test_after_all_rounds_the_alarm_is_escalated(station: Station) -> None:
    station.put_on_duty("duty_a")
    case_no = station.report()
    for _ in range(ROUNDS + 3):
        station.minute(case_no)
    assert station.called(case_no) == [A] * ROUNDS
    assert station.rings(case_no)[-1] == ("given_up", None, "done")
    assert len(station.outcomes(case_no, "escalate_case")) == 1


def test_two_ticks_at_once_ring_once(station: Station) -> None:
    station.put_on_duty("duty_a", "duty_b")
    case_no = station.report()
    station.now += timedelta(seconds=60)
    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(station.make_bell().run) for _ in range(8)]:
            one.result()
    assert station.rings(case_no) == [("person", "duty_a", "promised")]
    station.deliver(case_no)
    assert station.called(case_no) == [A]


def test_a_refused_message_and_a_missing_phone_call_the_next_at_once(station: Station) -> None:
    station.put_on_duty("duty_a", "duty_b", "duty_c")
    station.set_staff("duty_a", phone_sealed=None)
    station.platform.answers[B] = SendOutcome("refused", "FailedOperation.PhoneNumberInBlacklist")
    case_no = station.report()
    station.minute(case_no)
    assert station.called(case_no) == [B, C]
    assert station.rings(case_no) == [
        ("person", "duty_a", "refused"),
        ("person", "duty_b", "refused"),
        ("person", "duty_c", "sent"),
    ]
    assert station.outcomes(case_no, "ring_person") == ["refused", "sent"]
    told = station.history(case_no)
    assert "值班人员王a没有登记手机号，改叫下一位" in told
    assert "短信没有发给值班人员王b，改叫下一位" in told


def test_an_unknown_outcome_stays_before_a_person_and_the_next_is_called_in_time(station: Station) -> None:
    station.put_on_duty("duty_a", "duty_b")
    station.platform.answers[A] = SendOutcome("unknown", "timeout")
    case_no = station.report()
    station.minute(case_no)
    assert station.rings(case_no) == [("person", "duty_a", "unknown")]
    station.wait(30)
    assert station.called(case_no) == [A]
    station.wait(30)
    station.deliver(case_no)
    assert station.called(case_no) == [A, B]
    assert station.outcomes(case_no, "ring_person") == ["unknown", "sent"]
    assert "已短信通知值班人员王a，对方是否收到不明，请打电话确认" in station.history(case_no)


def test_a_platform_out_of_reach_is_tried_again(station: Station) -> None:
    station.put_on_duty("duty_a", "duty_b")
    station.platform.answers[A] = PlatformUnavailable("sms", "refused_connection")
    case_no = station.report()
    station.minute(case_no)
    assert station.rings(case_no) == [("person", "duty_a", "not_sent")]
    del station.platform.answers[A]
    station.wait(10)
    station.deliver(case_no)
    assert station.rings(case_no) == [("person", "duty_a", "sent")]


def test_taken_before_the_message_went_out(station: Station) -> None:
    station.put_on_duty("duty_a")
    case_no = station.report()
    station.wait(60)
    station.take(case_no)
    station.deliver(case_no)
    assert station.called(case_no) == []
    assert station.rings(case_no) == [("person", "duty_a", "dropped")]


def test_a_message_that_was_begun_is_never_sent_again(station: Station) -> None:
    station.put_on_duty("duty_a")
    case_no = station.report()
    station.minute(case_no)
    with station.hall.sessions.begin() as session:
        session.execute(update(OutboxRow).where(OutboxRow.topic == "ring_person").values(state="pending"))
    station.deliver(case_no)
    assert station.called(case_no) == [A]
    assert station.outcomes(case_no, "ring_person") == ["unknown"]


def test_without_text_messages_it_says_so(station: Station) -> None:
    station.put_on_duty("duty_a")
    station.bell = station.make_bell(template_id=None)
    case_no = station.report()
    station.minute(case_no)
    assert station.rings(case_no) == [("person", "duty_a", "refused")]
    assert "还没有开通短信，值班人员王a没有通知到" in station.history(case_no)


def _find_centre(station: Station) -> int:
    with station.hall.sessions.begin() as session:
        centre = station.hall.organisation.find_centre(session)
    assert centre is not None
    return centre.id
