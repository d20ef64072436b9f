"""Customers sign in by SMS code, stay signed in by refresh tokens, and sign out, over HTTP."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import CustomerCaller
from backend.access.customer_sessions import LONGEST_SESSION, REFRESH_LIFETIME
from backend.access.models import SmsCode
from backend.access.sms_codes import PER_PHONE, TRIES
from backend.core.config import Settings
from backend.core.database import db
from backend.core.masking import mask_phone
from tests.api.conftest import MadeCustomer
from tests.api.sign_in_stage import HTTPS, Stage, read, refusal
from wsgi import create_app

_phones = itertools.count(10_000_000)


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    """Return the sign-in with ports that the tests play."""
    return Stage(settings, sessions)


@pytest.fixture
def phone() -> str:
    """Return a phone that no other test uses."""
    return f"138{next(_phones)}"


@pytest.fixture
def caller(stage: Stage) -> FlaskClient:
    """Return a client at an address of its own."""
    return stage.make_client()


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def session_of(stage: Stage, tokens: dict[str, str]) -> int:
    return stage.tokens.read(tokens["access_token"], stage.time).session_id


def test_sign_in_by_sms(stage: Stage, caller: FlaskClient, phone: str) -> None:
    asked = stage.post(caller, "/sms-codes", {"phone": f"+86 {phone[:3]} {phone[3:]}", "purpose": "sign_in"})
    assert read(asked, 202) == {"resend_after_seconds": 60, "expires_in_seconds": 300}
    assert stage.deliver() == ["sent"]
    [code] = stage.sms.received[phone]
    tokens = read(stage.post(caller, "/sessions/sms", {"phone": phone, "code": code}), 201)
    assert set(tokens) == {"access_token", "expires_in", "refresh_token", "customer"}
    assert tokens["expires_in"] == 900
    me = read(stage.get_me(caller, tokens["access_token"]), 200)
    assert me == tokens["customer"]
    assert me == {
        "display_name": f"手机用户{phone[-4:]}",
        "name": None,
        "phone": phone,
        "phone_masked": f"{phone[:3]}****{phone[-4:]}",
        "phone_verified": True,
    }
    stage.wait(seconds=60)
    assert stage.customer_of(stage.sign_in_by_sms(caller, phone)) == stage.customer_of(tokens)


def test_a_code_is_good_once_and_only_the_newest_counts(
    stage: Stage, caller: FlaskClient, phone: str
) -> None:
    first = stage.receive_code(caller, phone)
    stage.wait(seconds=60)
    second = stage.receive_code(caller, phone)
    if first != second:
        answer = stage.post(caller, "/sessions/sms", {"phone": phone, "code": first})
        assert refusal(answer) == (422, "sms_code_wrong")
        assert "验证码不对" in json.loads(answer.text)["fields"]["code"]
    assert stage.post(caller, "/sessions/sms", {"phone": phone, "code": second}).status_code == 201
    answer = stage.post(caller, "/sessions/sms", {"phone": phone, "code": second})
    assert refusal(answer) == (422, "sms_code_wrong")


def test_a_code_for_another_purpose_or_phone_does_not_sign_in(
    stage: Stage, caller: FlaskClient, phone: str
) -> None:
    code = stage.receive_code(caller, phone, "bind_phone")
    answer = stage.post(caller, "/sessions/sms", {"phone": phone, "code": code})
    assert refusal(answer) == (422, "sms_code_wrong")
    answer = stage.post(caller, "/sessions/sms", {"phone": "13700000001", "code": code})
    assert refusal(answer) == (422, "sms_code_wrong")


def test_an_expired_code(stage: Stage, caller: FlaskClient, phone: str) -> None:
    code = stage.receive_code(caller, phone)
    stage.wait(minutes=5)
    answer = stage.post(caller, "/sessions/sms", {"phone": phone, "code": code})
    assert refusal(answer) == (422, "sms_code_expired")


def test_wrong_tries_use_the_code_up(stage: Stage, caller: FlaskClient, phone: str) -> None:
    code = stage.receive_code(caller, phone)
    for _ in range(TRIES):
        answer = stage.post(caller, "/sessions/sms", {"phone": phone, "code": other_code(code)})
        assert refusal(answer) == (422, "sms_code_wrong")
    answer = stage.post(caller, "/sessions/sms", {"phone": phone, "code": code})
    assert refusal(answer) == (422, "sms_code_expired")


def test_codes_too_often(stage: Stage, caller: FlaskClient, phone: str) -> None:
    asked = {"phone": phone, "purpose": "sign_in"}
    assert stage.post(caller, "/sms-codes", asked).status_code == 202
    stage.wait(seconds=59)
    answer = stage.post(caller, "/sms-codes", asked)
    assert refusal(answer) == (429, "sms_code_too_often")
    assert json.loads(answer.text)["extra"] == {"retry_after_seconds": 1}
    for _ in range(PER_PHONE - 1):
        stage.wait(seconds=61)
        # The purposes share one count: it is one person's telephone that rings.
        assert stage.post(caller, "/sms-codes", {**asked, "purpose": "bind_phone"}).status_code == 202
    stage.wait(seconds=61)
    assert refusal(stage.post(caller, "/sms-codes", asked)) == (429, "sms_code_too_often")
    stage.wait(hours=1)
    assert stage.post(caller, "/sms-codes", asked).status_code == 202


def test_codes_asked_for_at_once_count_each_other(stage: Stage, phone: str) -> None:
    def ask(_: int) -> int:
        body = {"phone": phone, "purpose": "sign_in"}
        return stage.post(stage.make_client(), "/sms-codes", body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [202, 429, 429, 429]


def test_one_address_cannot_ask_for_many_phones(
    stage: Stage, caller: FlaskClient, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    answers = [
        stage.post(caller, "/sms-codes", {"phone": f"136{next(_phones)}", "purpose": "sign_in"})
        for _ in range(21)
    ]
    assert [one.status_code for one in answers] == [202] * 20 + [429]
    assert refusal(answers[-1]) == (429, "too_many_requests")
    # Another process counts in the same place.
    other = Stage(settings, sessions).app.test_client()
    other.environ_base["REMOTE_ADDR"] = caller.environ_base["REMOTE_ADDR"]
    assert refusal(stage.post(other, "/sms-codes", {})) == (429, "too_many_requests")


def test_limits_hold_while_redis_is_away(settings: Settings, sessions: sessionmaker[Session]) -> None:
    lost = Stage(replace(settings, redis_url="redis://127.0.0.1:1/0"), sessions)
    client = lost.make_client()
    answers = [
        lost.post(client, "/sms-codes", {"phone": f"135{next(_phones)}", "purpose": "sign_in"})
        for _ in range(21)
    ]
    assert [one.status_code for one in answers] == [202] * 20 + [429]


def test_behind_a_proxy_each_customer_has_a_limit_of_their_own(settings: Settings) -> None:
    behind = create_app(replace(settings, proxy_count=1))
    client = behind.test_client()
    client.environ_base["REMOTE_ADDR"] = "2001:db8:1::1"

    def ask(address: str) -> int:
        headers = {"X-Forwarded-For": f"203.0.113.250, {address}"}
        return client.post("/api/v1/sms-codes", json={}, headers=headers).status_code

    assert {ask(f"2001:db8:1::{number:x}") for number in range(16, 37)} == {422}
    assert [ask("2001:db8:1::99") for _ in range(21)] == [422] * 20 + [429]
    with behind.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("typed", ["12345", "02158881234", "1380013800a", "138001380001", "٠١٢٣٤٥٦٧٨٩٠"])
def test_what_is_no_mobile_number(stage: Stage, caller: FlaskClient, typed: str) -> None:
    answer = stage.post(caller, "/sms-codes", {"phone": typed, "purpose": "sign_in"})
    assert refusal(answer) == (422, "invalid_input")
    assert json.loads(answer.text)["fields"] == {"phone": "请填写 11 位手机号码。"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/sms-codes", {"phone": "13800000000"}, "purpose"),
        ("/sms-codes", {"phone": "13800000000", "purpose": "pay"}, "purpose"),
        ("/sessions/sms", {"phone": "13800000000", "code": "12345"}, "code"),
        ("/sessions/sms", {"phone": "13800000000", "code": "123456\n"}, "code"),
        ("/sessions/sms", {"phone": ["13800000000"], "code": "123456"}, "phone"),
        ("/sessions/refresh", {"refresh_token": ""}, "refresh_token"),
        ("/sessions/refresh", {}, "refresh_token"),
    ],
)
def test_bad_input(stage: Stage, caller: FlaskClient, path: str, body: dict[str, str], field: str) -> None:
    answer = stage.post(caller, path, body)
    assert refusal(answer) == (422, "invalid_input")
    assert field in json.loads(answer.text)["fields"]


def test_a_code_is_sent_once_and_not_kept(stage: Stage, caller: FlaskClient, phone: str) -> None:
    code = stage.receive_code(caller, phone)
    with stage.sessions.begin() as session:
        row = session.scalars(select(SmsCode).order_by(SmsCode.id.desc()).limit(1)).one()
        assert row.code_sealed is None
        assert code.encode() not in row.code_hash
        assert phone not in row.phone_sealed
        payload = {"sms_code_id": row.id}
        # Who settles it knows whom to ask for, and no more of them.
        assert stage.sender.tell_recipient(session, payload) == mask_phone(phone) != phone
        assert stage.sender.tell_recipient(session, {"sms_code_id": 0}) is None
    assert stage.sender.handle(payload) == "unknown"
    assert stage.sms.received[phone] == [code]
    assert stage.sender.handle({"sms_code_id": 0}) == "refused"


def test_a_code_that_expired_on_its_way_is_not_sent(stage: Stage, caller: FlaskClient, phone: str) -> None:
    assert stage.post(caller, "/sms-codes", {"phone": phone, "purpose": "sign_in"}).status_code == 202
    stage.wait(minutes=5)
    assert stage.deliver() == ["refused"]
    assert phone not in stage.sms.received


def test_old_codes_are_forgotten(stage: Stage, caller: FlaskClient, phone: str) -> None:
    stage.receive_code(caller, phone)
    sent_at = stage.time
    stage.wait(days=2)
    stage.receive_code(caller, phone)
    old = select(func.count()).where(SmsCode.created_at <= sent_at)
    of_now = select(func.count()).where(SmsCode.created_at == stage.time)
    with stage.sessions.begin() as session:
        assert (session.scalar(old), session.scalar(of_now)) == (0, 1)


def test_refresh_rotates(stage: Stage, caller: FlaskClient, phone: str) -> None:
    tokens = stage.sign_in_by_sms(caller, phone)
    stage.wait(minutes=15)
    assert refusal(stage.get_me(caller, tokens["access_token"])) == (401, "token_expired")
    fresh = read(stage.post(caller, "/sessions/refresh", {"refresh_token": tokens["refresh_token"]}), 201)
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert stage.get_me(caller, fresh["access_token"]).status_code == 200
    assert fresh["customer"] == tokens["customer"]


def test_a_refresh_token_used_twice_ends_the_session(stage: Stage, caller: FlaskClient, phone: str) -> None:
    tokens = stage.sign_in_by_sms(caller, phone)
    fresh = read(stage.post(caller, "/sessions/refresh", {"refresh_token": tokens["refresh_token"]}), 201)
    stage.wait(seconds=11)
    for token in (tokens["refresh_token"], fresh["refresh_token"]):
        answer = stage.post(caller, "/sessions/refresh", {"refresh_token": token})
        assert refusal(answer) == (401, "session_expired")
    assert refusal(stage.get_me(caller, fresh["access_token"])) == (401, "session_expired")


def test_a_lost_answer_may_be_asked_for_again(stage: Stage, caller: FlaskClient, phone: str) -> None:
    first = stage.sign_in_by_sms(caller, phone)["refresh_token"]
    second = read(stage.post(caller, "/sessions/refresh", {"refresh_token": first}), 201)["refresh_token"]
    stage.wait(seconds=10)
    again = read(stage.post(caller, "/sessions/refresh", {"refresh_token": first}), 201)["refresh_token"]
    assert stage.post(caller, "/sessions/refresh", {"refresh_token": again}).status_code == 201
    # What came of it has been used, so its owner has it: whoever still brings the first one does not.
    answer = stage.post(caller, "/sessions/refresh", {"refresh_token": first})
    assert refusal(answer) == (401, "session_expired")
    answer = stage.post(caller, "/sessions/refresh", {"refresh_token": second})
    assert refusal(answer) == (401, "session_expired")


def test_two_tabs_refresh_at_once(stage: Stage, caller: FlaskClient, phone: str) -> None:
    token = stage.sign_in_by_sms(caller, phone)["refresh_token"]

    def refresh(_: int) -> int:
        return stage.post(stage.make_client(), "/sessions/refresh", {"refresh_token": token}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(refresh, range(4))) == [201] * 4


def test_sessions_end_when_idle_or_old(stage: Stage, caller: FlaskClient, phone: str) -> None:
    token = stage.sign_in_by_sms(caller, phone)["refresh_token"]
    for _ in range(LONGEST_SESSION // (REFRESH_LIFETIME - REFRESH_LIFETIME / 30)):
        stage.wait(days=29)
        token = read(stage.post(caller, "/sessions/refresh", {"refresh_token": token}), 201)["refresh_token"]
    stage.wait(days=29)
    answer = stage.post(caller, "/sessions/refresh", {"refresh_token": token})
    assert refusal(answer) == (401, "session_expired")
    token = stage.sign_in_by_sms(caller, phone)["refresh_token"]
    stage.wait(days=30)
    answer = stage.post(caller, "/sessions/refresh", {"refresh_token": token})
    assert refusal(answer) == (401, "session_expired")


def test_sign_out(stage: Stage, caller: FlaskClient, phone: str) -> None:
    tokens = stage.sign_in_by_sms(caller, phone)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert caller.delete("/api/v1/sessions/current", base_url=HTTPS, headers=headers).status_code == 204
    assert refusal(stage.get_me(caller, tokens["access_token"])) == (401, "session_expired")
    answer = stage.post(caller, "/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
    assert refusal(answer) == (401, "session_expired")


def test_tokens_of_another_kind(stage: Stage, caller: FlaskClient, phone: str) -> None:
    tokens = stage.sign_in_by_sms(caller, phone)
    made_up = stage.tokens.make(CustomerCaller(1, 10**9), stage.time)
    foreign = stage.tokens.make(
        CustomerCaller(stage.customer_of(tokens) + 1, session_of(stage, tokens)), stage.time
    )
    refusals = {
        "": "not_signed_in",
        "garbage": "not_signed_in",
        tokens["refresh_token"]: "not_signed_in",
        tokens["access_token"][:-2]: "not_signed_in",
        made_up: "session_expired",
        foreign: "token_expired",
    }
    for token, code in refusals.items():
        assert refusal(stage.get_me(caller, token)) == (401, code), token
    basic = {"Authorization": f"Basic {tokens['access_token']}"}
    answer = caller.get("/api/v1/me", base_url=HTTPS, headers=basic)
    assert refusal(answer) == (401, "not_signed_in")
    answer = stage.post(caller, "/sessions/refresh", {"refresh_token": tokens["access_token"][:200]})
    assert refusal(answer) == (401, "session_expired")


def test_a_staff_cookie_is_no_bearer_and_a_bearer_no_cookie(
    app: Flask, make_customer: Callable[[], MadeCustomer]
) -> None:
    made = make_customer()
    client = app.test_client()
    assert client.get("/api/v1/me", headers=made.headers).status_code == 200
    answer = client.get("/staff/api/v1/session", headers=made.headers)
    assert refusal(answer) == (401, "not_signed_in")
    token = made.headers["Authorization"].removeprefix("Bearer ")
    client.set_cookie("__Host-hall_staff", token, domain="hall.test", secure=True, path="/")
    assert refusal(client.get("/staff/api/v1/session", base_url=HTTPS)) == (401, "not_signed_in")
    # And a staff session's opaque token means nothing here.
    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer " + "k" * 43})
    assert refusal(answer) == (401, "not_signed_in")


def test_what_is_not_set_up_is_not_offered(app: Flask, customer_headers: dict[str, str]) -> None:
    client = app.test_client()
    refused = [
        client.post("/api/v1/sms-codes", json={"phone": "13800000000", "purpose": "sign_in"}),
        client.post("/api/v1/sessions/wechat-mini", json={"code": "any"}),
        client.get("/api/v1/sessions/wechat-web/start?return_to=/"),
        client.post("/api/v1/sessions/wechat-web", json={"code": "any", "state": "any"}),
        client.post("/api/v1/me/phone/wechat", json={"code": "any"}, headers=customer_headers),
    ]
    assert [refusal(one) for one in refused] == [(409, "sign_in_not_offered")] * 5


def test_phones_are_sealed_in_the_database(stage: Stage, caller: FlaskClient, phone: str) -> None:
    stage.sign_in_by_sms(caller, phone)
    with stage.sessions.begin() as session:
        for table in ("customer", "identity", "sms_code", "outbox"):
            rows = session.execute(text(f"SELECT {table}::text FROM {table}")).scalars()
            assert not [row for row in rows if phone in row]
