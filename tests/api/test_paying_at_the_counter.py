"""A customer who brings the money to the counter, with no more than the case number, is served there."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import update

from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import begin
from tests.api.test_payment_statements import read_bill
from tests.api.test_works_drawings import answer_drawing, read

HOME = "install_residential_individual"
SUM = 358_000


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def begin_works(hall: Hall, owner: MadeCustomer, phone: str = "") -> tuple[str, str]:
    """Start an application that has handed over to works that wait for the money; returns both numbers."""
    top = begin(hall, "online_service_application", "accept", owner.id, service="installation")
    works = begin(hall, HOME, "pay", owner.id, amount_fen=SUM)
    with hall.sessions.begin() as session:
        handed = update(ServiceCase).where(ServiceCase.id == hall.find_id(works))
        session.execute(handed.values(parent_case_id=hall.find_id(top), parent_task_no=99))
        if phone:
            both = update(ServiceCase).where(ServiceCase.case_no.in_([top, works]))
            session.execute(both.values(contact_phone_index=hall.keys.blind_index(phone, "phone")))
    return top, works


def find(who: Browser, q: str) -> list[str]:
    return [one["case_no"] for one in who.read("/cases", q=q)["items"]]


@pytest.mark.parametrize(
    "process", [HOME, "install_residential_group", "install_non_residential", "alteration"]
)
@pytest.mark.parametrize("who", ["desk_361", "finance_361"])
def test_counter_and_finance_begin_to_collect_for_the_customer(
    hall: Hall, owner: MadeCustomer, process: str, who: str
) -> None:
    case_no = begin(hall, process, "pay", owner.id, amount_fen=SUM)
    clerk = hall.sign_in(who)
    assert find(clerk, case_no) == [case_no]
    [action] = [one for one in clerk.read(f"/cases/{case_no}")["actions"] if one["kind"] == "complete"]
    assert (action["name"], action["for_customer"], action["unmet"]) == ("柜台收费", True, None)
    assert clerk.act(case_no, "paid").status_code == 200
    after = clerk.read(f"/cases/{case_no}")
    assert (after["step"], after["child"]["your_step"]) == ("collect", "客户申请缴费")
    [said] = [one for one in after["history"] if one["text"].startswith("代客户办理")]
    assert said["actor"].startswith(f"王{who}") and said["text"].endswith("：柜台收费")
    assert clerk.read(f"/cases/{after['child']['case_no']}/fee") == {"due_fen": SUM}


def test_finance_books_at_its_own_desk_what_was_brought_there(hall: Hall, owner: MadeCustomer) -> None:
    case_no, finance = begin(hall, HOME, "pay", owner.id, amount_fen=SUM), hall.sign_in("finance_361")
    assert finance.act(case_no, "paid").status_code == 200
    fee_no = finance.read(f"/cases/{case_no}")["child"]["case_no"]
    for outcome in ("apply", "at_counter", "paid", "received"):
        brought = {"at_counter": {"amount_fen": SUM}, "received": {"receipt_no": f"R-{case_no}"}}
        assert finance.act(fee_no, outcome, **brought.get(outcome, {})).status_code == 200, outcome
    told = read(hall, owner, f"/cases/{case_no}/payments")
    assert [one["receipt_no"] for one in told["paid"]] == [f"R-{case_no}"]
    # The slip stays the counter's to write.
    assert finance.read(f"/cases/{fee_no}")["actions"] == []


def test_the_number_that_the_customer_was_told_finds_the_works(hall: Hall, owner: MadeCustomer) -> None:
    phone = f"139{uuid.uuid4().int % 10**8:08}"
    top, works = begin_works(hall, owner, phone)
    finance, desk = hall.sign_in("finance_361"), hall.sign_in("desk_361")
    for q in (top, works, phone):
        assert find(finance, q) == [works], q
    # Who sees the application as well finds that, and goes on from there.
    assert (find(desk, top), find(desk, phone), find(desk, works)) == ([top], [top], [works])
    child = desk.read(f"/cases/{top}")["child"]
    assert (child["case_no"], child["your_step"], child["for_customer"]) == (works, "柜台收费", True)
    for stranger in ("desk_362", "handler_361"):
        assert find(hall.sign_in(stranger), top) == find(hall.sign_in(stranger), phone) == []


def test_nobody_else_may_pay_for_the_customer(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, HOME, "pay", owner.id, amount_fen=SUM)
    # Another unit does not see the case; who sees it without the post is told that it is not theirs.
    assert hall.sign_in("desk_362").get(f"/cases/{case_no}").status_code == 404
    answer = hall.sign_in("desk_362").command(case_no, 2, 1, "paid")
    assert (answer.status_code, code(answer)) == (404, "not_found")
    works = hall.sign_in("works_361")
    case = works.read(f"/cases/{case_no}")
    assert case["actions"] == []
    answer = works.command(case_no, case["version"], 1, "paid")
    assert (answer.status_code, code(answer)) == (403, "not_your_turn")
    # And nobody signs for the customer.
    drawn = begin(hall, HOME, "sign_sketch", owner.id)
    assert [one for one in hall.sign_in("desk_361").read(f"/cases/{drawn}")["actions"] if one["task"]] == []


def test_a_sum_that_nobody_has_set_is_not_collected(hall: Hall, owner: MadeCustomer) -> None:
    case_no, desk = begin(hall, HOME, "pay", owner.id), hall.sign_in("desk_361")
    assert code(desk.act(case_no, "paid")) == "sum_unset"


def test_pressed_twice_and_by_customer_and_clerk_at_once(hall: Hall, owner: MadeCustomer) -> None:
    case_no, desk = begin(hall, HOME, "pay", owner.id, amount_fen=SUM), hall.sign_in("desk_361")
    version = desk.read(f"/cases/{case_no}")["version"]
    body = {"command_id": str(uuid.uuid4()), "expected_version": version}
    body |= {"kind": "complete", "task": 1, "outcome": "paid"}
    path = f"/cases/{case_no}/commands"
    first, again = desk.send("POST", path, body), desk.send("POST", path, body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json()["child"] == again.get_json()["child"]
    # Whoever pressed on what they saw before hears that somebody was faster, the customer as well.
    late = hall.sign_in("finance_361").command(case_no, version, 1, "paid")
    assert (late.status_code, code(late)) == (409, "stale_version")
    own = {**body, "command_id": str(uuid.uuid4())}
    client = hall.app.test_client()
    told = client.post(f"/api/v1{path}", json=own, headers=owner.headers)
    assert (told.status_code, code(told)) == (409, "stale_version")
    assert told.get_json()["title"].startswith("刚刚有人先一步处理了")
    assert read_bill(hall, owner, case_no)["state"] == "checking"
    other = begin(hall, HOME, "pay", owner.id, amount_fen=SUM)
    assert answer_drawing(hall, owner, other, "paid").status_code == 200
    late = desk.command(other, version, 1, "paid")
    assert (late.status_code, code(late)) == (409, "stale_version")
