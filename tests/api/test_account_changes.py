"""Accounts that are there already: they go to another owner, and they are closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from backend.customers.accounts import ACTIVE, GasAccounts
from backend.customers.models import AccountRole, GasAccount
from backend.customers.service import CustomersService
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.staff_side import Hall, code
from tests.api.test_gas_accounts import begin, enter, make_origin, make_record

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
    refuse_rest(desk, case_no, 29, account_no=account_no)
    fill_in_again(desk, case_no, account_no=account_no, meter_left=30)
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


def fill_in_again(desk: Any, case_no: str, **changed: Any) -> None:
    """Correct what was handed in at this step."""
    lines = desk.read(f"/cases/{case_no}")["documents"]
    [task] = [one["task"] for one in lines if one["may_fill"]]
    path = f"/cases/{case_no}/documents/{task}"
    change = {"revision": desk.read(path)["revision"], "values": changed, "fills": True}
    assert desk.send("PUT", path, change).status_code == 200


def refuse_rest(desk: Any, case_no: str, left: int, **changed: Any) -> None:
    """What is left is what was bought less what was used, and whoever says otherwise is told the figures."""
    [task] = [one["task"] for one in desk.read(f"/cases/{case_no}")["documents"] if one["may_fill"]]
    path = f"/cases/{case_no}/documents/{task}"
    document = desk.read(path)
    bought, used = (document["values"][key] for key in ("meter_purchased", "meter_used"))
    change = {
        "revision": document["revision"],
        "values": {**changed, "meter_left": left},
        "fills": True,
    }
    answer = desk.send("PUT", path, change)
    assert answer.status_code == 422
    told = answer.get_json()["fields"]["meter_left"]
    assert told == f"“剩余气量”应该是 {bought - used}：“累计购气量”{bought} 减“累计用气量”{used}，请核对。"


def test_an_account_is_closed_once_the_gas_is_checked(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    desk, finance = hall.sign_in("desk_361"), hall.sign_in("finance_361")
    case_no = begin(hall, "account_closing", "check_gas", owner.id)
    assert code(desk.act(case_no, "settled")) == "form_missing"
    fill_in(desk, case_no, account_no=account_no, meter_left=30)
    refuse_rest(desk, case_no, 12)
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
