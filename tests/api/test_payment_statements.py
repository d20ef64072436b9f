"""What a customer is told to pay: how much, for what, where and until when, and which receipt it got."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from backend.cases.models import CaseTask
from backend.organisation.models import Unit
from payments.agreed import read_contract
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import begin
from tests.api.test_turn_notices import deliver
from tests.api.test_works_drawings import answer_drawing, read

LATE = "2026-11-26T09:30:00+00:00"
HOME = "install_residential_individual"


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def read_bill(hall: Hall, owner: MadeCustomer, case_no: str) -> dict[str, Any]:
    bill: dict[str, Any] = read(hall, owner, f"/cases/{case_no}/payments")["bill"]
    return bill


def collect(hall: Hall, case_no: str, receipt_no: str, amount_fen: int) -> None:
    """Take the money at the counter, as far as finance's receipt."""
    desk, finance = hall.sign_in("desk_361"), hall.sign_in("finance_361")
    fee_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    assert desk.act(fee_no, "apply").status_code == 200
    assert desk.act(fee_no, "at_counter", amount_fen=amount_fen).status_code == 200
    assert desk.act(fee_no, "paid").status_code == 200
    assert finance.act(fee_no, "received", receipt_no=receipt_no).status_code == 200


def test_the_sum_is_told_before_it_is_paid_and_the_receipt_afterwards(
    hall: Hall, owner: MadeCustomer
) -> None:
    case_no = begin(hall, HOME, "pay", owner.id, amount_fen=358_000)
    # No deadline runs while the customer is waited for; the manual's half day is told all the same, as the
    # whole of an opening day: who was told on a Saturday evening has all of Monday.
    late = update(CaseTask).where(CaseTask.case_id == hall.find_id(case_no))
    with hall.sessions.begin() as session:
        session.execute(late.values(opened_at=datetime.fromisoformat("2026-11-28T14:54:00+00:00")))
    assert read_bill(hall, owner, case_no)["until"] == "2026-11-30T09:30:00+00:00"
    with hall.sessions.begin() as session:
        opened_at = datetime.fromisoformat("2026-11-25T00:00:00+00:00")
        session.execute(late.values(opened_at=opened_at, due_at=datetime.fromisoformat(LATE)))
        session.execute(update(Unit).where(Unit.code == "361").values(address="历下区泉城路100号"))
    bill = read_bill(hall, owner, case_no)
    assert (bill["what"], bill["amount_fen"], bill["state"]) == ("安装费", 358_000, "to_pay")
    # Staff read of the same sum and the same day.
    fee = hall.sign_in("finance_361").read(f"/cases/{case_no}/fee")
    assert (fee["due_fen"], fee["what"], fee["until"]) == (358_000, "安装费", bill["until"])
    assert bill["desk"] == {
        "unit": "东城客服部",
        "address": "历下区泉城路100号",
        "hours": "08:30–12:00、13:30–17:30",
        "map_url": f"https://apis.map.qq.com/uri/v1/search?keyword={quote('历下区泉城路100号')}&referer=gas-hall",
    }
    assert (bill["contract_no"], bill["transfer"]) == (None, None)
    assert (bill["until"], bill["overdue"]) == (LATE, True)
    assert answer_drawing(hall, owner, case_no, "paid").status_code == 200
    # Who says so may be on the way with the money still: the counter stays, and no deadline of staff's comes.
    bill = read_bill(hall, owner, case_no)
    assert (bill["state"], bill["amount_fen"], bill["until"]) == ("booking", 358_000, None)
    assert bill["desk"]["address"] == "历下区泉城路100号"
    receipt_no = f"R-{case_no}"
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    # The clerk at the counter starts from the sum that the customer was told.
    nothing = {"until": None, "basis": [], "received": [], "is_cleared": False, "recorded": None}
    nothing |= {"is_taken": False, "is_disputed": False}
    assert desk.read(f"/cases/{fee_no}/fee") == {"due_fen": 358_000, "what": "安装费", **nothing}
    assert desk.read(f"/cases/{case_no}/fee") == {"due_fen": None, "what": None, **nothing}
    collect(hall, case_no, receipt_no, 358_000)
    told = read(hall, owner, f"/cases/{case_no}/payments")
    assert told["bill"] is None
    # The customer, who may have left before finance looked, hears that it has come, and how much.
    [said] = list_promised(hall, fee_no)
    deliver(hall, said)
    [message] = read(hall, owner, "/messages")["items"]
    assert message["title"] == "已收到您的缴费"
    assert f"（编号{case_no}）已收到缴费：3,580.00元，不用再缴。" in message["text"]
    [paid] = told["paid"]
    assert (paid["amount_fen"], paid["receipt_no"]) == (358_000, receipt_no)
    assert paid["paid_at"] is not None


@pytest.mark.parametrize(
    ("process", "outcome"),
    [
        (HOME, "paid"),
        ("install_residential_group", "paid"),
        ("install_non_residential", "paid"),
        ("alteration", "paid"),
    ],
)
def test_nobody_has_paid_a_sum_that_nobody_has_set(
    hall: Hall, owner: MadeCustomer, process: str, outcome: str
) -> None:
    case_no = begin(hall, process, "pay", owner.id)
    action = next(
        one for one in read(hall, owner, f"/cases/{case_no}")["actions"] if one["outcome"] == outcome
    )
    assert action["unmet"]["code"] == "sum_unset"
    assert action["unmet"]["text"] == "应缴多少钱还没有定好，请先不要缴费。定好后我们会告诉您。"
    assert code(answer_drawing(hall, owner, case_no, outcome)) == "sum_unset"
    bill = read_bill(hall, owner, case_no)
    assert (bill["amount_fen"], bill["state"]) == (None, "to_set")


def test_a_contract_says_how_much_and_where_to(hall: Hall, owner: MadeCustomer, market: Browser) -> None:
    case_no = begin(
        hall, "install_non_residential", "contract", owner.id, contract_approved=True, amount_fen=5
    )
    days = {"signed_on": "2026-11-26", "pay_full_within_days": 10}
    account = {"account_holder": "燃气公司", "account_bank": "建行济南分行", "account_no": "3700 1234"}
    paper = {"signed_on_paper": True}
    fill_in(market, case_no, total_fee=9_000_000, payment_method="in_full", **days, **account, **paper)
    assert market.act(case_no, "signed_on_paper").status_code == 200
    bill = read_bill(hall, owner, case_no)
    assert (bill["amount_fen"], bill["total_fen"]) == (9_000_000, 9_000_000)
    # Ten days by the contract end on a Sunday; the counter takes the money on the Monday.
    assert bill["until"] == "2026-12-07T09:30:00+00:00"
    assert bill["transfer"] == {"holder": "燃气公司", "bank": "建行济南分行", "account_no": "3700 1234"}
    assert bill["contract_no"]


def test_arrears_are_told_as_soon_as_the_counter_has_their_sum(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "suspension_removal", "pay_arrears", owner.id, stop_kind="suspension")
    assert read_bill(hall, owner, case_no)["state"] == "to_set"
    # What the counter makes of it is no button of the customer's.
    offered = read(hall, owner, f"/cases/{case_no}")["actions"]
    assert [one["name"] for one in offered if one["kind"] == "complete"] == []
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    assert desk.act(fee_no, "apply").status_code == 200
    # Nobody is sent to the counter before there is a sum.
    assert find_at_home(hall, owner, case_no) is None
    assert desk.act(fee_no, "at_counter", amount_fen=12_340).status_code == 200
    bill = read_bill(hall, owner, case_no)
    assert (bill["what"], bill["amount_fen"], bill["state"]) == ("气款", 12_340, "to_pay")
    # The clerk who is to take it reads the same, though no contract says it.
    fee = desk.read(f"/cases/{fee_no}/fee")
    assert (fee["due_fen"], fee["what"]) == (12_340, "气款")
    # No step is the customer's, but nothing else is waited for than the money: it is told before all else.
    told = find_at_home(hall, owner, case_no)
    assert told is not None
    assert (told["headline"], told["state"], told["action"]) == ("等您缴费", "waits_for_you", None)
    assert told["due"] == {"what": "气款", "amount_fen": 12_340}
    assert read(hall, owner, f"/cases/{case_no}")["headline"] == "等您缴费"
    assert desk.act(fee_no, "paid").status_code == 200
    assert read_bill(hall, owner, case_no)["state"] == "checking"
    assert find_at_home(hall, owner, case_no) is None
    [listed] = [one for one in read(hall, owner, "/cases")["items"] if one["case_no"] == case_no]
    assert (listed["state"], listed["due"]) == ("in_progress", None)


def find_at_home(hall: Hall, owner: MadeCustomer, case_no: str) -> dict[str, Any] | None:
    """Return the case among what waits for the customer, or None."""
    waiting = read(hall, owner, "/home")["waiting"]
    return next((one for one in waiting if one["case_no"] == case_no), None)


def test_the_customers_own_step_tells_the_sum_as_well(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, HOME, "pay", owner.id, amount_fen=358_000)
    told = find_at_home(hall, owner, case_no)
    assert told is not None and told["action"]["outcome"] == "paid"
    assert told["due"]["amount_fen"] == 358_000
    assert told["headline"] != "等您缴费"


def test_most_cases_cost_nothing(
    hall: Hall, owner: MadeCustomer, make_customer: Callable[[], MadeCustomer]
) -> None:
    case_no = begin(hall, "gas_commissioning", "accept", owner.id, amount_fen=358_000)
    assert read(hall, owner, f"/cases/{case_no}/payments") == {"bill": None, "paid": []}
    stranger, path = make_customer(), f"/api/v1/cases/{case_no}/payments"
    assert hall.app.test_client().get(path, headers=stranger.headers).status_code == 404


IN_PARTS = {
    "total_fee": 1_000_01, "payment_method": "in_parts", "pay_first_percent": "40", "pay_second_percent": 30.5
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "is_done", "paid_fen", "due_fen"),
    [
        ({"total_fee": 500}, False, 0, 500),
        ({"total_fee": 500}, False, 200, 300),
        ({"total_fee": 500}, False, 600, 0),
        (IN_PARTS, False, 0, 400_00),
        (IN_PARTS, False, 400_00, 305_01),
        (IN_PARTS, False, 705_01, 295_00),
        (IN_PARTS, True, 400_00, 600_01),
        (IN_PARTS, False, 1_000_01, 0),
    ],
)
def test_what_is_due_by_the_contract(
    content: dict[str, Any], is_done: bool, paid_fen: int, due_fen: int
) -> None:
    agreed = read_contract(content, "报居-2026-001", is_done=is_done)
    assert agreed.find_due(paid_fen) == due_fen
