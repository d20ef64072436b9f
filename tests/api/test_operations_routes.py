"""Failed jobs, unknown promises and the calendar in the console: who may, what they see, what is refused."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, insert, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.core.outbox import OutboxRow

HTTPS = "https://hall.test"
API = "/staff/api/v1"
PASSWORD = "a-good-long-passphrase"
PAYLOAD = {"case_id": 1, "case_no": "261124301000016"}
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class Browser:
    """Somebody signed in, with the token that changes need."""

    def __init__(self, app: Flask, username: str, first_password: str) -> None:
        self._client = app.test_client()
        self._csrf = ""
        signed_in = self.send("POST", "/session", {"username": username, "password": first_password})
        self._csrf = json.loads(signed_in.text)["csrf_token"]
        self.send("POST", "/session/password", {"old_password": first_password, "new_password": PASSWORD})

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        headers = {"X-CSRF-Token": self._csrf}
        return self._client.open(API + path, method=method, json=body, base_url=HTTPS, headers=headers)


@pytest.fixture(scope="module")
def browsers(app: Flask, centre: str, owner: Engine) -> Iterator[dict[str, Browser]]:
    """Yield people with the posts that may, and one without; afterwards they are gone again."""
    runner = app.test_cli_runner()
    posts = {
        "lead": ["--position", "hotline_business_lead"],
        "centre": ["--department", "customer_service_center"],
        "clerk": ["--position", "remote_service"],
    }
    found: dict[str, Browser] = {}
    for name, post in posts.items():
        username = f"ops{name}{uuid.uuid4().hex[:6]}"
        done = runner.invoke(args=["organisation", "add-staff", username, "王小明", "--unit", centre, *post])
        password = re.search(r"first password (\S+)", done.output)
        assert password is not None, done.output
        found[name] = Browser(app, username, password.group(1))
    yield found
    ours = "(SELECT id FROM staff WHERE username LIKE 'ops%')"
    with owner.begin() as connection:
        for table in ("staff_session", "staff_post"):
            connection.execute(text(f"DELETE FROM {table} WHERE staff_id IN {ours}"))
        connection.execute(text(f"DELETE FROM staff WHERE id IN {ours}"))


@pytest.fixture
def rows(sessions: sessionmaker[Session]) -> Iterator[dict[str, int]]:
    """Yield the ids of one failed and one unknown promise."""
    values = {"topic": "notify_customer", "payload": PAYLOAD, "attempt": 5, "created_at": NOW}
    with sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.state.in_(("failed", "unknown"))))
        ids = {
            state: session.execute(
                insert(OutboxRow)
                .values(**values, state=state, started_at=NOW, error="TimeoutError")
                .returning(OutboxRow.id)
            ).scalar_one()
            for state in ("failed", "unknown")
        }
    yield ids
    with sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids.values())))


ROUTES = [
    ("GET", "/failed-jobs", None),
    ("POST", "/failed-jobs/1/retry", None),
    ("GET", "/outbox/unknown", None),
    ("POST", "/outbox/1/settle", {"as": "sent"}),
    ("GET", "/calendar?year=2026", None),
    ("PUT", "/calendar/days/2026-11-24", {"is_working": False, "note": ""}),
    ("POST", "/calendar/years/2027/confirm", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_only_some_posts_may(
    app: Flask, browsers: dict[str, Browser], method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = browsers["clerk"].send(method, path, body)
    assert (answer.status_code, json.loads(answer.text)["code"]) == (403, "forbidden")
    answer = app.test_client().open(API + path, method=method, json=body, base_url=HTTPS)
    assert (answer.status_code, json.loads(answer.text)["code"]) == (401, "not_signed_in")


def test_a_failed_job_is_shown_and_tried_again(browsers: dict[str, Browser], rows: dict[str, int]) -> None:
    [item] = json.loads(browsers["centre"].send("GET", "/failed-jobs").text)["items"]
    assert item == {
        "id": rows["failed"],
        "queue": "messages",
        "what": "通知客户",
        "failed_at": "2026-11-24T02:00:00+00:00",
        "error": "TimeoutError",
        "attempts": 5,
    }
    path = f"/failed-jobs/{rows['failed']}/retry"
    assert browsers["lead"].send("POST", path).status_code == 204
    again = browsers["lead"].send("POST", path)
    assert (again.status_code, json.loads(again.text)["code"]) == (409, "job_not_failed")
    assert json.loads(browsers["lead"].send("GET", "/failed-jobs").text)["items"] == []
    assert browsers["lead"].send("POST", "/failed-jobs/0/retry").status_code == 404


def test_an_unknown_promise_is_settled_by_a_person(
    browsers: dict[str, Browser], rows: dict[str, int]
) -> None:
    [item] = json.loads(browsers["lead"].send("GET", "/outbox/unknown").text)["items"]
    assert (item["id"], item["topic"], item["attempt"]) == (rows["unknown"], "notify_customer", 5)
    assert (item["what"], item["case_no"], item["may_repeat"]) == ("通知客户", "261124301000016", True)
    path = f"/outbox/{rows['unknown']}/settle"
    refused = browsers["lead"].send("POST", path, {"as": "pending"})
    assert (refused.status_code, list(json.loads(refused.text)["fields"])) == (422, ["as"])
    assert browsers["lead"].send("POST", path, {"as": "sent"}).status_code == 204
    late = browsers["lead"].send("POST", path, {"as": "refused"})
    assert (late.status_code, json.loads(late.text)["code"]) == (409, "promise_settled")
    assert json.loads(browsers["lead"].send("GET", "/outbox/unknown").text)["items"] == []


def test_an_unknown_promise_that_did_not_go_out_is_sent_again(
    browsers: dict[str, Browser], rows: dict[str, int], sessions: sessionmaker[Session]
) -> None:
    path = f"/outbox/{rows['unknown']}/settle"
    with sessions.begin() as session:
        session.get_one(OutboxRow, rows["unknown"]).topic = "send_sms_code"
    [item] = json.loads(browsers["lead"].send("GET", "/outbox/unknown").text)["items"]
    assert (item["what"], item["may_repeat"]) == ("发送验证码", False)
    refused = browsers["lead"].send("POST", path, {"as": "again"})
    assert (refused.status_code, json.loads(refused.text)["code"]) == (409, "promise_not_repeatable")
    with sessions.begin() as session:
        row = session.get_one(OutboxRow, rows["unknown"])
        assert row.state == "unknown"
        row.topic = "notify_customer"
    assert browsers["lead"].send("POST", path, {"as": "again"}).status_code == 204
    with sessions.begin() as session:
        row = session.get_one(OutboxRow, rows["unknown"])
        # The count goes on, so that what a slow worker reports of the former try is not taken for this one's.
        assert (row.state, row.attempt, row.queued_at) == ("pending", 5, None)
        assert row.settled_by is not None
    late = browsers["lead"].send("POST", path, {"as": "again"})
    assert (late.status_code, json.loads(late.text)["code"]) == (409, "promise_settled")
    assert browsers["lead"].send("POST", "/outbox/0/settle", {"as": "again"}).status_code == 404


def test_the_calendar_is_shown_and_edited(browsers: dict[str, Browser], owner: Engine) -> None:
    year = json.loads(browsers["lead"].send("GET", "/calendar?year=2026").text)
    assert len(year["days"]) == 365
    by_day = {one["date"]: one for one in year["days"]}
    assert by_day["2026-10-10"] == {
        "date": "2026-10-10", "is_working": True, "note": "调休上班", "is_guess": False,
    }  # fmt: skip
    assert not by_day["2026-10-07"]["is_working"]
    assert year["last_known_day"] == "2026-12-31"
    day = {"is_working": False, "note": "元旦"}
    assert browsers["lead"].send("PUT", "/calendar/days/2027-01-01", day).status_code == 204
    # Up to the end of next year, from which nothing has to be warned of yet, whatever year it is now.
    last = datetime.now(UTC).year + 1
    for number in range(2027, last + 1):
        assert browsers["lead"].send("POST", f"/calendar/years/{number}/confirm").status_code == 204
    try:
        year = json.loads(browsers["lead"].send("GET", "/calendar?year=2027").text)
        assert (year["days"][0]["is_working"], year["days"][0]["note"]) == (False, "元旦")
        assert (year["last_known_day"], year["warning"]) == (f"{last}-12-31", None)
        assert not any(one["is_guess"] for one in year["days"])
    finally:
        # The application may not delete days, so the database's owner takes them back.
        with owner.begin() as connection:
            connection.execute(text("DELETE FROM calendar_day WHERE day >= '2027-01-01'"))
            newer = "SELECT max(version) + 1, 'test', '', now() FROM calendar_version"
            connection.execute(text(f"INSERT INTO calendar_version {newer}"))


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/calendar", None, 422),
        ("GET", "/calendar?year=1999", None, 422),
        ("PUT", "/calendar/days/2026-02-30", {"is_working": True, "note": ""}, 404),
        ("PUT", "/calendar/days/1999-02-03", {"is_working": True, "note": ""}, 422),
        ("PUT", "/calendar/days/2026-02-03", {"is_working": "perhaps", "note": ""}, 422),
        ("PUT", "/calendar/days/2026-02-03", {"note": ""}, 422),
        ("PUT", "/calendar/days/2026-02-03", {"is_working": True, "note": "长" * 101}, 422),
        ("POST", "/calendar/years/1999/confirm", None, 422),
    ],
)
def test_bad_days_and_years_are_refused(
    browsers: dict[str, Browser], method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    answer = browsers["lead"].send(method, path, body)
    assert answer.status_code == status
    assert json.loads(answer.text)["title"].endswith("。")


def test_the_calendar_from_the_command_line(app: Flask) -> None:
    runner = app.test_cli_runner()
    seeded = runner.invoke(args=["calendar", "seed"])
    assert re.fullmatch(r"calendar version \d+\n", seeded.output)
    for arguments in (["confirm-year", "1999"], ["set-hours", "2026-12-01", "17:30-08:30"]):
        refused = runner.invoke(args=["calendar", *arguments])
        assert refused.exit_code == 1, refused.output
    hours = ["set-hours", "2025-01-01", "08:30-12:00", "13:30-17:30"]
    assert runner.invoke(args=["calendar", *hours]).exit_code == 0
