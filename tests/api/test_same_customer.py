"""What else goes on with a case's customer; over HTTP, and from the complaint's point of view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.cases.models import ServiceCase
from backend.core.outbox import OutboxRow
from tests.api.organisation import ensure_staff
from tests.api.staff_side import Hall, code
from tests.api.test_gas_accounts import begin
from tests.api.test_intake import fault, make_phone, open_case
from tests.api.test_staff_queues import list_all

AGENT, DESK = "agent_a", "desk_361"


def complaint(phone: str, **more: Any) -> dict[str, Any]:
    return {"contact_name": "张小红", "contact_phone": phone, "matter_text": "师傅迟到两小时", **more}


def person(**more: Any) -> dict[str, Any]:
    values = fault(**more)
    return {key: values[key] for key in ("contact_name", "contact_phone", "address")}


def list_others(hall: Hall, case_no: str, who: str = AGENT) -> list[dict[str, Any]]:
    return list(hall.sign_in(who).read(f"/cases/{case_no}/same-customer")["items"])


def test_a_complaint_shows_the_case_that_it_is_about(hall: Hall) -> None:
    agent, phone = hall.sign_in(AGENT), make_phone()
    earlier = open_case(agent, "hotline_fault_repair", fault(contact_phone=phone))
    foreign = open_case(agent, "hotline_fault_repair", fault())
    first = open_case(agent, "complaint_level_2_3", complaint(phone))
    again = open_case(agent, "complaint_level_2_3", complaint(phone, original_case_no=first))
    shown = list_others(hall, again)
    assert [one["case_no"] for one in shown] == [first, earlier]
    assert foreign not in {one["case_no"] for one in shown}
    assert [one["mark"] for one in shown] == ["投诉", None]
    assert phone not in str(shown)


def test_a_list_is_narrowed_to_complaints_which_have_no_service(hall: Hall) -> None:
    agent, phone = hall.sign_in(AGENT), make_phone()
    repair = open_case(agent, "hotline_fault_repair", fault(contact_phone=phone))
    complained = open_case(agent, "complaint_level_2_3", complaint(phone))
    ours = {repair, complained}

    def among(service: str, **query: Any) -> set[str]:
        return ours & set(list_all(agent, service=service, limit=100, **query))

    for query in ({"queue": "accept"}, {"queue": "accept", "sort": "newest"}, {"q": phone}, {}):
        assert among("complaint_level_2_3", **query) == {complained}, query
        assert among("complaint_level_1", **query) == set(), query
        assert among(agent.read(f"/cases/{repair}")["service"], **query) == {repair}, query
    assert among("complaint_level_2_3", queue="accept", q=phone) == {complained}


def test_what_is_older_than_three_months_is_left_out(hall: Hall) -> None:
    agent, phone = hall.sign_in(AGENT), make_phone()
    earlier = open_case(agent, "hotline_fault_repair", fault(contact_phone=phone))
    case_no = open_case(agent, "complaint_level_2_3", complaint(phone))
    assert [one["case_no"] for one in list_others(hall, case_no)] == [earlier]
    with hall.sessions.begin() as session:
        old = update(ServiceCase).where(ServiceCase.case_no == earlier)
        session.execute(old.values(opened_at=ServiceCase.opened_at - timedelta(days=93)))
    assert list_others(hall, case_no) == []


def test_one_sees_no_more_of_a_customer_than_ones_own_cases(hall: Hall) -> None:
    agent, phone = hall.sign_in(AGENT), make_phone()
    open_case(agent, "complaint_level_2_3", complaint(phone))
    desk = hall.sign_in(DESK)
    own = open_case(desk, "hall_service_application", {**person(contact_phone=phone), "service": "repair"})
    assert list_others(hall, own, DESK) == []
    foreign = hall.sign_in("desk_362").get(f"/cases/{own}/same-customer")
    assert (foreign.status_code, code(foreign)) == (404, "not_found")


@pytest.mark.parametrize(
    ("who", "process"),
    [
        (AGENT, "complaint_level_2_3"),
        (DESK, "fee_collection"),
        (DESK, "meter_reading"),
        (DESK, "inspection"),
        (DESK, "customer_classification"),
    ],
)
def test_a_post_starts_what_it_begins_in_the_manual(hall: Hall, who: str, process: str) -> None:
    agent = hall.sign_in(who)
    values = complaint(make_phone()) if process.startswith("complaint") else person()
    case = agent.read(f"/cases/{open_case(agent, process, values, channel='counter')}")
    assert (case["status"], case["channel"]) == ("open", "counter")
    assert case["actions"]


def test_a_judged_complaint_shows_its_level_and_calls_whoever_has_it_each_time(hall: Hall) -> None:
    agent, desk = hall.sign_in(AGENT), hall.sign_in(DESK)
    case_no = open_case(agent, "complaint_level_2_3", complaint(make_phone()))
    assert agent.read(f"/cases/{case_no}")["mark"] == "投诉"
    for outcome in ("accept", "new", "level_3"):
        assert agent.act(case_no, outcome).status_code == 200
    [dispatch] = [one for one in agent.read(f"/cases/{case_no}")["actions"] if one["outcome"] == "dispatch"]
    # What was complained of is asked once, and whoever is given the complaint reads it.
    assert (dispatch["needs_reason"], dispatch["reason_label"]) == (False, None)
    assert agent.act(case_no, "dispatch", unit_code="361").status_code == 200
    assert agent.act(case_no, "nothing_more").status_code == 200
    assert desk.read(f"/cases/{case_no}")["mark"] == "3级投诉"
    [row] = [
        one for one in desk.read("/cases", queue="assign", limit=100)["items"] if one["case_no"] == case_no
    ]
    assert row["mark"] == "3级投诉"
    assert desk.act(case_no, "assign", handler="handler_361").status_code == 200
    handler = hall.sign_in("handler_361")
    said = agent.read(f"/cases/{case_no}")["values"]["matter_text"]
    assert [one.read(f"/cases/{case_no}")["values"]["matter_text"] for one in (desk, handler)] == [said] * 2
    assert handler.act(case_no, "handled", result="已致歉").status_code == 200
    assert desk.act(case_no, "rejected", reason="没写原因").status_code == 200
    assert handler.act(case_no, "handled", result="前一户抢修，已致歉").status_code == 200
    again = [("leads", "complaint_review"), ("handler", "complaint_again"), ("leads", "complaint_review")]
    assert list_told(hall, case_no) == [("leads", "complaint"), ("handler", "complaint"), *again]


def test_a_complaint_of_the_first_level_calls_the_division_that_reviews_it(hall: Hall) -> None:
    case_no = begin(hall, "complaint_level_1", "ask_more", None)
    with hall.sessions.begin() as session:
        centre = ("customer_service_center",)
        ensure_staff(hall.organisation, session, "361", "centre_361", datetime.now(UTC), departments=centre)
    assert hall.sign_in("centre_361").act(case_no, "nothing_more").status_code == 200
    assert hall.sign_in(DESK).act(case_no, "assign", handler="handler_361").status_code == 200
    assert hall.sign_in("handler_361").act(case_no, "handled", result="已致歉").status_code == 200
    review = ("business_division", "complaint_review")
    assert list_told(hall, case_no) == [("leads", "complaint"), ("handler", "complaint"), review]


def list_told(hall: Hall, case_no: str) -> list[tuple[str, str]]:
    """Return whom the case promised to tell, and of what, in their order."""
    with hall.sessions.begin() as session:
        promised = select(OutboxRow.payload).where(
            OutboxRow.topic == "alert_staff",
            OutboxRow.payload["case_id"].as_integer() == hall.find_id(case_no),
        )
        return [(one["who"], one["kind"]) for one in session.scalars(promised.order_by(OutboxRow.id))]
