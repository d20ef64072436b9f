"""The link of a text message: one case, the first device, a short time; over HTTP."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.cases.case_links import TOPIC
from backend.cases.link_models import CaseLink
from backend.cases.link_sending import LinkSender
from backend.cases.models import ServiceCase
from backend.catalogue.service import DefinitionStore
from backend.core.config import Settings
from backend.core.database import db
from backend.core.outbox import OutboxRow
from backend.core.outcomes import PlatformUnavailable, SendOutcome
from backend.core.topics import NotSent, OutcomeUnknown, PromiseContext
from composition.hall import make_hall
from tests.api.document import watch_answers
from tests.api.staff_side import HTTPS, Browser, Hall, code
from wsgi import create_app

DEVICE, OTHER = "a" * 64, "b" * 64


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Phone:
    """The telephone: what arrived, or the outage that the test orders."""

    received: list[tuple[str, list[str]]] = field(default_factory=list)
    answer: Callable[[], SendOutcome] = lambda: SendOutcome("sent", "Ok")

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        outcome = self.answer()
        if outcome.state == "sent":
            self.received.append((phone, params))
        return outcome


@pytest.fixture(scope="module")
def texting(settings: Settings) -> Settings:
    """Settings with text messages set up, at an address where nobody answers."""
    return dataclasses.replace(
        settings, sms_base_url="http://127.0.0.1:1", sms_secret_id="id", sms_secret_key="key",
        sms_app_id="1", sms_sign_name="燃气", sms_templates=(("case_link", "2400011"),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def linking_app(texting: Settings) -> Iterator[Flask]:
    application = create_app(texting)
    watch_answers(application)
    yield application
    with application.app_context():
        db.engine.dispose()


class Stage:
    """A case, the telephone, and what is done with the link."""

    def __init__(self, app: Flask, hall: Hall, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.hall, self.sessions, self.client, self.phone = hall, sessions, app.test_client(), Phone()
        self.shared = make_hall(settings, sessions.kw["bind"])
        self.case_no = hall.start()
        self.staff: Browser = hall.sign_in("remote_a")
        self.sender = LinkSender(
            sessions, DefinitionStore(), hall.keys, self.phone, "2400011", lambda key: "报装", now
        )

    def ask(self, method: str, path: str, token: str, device: str = DEVICE, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer link.{token}.{device}"}
        return self.client.open(f"/api/v1{path}", method=method, base_url=HTTPS, headers=headers, **more)

    def open(self, token: str, device: str = DEVICE) -> TestResponse:
        body = {"token": token, "device": device}
        return self.client.post("/api/v1/case-links/open", json=body, base_url=HTTPS)

    def resend(self, token: str) -> TestResponse:
        return self.client.post("/api/v1/case-links/resend", json={"token": token}, base_url=HTTPS)

    def order(self, case_no: str | None = None) -> TestResponse:
        return self.staff.send("POST", f"/cases/{case_no or self.case_no}/link", {})

    def state(self) -> str:
        return str(self.staff.read(f"/cases/{self.case_no}/link")["link"]["state"])

    def deliver(self) -> str:
        """Send the newest link of the case and return its token, read from the telephone."""
        self.sender.send(*self.find_promise())
        return self.phone.received[-1][1][2]

    def find_promise(self) -> tuple[dict[str, Any], PromiseContext]:
        case_id = self.hall.find_id(self.case_no)
        with self.sessions() as session:
            query = select(OutboxRow).where(
                OutboxRow.topic == TOPIC, OutboxRow.payload["case_id"].as_integer() == case_id
            )
            row = session.scalars(query.order_by(OutboxRow.id.desc())).first()
        assert row is not None
        return row.payload, PromiseContext(row.id, TOPIC, 1, row.created_at, now)

    def change(self, **values: Any) -> None:
        """Change the links of the case, as time or somebody else would."""
        with self.sessions.begin() as session:
            for link in session.scalars(
                select(CaseLink).where(CaseLink.case_id == self.hall.find_id(self.case_no))
            ):
                for name, value in values.items():
                    setattr(link, name, value)

    def let_time_pass(self) -> None:
        """Let the pause between two links be over."""
        self.change(created_at=now() - timedelta(minutes=2))

    def receive(self) -> str:
        answer = self.order()
        assert answer.status_code == 200, answer.text
        return self.deliver()


@pytest.fixture
def stage(
    linking_app: Flask, hall: Hall, sessions: sessionmaker[Session], texting: Settings, case_customer: int
) -> Stage:
    return Stage(linking_app, Hall(linking_app, sessions, texting, case_customer), sessions, texting)


def test_a_link_opens_its_case_on_the_first_device_alone(stage: Stage) -> None:
    assert stage.staff.read(f"/cases/{stage.case_no}/link") == {"fault": None, "link": None}
    token = stage.receive()
    phone, params = stage.phone.received[-1]
    assert (phone, params[:2]) == ("13812345678", ["报装", stage.case_no])
    link = stage.staff.read(f"/cases/{stage.case_no}/link")["link"]
    assert (link["state"], link["phone"], link["origin"]) == ("sent", "138****5678", "staff")
    # Before it was opened on a device it opens nothing there.
    assert code(stage.ask("GET", f"/cases/{stage.case_no}", token)) == "link_other_device"
    for _ in range(2):  # An answer that got lost is asked for again.
        assert json.loads(stage.open(token).text) == {"case_no": stage.case_no}
    assert stage.state() == "opened"
    seen = stage.ask("GET", f"/cases/{stage.case_no}", token)
    assert seen.status_code == 200 and json.loads(seen.text)["progress"]
    for refused in (stage.open(token, OTHER), stage.ask("GET", f"/cases/{stage.case_no}", token, OTHER)):
        assert (refused.status_code, code(refused)) == (403, "link_other_device")


def test_it_opens_nothing_else(stage: Stage) -> None:
    token = stage.receive()
    stage.open(token)
    another = stage.hall.start()
    assert stage.ask("GET", f"/cases/{another}", token).status_code == 404
    for path in ("/home", "/cases", "/me", "/messages"):
        assert stage.ask("GET", path, token).status_code == 401, path
    body = {"command_id": str(uuid.uuid4()), "kind": "withdraw", "expected_version": 1}
    withdrawn = stage.ask("POST", f"/cases/{stage.case_no}/commands", token, json=body)
    assert (withdrawn.status_code, code(withdrawn)) == (403, "link_not_for_this")
    offered = json.loads(stage.ask("GET", f"/cases/{stage.case_no}", token).text)["actions"]
    assert "withdraw" not in [one["kind"] for one in offered]
    for wrong in ("", "x", token[:-1], "../../etc"):
        assert stage.ask("GET", f"/cases/{stage.case_no}", wrong).status_code in (401, 404)


def test_booking_arrival_and_documents_are_open_to_it(stage: Stage) -> None:
    token = stage.receive()
    stage.open(token)
    for path in ("/slots", "/visit", "/documents/1"):
        answer = stage.ask("GET", f"/cases/{stage.case_no}{path}", token)
        # Nothing is to be booked or filled in yet; what matters is that the door is open.
        assert answer.status_code in (200, 404, 409), (path, answer.text)
        assert stage.ask("GET", f"/cases/{stage.case_no}{path}", token, OTHER).status_code == 403


def test_what_is_wrong_with_a_paper_can_be_said_by_it(stage: Stage) -> None:
    token = stage.receive()
    stage.open(token)
    path = f"/cases/{stage.case_no}/documents/1/objections"
    body = {"command_id": str(uuid.uuid4()), "sha256": "a" * 64, "text": "面积不对"}
    # No paper waits for a signature yet; what matters is that the door is open, on this device alone.
    answer = stage.ask("POST", path, token, json=body)
    assert (answer.status_code, code(answer)) == (409, "document_not_filled")
    assert stage.ask("POST", path, token, OTHER, json=body).status_code == 403


def test_an_expired_link_opens_nothing_and_can_be_had_anew(stage: Stage) -> None:
    token = stage.receive()
    stage.open(token)
    stage.change(created_at=now() - timedelta(days=4), expires_at=now() - timedelta(days=1))
    for refused in (stage.open(token), stage.ask("GET", f"/cases/{stage.case_no}", token)):
        assert (refused.status_code, code(refused)) == (403, "link_expired")
    assert stage.state() == "expired"
    assert stage.resend(token).status_code == 204
    fresh = stage.deliver()
    assert stage.phone.received[-1][0] == "13812345678" and fresh != token
    assert stage.open(fresh, OTHER).status_code == 200
    assert code(stage.resend(token)) == "link_too_often"


def test_opening_a_later_link_shuts_out_whoever_opened_an_earlier_one(stage: Stage) -> None:
    stolen = stage.receive()
    stage.open(stolen, OTHER)
    assert code(stage.open(stolen)) == "link_other_device"
    stage.let_time_pass()
    assert stage.resend(stolen).status_code == 204
    # Until then the first device is not shut out by somebody else's wish.
    assert stage.ask("GET", f"/cases/{stage.case_no}", stolen, OTHER).status_code == 200
    assert stage.open(stage.deliver()).status_code == 200
    assert code(stage.ask("GET", f"/cases/{stage.case_no}", stolen, OTHER)) == "link_replaced"


def test_after_the_case_closed_it_opens_nothing(stage: Stage) -> None:
    token = stage.receive()
    stage.open(token)
    stage.hall.withdraw(stage.case_no, "不办了")
    for refused in (stage.open(token), stage.ask("GET", f"/cases/{stage.case_no}", token)):
        assert (refused.status_code, code(refused)) == (403, "link_case_closed")
    assert code(stage.resend(token)) == "case_ended"
    assert stage.staff.read(f"/cases/{stage.case_no}/link")["fault"] == "case_ended"


def test_links_are_not_sent_without_end(stage: Stage) -> None:
    for _ in range(5):
        assert stage.order().status_code == 200
        stage.let_time_pass()
    refused = stage.order()
    assert (refused.status_code, code(refused)) == (429, "link_too_often")


def test_a_landline_and_a_foreign_case_get_none(stage: Stage) -> None:
    landline = stage.hall.start(contact_phone="053188888888")
    assert code(stage.order(landline)) == "link_no_mobile"
    assert stage.staff.read(f"/cases/{landline}/link")["fault"] == "link_no_mobile"
    foreign = stage.hall.sign_in("desk_362").send("POST", f"/cases/{stage.case_no}/link", {})
    assert foreign.status_code == 404
    assert code(stage.open("t" * 43)) == "link_unknown"
    assert stage.open("t" * 43, "short").status_code == 422


def test_without_text_messages_staff_are_told_so(hall: Hall) -> None:
    case_no = hall.start()
    desk = hall.sign_in("remote_a")
    assert desk.read(f"/cases/{case_no}/link")["fault"] == "link_not_offered"
    assert code(desk.send("POST", f"/cases/{case_no}/link", {})) == "link_not_offered"


def test_an_outage_sends_later_and_an_unknown_end_never_twice(stage: Stage) -> None:
    stage.order()
    promise = stage.find_promise()

    def away() -> SendOutcome:
        raise PlatformUnavailable("sms", "not_reached")

    stage.phone.answer = away
    with pytest.raises(NotSent):
        stage.sender.send(*promise)
    assert stage.state() == "waiting"
    stage.phone.answer = lambda: SendOutcome("unknown", "timeout")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            stage.sender.send(*promise)
    assert stage.state() == "unknown"
    stage.phone.answer = lambda: SendOutcome("sent", "Ok")
    with stage.sessions.begin() as session:
        stage.sender.reopen(session, promise[1].outbox_id)
    token = stage.deliver()
    with stage.sessions() as session:
        kept = session.scalars(select(CaseLink).order_by(CaseLink.id.desc())).first()
        assert kept is not None and kept.token_sealed is None
        assert token.encode() not in kept.token_hash
    stage.sender.send(*promise)
    assert len(stage.phone.received) == 1


def test_whoever_has_no_client_is_sent_a_link_by_the_hall_itself(stage: Stage) -> None:
    case_id = stage.hall.find_id(stage.case_no)
    with stage.sessions.begin() as session:
        fresh = text("INSERT INTO customer (kind, created_at) VALUES ('resident', now()) RETURNING id")
        customer_id = session.execute(fresh).scalar_one()
        session.get_one(ServiceCase, case_id).customer_id = customer_id
    for _ in range(2):
        with stage.sessions.begin() as session:
            stage.shared.links.offer(session, case_id)
    with stage.sessions() as session:
        links = session.scalars(select(CaseLink).where(CaseLink.case_id == case_id)).all()
    assert [one.origin for one in links] == ["system"]
    with stage.sessions.begin() as session:
        identity = text(
            "INSERT INTO identity (kind, appid, subject, customer_id, created_at)"
            " VALUES ('wechat_mini', 'wx', :subject, :id, now())"
        )
        session.execute(identity, {"subject": uuid.uuid4().hex, "id": customer_id})
    stage.change(created_at=now() - timedelta(days=4), expires_at=now() - timedelta(days=1))
    with stage.sessions.begin() as session:
        stage.shared.links.offer(session, case_id)
        count = select(CaseLink).where(CaseLink.case_id == case_id)
        assert len(session.scalars(count).all()) == 1


def test_the_short_address_only_leads_to_the_page(stage: Stage) -> None:
    token = stage.receive()
    answer = stage.client.get(f"/l/{token}", base_url=HTTPS)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/h5/#/pages/link/index?t={token}")
    assert stage.state() == "sent"
    led = stage.client.get("/c/261124101123453", base_url=HTTPS).headers["Location"]
    assert led == "/h5/#/pages/case/index?no=261124101123453"
    assert stage.client.get("/l/a%0d%0aX:1", base_url=HTTPS).headers["Location"].endswith("?t=aX1")
