"""Staff sign in, stay signed in, are locked out, change their password and sign out, over HTTP."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.access.staff_sessions import FAILURES_ALLOWED, IDLE_LIMIT, LOCKED_FOR, LONGEST_SESSION
from backend.organisation.models import Staff, Unit

HTTPS = "https://hall.test"
URL = "/staff/api/v1/session"
NEW_PASSWORD = "a-good-long-passphrase"


@pytest.fixture(scope="module")
def people(app: Flask, sessions: sessionmaker[Session]) -> dict[str, str]:
    """Enter a unit and its people by the commands; returns first passwords by user name."""
    runner = app.test_cli_runner()
    for arguments in (["100", "96602客服中心", "--kind", "centre"], ["301", "历下客服部", "--under", "100"]):
        done = runner.invoke(args=["organisation", "add-unit", *arguments])
        # Another module of the same run may have entered the unit before.
        assert done.exit_code == 0 or "unit_taken" in done.output, done.output
    passwords: dict[str, str] = {}
    for username in ("agent", "locked", "crowd", "leaver", "idler", "changer", "signer"):
        arguments = [username.title(), "王小明", "--unit", "301", "--position", "remote_service"]
        done = runner.invoke(args=["organisation", "add-staff", *arguments])
        assert done.exit_code == 0, done.output
        found = re.search(r"first password (\S+)", done.output)
        assert found is not None
        passwords[username] = found.group(1)
    return passwords


@pytest.fixture
def https(app: Flask) -> FlaskClient:
    """Return a browser; it talks HTTPS, as the host-bound cookie wants it."""
    return app.test_client()


def post(client: FlaskClient, path: str, body: dict[str, Any], csrf: str = "") -> TestResponse:
    return client.post(path, json=body, base_url=HTTPS, headers={"X-CSRF-Token": csrf})


def sign_in(client: FlaskClient, username: str, password: str) -> TestResponse:
    return post(client, URL, {"username": username, "password": password})


def code(answer: TestResponse) -> str:
    return str(json.loads(answer.text)["code"])


def test_the_first_password_has_to_be_changed(https: FlaskClient, people: dict[str, str], app: Flask) -> None:
    answer = sign_in(https, "  Changer ", people["changer"])
    assert answer.status_code == 201
    body = json.loads(answer.text)
    assert (body["name"], body["unit_name"], body["positions"]) == (
        "王小明",
        "历下客服部",
        ["remote_service"],
    )
    assert body["must_change_password"] is True
    cookie = answer.headers["Set-Cookie"]
    for part in ("__Host-hall_staff=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    csrf = body["csrf_token"]
    faults = {
        ("wrong-old-one", NEW_PASSWORD): ("old_password", "原密码不对"),
        (people["changer"], people["changer"]): ("new_password", "不能和原密码一样"),
        (people["changer"], "short"): ("new_password", "10 到 200"),
        (people["changer"], "Changer-2026"): ("new_password", "容易被猜到"),
        (people["changer"], "aaaaaaaaaaaa"): ("new_password", "容易被猜到"),
    }
    for (old, new), (field, sentence) in faults.items():
        answer = post(https, f"{URL}/password", {"old_password": old, "new_password": new}, csrf)
        assert answer.status_code == 422
        assert sentence in json.loads(answer.text)["fields"][field]
    other = app.test_client()
    sign_in(other, "changer", people["changer"])
    changed = {"old_password": people["changer"], "new_password": NEW_PASSWORD}
    assert post(https, f"{URL}/password", changed, csrf).status_code == 204
    assert other.get(URL, base_url=HTTPS).status_code == 401
    body = json.loads(https.get(URL, base_url=HTTPS).text)
    assert body["must_change_password"] is False
    fresh = app.test_client()
    assert code(sign_in(fresh, "changer", people["changer"])) == "login_failed"
    assert sign_in(fresh, "changer", NEW_PASSWORD).status_code == 201


def test_a_wrong_name_and_a_wrong_password_look_the_same(https: FlaskClient, people: dict[str, str]) -> None:
    answers = [sign_in(https, name, "not-the-password") for name in ("agent", "nobody-at-all")]
    assert [one.status_code for one in answers] == [401, 401]
    first, second = (json.loads(one.text) | {"request_id": ""} for one in answers)
    assert first == second


def test_lock_out_for_known_and_unknown_names(https: FlaskClient, people: dict[str, str]) -> None:
    with time_machine.travel("2026-11-24T02:00:00Z", tick=False) as clock:
        for name in ("locked", "nobody-to-lock"):
            codes = [code(sign_in(https, name, "wrong")) for _ in range(FAILURES_ALLOWED + 1)]
            assert codes == ["login_failed"] * FAILURES_ALLOWED + ["login_locked"]
        assert code(sign_in(https, "locked", people["locked"])) == "login_locked"
        clock.shift(LOCKED_FOR)
        assert sign_in(https, "locked", people["locked"]).status_code == 201


def test_many_tries_at_once_do_not_slip_past_the_limit(app: Flask, people: dict[str, str]) -> None:
    def attempt(_: int) -> str:
        return code(sign_in(app.test_client(), "crowd", "wrong"))

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(attempt, range(4 * FAILURES_ALLOWED)))
    assert codes.count("login_failed") == FAILURES_ALLOWED


def test_sessions_end_when_idle_or_old(https: FlaskClient, people: dict[str, str]) -> None:
    with time_machine.travel("2026-11-24T02:00:00Z", tick=False) as clock:
        assert sign_in(https, "idler", people["idler"]).status_code == 201
        for _ in range(int(LONGEST_SESSION / timedelta(minutes=29))):
            clock.shift(timedelta(minutes=29))
            assert https.get(URL, base_url=HTTPS).status_code == 200
        clock.shift(timedelta(minutes=29))
        assert code(https.get(URL, base_url=HTTPS)) == "session_expired"
        sign_in(https, "idler", people["idler"])
        clock.shift(IDLE_LIMIT + timedelta(seconds=1))
        assert code(https.get(URL, base_url=HTTPS)) == "session_expired"


def test_a_change_needs_the_csrf_token(https: FlaskClient, people: dict[str, str]) -> None:
    csrf = json.loads(sign_in(https, "signer", people["signer"]).text)["csrf_token"]
    answer = https.delete(URL, base_url=HTTPS)
    assert (answer.status_code, code(answer)) == (403, "csrf_failed")
    answer = https.delete(URL, base_url=HTTPS, headers={"X-CSRF-Token": csrf[:-1] + "é"})
    assert code(answer) == "csrf_failed"
    answer = https.delete(URL, base_url=HTTPS, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 204
    assert code(https.get(URL, base_url=HTTPS)) == "not_signed_in"


def test_who_has_left_is_signed_out(
    https: FlaskClient, people: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    assert sign_in(https, "leaver", people["leaver"]).status_code == 201
    with sessions.begin() as session:
        session.execute(text("UPDATE staff SET presence = 'left' WHERE username = 'leaver'"))
    assert code(https.get(URL, base_url=HTTPS)) == "not_signed_in"
    assert code(sign_in(https, "leaver", people["leaver"])) == "login_failed"


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"username": "agent"}, "password", "还没有填"),
        ({"username": "", "password": "x"}, "username", "填得不对"),
        ({"username": ["agent"], "password": "x"}, "username", "填得不对"),
        ({"username": "agent", "password": "x", "admin": True}, "admin", "填得不对"),
    ],
)
def test_bad_input(https: FlaskClient, body: dict[str, Any], field: str, sentence: str) -> None:
    answer = post(https, URL, body)
    assert (answer.status_code, code(answer)) == (422, "invalid_input")
    assert sentence in json.loads(answer.text)["fields"][field]


def test_broken_json_and_a_made_up_cookie(https: FlaskClient) -> None:
    answer = https.post(URL, data="{", content_type="application/json", base_url=HTTPS)
    assert (answer.status_code, code(answer)) == (400, "invalid_input")
    https.set_cookie("__Host-hall_staff", "made-up", domain="hall.test", secure=True, path="/")
    assert code(https.get(URL, base_url=HTTPS)) == "not_signed_in"


def test_names_are_sealed_in_the_database(people: dict[str, str], sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        staff = session.execute(select(Staff).where(Staff.username == "agent")).scalar_one()
        unit = session.execute(select(Unit).where(Unit.id == staff.unit_id)).scalar_one()
        assert unit.code == "301"
        assert staff.name_sealed.startswith("v1.")
        assert people["agent"] not in staff.password_hash
        assert staff.password_hash.startswith("$argon2id$")


def test_the_commands_refuse_what_cannot_be(app: Flask, people: dict[str, str]) -> None:
    runner = app.test_cli_runner()
    refused = {
        ("add-unit", "301", "别的名字", "--under", "100"): "unit_taken",
        ("add-unit", "302", "新单位", "--under", "999"): "unit_unknown",
        ("add-staff", "agent", "李四", "--unit", "301"): "username_taken",
        ("add-staff", "fresh", "李四", "--unit", "999"): "unit_unknown",
        ("add-staff", "fresh", "李四", "--unit", "301", "--position", "king"): "post_unknown",
    }
    for arguments, expected in refused.items():
        done = runner.invoke(args=["organisation", *arguments])
        assert done.exit_code == 1, arguments
        assert expected in done.output
