"""More time for an open step: asked for with a reason, answered by another person, kept in the history."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from backend.cases.deadline_models import CaseDeadlineHistory
from backend.cases.models import CaseTask
from backend.core.outbox import OutboxRow
from backend.notifications.models import StaffNotice
from tests.api.due_dates import set_due
from tests.api.organisation import ensure_staff
from tests.api.staff_side import Browser, Hall, code


@pytest.fixture(autouse=True)
def nothing_promised(hall: Hall) -> Iterator[None]:
    """Leave no message behind that another test would have to send."""
    yield
    with hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic == "notify_staff"))


@pytest.fixture
def lead(hall: Hall) -> Browser:
    """Who leads the unit 361 and takes part in no process of its cases."""
    with hall.sessions.begin() as session:
        ensure_staff(
            hall.organisation, session, "361", "area_361", datetime.now(UTC), name="陈片区",
            positions=("area_lead",),
        )  # fmt: skip
    return hall.sign_in("area_361")


@pytest.fixture
def case_no(hall: Hall) -> str:
    """A case that waits for the unit to assign somebody, due in seven working days."""
    number = hall.start()
    remote = hall.sign_in("remote_a")
    for outcome in ("accept", "pass", "dispatch"):
        assert remote.act(number, outcome).status_code == 200
    return number


def open_task(browser: Browser, case_no: str) -> dict[str, Any]:
    [task] = browser.read(f"/cases/{case_no}")["open_tasks"]
    return dict(task)


def ask(browser: Browser, case_no: str, task: int, due_at: str, reason: str = "配件下周才到") -> TestResponse:
    return browser.send(
        "POST", f"/cases/{case_no}/extensions", {"task": task, "due_at": due_at, "reason": reason}
    )


def answer(browser: Browser, case_no: str, number: int, said: str, reason: str = "") -> TestResponse:
    body = {"command_id": str(uuid.uuid4()), "answer": said, "reason": reason}
    return browser.send("POST", f"/cases/{case_no}/extensions/{number}/answer", body)


def later(task: dict[str, Any], days: int = 3) -> str:
    return (datetime.fromisoformat(task["due_at"]) + timedelta(days=days)).isoformat()


def list_asked(browser: Browser) -> list[str]:
    return [one["case_no"] for one in browser.read("/cases", queue="extension", limit=100)["items"]]


def test_asked_approved_and_kept(hall: Hall, lead: Browser, case_no: str) -> None:
    desk = hall.sign_in("desk_361")
    assert lead.read(f"/cases/{case_no}")["actions"] == []
    task = open_task(desk, case_no)
    assert task["may_extend"]
    wanted = later(task)
    asked = json.loads(ask(desk, case_no, task["no"], wanted).text)["extension"]
    assert (asked["step_name"], asked["may_answer"], asked["may_withdraw"]) == (task["name"], False, True)
    assert ask(desk, case_no, task["no"], wanted).status_code == 200
    assert code(ask(desk, case_no, task["no"], later(task, 9))) == "extension_pending"
    assert case_no in list_asked(lead)
    queue = next(one for one in lead.read("/queues")["items"] if one["key"] == "extension")
    assert queue["count"] >= 1
    with hall.sessions.begin() as session:
        told = select(StaffNotice.staff_id).where(StaffNotice.case_id == hall.find_id(case_no))
        assert hall_id(hall, "area_361") in session.scalars(told).all()
    done = answer(lead, case_no, asked["id"], "approve")
    assert done.status_code == 200, done.text
    view = desk.read(f"/cases/{case_no}")
    assert view["extension"] is None
    moved = open_task(desk, case_no)
    assert datetime.fromisoformat(moved["due_at"]) == datetime.fromisoformat(wanted)
    with hall.sessions.begin() as session:
        kept = session.scalars(
            select(CaseDeadlineHistory).where(CaseDeadlineHistory.case_id == hall.find_id(case_no))
        ).all()
    assert [one.reason for one in kept] == ["extended"]
    lines = [(one["actor"], one["text"]) for one in view["history"] if "延期" in one["text"]]
    assert any("申请延期" in text and "配件下周才到" in text for _, text in lines)
    assert any(actor.startswith("陈片区") and text.startswith("同意延期") for actor, text in lines)
    assert case_no not in list_asked(lead)
    assert code(answer(lead, case_no, asked["id"], "refuse", "晚了")) == "extension_settled"
    # The steps that share the limit are due by the new end as well.
    assert desk.act(case_no, "assign", handler="handler_361").status_code == 200
    assert datetime.fromisoformat(open_due(hall, case_no)) == datetime.fromisoformat(wanted)


def hall_id(hall: Hall, username: str) -> int:
    with hall.sessions.begin() as session:
        return ensure_staff(hall.organisation, session, "361", username, datetime.now(UTC))


def open_due(hall: Hall, case_no: str) -> str:
    """When the limit ends that stands still while the customer books: at the moment nothing is due."""
    with hall.sessions.begin() as session:
        found = session.execute(
            select(CaseTask.no, CaseTask.due_at)
            .where(CaseTask.case_id == hall.find_id(case_no), CaseTask.due_at.is_not(None))
            .order_by(CaseTask.no.desc())
        ).first()
    assert found is not None and found.due_at is not None
    return str(found.due_at.isoformat())


def test_refused_with_a_reason_and_asked_again(hall: Hall, lead: Browser, case_no: str) -> None:
    desk = hall.sign_in("desk_361")
    task = open_task(desk, case_no)
    number = json.loads(ask(desk, case_no, task["no"], later(task)).text)["extension"]["id"]
    assert code(answer(lead, case_no, number, "refuse")) == "invalid_input"
    assert answer(lead, case_no, number, "refuse", "库房有货").status_code == 200
    view = desk.read(f"/cases/{case_no}")
    assert "不同意延期（库房有货）" in [one["text"] for one in view["history"]]
    assert open_task(desk, case_no)["due_at"] == task["due_at"]
    number = json.loads(ask(desk, case_no, task["no"], later(task)).text)["extension"]["id"]
    assert code(answer(lead, case_no, number, "withdraw")) == "forbidden"
    assert answer(desk, case_no, number, "withdraw").status_code == 200
    assert desk.read(f"/cases/{case_no}")["extension"] is None


def test_who_asked_does_not_answer(hall: Hall, case_no: str) -> None:
    with hall.sessions.begin() as session:
        ensure_staff(
            hall.organisation, session, "361", "both_361", datetime.now(UTC), positions=("area_lead",),
            departments=("customer_service_dept",),
        )  # fmt: skip
    both = hall.sign_in("both_361")
    task = open_task(both, case_no)
    asked = json.loads(ask(both, case_no, task["no"], later(task)).text)["extension"]
    assert not asked["may_answer"]
    assert case_no not in list_asked(both)
    assert code(answer(both, case_no, asked["id"], "approve")) == "extension_not_yours"
    assert code(answer(hall.sign_in("desk_361"), case_no, asked["id"], "approve")) == "extension_not_yours"
    assert answer(hall.sign_in("lead_a"), case_no, asked["id"], "approve").status_code == 200


def test_what_is_asked_wrongly(hall: Hall, lead: Browser, case_no: str) -> None:
    desk = hall.sign_in("desk_361")
    task = open_task(desk, case_no)
    for due_at, reason, field in (
        (task["due_at"], "配件", "due_at"),
        (later(task, 300), "配件", "due_at"),
        (later(task), "  ", "reason"),
    ):
        wrong = ask(desk, case_no, task["no"], due_at, reason)
        assert (wrong.status_code, list(json.loads(wrong.text)["fields"])) == (422, [field])
    assert ask(desk, case_no, task["no"], "2031-06-01T10:00:00").status_code == 422
    assert code(ask(desk, case_no, 99, later(task))) == "task_unknown"
    assert code(ask(hall.sign_in("remote_a"), case_no, task["no"], later(task))) == "not_your_turn"
    assert ask(hall.sign_in("desk_362"), case_no, task["no"], later(task)).status_code == 404
    assert answer(hall.sign_in("lead_a"), case_no, 10**9, "approve").status_code == 404


def test_a_breach_stays_and_an_alarm_has_no_more_time(hall: Hall, lead: Browser, case_no: str) -> None:
    desk, boss = hall.sign_in("desk_361"), hall.sign_in("lead_a")
    task = open_task(desk, case_no)
    number = json.loads(ask(desk, case_no, task["no"], later(task)).text)["extension"]["id"]
    with hall.sessions.begin() as session:
        late = (CaseTask.case_id == hall.find_id(case_no)) & (CaseTask.no == task["no"])
        set_due(session, late, datetime.now(UTC) - timedelta(hours=1))
    assert code(answer(boss, case_no, number, "approve")) == "limit_broken"
    assert not open_task(desk, case_no)["may_extend"]
    assert answer(boss, case_no, number, "refuse", "已经超期").status_code == 200
    assert code(ask(desk, case_no, task["no"], later(task))) == "limit_broken"
    alarm = hall.report_alarm("361", words="臭味")
    agent = hall.sign_in("agent_a")
    assert agent.act(alarm, "record").status_code == 200
    step = open_task(agent, alarm)
    assert not step["may_extend"]
    wanted = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert code(ask(agent, alarm, step["no"], wanted)) == "limit_fixed"
