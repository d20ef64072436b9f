"""A customer who brings the money to the counter, with no more than the case number, is served there."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from backend.cases.models import CaseTask, ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, sign
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
    "process",
    [HOME, "install_residential_group", "install_non_residential", "alteration", "meter_reading"],
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
    assert (after["step"], after["child"]["your_step"]) == ("collect", "登记缴费")
    [said] = [one for one in after["history"] if one["text"].startswith("代客户办理")]
    assert said["actor"].startswith(f"王{who}") and said["text"].endswith("：柜台收费")
    assert clerk.read(f"/cases/{after['child']['case_no']}/fee")["due_fen"] == SUM


def test_finance_books_at_its_own_desk_what_was_brought_there(hall: Hall, owner: MadeCustomer) -> None:
    case_no, finance = begin(hall, HOME, "pay", owner.id, amount_fen=SUM), hall.sign_in("finance_361")
    assert finance.act(case_no, "paid").status_code == 200
    fee_no = finance.read(f"/cases/{case_no}")["child"]["case_no"]
    for outcome in ("apply", "at_counter", "paid", "received"):
        brought = {"at_counter": {"amount_fen": SUM}, "received": {"receipt_no": f"R-{case_no}"}}
        assert finance.act(fee_no, outcome, **brought.get(outcome, {})).status_code == 200, outcome
    told = read(hall, owner, f"/cases/{case_no}/payments")
    assert [one["receipt_no"] for one in told["paid"]] == [f"R-{case_no}"]
    # The works are for whoever sends them out by now: nobody waits for a slip or for stars.
    assert hall.sign_in("desk_361").read(f"/cases/{case_no}")["step"] == "assign_construction"
    # Whoever took the money is named for it, and whoever is called about the case for nothing that is done.
    shown = [one for one in finance.read(f"/cases/{case_no}")["progress"] if one["state"] == "done"]
    assert {one["name"]: one["done_by"] for one in shown}["核对到账"] == "王finance_361"
    assert [one["handler"] for one in shown] == [None] * len(shown)
    line = read(hall, owner, f"/cases/{case_no}")["progress"]
    states = [(one["name"], one["state"]) for one in line if one["name"] in ("缴费完成", "安排施工")]
    assert states[:2] == [("缴费完成", "done"), ("安排施工", "now")]
    # The customer still stands there: slip and rating are the same clerk's to go on with.
    offered = [one["outcome"] for one in finance.read(f"/cases/{fee_no}")["actions"]]
    assert offered == ["receipt", "invoice", "none_wanted"]
    assert code(finance.act(fee_no, "receipt")) == "form_missing"
    # What is known already stands in the slip: for what it is, how much, and nothing is asked twice.
    [task] = [one["task"] for one in finance.read(f"/cases/{fee_no}")["documents"]]
    begun = finance.read(f"/cases/{fee_no}/documents/{task}")["values"]
    assert (begun["fee_name"], begun["amount_paid"], begun["receipt_no"]) == ("安装费", SUM, f"R-{case_no}")
    # The number on it is the one that the customer knows, beside that of the counter's own order.
    assert (begun["case_no"], begun["fee_no"]) == (case_no, fee_no)
    task = fill_in(finance, fee_no)
    [slip] = finance.read(f"/cases/{fee_no}")["documents"]
    assert (slip["state"], slip["may_fill"], slip["own_unsigned"]) == ("filled", True, ["收款人"])
    sign(finance, fee_no, task, "cashier")
    assert finance.act(fee_no, "receipt").status_code == 200
    invitation = finance.send("POST", f"/cases/{fee_no}/rating-invitation", {})
    assert invitation.status_code in (200, 201), invitation.text
    assert finance.act(fee_no, "not_rated").status_code == 200
    assert finance.read(f"/cases/{fee_no}")["status"] == "completed"
    assert finance.read(f"/cases/{case_no}")["step"] == "assign_construction"


def list_in(who: Browser, queue: str) -> list[str]:
    """Return the numbers of a queue that is not long, and see that its count says as many rows."""
    rows = who.read("/cases", queue=queue, limit=100)["items"]
    [count] = [one["count"] for one in who.read("/queues")["items"] if one["key"] == queue]
    assert count == len(rows) or len(rows) == 100
    return [one["case_no"] for one in rows]


def test_what_one_may_carry_out_is_counted_like_ones_own(hall: Hall, owner: MadeCustomer) -> None:
    case_no, finance = begin(hall, HOME, "pay", owner.id, amount_fen=SUM), hall.sign_in("finance_361")
    desk = hall.sign_in("desk_361")
    # Who still has to pay stands in a list of its own, and in none of what is to be done.
    for who in (finance, desk):
        assert case_no in list_in(who, "to_pay")
        for queue in ("charge", "unit", "overdue"):
            assert case_no not in list_in(who, queue), queue
    assert finance.act(case_no, "paid").status_code == 200
    assert case_no not in list_in(finance, "to_pay")
    fee_no = finance.read(f"/cases/{case_no}")["child"]["case_no"]
    for who in (finance, desk):
        for queue in ("charge", "unit"):
            assert list_in(who, queue).count(fee_no) == 1, queue
            [row] = who.read("/cases", queue=queue, q=fee_no)["items"]
            # The fee and the works are both of the installation: the line says which of them it is.
            assert (row["case_no"], row["order_name"]) == (fee_no, "收费")
    for narrowed in ({"family": "charge"}, {"service": "fee_collection"}, {"unit": "361"}):
        rows = finance.read("/cases", queue="unit", limit=100, **narrowed)["items"]
        assert fee_no in [one["case_no"] for one in rows], narrowed
    for narrowed in ({"narrow": "urged"}, {"narrow": "owed"}, {"due": "overdue"}, {"family": "other"}):
        rows = finance.read("/cases", queue="unit", limit=100, **narrowed)["items"]
        assert fee_no not in [one["case_no"] for one in rows], narrowed
    # Of the counter's other work finance still sees nothing, and another unit nothing at all.
    other = begin(hall, "account_opening", "offer_payment", owner.id)
    assert other in list_in(desk, "charge")
    assert other not in list_in(finance, "charge") + list_in(finance, "unit")
    assert fee_no not in list_in(hall.sign_in("desk_362"), "charge")
    own = finance.read("/cases", queue="charge", post="finance_dept", limit=100)["items"]
    assert fee_no not in [one["case_no"] for one in own]


def test_a_page_of_what_is_ones_own_and_what_one_helps_with_holds_still(
    hall: Hall, owner: MadeCustomer
) -> None:
    finance = hall.sign_in("finance_361")
    begun = [
        begin(hall, "fee_collection", step, owner.id) for step in ("collect", "apply", "invoice", "collect")
    ]
    for sort in ("due", "newest"):
        whole = [
            one["case_no"] for one in finance.read("/cases", queue="charge", sort=sort, limit=100)["items"]
        ]
        assert set(begun) <= set(whole)
        pages, after = [], None
        while len(pages) < len(whole):
            page = finance.read(
                "/cases", queue="charge", sort=sort, limit=1, **({"after": after} if after else {})
            )
            pages += [one["case_no"] for one in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert pages == whole, sort


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
    refused = desk.act(case_no, "paid")
    assert code(refused) == "sum_unset"
    [action] = [one for one in desk.read(f"/cases/{case_no}")["actions"] if one["outcome"] == "paid"]
    # Staff are not asked not to pay, but read what is missing.
    assert action["unmet"]["text"] == refused.get_json()["title"]
    assert "再收费" in action["unmet"]["text"]


def test_waiting_for_a_fee_is_in_nobodys_own_list(hall: Hall, owner: MadeCustomer) -> None:
    handler = {"handler_id": hall.staff["handler_361"]}
    for step, own in (("collect", None), ("take_up", hall.staff["handler_361"])):
        case_no = begin(hall, HOME, step, owner.id, **handler)
        with hall.sessions.begin() as session:
            of_case = select(CaseTask.handler_id).where(CaseTask.case_id == hall.find_id(case_no))
            assert session.scalars(of_case).all() == [own], step


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
    assert read_bill(hall, owner, case_no)["state"] == "booking"
    other = begin(hall, HOME, "pay", owner.id, amount_fen=SUM)
    assert answer_drawing(hall, owner, other, "paid").status_code == 200
    late = desk.command(other, version, 1, "paid")
    assert (late.status_code, code(late)) == (409, "stale_version")
