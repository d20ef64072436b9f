"""Accounts that are there already: they go to another owner, and they are closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from backend.customers.accounts import ACTIVE, GasAccounts
from backend.customers.models import AccountRole, GasAccount
from backend.customers.service import CustomersService
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, fill_in_again, refill, upload
from tests.api.staff_side import Hall, code
from tests.api.test_account_figures import MONTHS, add, make_bill
from tests.api.test_gas_accounts import begin, enter, make_origin, make_record
from tests.api.test_gas_arrears import EVEN
from tests.api.test_payment_statements import read_bill

Roles = list[tuple[int, str, bool]]


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def account_no(hall: Hall, owner: MadeCustomer) -> str:
    """Return the number of an account that the owner has."""
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    return enter(hall, accounts, make_origin(hall, owner.id), make_record(), ACTIVE)


def read_account(hall: Hall, account_no: str) -> tuple[str, bool, Roles]:
    """Return how the account stands, whether it has an end, and who is and was what to it."""
    with hall.sessions() as session:
        account = session.scalars(select(GasAccount).where(GasAccount.account_no == account_no)).one()
        roles = session.scalars(
            select(AccountRole).where(AccountRole.gas_account_id == account.id).order_by(AccountRole.id)
        )
        told = [(one.customer_id, one.role, one.revoked_at is None) for one in roles]
        return account.status, account.closed_at is not None, told


def test_the_account_goes_to_the_new_owner(hall: Hall, owner: MadeCustomer, account_no: str) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "ownership_transfer", "check_gas", owner.id)
    fill_in(desk, case_no, account_no="361999999995")
    assert code(desk.act(case_no, "settled")) == "account_unknown"
    fill_in_again(desk, case_no, account_no=account_no, meter_left=29)
    assert code(desk.act(case_no, "settled")) == "gas_differs"
    fill_in_again(desk, case_no, meter_left=30)
    assert desk.act(case_no, "settled").status_code == 200
    assert desk.read(f"/cases/{case_no}/account")["account"]["account_no"] == account_no
    assert code(desk.act(case_no, "changed")) == "form_missing"
    phone = f"137{uuid.uuid4().int % 10**8:08d}"
    fill_in(desk, case_no, account_no=account_no, new_owner_name="赵新", new_owner_phone=phone)
    assert desk.act(case_no, "changed").status_code == 200
    status, has_end, roles = read_account(hall, account_no)
    assert (status, has_end, roles[0]) == ("active", False, (owner.id, "owner", False))
    [(new_id, role, is_held)] = roles[1:]
    assert (role, is_held) == ("owner", True) and new_id != owner.id
    account = desk.read(f"/cases/{case_no}/account")["account"]
    assert (account["holder"], account["phone"]) == ("赵*", f"{phone[:3]}****{phone[-4:]}")


def test_an_account_is_closed_once_the_gas_is_checked(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    desk, finance = hall.sign_in("desk_361"), hall.sign_in("finance_361")
    case_no = begin(hall, "account_closing", "check_gas", owner.id)
    assert code(desk.act(case_no, "settled")) == "form_missing"
    fill_in(desk, case_no, account_no=account_no, meter_left=12)
    assert code(desk.act(case_no, "settled")) == code(desk.act(case_no, "owes")) == "gas_differs"
    assert desk.act(case_no, "differs", reason="表上余量看错了").status_code == 200
    fill_in(desk, case_no, account_no=account_no, meter_left=30)
    assert desk.act(case_no, "settled").status_code == 200
    # Finance pays to the account that the customer gave, and the service centre confirms with the customer.
    assert code(desk.act(case_no, "refund", amount_fen=9000)) == "form_missing"
    fill_in(desk, case_no, refund_amount=9000)
    assert desk.act(case_no, "refund", amount_fen=9000).status_code == 200
    request = next(one for one in finance.read(f"/cases/{case_no}")["documents"] if one["name"] == "退款申请")
    assert finance.read(f"/cases/{case_no}/documents/{request['task']}")["values"]["refund_amount"] == 9000
    assert code(finance.act(case_no, "paid")) == "receipt_missing"
    assert finance.act(case_no, "paid", receipt_no=f"T-{case_no}").status_code == 200
    assert desk.act(case_no, "confirmed").status_code == 200
    assert read_account(hall, account_no)[0] == "active"
    assert desk.act(case_no, "keep").status_code == 200
    assert read_account(hall, account_no) == ("closed", True, [(owner.id, "owner", False)])
    again = begin(hall, "account_closing", "check_gas", owner.id)
    fill_in(desk, again, account_no=account_no)
    assert code(desk.act(again, "settled")) == "account_closed"


def test_who_stops_for_good_goes_through_the_closing(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "suspension_removal", "closing", owner.id, stop_kind="closing")
    closing = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    fill_in(desk, closing, account_no=account_no)
    for outcome in ("settled", "none", "back", "not_rated"):
        assert desk.act(closing, outcome).status_code == 200, outcome
    assert read_account(hall, account_no)[0] == "closed"
    # The question whether to remove is asked here, at the node that the closing comes back to.
    offered = [one["outcome"] for one in desk.read(f"/cases/{case_no}")["actions"]]
    assert offered[:3] == ["keep", "small", "large"]
    assert desk.read(f"/cases/{case_no}/account")["account"]["status"] == "closed"


def test_an_account_is_settled_with_its_bills(hall: Hall, owner: MadeCustomer, account_no: str) -> None:
    add(
        hall, account_no, make_bill(account_no, MONTHS[-2], "open", amount_fen=5000),
        make_bill(account_no, MONTHS[-3], "open", amount_fen=3600, paid_fen=600),
    )  # fmt: skip
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "ownership_transfer", "check_gas", owner.id)
    assert desk.read(f"/cases/{case_no}/books")["books"] is None
    fill_in(desk, case_no, account_no=account_no, **EVEN)
    # The number is known now, and whoever settles reads what it owes.
    told = desk.read(f"/cases/{case_no}/books")["books"]
    assert (told["account_no"], told["owed_fen"], told["owed_bills"]) == (account_no, 8000, 2)
    assert told["balance_fen"] is None
    assert code(desk.act(case_no, "settled")) == "bills_owed"
    fill_in_again(desk, case_no, bills_fee=5000, arrears_fee=5000)
    assert code(desk.act(case_no, "settled")) == code(desk.act(case_no, "owes")) == "bills_owed"
    lacking = refill(desk, case_no, bills_fee=8000, arrears_fee=5000)
    assert lacking.status_code == 422 and "没缴的账单" in lacking.text
    fill_in_again(desk, case_no, bills_fee=8000, arrears_fee=8000)
    assert code(desk.act(case_no, "settled")) == "arrears_found"
    assert desk.act(case_no, "owes").status_code == 200
    # No step after it asks for bills.
    assert desk.read(f"/cases/{case_no}/books")["books"] is None
    bill = read_bill(hall, owner, case_no)
    assert bill["amount_fen"] == 8000
    assert {"label": "没缴的账单", "text": "80.00 元"} in bill["basis"]
    assert hall.sign_in("desk_362").get(f"/cases/{case_no}/books").status_code == 404


def test_what_is_left_is_paid_back_or_the_customer_does_without(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "account_closing", "check_gas", owner.id)
    left = {"meter_purchased": 60, "meter_used": 30, "meter_left": 30, "gas_price": 3}
    fill_in(desk, case_no, account_no=account_no, refund_fee=9000, **left)
    assert desk.act(case_no, "settled").status_code == 200
    offered = {one["outcome"] for one in desk.read(f"/cases/{case_no}")["actions"]}
    assert {"refund", "waived"} <= offered and "none" not in offered
    [task] = [one["task"] for one in desk.read(f"/cases/{case_no}")["documents"] if one["may_fill"]]
    assert desk.read(f"/cases/{case_no}/documents/{task}")["values"]["refund_amount"] == 9000
    assert code(desk.act(case_no, "waived")) == "reason_required"
    assert desk.act(case_no, "waived", reason="只剩一点，客户说不用退").status_code == 200


@pytest.mark.parametrize(("is_its_meter", "stands"), [(True, "suspended"), (False, "active")])
def test_whose_gas_is_stopped_has_an_account_that_stands_still(
    hall: Hall, owner: MadeCustomer, is_its_meter: bool, stands: str
) -> None:
    record, origin = make_record(), make_origin(hall, owner.id)
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    account_no = enter(hall, accounts, origin, record, ACTIVE)
    assert record.meter is not None
    handler, desk = hall.sign_in("crew_361"), hall.sign_in("desk_361")
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person", "stop_kind": "suspension"}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, **known)
    # A number that was written down wrong must not let somebody else's account stand still.
    meter_no = record.meter.meter_no if is_its_meter else uuid.uuid4().hex[:12]
    even = {"meter_purchased": 30, "meter_used": 30, "meter_left": 0}
    fill_in(handler, case_no, account_no=account_no, meter_no=meter_no, **even)
    assert handler.act(case_no, "clear").status_code == 200
    assert desk.act(case_no, "suspend").status_code == 200
    done = {"result": "已关阀", "photos": [upload(handler, "valve")]}
    answer = handler.act(case_no, "suspended", **done)
    assert answer.status_code == 200, answer.text
    assert read_account(hall, account_no) == (stands, False, [(owner.id, "owner", True)])
    told = desk.read(f"/cases/{case_no}/account")["account"]
    assert (told and told["status"]) == ("suspended" if is_its_meter else None)
    # Gas that is on again at the place wakes it.
    assert enter(hall, accounts, make_origin(hall, owner.id), record, ACTIVE) == account_no
    assert read_account(hall, account_no)[0] == "active"


def test_who_comes_for_another_shows_who_they_are(hall: Hall, owner: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "card_replacement", "ask_person", owner.id)
    lines = desk.read(f"/cases/{case_no}")["documents"]
    [task] = [one["task"] for one in lines if one["may_fill"]]
    path, told = f"/cases/{case_no}/documents/{task}", {"customer_kind": "residential", "applicant": "agent"}
    lacking = desk.send("PUT", path, {"revision": 0, "values": told, "fills": True})
    assert lacking.status_code == 422 and "agent_id_copy" in lacking.text
    fill_in(desk, case_no, **told)
    offered = {one["outcome"] for one in desk.read(f"/cases/{case_no}")["actions"]}
    assert "by_agent" in offered and "in_person" not in offered
    assert desk.act(case_no, "by_agent").status_code == 200
