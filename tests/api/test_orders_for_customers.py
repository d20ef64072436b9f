"""Orders that the hotline and the counter opened go to the unit and come back; over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.filling import fill_in, see_id_card
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_intake import enter_account, fault, make_phone, open_case


@pytest.fixture
def agent(hall: Hall) -> Browser:
    return hall.sign_in("agent_a")


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def make_caller(**more: Any) -> dict[str, Any]:
    person = fault()
    return {key: person[key] for key in ("contact_name", "contact_phone", "address")} | more


def take(who: Browser, case_no: str, outcome: str, **more: Any) -> dict[str, Any]:
    answer = who.act(case_no, outcome, **more)
    assert answer.status_code == 200, answer.text
    case: dict[str, Any] = json.loads(answer.text)
    return case


def list_outcomes(who: Browser, case_no: str) -> list[str]:
    return [one["outcome"] for one in who.read(f"/cases/{case_no}")["actions"]]


def test_of_an_address_that_nobody_needs_any_part_may_be_missing(agent: Browser) -> None:
    part = {key: "" for key in make_caller()["address"]} | {"community": "阳光小区", "point": None}
    case_no = open_case(agent, "hotline_consultation", make_caller(address=part, matter_text="能不能换表"))
    assert agent.read(f"/cases/{case_no}")["values"]["address"]["community"] == "阳光小区"
    take(agent, case_no, "accept")
    assert agent.read(f"/cases/{case_no}/account")["unknown_no"] is None
    nowhere = {key: value for key, value in make_caller(matter_text="问电话").items() if key != "address"}
    assert open_case(agent, "hotline_consultation", nowhere)


def test_an_account_number_that_nobody_has_is_taken_and_told(hall: Hall, agent: Browser) -> None:
    known, _ = enter_account(hall, make_phone())
    for number, unknown in (("999999999999", "999999999999"), (known, None)):
        case_no = open_case(
            agent, "hotline_consultation", make_caller(account_no=number, matter_text="能不能换表")
        )
        assert agent.read(f"/cases/{case_no}/account")["unknown_no"] == unknown


def test_a_question_goes_to_the_unit_and_its_answer_back(hall: Hall, agent: Browser, desk: Browser) -> None:
    case_no = open_case(agent, "hotline_consultation", make_caller(matter_text="能不能换表"))
    take(agent, case_no, "accept")
    assert take(agent, case_no, "dispatch")["unit_code"] == "361"
    assert code(desk.act(case_no, "assign")) == "handler_missing"
    take(desk, case_no, "assign", handler="handler_361")
    handler = hall.sign_in("handler_361")
    assert code(handler.act(case_no, "handled")) == "form_missing"
    task = fill_in(handler, case_no, reply_text="表龄满十年可以换")
    take(handler, case_no, "handled")
    # Whoever replies reads what the handler wrote.
    assert desk.read(f"/cases/{case_no}/documents/{task}")["values"]["reply_text"] == "表龄满十年可以换"
    assert code(desk.act(case_no, "reply")) == "reason_required"
    take(desk, case_no, "reply", reason="表龄满十年可以换")
    # The centre reads the reply and has the next turn.
    case = agent.read(f"/cases/{case_no}")
    assert any("表龄满十年可以换" in one["text"] for one in case["history"])
    assert case["progress"][-1]["state"] != "done"
    take(agent, case_no, "replied", reason="已告诉客户")
    assert take(agent, case_no, "nothing")["status"] == "completed"


@pytest.mark.parametrize(
    ("process", "outcome", "more"),
    [
        ("hotline_suggestion", "not_adopted", {"reason": "已有安排"}),
        ("hotline_praise", "confirmed", {}),
    ],
)
def test_what_was_said_is_verified(
    hall: Hall, agent: Browser, desk: Browser, process: str, outcome: str, more: dict[str, Any]
) -> None:
    case_no = open_case(agent, process, make_caller(matter_text="师傅服务好"))
    for step in ("accept", "dispatch", "nothing"):
        take(agent, case_no, step)
    take(desk, case_no, "assign", handler="handler_361")
    handler = hall.sign_in("handler_361")
    assert code(handler.act(case_no, outcome, **more)) == "form_missing"
    task = fill_in(handler, case_no, finding_text="与客户当面核实过")
    take(handler, case_no, outcome, **more)
    assert take(desk, case_no, "reply", reason="谢谢")["status"] == "completed"
    found = agent.read(f"/cases/{case_no}/documents/{task}")["values"]
    assert (found["verified"], found["finding_text"]) == ("true_report", "与客户当面核实过")


def test_a_municipal_order_is_known_as_one(agent: Browser, desk: Browser) -> None:
    values = {"order_no": "12345-77", "matter_text": "路面没恢复", "address": fault()["address"]}
    case_no = open_case(agent, "hotline_municipal_order", values, channel="municipal")
    for step in ("accept", "dispatch"):
        take(agent, case_no, step)
    listed = desk.read("/cases", queue="accept", sort="newest")["items"]
    assert next(one["channel"] for one in listed if one["case_no"] == case_no) == "municipal"
    assert code(desk.act(case_no, "handled")) == "form_missing"
    fill_in(desk, case_no, finding_text="已修复")
    take(desk, case_no, "handled")
    take(desk, case_no, "reply", reason="已修复")
    assert take(agent, case_no, "answered", reason="已修复")["status"] == "completed"


def test_what_the_telephone_cannot_solve_goes_to_remote_service_and_to_the_unit(
    hall: Hall, agent: Browser, desk: Browser
) -> None:
    case_no, remote = open_case(agent, "hotline_fault_repair", fault()), hall.sign_in("remote_a")
    take(agent, case_no, "accept")
    assert list_outcomes(remote, case_no) == [None]
    take(agent, case_no, "unsolved")
    take(remote, case_no, "unsolved")
    assert take(remote, case_no, "dispatch")["unit_code"] == "361"
    assert list_outcomes(desk, case_no) == ["assign", "send_back"]


def test_a_matter_of_the_counter_without_a_process_of_its_own(hall: Hall, desk: Browser) -> None:
    values = make_caller(service="inspection")
    case_no = open_case(desk, "hall_service_application", values, channel="counter")
    take(desk, case_no, "accept")
    take(desk, case_no, "dispatch")
    take(desk, case_no, "assign", handler="handler_361")
    assert desk.read(f"/cases/{case_no}")["step"] == "book"


def test_an_account_is_opened_with_papers_owed(hall: Hall, desk: Browser) -> None:
    values = make_caller(in_person="self", id_number="110101199003077758")
    case_no = open_case(desk, "account_opening", values, channel="counter")
    take(desk, case_no, "accept")
    fill_in(desk, case_no)
    take(desk, case_no, "pass_owing", owed_documents=["id_photos", "property_proof"])
    fill_in(desk, case_no)
    see_id_card(desk, case_no)
    take(desk, case_no, "opened")
    signed = desk.act(case_no, "signed")
    # Papers may come later; the contract itself may not.
    assert code(signed) == "form_missing"
