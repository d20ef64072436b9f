"""A bill's code as the second proof: good for its own account, for a year, and never for a former owner."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from backend.access.account_binding import OWN_AT_ONE
from backend.core.config import Settings
from backend.customers.account_changes import AccountChanges, NewOwner
from backend.customers.account_numbers import make_account_no
from backend.customers.accounts import GasAccounts
from backend.customers.service import CustomersService
from backend.metering.bill_codes import print_code
from backend.metering.models import GasBill
from backend.metering.tiers import list_months, write_month
from tests.api.sign_in_stage import Stage, read, refusal
from tests.api.staff_side import Hall
from tests.api.test_account_bindings import arrive, make_phone, open_account

CODE = "83K526"


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    return Stage(settings, sessions)


def find_month(back: int) -> str:
    return list_months(write_month(datetime.now(UTC).date()), back + 1)[0]


def add_bill(hall: Hall, account_no: str, period: str, state: str = "open") -> None:
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, account_no)
        session.add(
            GasBill(
                unit_id=account.unit_id,
                gas_account_id=account.id,
                bill_no=f"{account_no}/{period}",
                period=period,
                use_m3=1,
                amount_fen=263,
                paid_fen=263 if state == "paid" else 0,
                due_on=date(2026, 12, 20),
                state=state,
                code_print=print_code(hall.keys, account_no, CODE),
                revision=1,
                told_at=datetime.now(UTC),
            )
        )


def test_the_code_of_a_bill_binds_its_account_and_no_other(stage: Stage, hall: Hall) -> None:
    account_no, other_no = (open_account(hall, None, make_phone()) for _ in range(2))
    add_bill(hall, account_no, find_month(1))
    visitor = arrive(stage, make_phone())
    assert refusal(visitor.bind(other_no, "bill", code=CODE)) == (422, "binding_refused")
    assert refusal(visitor.bind(account_no, "bill", code="83K527")) == (422, "binding_refused")
    # As it is copied from paper: with gaps, in small letters.
    assert read(visitor.bind(account_no, "bill", code=" 83k 526"), 201)["role"] == "payer"


def test_where_there_is_an_owner_a_bill_lets_one_see_and_pay_alone(stage: Stage, hall: Hall) -> None:
    owner = arrive(stage, make_phone())
    account_no = open_account(hall, owner.id, owner.phone)
    add_bill(hall, account_no, find_month(1))
    visitor = arrive(stage, make_phone())
    assert read(visitor.bind(account_no, "bill", code=CODE), 201)["role"] == "payer"
    assert read(visitor.call("GET", f"/{account_no}"), 200)["parts"] == ["bills", "payments", "invoices"]


@pytest.mark.parametrize(("back", "state"), [(13, "paid"), (1, "void")])
def test_an_old_bill_and_one_taken_back_prove_nothing(
    stage: Stage, hall: Hall, back: int, state: str
) -> None:
    account_no = open_account(hall, None, make_phone())
    add_bill(hall, account_no, find_month(back), state)
    visitor = arrive(stage, make_phone())
    assert refusal(visitor.bind(account_no, "bill", code=CODE)) == (422, "binding_refused")


def test_the_bills_of_a_former_owner_prove_nothing(stage: Stage, hall: Hall) -> None:
    former = arrive(stage, make_phone())
    account_no = open_account(hall, former.id, former.phone)
    add_bill(hall, account_no, find_month(1))
    customers = CustomersService(hall.keys)
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, customers).find_by_number(session, account_no)
        new = NewOwner("赵新", make_phone(), "")
        AccountChanges(hall.keys, customers).transfer(session, account, new, datetime.now(UTC))
    assert refusal(former.bind(account_no, "bill", code=CODE)) == (422, "binding_refused")


def test_codes_of_bills_count_among_the_tries_and_tell_no_numbers(stage: Stage, hall: Hall) -> None:
    account_no = open_account(hall, None, make_phone())
    add_bill(hall, account_no, find_month(1))
    visitor, stranger = arrive(stage, make_phone()), arrive(stage, make_phone())
    nobody = make_account_no("999", random.Random(11))
    answers = [stranger.bind(one, "bill", code="000000") for one in (nobody, account_no)]
    missing, wrong = (one.get_json() for one in answers)
    assert {**missing, "request_id": ""} == {**wrong, "request_id": ""}
    for _ in range(OWN_AT_ONE):
        assert refusal(visitor.bind(account_no, "bill", code="000000")) == (422, "binding_refused")
    assert refusal(visitor.bind(account_no, "bill", code=CODE)) == (429, "binding_too_often")
    stage.wait(days=1, seconds=1)
    again = arrive(stage, visitor.phone)
    assert read(again.bind(account_no, "bill", code=CODE), 201)["account_no"] == account_no


def test_a_bill_without_its_code_asks_for_it(stage: Stage, hall: Hall) -> None:
    visitor = arrive(stage, make_phone())
    answer = visitor.bind(open_account(hall, None, make_phone()), "bill")
    assert answer.status_code == 422 and "code" in answer.get_json()["fields"]
