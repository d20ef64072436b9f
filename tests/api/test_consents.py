"""Customers agree to a version of the privacy notice, are asked anew where it changes, and take it back."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.models import Consent
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.notices import read_newest_version
from backend.catalogue.service import Draft, publish
from backend.core.config import Settings
from tests.api.sign_in_stage import HTTPS, Person, Stage, read, refusal

_phones = itertools.count(60_000_000)
[PRIVACY] = [one for one in list_drafts(read_folder()) if (one.kind, one.key) == ("notice", "privacy")]


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    """Return the sign-in with the notice in force."""
    stage = Stage(settings, sessions)
    with sessions.begin() as session:
        publish(session, [PRIVACY], "test", stage.time)
    return stage


@pytest.fixture
def caller(stage: Stage) -> FlaskClient:
    """Return a client at an address of its own."""
    return stage.make_client()


@pytest.fixture
def phone() -> str:
    """Return a phone that no other test uses."""
    return f"139{next(_phones)}"


def ask(caller: FlaskClient, method: str, path: str, token: str = "", **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent = {"json": body} if body else {}
    return caller.open(f"/api/v1{path}", method=method, base_url=HTTPS, headers=headers, **sent)


def tell_newest(stage: Stage) -> int:
    with stage.sessions() as session:
        return read_newest_version(session)


def sign_in(stage: Stage, caller: FlaskClient, phone: str, version: int | None) -> dict[str, Any]:
    code = stage.receive_code(caller, phone)
    body = {"phone": phone, "code": code, "agreed_version": version}
    stage.wait(seconds=61)
    return read(stage.post(caller, "/sessions/sms", body), 201)


def test_anyone_reads_the_notice(stage: Stage, caller: FlaskClient) -> None:
    notice = read(ask(caller, "GET", "/privacy-notice"), 200)
    assert (notice["version"], notice["title"]) == (tell_newest(stage), "隐私说明")
    assert notice["parts"] == PRIVACY.body["parts"]


def test_what_was_agreed_to_on_the_way_in_is_noted_once(
    stage: Stage, caller: FlaskClient, phone: str
) -> None:
    tokens = sign_in(stage, caller, phone, tell_newest(stage))
    agreed_at = stage.time
    again = sign_in(stage, caller, phone, tell_newest(stage))
    state = read(ask(caller, "GET", "/me/consent", again["access_token"]), 200)
    assert (state["agreed_version"], state["asks"]) == (tell_newest(stage), False)
    assert state["agreed_at"] is not None and state["agreed_at"] <= agreed_at.isoformat()
    with stage.sessions() as session:
        of_customer = select(Consent).where(Consent.customer_id == stage.customer_of(tokens))
        assert len(session.scalars(of_customer).all()) == 1


def test_the_mini_program_and_the_web_note_it_as_well(stage: Stage, caller: FlaskClient) -> None:
    stage.wechat.people["mini"] = Person("wx-mini", "consent-mini", None)
    body = {"code": "mini", "agreed_version": tell_newest(stage)}
    mini = read(stage.post(caller, "/sessions/wechat-mini", body), 201)
    stage.wechat.people["web"] = Person("wx-web", "consent-web", None)
    state = stage.start_web(caller)
    web = read(stage.post(caller, "/sessions/wechat-web", {**body, "code": "web", "state": state}), 201)
    for tokens in (mini, web):
        assert read(ask(caller, "GET", "/me/consent", tokens["access_token"]), 200)["asks"] is False


def test_who_agreed_to_nothing_is_asked(stage: Stage, caller: FlaskClient, phone: str) -> None:
    token = sign_in(stage, caller, phone, None)["access_token"]
    state = read(ask(caller, "GET", "/me/consent", token), 200)
    assert state == {
        "current_version": tell_newest(stage), "agreed_version": None, "agreed_at": None, "asks": True,
    }  # fmt: skip
    given = read(ask(caller, "POST", "/me/consent", token, version=tell_newest(stage)), 200)
    assert (given["asks"], given["agreed_version"]) == (False, tell_newest(stage))


def test_nobody_agrees_to_another_version_than_the_one_in_force(
    stage: Stage, caller: FlaskClient, phone: str
) -> None:
    code = stage.receive_code(caller, phone)
    body = {"phone": phone, "code": code, "agreed_version": tell_newest(stage) + 7}
    assert refusal(stage.post(caller, "/sessions/sms", body)) == (409, "notice_changed")
    # The code was not used up: whoever reads the new text goes on with it.
    tokens = read(stage.post(caller, "/sessions/sms", {**body, "agreed_version": tell_newest(stage)}), 201)
    late = ask(caller, "POST", "/me/consent", tokens["access_token"], version=tell_newest(stage) + 7)
    assert refusal(late) == (409, "notice_changed")


def test_a_new_version_is_asked_anew_and_the_old_agreement_stays(
    stage: Stage, caller: FlaskClient, phone: str
) -> None:
    tokens = sign_in(stage, caller, phone, tell_newest(stage))
    newer = Draft("notice", "privacy", tell_newest(stage) + 1, "another", dict(PRIVACY.body))
    with stage.sessions.begin() as session:
        publish(session, [newer], "test", stage.time)
    state = read(ask(caller, "GET", "/me/consent", tokens["access_token"]), 200)
    assert (state["asks"], state["agreed_version"]) == (True, newer.version - 1)
    ask(caller, "POST", "/me/consent", tokens["access_token"], version=newer.version)
    with stage.sessions() as session:
        rows = select(Consent.version).where(Consent.customer_id == stage.customer_of(tokens))
        assert sorted(session.scalars(rows)) == [newer.version - 1, newer.version]


def test_taking_it_back_signs_out_everywhere(stage: Stage, caller: FlaskClient, phone: str) -> None:
    here, there = (sign_in(stage, caller, phone, tell_newest(stage)) for _ in range(2))
    assert ask(caller, "DELETE", "/me/consent", here["access_token"]).status_code == 204
    for tokens in (here, there):
        assert refusal(ask(caller, "GET", "/me", tokens["access_token"])) == (401, "session_expired")
        answer = stage.post(caller, "/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
        assert refusal(answer) == (401, "session_expired")
    # It is kept that they once agreed; who comes back is asked anew.
    with stage.sessions() as session:
        [row] = session.scalars(select(Consent).where(Consent.customer_id == stage.customer_of(here)))
        assert row.withdrawn_at is not None
    back = sign_in(stage, caller, phone, None)
    assert read(ask(caller, "GET", "/me/consent", back["access_token"]), 200)["asks"] is True


def test_a_merge_takes_along_what_was_agreed_to(stage: Stage, caller: FlaskClient, phone: str) -> None:
    by_phone = sign_in(stage, caller, phone, tell_newest(stage))
    mini = stage.sign_in_by_mini(caller, Person("wx-mini", f"consent-{phone}", None))
    ask(caller, "POST", "/me/consent", mini["access_token"], version=tell_newest(stage))
    code = stage.receive_code(caller, phone, "bind_phone")
    body = {"phone": phone, "code": code}
    assert stage.post(caller, "/me/phone/sms", body, mini["access_token"]).status_code == 200
    with stage.sessions() as session:
        into = stage.customer_of(mini)
        rows = session.scalars(select(Consent).where(Consent.customer_id == into).order_by(Consent.id)).all()
        assert [one.withdrawn_at is None for one in rows] == [False, True]
        left = select(Consent).where(Consent.customer_id == stage.customer_of(by_phone))
        assert session.scalars(left).all() == []


@pytest.mark.parametrize("version", [0, -1, 100_000, "一", None])
def test_a_version_that_cannot_be_is_refused(
    stage: Stage, caller: FlaskClient, phone: str, version: Any
) -> None:
    token = sign_in(stage, caller, phone, None)["access_token"]
    answer = caller.post(
        "/api/v1/me/consent", json={"version": version}, base_url=HTTPS,
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert answer.status_code == 422 and json.loads(answer.text)["code"] == "invalid_input"
