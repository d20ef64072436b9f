"""How a matter was handled is told to its customer where the process says so, and nothing of it before."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.organisation import ensure_staff
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall
from tests.api.test_gas_accounts import begin
from tests.api.test_nobody_home import list_told
from tests.api.test_orders_for_customers import take
from tests.api.test_turn_notices import deliver
from tests.api.test_works_drawings import read

INSIDE = "内部核查意见"


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def list_answers(hall: Hall, owner: MadeCustomer, case_no: str) -> list[tuple[str, str]]:
    view: dict[str, Any] = read(hall, owner, f"/cases/{case_no}")
    assert INSIDE not in json.dumps(view, ensure_ascii=False)
    return [(one["label"], one["text"]) for one in view["answers"]]


def begin_assigned(hall: Hall, process: str, owner: MadeCustomer) -> str:
    """An order that the unit has given to its handler."""
    case_no = begin(hall, process, "assign", owner.id)
    take(hall.sign_in("desk_361"), case_no, "assign", handler="handler_361")
    return case_no


def sign_in_division(hall: Hall) -> Browser:
    """The division above the unit reviews what became of the gravest complaints."""
    with hall.sessions.begin() as session:
        departments = ("business_division",)
        ensure_staff(
            hall.organisation, session, "361", "division_361", datetime.now(UTC), departments=departments
        )
    return hall.sign_in("division_361")


@pytest.mark.parametrize("process", ["complaint_level_1", "complaint_level_2_3"])
def test_a_complaint_is_answered_once_the_result_was_reviewed(
    hall: Hall, owner: MadeCustomer, process: str
) -> None:
    handler, desk = hall.sign_in("handler_361"), hall.sign_in("desk_361")
    reviewer = desk if process == "complaint_level_2_3" else sign_in_division(hall)
    case_no = begin_assigned(hall, process, owner)
    take(handler, case_no, "handled", result=f"{INSIDE}：师傅说没有这回事")
    assert list_answers(hall, owner, case_no) == []
    take(reviewer, case_no, "rejected", reason=f"{INSIDE}：要问到客户")
    take(handler, case_no, "handled", result="已向客户当面道歉，并约好重新上门")
    assert list_answers(hall, owner, case_no) == []
    take(reviewer, case_no, "accepted")
    assert list_answers(hall, owner, case_no) == []
    take(desk, case_no, "reply", reason="已处理，谢谢您的监督")
    told = [("处理结果", "已向客户当面道歉，并约好重新上门"), ("回复", "已处理，谢谢您的监督")]
    assert list_answers(hall, owner, case_no) == told
    # Nobody looks at a page without being told that there is something new.
    assert list_told(hall, case_no)[-1] == "matter_answered"
    deliver(hall, list_promised(hall, case_no)[-1])
    [message] = read(hall, owner, "/messages")["items"]
    assert "已处理，谢谢您的监督" in message["text"]


@pytest.mark.parametrize(
    ("process", "outcome"), [("hotline_suggestion", "adopted"), ("hotline_praise", "confirmed")]
)
def test_what_was_verified_stays_inside_and_the_answer_is_told(
    hall: Hall, owner: MadeCustomer, process: str, outcome: str
) -> None:
    handler, desk = hall.sign_in("handler_361"), hall.sign_in("desk_361")
    case_no = begin_assigned(hall, process, owner)
    fill_in(handler, case_no, finding_text=INSIDE, reply_text="谢谢，已转告师傅本人")
    take(handler, case_no, outcome)
    assert list_answers(hall, owner, case_no) == []
    # The same words twice are one answer.
    take(desk, case_no, "reply", reason="谢谢，已转告师傅本人")
    assert list_answers(hall, owner, case_no) == [("答复", "谢谢，已转告师傅本人")]


def test_the_answer_to_the_municipal_hotline_is_the_customers_too(hall: Hall, owner: MadeCustomer) -> None:
    agent, desk = hall.sign_in("agent_a"), hall.sign_in("desk_361")
    case_no = begin(hall, "hotline_municipal_order", "support", owner.id)
    fill_in(desk, case_no, finding_text=INSIDE, reply_text="路面已修复")
    take(desk, case_no, "handled")
    take(desk, case_no, "reply", reason=INSIDE)
    assert list_answers(hall, owner, case_no) == []
    take(agent, case_no, "answered", reason=INSIDE)
    assert list_answers(hall, owner, case_no) == [("答复", "路面已修复")]


def test_a_question_is_answered_at_once_or_later(hall: Hall, owner: MadeCustomer) -> None:
    agent, desk, handler = (hall.sign_in(one) for one in ("agent_a", "desk_361", "handler_361"))
    case_no = begin(hall, "hotline_consultation", "accept", owner.id)
    take(agent, case_no, "answered", result="表龄满十年可以换")
    assert list_answers(hall, owner, case_no) == [("处理结果", "表龄满十年可以换")]
    case_no = begin_assigned(hall, "hotline_consultation", owner)
    fill_in(handler, case_no, reply_text="要带产权证明", basis_text=INSIDE)
    take(handler, case_no, "handled")
    take(desk, case_no, "reply", reason=INSIDE)
    assert list_answers(hall, owner, case_no) == []
    take(agent, case_no, "replied", reason="已打电话告诉客户")
    assert list_answers(hall, owner, case_no) == [("答复", "要带产权证明"), ("回复", "已打电话告诉客户")]


def test_what_was_done_about_an_alarm_is_told_at_once(hall: Hall, owner: MadeCustomer) -> None:
    handler = hall.sign_in("handler_361")
    case_no = begin_assigned(hall, "hotline_alarm", owner)
    assert list_answers(hall, owner, case_no) == []
    take(handler, case_no, "handled", result="接头漏气，已换")
    assert list_answers(hall, owner, case_no) == [("处理结果", "接头漏气，已换")]
    assert list_told(hall, case_no)[-1] == "alarm_handled"
    deliver(hall, list_promised(hall, case_no)[-1])
    [message] = [one for one in handler.read(f"/cases/{case_no}")["messages"] if "已处理" in one["text"]]
    assert "马上到室外打客服热线" in message["text"]
    now = [one for one in read(hall, owner, f"/cases/{case_no}")["progress"] if one["state"] == "now"]
    assert [one["name"] for one in now] == ["核对结果"]


def test_what_others_did_on_site_is_told_with_its_own_day(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "repair", "finish_by_engineering", owner.id)
    take(hall.sign_in("works_361"), case_no, "finish", result="换了入户立管")
    assert list_answers(hall, owner, case_no) == [("处理结果", "换了入户立管")]
