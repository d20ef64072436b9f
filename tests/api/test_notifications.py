"""Messages on a real database: the choice of the channel, the ledger, and never a second sending."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ServiceCase
from backend.catalogue.folder import PROCESSES_FOLDER, list_drafts, read_folder
from backend.catalogue.loader import read_body
from backend.catalogue.service import publish
from backend.core.config import Settings
from backend.core.encryption import KeyRing
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.core.topics import OutcomeUnknown, PromiseContext, Sending
from backend.notifications.delivery import Channels, Delivery
from backend.notifications.messages import Facts, read_messages
from backend.notifications.models import MessageDelivery, MessagePermissionEvent
from backend.notifications.service import NotificationService, Order
from composition.hall import make_hall
from composition.promises import make_notices

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_numbers = count(900_001)
SENT = SendOutcome("sent", "0", "m-1")
Answer = Callable[[], SendOutcome]


def say(outcome: SendOutcome | Exception) -> Answer:
    def answer() -> SendOutcome:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return answer


@dataclass
class Platforms:
    """Both ports in one: answers as the test says and remembers what went out."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    params: list[list[str]] = field(default_factory=list)

    def _call(self, channel: str, to: str) -> SendOutcome:
        self.calls.append((channel, to))
        return self.answers.get(channel, say(SENT))()

    def send_subscribe_message(
        self, openid: str, template_id: str, page: str, data: dict[str, str]
    ) -> SendOutcome:
        return self._call("mini", openid)

    def send_template_message(
        self, openid: str, template_id: str, url: str, data: dict[str, str]
    ) -> SendOutcome:
        return self._call("official", openid)

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        self.params.append(params)
        return self._call("sms", phone)


@dataclass
class People:
    """What is known of the one customer."""

    openids: dict[str, str]
    phone: str | None

    def find_openid(self, session: Session, customer_id: int, kind: str, appid: str) -> str | None:
        return self.openids.get(kind)

    def find_phone(self, session: Session, customer_id: int) -> str | None:
        return self.phone


class Case:
    """One customer with a way by each channel, and one promise to tell them something."""

    def __init__(self, sessions: sessionmaker[Session], people: People | None = None) -> None:
        self.sessions = sessions
        self.platforms = Platforms()
        self.customer_id, self.promise_id = next(_numbers), next(_numbers)
        known = people or People({"wechat_mini": "o-mini", "wechat_official": "o-official"}, "13800138000")
        templates = {"rating": f"t-{self.customer_id}"}
        channels = Channels(
            self.platforms, self.platforms, "wx-mini", "wx-official", templates, {"rating": "t-2"},  # type: ignore[arg-type]
            {"rating": "2400005"}, "https://hall.example/h5/#/pages/case/index?no={case_no}",
        )  # fmt: skip
        self.template_id = templates["rating"]
        self.service = NotificationService(
            sessions,
            KeyRing({1: bytes(32)}, 1, bytes(32)),
            read_messages(read_body(PROCESSES_FOLDER / "messages.yaml")),
            Delivery(sessions, channels, known, lambda: NOW),
            templates,
            lambda: NOW,
        )

    def allow(self, answer: str = "accept") -> None:
        self.service.record_permissions(self.customer_id, {self.template_id: answer, "t-foreign": answer})

    def notify(self, other_phone: str | None = None) -> str:
        facts = Facts("报修", "261124101123453")
        return self.service.notify(
            # No case of another test has this id, whose messages would not open under its keys.
            Order(
                self.promise_id, NOW, self.customer_id, self.customer_id, "rating_invited", facts, other_phone
            )
        )

    @property
    def channels(self) -> list[str]:
        return [channel for channel, _ in self.platforms.calls]

    def list_deliveries(self) -> dict[str, str]:
        with self.sessions() as session:
            rows = session.execute(
                select(MessageDelivery.channel, MessageDelivery.state).where(
                    MessageDelivery.promise_id == self.promise_id
                )
            )
            return {row.channel: row.state for row in rows}

    def list_ledger(self) -> list[str]:
        with self.sessions() as session:
            return list(
                session.scalars(
                    select(MessagePermissionEvent.kind)
                    .where(MessagePermissionEvent.customer_id == self.customer_id)
                    .order_by(MessagePermissionEvent.id)
                )
            )


def test_a_permission_covers_one_message(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions)
    case.allow()
    assert case.notify() == "sent"
    assert (case.channels, case.list_deliveries()) == (["mini"], {"mini": "sent"})
    case.promise_id = next(_numbers)
    assert case.notify() == "sent"
    assert case.channels == ["mini", "official"]
    assert case.list_ledger() == ["accept", "used"]


@pytest.mark.parametrize("answer", ["reject", "ban"])
def test_without_permission_the_official_account_tells(sessions: sessionmaker[Session], answer: str) -> None:
    case = Case(sessions)
    case.allow(answer)
    assert case.notify() == "sent"
    assert case.channels == ["official"]


def test_refusals_lead_on_to_sms(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions)
    case.allow()
    case.allow()
    case.platforms.answers = {
        "mini": say(SendOutcome("refused", "43101")),
        "official": say(PlatformRefused("wechat", "40001")),
    }
    assert case.notify() == "sent"
    assert case.list_deliveries() == {"mini": "refused", "official": "refused", "sms": "sent"}
    # WeChat knows better than our ledger: the second permission is gone too.
    assert case.list_ledger() == ["accept", "accept", "used", "lost"]
    case.promise_id = next(_numbers)
    case.notify()
    assert case.channels == ["mini", "official", "sms", "official", "sms"]


@pytest.mark.parametrize("channel", ["mini", "official", "sms"])
def test_unknown_is_never_sent_again(sessions: sessionmaker[Session], channel: str) -> None:
    people = {"mini": {"wechat_mini": "o"}, "official": {"wechat_official": "o"}, "sms": {}}[channel]
    case = Case(sessions, People(people, "13800138000"))
    case.allow()
    case.platforms.answers = {channel: say(SendOutcome("unknown", "timeout"))}
    assert case.notify() == "unknown"
    assert case.notify() == "unknown"
    assert case.channels == [channel]
    # A person reads at which platform to look, and for what.
    name = {"mini": "微信小程序", "official": "微信公众号", "sms": "短信"}[channel]
    with sessions.begin() as session:
        told = case.service.tell_sending(session, case.promise_id, {"message": "rating_invited"})
        assert told == Sending(name, "请您评价")
        assert case.service.tell_sending(session, next(_numbers), {}) == Sending(None, None)


def test_a_run_that_died_while_sending_is_unknown(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions, People({}, "13800138000"))
    case.platforms.answers = {"sms": say(RuntimeError("the worker was killed here"))}
    with pytest.raises(RuntimeError):
        case.notify()
    case.platforms.answers = {}
    assert case.notify() == "unknown"
    assert case.channels == ["sms"]


def test_what_a_person_found_not_sent_goes_out_once_more(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions)
    case.allow()
    case.platforms.answers = {"mini": say(SendOutcome("unknown", "timeout"))}
    assert case.notify() == "unknown"
    case.platforms.answers = {}
    with sessions.begin() as session:
        case.service.reopen(session, case.promise_id)
        case.service.reopen(session, next(_numbers))
    assert case.notify() == "sent"
    assert (case.channels, case.list_deliveries()) == (["mini", "mini"], {"mini": "sent"})
    assert case.list_ledger() == ["accept", "used", "returned", "used"]
    with sessions.begin() as session:
        case.service.reopen(session, case.promise_id)
    assert case.list_deliveries() == {"mini": "sent"}


def test_what_was_never_sent_is_tried_again(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions, People({"wechat_mini": "o"}, None))
    case.allow()
    case.platforms.answers = {"mini": say(PlatformUnavailable("wechat", "-1"))}
    with pytest.raises(PlatformUnavailable):
        case.notify()
    case.platforms.answers = {}
    assert case.notify() == "sent"
    assert case.list_ledger() == ["accept", "used", "returned", "used"]
    views, following = case.service.list_messages(case.customer_id, None)
    # Two runs of one promise make one message for the customer.
    assert ([one.title for one in views], following) == (["请您评价"], None)


def test_the_contact_of_the_case_gets_the_sms(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions, People({}, None))
    assert case.notify() == "refused"
    assert case.notify("13900139000") == "sent"
    assert case.platforms.calls == [("sms", "13900139000")]


def test_who_raised_an_alarm_without_signing_in_gets_one_sms_by_the_phone_given(
    sessions: sessionmaker[Session], app: Flask, settings: Settings, centre: str
) -> None:
    with sessions.begin() as session:
        publish(session, list_drafts(read_folder()), "test", NOW)
    case, hall = Case(sessions), make_hall(settings, sessions.kw["bind"])
    body = {"command_id": str(uuid.uuid4()), "phone": "13812340009", "address": None, "words": "有臭味"}
    reporter = {"REMOTE_ADDR": "10.9.8.6"}
    case_no = (
        app.test_client().post("/api/v1/alarms", json=body, environ_overrides=reporter).get_json()["case_no"]
    )
    with sessions() as session:
        case_id = session.scalars(select(ServiceCase.id).where(ServiceCase.case_no == case_no)).one()
    registered = {"progress": "2400002", "rating": "2400005"}
    channels = Channels(None, case.platforms, None, None, {}, {}, registered, "")
    messages = read_messages(read_body(PROCESSES_FOLDER / "messages.yaml"))
    delivery = Delivery(sessions, channels, People({}, None), lambda: NOW)
    service = NotificationService(sessions, hall.keys, messages, delivery, {}, lambda: NOW)
    notices = dataclasses.replace(make_notices(hall), notifications=service)
    context = PromiseContext(case.promise_id, "notify_customer", 1, NOW, lambda: NOW)
    payload = {"case_id": case_id, "message": "alarm_dispatched"}
    for _ in range(2):
        notices.handle(payload, context)
    assert case.platforms.calls == [("sms", "13812340009")]
    assert case.platforms.params == [["燃气报警", case_no, "已转抢修"]]
    # Nobody could open anything to rate it, so nobody is asked to.
    invited = PromiseContext(next(_numbers), "notify_customer", 1, NOW, lambda: NOW)
    notices.handle({**payload, "message": "rating_invited"}, invited)
    assert len(case.platforms.calls) == 1
    # What a person found not to have gone out goes out once more.
    again = PromiseContext(next(_numbers), "notify_customer", 1, NOW, lambda: NOW)
    case.platforms.answers = {"sms": say(SendOutcome("unknown", "timeout"))}
    with pytest.raises(OutcomeUnknown):
        notices.handle(payload, again)
    case.platforms.answers = {}
    with sessions.begin() as session:
        service.reopen(session, again.outbox_id)
    notices.handle(payload, again)
    assert len(case.platforms.calls) == 3


def test_reading_and_paging(sessions: sessionmaker[Session]) -> None:
    case = Case(sessions)
    for _ in range(25):
        case.notify()
        case.promise_id = next(_numbers)
    first, following = case.service.list_messages(case.customer_id, None)
    second, end = case.service.list_messages(case.customer_id, following)
    assert (len(first), len(second), end) == (20, 5, None)
    assert case.service.count_unread(case.customer_id) == 25
    case.service.mark_read(case.customer_id, first[4].id)
    case.service.mark_read(case.customer_id, second[0].id)
    assert case.service.count_unread(case.customer_id) == 4
    assert [one.is_read for one in case.service.list_messages(case.customer_id, None)[0][3:6]] == [
        False,
        True,
        True,
    ]
    assert "请花半分钟" in first[0].text
