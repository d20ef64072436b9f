"""An agent of an account: for what the owner names, until a day, and not one day longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings
from backend.core.local_time import local_date
from tests.api.sign_in_stage import Stage, read, refusal
from tests.api.staff_side import Hall
from tests.api.test_account_bindings import Visitor, arrive, make_phone, open_account

ALL = ["bills", "pay", "apply"]


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    return Stage(settings, sessions)


@pytest.fixture
def owner(stage: Stage) -> Visitor:
    return arrive(stage, make_phone())


@pytest.fixture
def account_no(hall: Hall, owner: Visitor) -> str:
    return open_account(hall, owner.id, owner.phone)


def tell_day(more: int) -> str:
    return (local_date(datetime.now(UTC)) + timedelta(days=more)).isoformat()


def grant(owner: Visitor, account_no: str, phone: str, **changes: Any) -> Any:
    body = {"name": "老张", "phone": phone, "role": "agent", "scope": ALL, "ends_on": tell_day(30), **changes}
    return owner.call("POST", f"/{account_no}/people", body)


def list_parts(agent: Visitor, account_no: str) -> list[str]:
    return list(read(agent.call("GET", f"/{account_no}"), 200)["parts"])


def move_term(hall: Hall, agent: Visitor, starts: int, ends: int) -> None:
    """Let a term be from and until days from today, as time would."""
    with hall.sessions.begin() as session:
        moved = text("UPDATE account_role SET starts_on = :starts, ends_on = :ends WHERE customer_id = :id")
        days = {"starts": tell_day(starts), "ends": tell_day(ends), "id": agent.id}
        session.execute(moved, days)


@pytest.mark.parametrize(
    ("scope", "parts"),
    [
        (["bills"], ["use", "bills"]),
        (["pay"], ["bills", "payments", "invoices"]),
        (["apply"], ["home", "safety", "cases", "papers"]),
        (["apply", "bills"], ["home", "use", "bills", "safety", "cases", "papers"]),
    ],
)
def test_an_agent_sees_what_the_owner_named(
    stage: Stage, owner: Visitor, account_no: str, scope: list[str], parts: list[str]
) -> None:
    agent = arrive(stage, make_phone())
    assert grant(owner, account_no, agent.phone, scope=scope).status_code == 204
    page = read(agent.call("GET", f"/{account_no}"), 200)
    assert (page["role"], page["parts"], page["ends_on"]) == ("agent", parts, tell_day(30))
    has_home = "home" in parts
    assert ((page["use"] is not None), page["place"].endswith("室")) == (has_home, has_home)
    (told,) = [one for one in read(owner.call("GET", f"/{account_no}/people"), 200)["items"] if one["scope"]]
    assert (told["scope"], told["ends_on"], told["term"]) == (
        [one for one in ALL if one in scope],
        tell_day(30),
        "runs",
    )


def test_a_term_ends_by_itself_after_its_last_day(
    stage: Stage, hall: Hall, owner: Visitor, account_no: str
) -> None:
    agent = arrive(stage, make_phone())
    assert grant(owner, account_no, agent.phone, ends_on=tell_day(0)).status_code == 204
    assert len(list_parts(agent, account_no)) == 8
    move_term(hall, agent, -40, -20)
    assert agent.call("GET", f"/{account_no}").status_code == 404
    assert agent.list_bound() == []
    # The owner reads that it is over; nobody had to end it.
    told = read(owner.call("GET", f"/{account_no}/people"), 200)["items"]
    assert [one["term"] for one in told if one["role"] == "agent"] == ["over"]
    # And may let the same person in again.
    assert grant(owner, account_no, agent.phone, scope=["pay"]).status_code == 204
    assert list_parts(agent, account_no) == ["bills", "payments", "invoices"]
    assert refusal(grant(owner, account_no, agent.phone)) == (409, "account_person_known")


def test_a_term_that_has_not_begun_opens_nothing(
    stage: Stage, hall: Hall, owner: Visitor, account_no: str
) -> None:
    agent = arrive(stage, make_phone())
    assert grant(owner, account_no, agent.phone, starts_on=tell_day(2)).status_code == 204
    assert agent.call("GET", f"/{account_no}").status_code == 404
    told = read(owner.call("GET", f"/{account_no}/people"), 200)["items"]
    assert [one["term"] for one in told if one["role"] == "agent"] == ["to_come"]
    move_term(hall, agent, 0, 2)
    assert len(list_parts(agent, account_no)) == 8


def test_the_owner_ends_a_term_early(stage: Stage, owner: Visitor, account_no: str) -> None:
    agent = arrive(stage, make_phone())
    grant(owner, account_no, agent.phone)
    people = read(owner.call("GET", f"/{account_no}/people"), 200)["items"]
    (role_id,) = [one["id"] for one in people if one["role"] == "agent"]
    assert owner.call("DELETE", f"/{account_no}/people/{role_id}").status_code == 204
    assert agent.call("GET", f"/{account_no}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": None}, "scope"),
        ({"scope": []}, "scope"),
        ({"scope": ["everything"]}, "scope"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": "2026-02-30"}, "ends_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"starts_on": "2099-01-02", "ends_on": "2099-01-01"}, "ends_on"),
        ({"role": "tenant"}, "scope"),
    ],
)
def test_what_is_no_term_is_refused_and_lets_nobody_in(
    owner: Visitor, account_no: str, changes: dict[str, Any], field: str
) -> None:
    answer = grant(owner, account_no, make_phone(), **changes)
    assert answer.status_code == 422
    assert any(one.split(".")[0] == field for one in answer.get_json()["fields"])
    assert len(read(owner.call("GET", f"/{account_no}/people"), 200)["items"]) == 1
