"""A handler forwards a part of a case to another department of the unit, and its answer comes back."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from backend.cases.models import ServiceCase
from backend.core.outbox import OutboxRow
from backend.notifications.models import StaffNotice
from backend.organisation.models import Staff, StaffPost
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_case_team import begin_visit, find_mine
from tests.api.test_staff_commands import assign, to_assign, to_dispatch

__all__ = ["to_assign", "to_dispatch"]
ENGINEERS = "engineering_dept"


@pytest.fixture(autouse=True)
def nothing_promised(hall: Hall) -> Iterator[None]:
    """Leave no message behind that another test would have to send."""
    yield
    with hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic.in_(("notify_staff", "alert_staff"))))


@pytest.fixture
def case_no(hall: Hall, to_assign: str) -> str:
    """A repair that handler_361 has, and whose customer is to book."""
    assign(hall, to_assign)
    return to_assign


@pytest.fixture
def no_market_department(hall: Hall) -> Iterator[None]:
    """Nobody here holds the market department for one test, whoever entered some before."""
    held = (StaffPost.kind == "department") & (StaffPost.key == "market_dev_dept")
    with hall.sessions.begin() as session:
        ids = session.scalars(delete(StaffPost).where(held).returning(StaffPost.staff_id)).all()
    yield
    with hall.sessions.begin() as session:
        session.add_all(StaffPost(staff_id=one, kind="department", key="market_dev_dept") for one in ids)


@pytest.fixture
def engineers_away(hall: Hall) -> Iterator[None]:
    """Nobody of the engineers is on duty for one test."""
    mark(hall, "absent")
    yield
    mark(hall, "on_duty")


def mark(hall: Hall, presence: str) -> None:
    with hall.sessions.begin() as session:
        whose = update(Staff).where(Staff.username == "works_361")
        session.execute(whose.values(presence=presence))


def forward(
    browser: Browser, case_no: str, to: str = ENGINEERS, reason: str = "客户还要改管", **more: Any
) -> TestResponse:
    body = {"command_id": str(uuid.uuid4()), "to": to, "reason": reason, **more}
    return browser.send("POST", f"/cases/{case_no}/forwarded-parts", body)


def read_parts(browser: Browser, case_no: str) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = browser.read(f"/cases/{case_no}")["forwarding"]["parts"]
    return parts


def test_a_part_goes_to_the_engineers_and_its_answer_comes_back(hall: Hall, case_no: str) -> None:
    handler, works, desk = (hall.sign_in(one) for one in ("handler_361", "works_361", "desk_361"))
    child = begin_visit(hall, case_no)
    assert handler.read(f"/cases/{child}")["forwarding"] == {"may_forward": True, "parts": []}
    shown = forward(handler, child)
    assert shown.status_code == 200, shown.text
    forwarding = json.loads(shown.text)["forwarding"]
    [part] = forwarding["parts"]
    assert (forwarding["may_forward"], part["name"], part["by"]) == (False, "工程管理部门", "王handler_361")
    assert (part["reason"], part["state"], part["answer"]) == ("客户还要改管", "open", None)
    # It has a limit of its own, counted in the office's hours as every other.
    assert datetime.fromisoformat(part["due_at"]) > datetime.fromisoformat(part["at"])

    # It is the department's: whoever forwarded it reads of it with the own case, and has no order there.
    assert part["case_no"] is None
    [part] = read_parts(desk, case_no)

    # It stands in the department's own queue, and its people were told.
    queued = works.read("/cases", queue="accept", limit=100)["items"]
    [line] = [one for one in queued if one["case_no"] == part["case_no"]]
    # Nobody handles it there but the department, and the handler has it not among the own.
    assert line["handler_name"] is None
    assert find_mine(handler, part["case_no"]) is None
    with hall.sessions.begin() as session:
        told = select(StaffNotice.staff_id).where(
            StaffNotice.kind == "forwarded", StaffNotice.case_id == hall.find_id(part["case_no"])
        )
        assert session.scalars(told).all() == [hall.staff["works_361"]]
    theirs = works.read(f"/cases/{part['case_no']}")
    assert [one["outcome"] for one in theirs["actions"]] == ["answer", "decline"]
    assert theirs["forwarding"]["parts"][0]["reason"] == "客户还要改管"
    assert not theirs["forwarding"]["may_forward"]

    assert code(works.act(part["case_no"], "answer")) == "result_missing"
    assert works.act(part["case_no"], "answer", result="周三来改管，材料已备").status_code == 200
    [answered] = read_parts(handler, child)
    assert (answered["state"], answered["answer"]) == ("answered", "周三来改管，材料已备")
    assert answered["answered_by"] == "王works_361"
    # What a department answers is not what was found on site.
    assert handler.read(f"/cases/{child}")["visit"]["result"] is None
    said = [(one["actor"], one["text"]) for one in desk.read(f"/cases/{case_no}")["history"]]
    assert ("王handler_361（具体责任人）", "转给工程管理部门协办（客户还要改管）") in said
    assert ("王works_361（工程管理部门）", "答复：周三来改管，材料已备") in said
    # The handler is told, finds it among the own cases, and reads it.
    with hall.sessions.begin() as session:
        promised = select(OutboxRow.payload).where(OutboxRow.topic == "alert_staff")
        told = [one for one in session.scalars(promised) if one["case_no"] == case_no]
    assert [(one["who"], one["kind"]) for one in told] == [("handler", "forward_answered")]
    row = find_mine(handler, case_no)
    assert row is not None
    assert row["step_name"] == "看部门答复"
    assert handler.act(case_no, "read").status_code == 200
    assert handler.read(f"/cases/{case_no}")["forwarding"]["may_forward"]


def test_the_customer_goes_on_being_told_of_the_visit(hall: Hall, case_no: str) -> None:
    handler, child = hall.sign_in("handler_361"), begin_visit(hall, case_no)
    assert forward(handler, child).status_code == 200

    def read_steps() -> tuple[str, dict[str, dict[str, Any]]]:
        told = hall.customer_cases.read(hall.customer_id, case_no)
        return told["headline"], {one["name"]: one for one in told["progress"] if one["state"] == "now"}

    headline, steps = read_steps()
    booked = hall.customer_cases.read(hall.customer_id, case_no)["appointment"]["text"]
    assert headline == f"已约好 {booked} 上门维修"
    assert steps["等师傅上门"]["due_text"] == f"约好 {booked} 上门维修"
    # The department's step has its own time, and nobody whom the customer could call there.
    assert steps["工程部门在办"]["due_text"].startswith("预计")
    assert (steps["等师傅上门"]["handler"] is None, steps["工程部门在办"]["handler"]) == (False, None)
    assert handler.act(child, "set_off").status_code == 200
    assert hall.customer_cases.look_at_visit(hall.customer_id, case_no)[0] == "set_off"
    assert read_steps()[0].startswith("师傅正在路上")


def test_the_case_is_not_replied_to_before_the_answer_is_read(hall: Hall, case_no: str) -> None:
    handler, desk = hall.sign_in("handler_361"), hall.sign_in("desk_361")
    child = begin_visit(hall, case_no)
    assert forward(handler, case_no).status_code == 200
    [part] = read_parts(desk, case_no)
    # The repair ends, as it does where the fault has gone.
    ended = hall.sign_in("desk_361").cancel(child, "客户已自行修好")
    assert ended.status_code == 200, ended.text
    assert code(desk.act(case_no, "reply", reason="修好了")) == "forward_unanswered"
    # Now the department is what the customer waits for.
    told = hall.customer_cases.read(hall.customer_id, case_no)
    assert told["headline"].startswith("有一部分归工程部门办")
    assert hall.sign_in("works_361").act(part["case_no"], "decline", result="归市场部门").status_code == 200
    assert read_parts(handler, case_no)[0]["state"] == "declined"
    refused = desk.act(case_no, "reply", reason="修好了")
    assert code(refused) == "forward_unread"
    # The sentence names the action of the one who has to read it, as it is written on the button.
    [read] = [one for one in handler.read(f"/cases/{case_no}")["actions"] if one["outcome"] == "read"]
    assert f"“{read['name']}”" in refused.json["title"]
    assert handler.act(case_no, "read").status_code == 200
    assert desk.act(case_no, "reply", reason="修好了").status_code == 200
    # Later nothing can be forwarded any more.
    assert code(forward(handler, case_no)) == "forward_not_open"


@pytest.mark.usefixtures("no_market_department")
def test_who_and_to_whom(hall: Hall, case_no: str) -> None:
    handler = hall.sign_in("handler_361")
    assert code(forward(handler, case_no, reason=" ")) == "invalid_input"
    assert code(forward(handler, case_no, to="legal_dept")) == "forward_unknown"
    assert code(forward(handler, case_no, to="market_dev_dept")) == "forward_without_department"
    assert code(forward(hall.sign_in("remote_a"), case_no)) == "not_the_handler"
    assert forward(hall.sign_in("second_361"), case_no).status_code == 404
    targets = {one["to"]: one for one in handler.read(f"/cases/{case_no}/forward-targets")["items"]}
    assert targets[ENGINEERS] == {"to": ENGINEERS, "name": "工程管理部门", "unmet": None}
    assert targets["market_dev_dept"]["unmet"]["code"] == "forward_without_department"
    assert targets["market_dev_dept"]["unmet"]["text"]


@pytest.mark.usefixtures("engineers_away")
def test_a_department_with_nobody_present_takes_nothing(hall: Hall, case_no: str) -> None:
    handler = hall.sign_in("handler_361")
    assert code(forward(handler, case_no)) == "forward_nobody_present"
    targets = {one["to"]: one for one in handler.read(f"/cases/{case_no}/forward-targets")["items"]}
    assert targets[ENGINEERS]["unmet"]["code"] == "forward_nobody_present"
    assert read_parts(handler, case_no) == []


def test_before_somebody_handles_the_case_nothing_is_forwarded(hall: Hall, to_assign: str) -> None:
    assert code(forward(hall.sign_in("desk_361"), to_assign)) == "not_the_handler"


def test_the_same_command_twice_forwards_once(hall: Hall, case_no: str) -> None:
    handler, command_id = hall.sign_in("handler_361"), str(uuid.uuid4())
    for _ in range(2):
        assert forward(handler, case_no, command_id=command_id).status_code == 200
    assert len(read_parts(handler, case_no)) == 1


def test_of_two_at_once_one_forwards(hall: Hall, case_no: str) -> None:
    browsers = [hall.sign_in("handler_361"), hall.sign_in("desk_361")]
    start, answers = threading.Barrier(2), list[TestResponse]()

    def press(browser: Browser, to: str) -> None:
        start.wait()
        answers.append(forward(browser, case_no, to=to))

    threads = [
        threading.Thread(target=press, args=pair)
        for pair in zip(browsers, (ENGINEERS, "finance_dept"), strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert [code(one) for one in answers if one.status_code == 409] == ["forward_running"]
    with hall.sessions.begin() as session:
        below = select(ServiceCase.id).where(
            ServiceCase.parent_case_id == hall.find_id(case_no),
            ServiceCase.process_key == "department_support",
        )
        assert len(session.scalars(below).all()) == 1
