"""Who works on a case beside its handler: co-handlers, a deputy while somebody is away, and giving it on."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from backend.cases.models import CaseEvent, ServiceCase
from backend.core.local_time import local_date
from backend.organisation.absences import AbsenceKeeper
from backend.organisation.models import Staff
from tests.api.staff_side import API, HTTPS, Browser, Hall, _read_clock, code
from tests.api.test_staff_commands import assign, go_to_child, to_assign, to_dispatch
from tests.pictures import make_photo

__all__ = ["to_assign", "to_dispatch"]


@pytest.fixture
def case_no(hall: Hall, to_assign: str) -> str:
    """A repair that handler_361 has, and whose customer is to book."""
    assign(hall, to_assign)
    return to_assign


@pytest.fixture
def away(hall: Hall) -> Iterator[str]:
    """Let handler_361 be away for one test, with second_361 as deputy."""
    answer = hall.sign_in("handler_361").send(
        "PUT", "/members/handler_361/presence", {"presence": "absent", "deputy": "second_361"}
    )
    assert answer.status_code == 204, answer.text
    yield "handler_361"
    hall.sign_in("desk_361").send("PUT", "/members/handler_361/presence", {"presence": "on_duty"})


def take(browser: Browser, case_no: str, handler: str, reason: str = "要两个人") -> TestResponse:
    return browser.send("POST", f"/cases/{case_no}/co-handlers", {"handler": handler, "reason": reason})


def forward(browser: Browser, case_no: str, to: str, reason: str = "顺路") -> TestResponse:
    body = {"command_id": str(uuid.uuid4()), "to": to, "reason": reason}
    return browser.send("POST", f"/cases/{case_no}/forward", body)


def begin_visit(hall: Hall, case_no: str) -> str:
    """Let the customer book and the unit accept: the handler may set off."""
    child = go_to_child(hall, case_no)
    assert hall.sign_in("desk_361").act(child, "accept").status_code == 200
    return child


def find_mine(browser: Browser, case_no: str) -> dict[str, Any] | None:
    items = browser.read("/cases", queue="mine", limit=100)["items"]
    return next((one for one in items if one["case_no"] == case_no), None)


def test_a_co_handler_sees_helps_and_leaves_the_reply_to_the_handler(hall: Hall, case_no: str) -> None:
    desk, second = hall.sign_in("desk_361"), hall.sign_in("second_361")
    assert second.get(f"/cases/{case_no}").status_code == 404
    assert take(desk, case_no, "second_361").status_code == 200
    assert take(desk, case_no, "second_361").status_code == 200
    row = find_mine(second, case_no)
    assert row is not None
    assert row["part"] == "co_handler"
    child = begin_visit(hall, case_no)
    found = find_mine(second, child)
    assert found is not None
    assert (found["part"], found["handler_name"]) == ("co_handler", "王handler_361")
    view = second.read(f"/cases/{child}")
    assert (view["actions"], view["team"]["may_arrange"], view["team"]["handler"]) == ([], False, None)
    assert hall.sign_in("handler_361").read(f"/cases/{child}")["team"]["handler"]["username"] == "handler_361"
    assert [one["name"] for one in view["team"]["co_handlers"]] == ["王second_361"]
    assert second.send("POST", f"/cases/{child}/notes", {"text": "带了梯子"}).status_code == 201
    task = view["open_tasks"][0]["no"]
    refused = second.command(child, view["version"], task, "set_off")
    assert refused.status_code == 403
    gone = {"handler": "second_361", "reason": "一个人够了"}
    done = hall.sign_in("handler_361").send("POST", f"/cases/{case_no}/co-handlers/removal", gone)
    assert done.status_code == 200, done.text
    assert second.get(f"/cases/{child}").status_code == 404
    assert find_mine(second, child) is None
    texts = [one["text"] for one in desk.read(f"/cases/{case_no}")["history"]]
    assert [one for one in texts if "协办" in one] == [
        "请王second_361（具体责任人）协办（要两个人）",
        "王second_361（具体责任人）不再协办（一个人够了）",
    ]


def test_who_may_take_whom(hall: Hall, case_no: str) -> None:
    desk = hall.sign_in("desk_361")
    for handler, refusal in (("handler_362", "handler_unknown"), ("handler_361", "handler_same")):
        assert code(take(desk, case_no, handler)) == refusal
    assert code(take(desk, case_no, "second_361", " ")) == "invalid_input"
    assert code(take(hall.sign_in("remote_a"), case_no, "second_361")) == "not_the_handler"
    assert take(hall.sign_in("desk_362"), case_no, "second_361").status_code == 404
    gone = {"handler": "crew_361", "reason": "弄错了"}
    assert code(desk.send("POST", f"/cases/{case_no}/co-handlers/removal", gone)) == "co_handler_unknown"
    assert desk.cancel(case_no, "客户不办了").status_code in (200, 409)


def test_a_deputy_sees_and_acts_under_their_own_name_until_the_absence_ends(
    hall: Hall, case_no: str, away: str
) -> None:
    second, desk = hall.sign_in("second_361"), hall.sign_in("desk_361")
    row = find_mine(second, case_no)
    assert row is not None
    assert (row["part"], row["handler_name"]) == ("deputy", "王handler_361")
    child = begin_visit(hall, case_no)
    done = second.act(child, "set_off")
    assert done.status_code == 200, done.text
    with hall.sessions.begin() as session:
        last = select(CaseEvent.actor).where(
            CaseEvent.case_id == hall.find_id(child), CaseEvent.kind == "task_done"
        )
        assert session.scalars(last.order_by(CaseEvent.seq)).all()[-1] == f"staff:{hall.staff['second_361']}"
    # While they are away nobody can be given to them, and nobody can name them.
    assert code(take(desk, case_no, "handler_361")) in ("handler_same", "handler_absent")
    assert desk.send("PUT", f"/members/{away}/presence", {"presence": "on_duty"}).status_code == 204
    assert find_mine(second, child) is None
    assert second.get(f"/cases/{child}").status_code == 404


def test_the_last_day_ends_a_deputy_as_well(hall: Hall, case_no: str, away: str) -> None:
    yesterday = local_date(_read_clock()) - timedelta(days=1)
    with hall.sessions.begin() as session:
        whose = update(Staff).where(Staff.username == away)
        session.execute(whose.values(absent_from=yesterday, absent_until=yesterday))
    AbsenceKeeper(hall.sessions, _read_clock).run()
    assert find_mine(hall.sign_in("second_361"), case_no) is None
    with hall.sessions.begin() as session:
        person = session.execute(select(Staff).where(Staff.username == away)).scalar_one()
        assert (person.presence, person.deputy_id) == ("on_duty", None)


def test_who_can_stand_in(hall: Hall) -> None:
    handler = hall.sign_in("handler_361")
    for deputy in ("handler_361", "handler_362", "desk_361", "nobody"):
        answer = handler.send(
            "PUT", "/members/handler_361/presence", {"presence": "absent", "deputy": deputy}
        )
        assert (answer.status_code, list(json.loads(answer.text)["fields"])) == (422, ["deputy"]), deputy
    people = hall.sign_in("desk_361").read("/members", position="case_handler", unit="361")["items"]
    assert {one["username"]: one["deputy"] for one in people}["handler_361"] is None


def test_a_handler_gives_a_case_and_what_it_was_handed_over_to_to_a_colleague(
    hall: Hall, case_no: str
) -> None:
    handler, second = hall.sign_in("handler_361"), hall.sign_in("second_361")
    child = begin_visit(hall, case_no)
    assert code(forward(handler, child, "second_361", " ")) == "invalid_input"
    assert code(forward(handler, child, "handler_361")) == "handler_same"
    assert code(forward(handler, child, "handler_362")) == "handler_unknown"
    assert code(forward(hall.sign_in("remote_a"), case_no, "second_361")) == "not_the_handler"
    assert forward(second, child, "second_361").status_code == 404
    assert forward(handler, child, "second_361").status_code == 204
    assert handler.get(f"/cases/{child}").status_code == 404
    row = find_mine(second, child)
    assert row is not None
    assert row["part"] == "handler"
    with hall.sessions.begin() as session:
        have = select(ServiceCase.handler_id).where(ServiceCase.case_no.in_([case_no, child]))
        assert set(session.scalars(have)) == {hall.staff["second_361"]}
    assert "交给王second_361（具体责任人）办理（顺路）" in [
        one["text"] for one in second.read(f"/cases/{child}")["history"]
    ]
    assert second.act(child, "set_off").status_code == 200


def upload_photo(browser: Browser) -> str:
    """Upload a photo of the visit; returns its key."""
    answer = browser.client.post(
        f"{API}/files",
        data={"file": (io.BytesIO(make_photo()), "现场.jpg"), "purpose": "visit"},
        base_url=HTTPS,
        headers={"X-CSRF-Token": browser.csrf},
    )
    assert answer.status_code == 201, answer.text
    return str(json.loads(answer.text)["file_key"])


def test_a_co_handler_adds_photos_to_the_visit(hall: Hall, case_no: str) -> None:
    handler, second = hall.sign_in("handler_361"), hall.sign_in("second_361")
    assert take(handler, case_no, "second_361").status_code == 200
    child = begin_visit(hall, case_no)
    for outcome in ("set_off", "arrive"):
        assert handler.act(child, outcome).status_code == 200
    key = upload_photo(second)
    body = {"command_id": str(uuid.uuid4()), "photos": [key]}
    for _ in range(2):
        added = second.send("POST", f"/cases/{case_no}/visit-photos", body)
        assert added.status_code == 200, added.text
    # Asked at the application, they join the work that goes on below it.
    shown = handler.read(f"/cases/{child}")
    assert [one["file_key"] for one in shown["visit"]["photos"]] == [key]
    assert shown["history"][-1]["actor"].startswith("王second_361")
    foreign = {"command_id": str(uuid.uuid4()), "photos": [key]}
    refused = hall.sign_in("desk_361").send("POST", f"/cases/{child}/visit-photos", foreign)
    assert code(refused) == "not_the_handler"
    unknown = {"command_id": str(uuid.uuid4()), "photos": ["no-such-file"]}
    assert code(second.send("POST", f"/cases/{child}/visit-photos", unknown)) == "file_unknown"
