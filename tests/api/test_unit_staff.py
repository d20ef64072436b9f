"""A unit keeps its own business staff, and dispatch follows at once; over HTTP."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from sqlalchemy import update

from backend.organisation.models import Staff
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_call_desk import Walk

STAFF = "/organisation/staff"


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def new_username() -> str:
    return f"new_{secrets.token_hex(4)}"


def make_entry(**more: Any) -> dict[str, Any]:
    return {"name": "冯新", "unit_code": "361", "positions": ["case_handler"], "revision": "", **more}


def list_handlers(desk: Browser) -> dict[str, str]:
    items = desk.read("/members", position="case_handler")["items"]
    return {one["username"]: one["presence"] for one in items}


def find_entry(desk: Browser, username: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = desk.read(STAFF)["items"]
    return next(one for one in items if one["username"] == username)


def test_who_is_entered_can_be_assigned_at_once_and_who_is_away_cannot(
    hall: Hall, desk: Browser, new_username: str
) -> None:
    walk = Walk(hall, "online_service_application")
    walk.go_past("unit")
    assert new_username not in list_handlers(desk)
    answer = desk.send("PUT", f"{STAFF}/{new_username}", make_entry(phone="13900007777"))
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text)["first_password"]
    assert list_handlers(desk)[new_username] == "on_duty"
    away = {"presence": "absent"}
    assert desk.send("PUT", f"/members/{new_username}/presence", away).status_code == 204
    assert list_handlers(desk)[new_username] == "absent"
    assert code(desk.act(walk.case_no, "assign", handler=new_username)) == "handler_absent"
    back = {"presence": "on_duty"}
    assert desk.send("PUT", f"/members/{new_username}/presence", back).status_code == 204
    assert desk.act(walk.case_no, "assign", handler=new_username).status_code == 200
    # Who leaves is not offered any more.
    entry = find_entry(desk, new_username)
    leaving = make_entry(presence="left", revision=entry["revision"])
    assert desk.send("PUT", f"{STAFF}/{new_username}", leaving).status_code == 200
    assert new_username not in list_handlers(desk)


def test_a_unit_gives_no_more_than_its_business_posts(desk: Browser, new_username: str) -> None:
    posts = desk.read("/organisation/posts")
    assert {one["key"] for one in posts["positions"] if one["may_give"]} == {
        "account_manager", "case_handler", "inspector", "meter_reader",
    }  # fmt: skip
    assert {one["key"] for one in posts["departments"] if one["may_give"]} == {"customer_service_dept"}
    path = f"{STAFF}/{new_username}"
    for more in (
        {"positions": ["area_lead"]},
        {"positions": ["hotline_business_lead"]},
        {"departments": ["customer_service_center"]},
        {"departments": ["finance_dept"]},
    ):
        assert code(desk.send("PUT", path, make_entry(**more))) == "post_not_givable"
    for unit in ("362", "100", "999"):
        assert code(desk.send("PUT", path, make_entry(unit_code=unit))) == "unit_unknown"
    assert new_username not in list_handlers(desk)


def test_a_unit_changes_nobody_but_its_own_business_staff(hall: Hall, desk: Browser) -> None:
    # Taken names look the same whoever has them, and without a revision too.
    for more in ({}, {"revision": None}):
        assert code(desk.send("PUT", f"{STAFF}/handler_362", make_entry(**more))) == "username_taken"
    for username in ("finance_361", "desk_361", "Desk_361"):
        entry = make_entry(revision=find_entry(desk, username.lower())["revision"])
        assert code(desk.send("PUT", f"{STAFF}/{username}", entry)) == "staff_not_yours"
    assert find_entry(desk, "finance_361")["departments"] == ["finance_dept"]
    assert code(hall.sign_in("handler_361").send("PUT", f"{STAFF}/x1", make_entry())) == "forbidden"
    second = find_entry(desk, "second_361")
    renamed = make_entry(name="王二", revision=second["revision"])
    try:
        assert desk.send("PUT", f"{STAFF}/second_361", renamed).status_code == 200
        assert find_entry(desk, "second_361")["name"] == "王二"
        assert code(desk.send("PUT", f"{STAFF}/second_361", renamed)) == "changed_meanwhile"
    finally:
        with hall.sessions.begin() as session:
            name = hall.keys.encrypt("王second_361", "staff.name")
            session.execute(update(Staff).where(Staff.username == "second_361").values(name_sealed=name))
