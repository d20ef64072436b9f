"""What the hall's own forms say of a meter becomes a reading of its account, once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from backend.cases.models import ServiceCase
from backend.customers.accounts import ACTIVE, GasAccounts
from backend.customers.service import CustomersService
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, fill_in_again
from tests.api.staff_side import Hall, code
from tests.api.test_gas_accounts import NOW, begin, enter, make_origin, make_record


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def account_no(hall: Hall, owner: MadeCustomer) -> str:
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    return enter(hall, accounts, make_origin(hall, owner.id), make_record(), ACTIVE)


def read_readings(hall: Hall, account_no: str) -> list[Any]:
    with hall.sessions() as session:
        asked = text(
            "SELECT r.source, r.form_key, r.meter_no, r.reading_m3, r.line_no, r.case_id, r.read_at"
            " FROM meter_reading r JOIN gas_account a ON a.id = r.gas_account_id"
            " WHERE a.account_no = :number ORDER BY r.id"
        )
        return list(session.execute(asked, {"number": account_no}))


def link(hall: Hall, account_no: str, case_no: str) -> None:
    """Let a case be about an account, as a plan of readings does."""
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    with hall.sessions.begin() as session:
        account = accounts.find_by_number(session, account_no)
        accounts.link(session, hall.find_id(case_no), account, NOW)


def test_a_gas_check_leaves_a_reading_once_it_agrees(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "ownership_transfer", "check_gas", owner.id)
    fill_in(desk, case_no, account_no=account_no, meter_no="M-7", meter_left=29)
    assert code(desk.act(case_no, "settled")) == "gas_differs"
    assert read_readings(hall, account_no) == []
    fill_in_again(desk, case_no, meter_left=30)
    assert desk.act(case_no, "settled").status_code == 200
    (one,) = read_readings(hall, account_no)
    assert (one.source, one.form_key, one.meter_no, one.line_no) == ("case", "gas_check", "M-7", 1)
    assert one.case_id == hall.find_id(case_no) and one.read_at is not None
    assert one.reading_m3 > 0


def test_a_slip_leaves_one_reading_for_each_meter(hall: Hall, owner: MadeCustomer, account_no: str) -> None:
    handler = hall.sign_in("handler_361")
    case_no = begin_reading(hall, owner.id)
    link(hall, account_no, case_no)
    rows = [
        {"meter_no": "A", "reading_this_month": 120.5},
        {"meter_no": "B"},
        {"meter_no": "C", "reading_this_month": 7},
    ]
    fill_in(handler, case_no, readings=rows)
    assert handler.act(case_no, "agrees").status_code == 200
    told = [(one.meter_no, one.reading_m3, one.line_no) for one in read_readings(hall, account_no)]
    assert told == [("A", Decimal("120.500"), 1), ("C", Decimal("7.000"), 2)]


def test_a_case_about_no_account_leaves_none(hall: Hall, owner: MadeCustomer, account_no: str) -> None:
    handler = hall.sign_in("handler_361")
    case_no = begin_reading(hall, owner.id)
    fill_in(handler, case_no, readings=[{"meter_no": "A", "reading_this_month": 120.5}])
    assert handler.act(case_no, "agrees").status_code == 200
    assert read_readings(hall, account_no) == []


def begin_reading(hall: Hall, customer_id: int) -> str:
    """Start the reading of a meter, as it stands before a handler at the check; returns its number."""
    # A hand-over of their work asks the case's own data, which a handler by the column alone contradicts.
    case_no = begin(hall, "meter_reading", "check", customer_id, handler_id=hall.staff["handler_361"])
    with hall.sessions.begin() as session:
        given = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(given.values(handler_id=hall.staff["handler_361"]))
    return case_no
