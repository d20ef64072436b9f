"""Nobody approves the own work while a colleague could: the guard ``by_another_person``."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.cases.own_work import find_doers
from backend.core.error_texts import ERROR_TEXTS
from backend.organisation.models import Staff, StaffPost
from tests.api.staff_side import Hall, code
from tests.api.test_case_team import begin_visit
from tests.api.test_staff_commands import assign, to_assign, to_dispatch

__all__ = ["to_assign", "to_dispatch"]
DESK = "customer_service_dept"


@pytest.fixture
def handled(hall: Hall) -> str:
    """An alarm that crew_361 has handled, who is of the department that reviews it."""
    case_no, agent = hall.report_alarm("361"), hall.sign_in("agent_a")
    for outcome in ("record", "guide", "dispatch"):
        done = agent.act(case_no, outcome)
        assert done.status_code == 200, done.text
    assign(hall, case_no, "crew_361")
    done = hall.sign_in("crew_361").act(case_no, "handled", result="阀门已关，漏点已修")
    assert done.status_code == 200, done.text
    return case_no


@pytest.fixture
def alone(hall: Hall) -> Iterator[None]:
    """Of all who could review, crew_361 alone is on duty for one test."""
    others = select(StaffPost.staff_id).where(StaffPost.key == DESK)
    others = others.where(StaffPost.staff_id != hall.staff["crew_361"])
    with hall.sessions.begin() as session:
        on_duty = Staff.id.in_(others) & (Staff.presence == "on_duty")
        away = session.scalars(
            update(Staff).where(on_duty).values(presence="absent").returning(Staff.id)
        ).all()
    yield
    with hall.sessions.begin() as session:
        session.execute(update(Staff).where(Staff.id.in_(away)).values(presence="on_duty"))


@pytest.fixture
def handled_alone(hall: Hall, handled: str, alone: None) -> str:
    """The same alarm, once all others have gone."""
    return handled


def read_unmet(hall: Hall, who: str, case_no: str) -> dict[str, Any]:
    return {one["outcome"]: one["unmet"] for one in hall.sign_in(who).read(f"/cases/{case_no}")["actions"]}


def test_who_did_the_work_leaves_its_approval_to_a_colleague(hall: Hall, handled: str) -> None:
    crew = hall.sign_in("crew_361")
    said = {"code": "own_work", "text": ERROR_TEXTS["own_work"]}
    assert read_unmet(hall, "crew_361", handled) == {"accepted": said, "rejected": None}
    assert code(crew.act(handled, "accepted")) == "own_work"
    assert read_unmet(hall, "desk_361", handled) == {"accepted": None, "rejected": None}
    assert hall.sign_in("desk_361").act(handled, "accepted").status_code == 200
    # What comes afterwards is no approval.
    assert crew.act(handled, "reply").status_code == 200


def test_what_was_done_again_by_another_may_be_approved(hall: Hall, handled: str) -> None:
    assert hall.sign_in("desk_361").act(handled, "rejected", reason="没写漏点").status_code == 200
    to_another = {
        "to": "handler_361",
        "reason": "换人去看",
        "command_id": str(uuid.uuid4()),
    }
    moved = hall.sign_in("desk_361").send("POST", f"/cases/{handled}/forward", to_another)
    assert moved.status_code == 204, moved.text
    assert hall.sign_in("handler_361").act(handled, "handled", result="漏点在灶前阀，已换").status_code == 200
    assert hall.sign_in("crew_361").act(handled, "accepted").status_code == 200


def test_where_nobody_else_is_there_the_case_goes_on(hall: Hall, handled_alone: str) -> None:
    assert hall.sign_in("crew_361").act(handled_alone, "accepted").status_code == 200
    said = hall.sign_in("crew_361").read(f"/cases/{handled_alone}")["history"]
    # The history tells that it was the same person.
    assert [one["actor"] for one in said if "审核通过" in one["text"] or "处置完成" in one["text"]] == [
        "王crew_361（具体责任人）"
    ] * 2


def test_what_was_handed_over_is_the_work_of_who_did_it_there(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    child = begin_visit(hall, to_assign)
    assert hall.sign_in("handler_361").act(child, "set_off").status_code == 200
    case_id = hall.find_id(to_assign)
    [support] = [one.no for one in hall.service.load(case_id).snapshot.tasks if one.step == "support"]
    with hall.sessions.begin() as session:
        doers = find_doers(session, case_id)
    # The desk accepted the repair, which is none of its work.
    assert doers[support] == {hall.staff["handler_361"]}
