"""The customers' sign-in on stage: the real service and routes, with ports that a test can play."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.access.access_tokens import AccessTokens
from backend.access.account_binding import TOPIC as BINDING_TOPIC
from backend.access.account_binding import AccountBinding
from backend.access.consents import Consents
from backend.access.customer_sessions import CustomerSessions
from backend.access.customer_sign_in import CustomerSignIn
from backend.access.ports import WechatOffer
from backend.access.sms_codes import TOPIC, SmsCodes, SmsCodeSender
from backend.account_feed.forgetting import FeedForgetting
from backend.account_feed.records import FeedRecords
from backend.cases.account_pages import AccountPages
from backend.cases.erasure import CustomerErasure
from backend.core.config import Settings
from backend.core.http import install_http
from backend.core.openapi import install_openapi
from backend.core.outbox import OutboxRow
from backend.core.rate_limits import make_limiter
from backend.customers.accounts import GasAccounts
from backend.customers.bindings import AccountBindings
from backend.customers.service import CustomersService
from backend.metering.bill_codes import BillCodes
from backend.organisation.service import OrganisationService
from composition.hall import MERGE_FOLLOWERS, make_key_ring
from miniprogram_api.binding_routes import make_binding_routes
from miniprogram_api.consent_routes import make_consent_routes
from miniprogram_api.erasure_routes import make_erasure_routes
from miniprogram_api.guard import CustomerGuard
from miniprogram_api.me_routes import make_me_routes
from miniprogram_api.session_routes import make_customer_session_routes

HTTPS = "https://hall.test"
BEGINNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_addresses = itertools.count(1)


class CodeInvalid(Exception):
    """The platform does not know this code."""


class PlatformUnavailable(Exception):
    """The platform does not answer."""


@dataclass(frozen=True)
class Person:
    """Somebody at WeChat."""

    appid: str
    openid: str
    unionid: str | None


@dataclass(frozen=True)
class Sent:
    """What became of a message."""

    state: str


@dataclass
class PlayedWechat:
    """WeChat as the test plays it: codes that it knows, or none while it is away."""

    people: dict[str, Person] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    away: bool = False

    def exchange_mini_code(self, code: str) -> Person:
        return self._find(self.people, code)

    def exchange_web_code(self, code: str) -> Person:
        return self._find(self.people, code)

    def find_phone_number(self, code: str) -> str:
        return self._find(self.phones, code)

    def make_authorize_url(self, redirect_uri: str, state: str) -> str:
        return f"https://wechat.test/authorize?redirect_uri={redirect_uri}&state={state}"

    def _find(self, known: dict[str, Any], code: str) -> Any:
        if self.away:
            raise PlatformUnavailable
        if code not in known:
            raise CodeInvalid
        return known.pop(code)


@dataclass
class PlayedSms:
    """The telephones: what each received last."""

    received: dict[str, list[str]] = field(default_factory=dict)
    state: str = "sent"

    def send(self, phone: str, template_id: str, params: list[str]) -> Sent:
        assert template_id == "1000001"
        self.received.setdefault(phone, []).append(params[0])
        return Sent(self.state)


class Stage:
    """One application with a clock of its own, a WeChat, and telephones."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self.time = BEGINNING
        self.sessions = sessions
        self.wechat = PlayedWechat()
        self.sms = PlayedSms()
        keys, tokens = make_key_ring(settings), AccessTokens(settings.secret_key)
        self.tokens = tokens
        self.customers = CustomersService(keys, MERGE_FOLLOWERS)
        self.codes = SmsCodes(keys, settings.secret_key)
        self.customer_sessions = CustomerSessions(
            sessions, sessions.kw["bind"], self.customers, tokens, self.now
        )
        offer = WechatOffer(self.wechat, CodeInvalid, PlatformUnavailable)
        self.sign_in = CustomerSignIn(
            sessions, self.customers, self.customer_sessions, self.codes, offer, offers_sms=True, now=self.now
        )
        self.sender = SmsCodeSender(sessions, keys, self.sms, "1000001", self.now)
        self.app = Flask("stage", static_folder=None)
        install_http(self.app)
        api = install_openapi(self.app)
        CustomerGuard(tokens, self.customer_sessions, None, self.now).install(self.app)
        limiter = make_limiter(self.app, settings.redis_url)
        routes = make_customer_session_routes(self.sign_in, self.customer_sessions, limiter, over_https=True)
        api.register_blueprint(routes)
        api.register_blueprint(make_me_routes(self.sign_in, limiter))
        forget = FeedForgetting(FeedRecords(make_key_ring(settings))).forget
        erasure = CustomerErasure(
            sessions, self.customers, self.codes, offers_sms=True, forget_accounts=[forget], now=self.now
        )
        api.register_blueprint(make_erasure_routes(erasure, limiter))
        api.register_blueprint(make_consent_routes(Consents(sessions, self.now)))
        self.binding = AccountBinding(
            *(sessions, AccountBindings(keys, self.customers), self.customers, self.codes),
            BillCodes(keys).fits,
            offers_sms=True,
            now=self.now,
        )
        pages = AccountPages(
            sessions,
            AccountBindings(keys, self.customers),
            GasAccounts(keys, self.customers),
            OrganisationService(keys, (), ()),
            self.now,
        )
        api.register_blueprint(make_binding_routes(self.binding, pages, limiter))

    def now(self) -> datetime:
        """Return the stage's moment."""
        return self.time

    def wait(self, **how_long: float) -> None:
        """Let time pass."""
        self.time += timedelta(**how_long)

    def make_client(self) -> FlaskClient:
        """Return a client at an address of its own, so that tests do not share a limit."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"2001:db8::{next(_addresses):x}"
        return client

    def post(self, client: FlaskClient, path: str, body: dict[str, Any], token: str = "") -> TestResponse:
        """Post JSON, with an access token where one is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.post(f"/api/v1{path}", json=body, base_url=HTTPS, headers=headers)

    def get_me(self, client: FlaskClient, token: str) -> TestResponse:
        """Ask who is signed in."""
        return client.get("/api/v1/me", base_url=HTTPS, headers={"Authorization": f"Bearer {token}"})

    def deliver(self) -> list[str]:
        """Keep all promised codes, as the relay would, and return the states."""
        for payload in self._take(BINDING_TOPIC):
            self.binding.send_code(payload)
        return [self.sender.handle(payload) for payload in self._take(TOPIC)]

    def _take(self, topic: str) -> list[dict[str, Any]]:
        with self.sessions.begin() as session:
            rows = session.scalars(
                select(OutboxRow).where(OutboxRow.topic == topic, OutboxRow.state == "pending")
            ).all()
            for row in rows:
                row.state = "sent"
            return [row.payload for row in rows]

    def receive_code(self, client: FlaskClient, phone: str, purpose: str = "sign_in") -> str:
        """Ask for a code and read it from the telephone."""
        answer = self.post(client, "/sms-codes", {"phone": phone, "purpose": purpose})
        assert answer.status_code == 202, answer.text
        self.deliver()
        return self.sms.received[phone][-1]

    def sign_in_by_sms(self, client: FlaskClient, phone: str) -> dict[str, Any]:
        """Sign in by a code and return the tokens."""
        code = self.receive_code(client, phone)
        return read(self.post(client, "/sessions/sms", {"phone": phone, "code": code}), 201)

    def sign_in_by_mini(self, client: FlaskClient, person: Person) -> dict[str, Any]:
        """Sign in from the mini-program and return the tokens."""
        self.wechat.people["mini-code"] = person
        return read(self.post(client, "/sessions/wechat-mini", {"code": "mini-code"}), 201)

    def start_web(self, client: FlaskClient, return_to: str = "/h5/#/pages/home/index") -> str:
        """Begin a web authorisation and return the state that WeChat is given."""
        answer = client.get(
            "/api/v1/sessions/wechat-web/start", query_string={"return_to": return_to}, base_url=HTTPS
        )
        found = re.search(r"state=([0-9A-Za-z]{1,128})$", read(answer, 200)["authorize_url"])
        assert found is not None
        return found.group(1)

    def customer_of(self, tokens: dict[str, Any]) -> int:
        """Return whose the tokens are."""
        return self.tokens.read(tokens["access_token"], self.time).customer_id


def read(answer: TestResponse, status: int) -> dict[str, Any]:
    """Return the body of an answer that has this status."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = json.loads(answer.text)
    return body


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal, which always has a Chinese sentence."""
    body = json.loads(answer.text)
    assert body["title"].endswith("。")
    return answer.status_code, body["code"]
