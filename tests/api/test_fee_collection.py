"""The process of collecting a fee: what is owed is opened by the counter and settled by the finance clerk."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from payments.models import Charge, CounterReceipt
from tests.api.filling import fill_in
from tests.api.staff_side import Hall, code


def start_fee(hall: Hall) -> str:
    new = NewCase(
        "fee_collection", hall.units["361"], "361", hall.customer_id, "counter", data={"service": "repair"}
    )
    request = Request("system", uuid.uuid4(), {})
    case_no = hall.service.start_case(request, new, Start(SYSTEM, data=new.data)).case_no
    assert hall.sign_in("desk_361").act(case_no, "apply").status_code == 200
    return case_no


def list_charges(hall: Hall, case_no: str) -> list[tuple[str, int, str]]:
    with hall.sessions.begin() as session:
        found = select(Charge).where(Charge.case_id == hall.find_id(case_no)).order_by(Charge.id)
        return [(one.kind, one.amount_fen, one.state) for one in session.scalars(found)]


def list_receipts(hall: Hall, case_no: str) -> list[tuple[str, int]]:
    with hall.sessions.begin() as session:
        of_case = Charge.case_id == hall.find_id(case_no)
        found = session.execute(
            select(CounterReceipt.receipt_no, CounterReceipt.staff_id).join(
                Charge, Charge.id == CounterReceipt.charge_id
            ).where(of_case)
        )  # fmt: skip
        return [(one.receipt_no, one.staff_id) for one in found]


def test_the_finance_clerks_receipt_settles_the_charge(hall: Hall) -> None:
    case_no, desk = start_fee(hall), hall.sign_in("desk_361")
    assert code(desk.act(case_no, "at_counter")) == "amount_missing"
    assert desk.act(case_no, "at_counter", amount_fen=0).status_code == 422
    assert desk.act(case_no, "at_counter", amount_fen=8_000).status_code == 200
    assert list_charges(hall, case_no) == [("repair", 8_000, "open")]
    assert desk.act(case_no, "paid").status_code == 200
    assert desk.read(f"/cases/{case_no}")["actions"] == []
    finance = hall.sign_in("finance_361")
    assert finance.read(f"/cases/{case_no}")["amount_fen"] == 8_000
    assert code(finance.act(case_no, "received")) == "receipt_missing"
    receipt_no = f"R-{case_no}"
    assert finance.act(case_no, "received", receipt_no=f" {receipt_no} ").status_code == 200
    assert list_charges(hall, case_no) == [("repair", 8_000, "settled")]
    assert list_receipts(hall, case_no) == [(receipt_no, hall.staff["finance_361"])]
    assert code(desk.act(case_no, "receipt")) == "form_missing"
    fill_in(desk, case_no)
    for outcome in ("receipt", "not_rated"):
        assert desk.act(case_no, outcome).status_code == 200
    case = desk.read(f"/cases/{case_no}")
    assert case["status"] == "completed"
    assert {"应收 80.00 元", f"入账单号 {receipt_no}"} <= {one["text"] for one in case["history"]}


def test_the_slip_carries_what_is_booked_and_nothing_else(hall: Hall) -> None:
    case_no, desk, finance = start_fee(hall), hall.sign_in("desk_361"), hall.sign_in("finance_361")
    assert desk.act(case_no, "at_counter", amount_fen=8_000).status_code == 200
    assert desk.act(case_no, "paid").status_code == 200
    receipt_no = f"R-{case_no}"
    assert finance.act(case_no, "received", receipt_no=receipt_no).status_code == 200
    [task] = [one["task"] for one in desk.read(f"/cases/{case_no}")["documents"]]
    path = f"/cases/{case_no}/documents/{task}"
    begun = desk.read(path)["values"]
    booked = {"amount_due": 8_000, "amount_paid": 8_000, "receipt_no": receipt_no}
    assert {key: begun[key] for key in booked} == booked
    assert "paid_on" in begun
    typed = {
        "customer_name": "张三", "fee_basis": "by_contract", "contract_no": "2026-1", "fee_name": "维修费",
        "payment_channel": "cash", "amount_paid": 6_000, "receipt_no": "R-1",
    }  # fmt: skip
    wrong = desk.send("PUT", path, {"revision": 0, "values": typed, "fills": True})
    assert (wrong.status_code, code(wrong)) == (422, "differs_from_books")
    assert wrong.get_json()["fields"] == {
        "amount_paid": "“实缴金额”要和财务登记的一致：80 元。",
        "receipt_no": f"“入账单号”要和财务登记的一致：{receipt_no}。",
    }
    right = {**typed, "amount_paid": 8_000, "receipt_no": receipt_no}
    assert desk.send("PUT", path, {"revision": 0, "values": right, "fills": True}).status_code == 200


def test_a_receipt_that_stands_in_the_books_settles_nothing(hall: Hall) -> None:
    finance, desk, receipt_no = hall.sign_in("finance_361"), hall.sign_in("desk_361"), f"R-{uuid.uuid4()}"
    first, second = start_fee(hall), start_fee(hall)
    for case_no in (first, second):
        assert desk.act(case_no, "at_counter", amount_fen=100).status_code == 200
        assert desk.act(case_no, "paid").status_code == 200
    assert finance.act(first, "received", receipt_no=receipt_no).status_code == 200
    answer = finance.act(second, "received", receipt_no=receipt_no)
    assert (answer.status_code, code(answer)) == (409, "receipt_taken")
    assert list_charges(hall, second) == [("repair", 100, "open")]
    assert [one["outcome"] for one in finance.read(f"/cases/{second}")["actions"]] == [
        "received",
        "not_received",
    ]


def test_money_that_did_not_come_voids_the_charge(hall: Hall) -> None:
    case_no, desk, finance = start_fee(hall), hall.sign_in("desk_361"), hall.sign_in("finance_361")
    assert desk.act(case_no, "by_transfer", amount_fen=500).status_code == 200
    assert desk.act(case_no, "paid").status_code == 200
    assert finance.act(case_no, "not_received", reason="没有来账").status_code == 200
    assert desk.act(case_no, "at_terminal", amount_fen=600).status_code == 200
    assert list_charges(hall, case_no) == [("repair", 500, "void"), ("repair", 600, "open")]
    assert desk.act(case_no, "change_way").status_code == 200
    assert [state for *_, state in list_charges(hall, case_no)] == ["void", "void"]
    # What was asked before does not stand in for what is asked now.
    assert code(desk.act(case_no, "in_client")) == "amount_missing"


def test_the_way_of_paying_that_was_chosen_stands_in_the_slip(hall: Hall) -> None:
    desk, finance = hall.sign_in("desk_361"), hall.sign_in("finance_361")
    for way, channel in (("by_transfer", "transfer"), ("in_client", "online"), ("at_counter", None)):
        case_no = start_fee(hall)
        # The way that was left does not count.
        assert desk.act(case_no, "at_terminal", amount_fen=500).status_code == 200
        assert desk.act(case_no, "change_way").status_code == 200
        assert desk.act(case_no, way, amount_fen=500).status_code == 200
        assert desk.act(case_no, "paid").status_code == 200
        assert finance.act(case_no, "received", receipt_no=f"R-{case_no}").status_code == 200
        [task] = [one["task"] for one in desk.read(f"/cases/{case_no}")["documents"]]
        begun = desk.read(f"/cases/{case_no}/documents/{task}")["values"]
        assert begun.get("payment_channel") == channel, way


def test_a_collection_that_is_ended_before_it_is_paid_leaves_nothing_owed(hall: Hall) -> None:
    case_no, desk, finance = start_fee(hall), hall.sign_in("desk_361"), hall.sign_in("finance_361")
    assert desk.act(case_no, "at_counter", amount_fen=8_000).status_code == 200
    assert list_charges(hall, case_no) == [("repair", 8_000, "open")]
    # Whoever may begin may end what was begun by mistake, as long as nobody says that it is paid.
    assert finance.cancel(case_no, "客户改天再来").status_code == 200
    assert list_charges(hall, case_no) == [("repair", 8_000, "void")]
    paid = start_fee(hall)
    for outcome, more in (("at_counter", {"amount_fen": 900}), ("paid", {})):
        assert desk.act(paid, outcome, **more).status_code == 200
    assert (
        desk.cancel(paid, "客户改天再来").status_code == 409
        and finance.cancel(paid, "改天").status_code == 409
    )
    assert list_charges(hall, paid) == [("repair", 900, "open")]
