"""Who was entered by staff and signs in later finds their cases; who got the number after them does not."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.access.access_tokens import AccessTokens
from backend.access.customer_sessions import CustomerSessions
from backend.cases.merging import move_cases
from backend.cases.models import ServiceCase
from backend.core.config import Settings
from backend.customers.models import Customer, CustomerMerge
from backend.customers.service import TOLD_PHONE_HOLDS, CustomersService, Proof
from tests.api.staff_side import Hall, _read_clock
from tests.api.test_intake import fault, open_case


@pytest.fixture
def phone() -> str:
    """Return a mobile number that no other test uses."""
    return f"135{secrets.randbelow(10**8):08d}"


def make_customers(hall: Hall) -> CustomersService:
    return CustomersService(hall.keys, (move_cases,))


def enter(hall: Hall, phone: str) -> str:
    """Open a case for who calls with this number; returns the case's."""
    return open_case(hall.sign_in("agent_a"), "hotline_fault_repair", fault(contact_phone=phone))


def sign_in(hall: Hall, phone: str) -> int:
    with hall.sessions.begin() as session:
        return make_customers(hall).find_or_create_by_phone(session, phone, _read_clock())


def owner_of(session: Session, case_no: str) -> int | None:
    wanted = select(ServiceCase.customer_id).where(ServiceCase.case_no == case_no)
    return session.execute(wanted).scalar_one()


def make_old(hall: Hall, case_no: str) -> None:
    """Let the case's customer have told their phone just before it may have gone to somebody else."""
    with hall.sessions.begin() as session:
        told = _read_clock() - TOLD_PHONE_HOLDS - timedelta(minutes=1)
        whose = update(Customer).where(Customer.id == owner_of(session, case_no))
        session.execute(whose.values(phone_told_at=told))


def list_cases(hall: Hall, settings: Settings, customer_id: int) -> list[Any]:
    """What the customer sees of their own in the client."""
    customers = make_customers(hall)
    tokens = AccessTokens(settings.secret_key)
    opener = CustomerSessions(hall.sessions, hall.sessions.kw["bind"], customers, tokens, now=_read_clock)
    with hall.sessions.begin() as session:
        opened = opener.open(session, customer_id, "wechat_mini", _read_clock())
    headers = {"Authorization": f"Bearer {opened.access_token}"}
    answer = hall.app.test_client().get("/api/v1/cases", headers=headers)
    assert answer.status_code == 200, answer.text
    return [one["case_no"] for one in json.loads(answer.text)["items"]]


def test_who_signs_in_with_the_phone_has_the_cases_that_staff_entered(
    hall: Hall, settings: Settings, phone: str
) -> None:
    first, second = enter(hall, phone), enter(hall, phone)
    with hall.sessions.begin() as session:
        entered = owner_of(session, first)
        assert owner_of(session, second) == entered
    customer_id = sign_in(hall, phone)
    assert sorted(list_cases(hall, settings, customer_id)) == sorted([first, second])
    with hall.sessions.begin() as session:
        assert session.get_one(Customer, entered).merged_into_id == customer_id
        merge = select(CustomerMerge.reason).where(CustomerMerge.merged_id == entered)
        assert session.execute(merge).scalar_one() == "phone"
        assert make_customers(hall).describe_customer(session, customer_id).name == "张小红"
    # What comes in later is theirs from the start, and signing in again changes nothing.
    third = enter(hall, phone)
    assert sign_in(hall, phone) == customer_id
    assert third in list_cases(hall, settings, customer_id)


def test_wechat_with_the_phone_does_the_same(hall: Hall, phone: str) -> None:
    case_no = enter(hall, phone)
    customers, now = make_customers(hall), _read_clock()
    with hall.sessions.begin() as session:
        proof = Proof("wechat_mini", "wx0123456789abcdef", f"o{secrets.token_hex(8)}")
        customer_id = customers.find_or_create(session, proof, now)
        assert customers.bind_phone(session, customer_id, phone, now) == customer_id
        assert owner_of(session, case_no) == customer_id


def test_a_number_that_may_be_somebody_elses_by_now_brings_nothing(hall: Hall, phone: str) -> None:
    case_no = enter(hall, phone)
    make_old(hall, case_no)
    with hall.sessions.begin() as session:
        before = owner_of(session, case_no)
    assert sign_in(hall, phone) != before
    with hall.sessions.begin() as session:
        assert owner_of(session, case_no) == before


def test_who_calls_after_that_time_is_somebody_new(hall: Hall, phone: str) -> None:
    old = enter(hall, phone)
    make_old(hall, old)
    fresh = enter(hall, phone)
    customer_id = sign_in(hall, phone)
    with hall.sessions.begin() as session:
        assert owner_of(session, fresh) == customer_id
        assert owner_of(session, old) != customer_id


def test_who_signs_in_by_themselves_is_not_taken_for_it(hall: Hall, phone: str) -> None:
    """Somebody's own account with that number told and not proved stays theirs."""
    case_no = enter(hall, phone)
    with hall.sessions.begin() as session:
        entered = owner_of(session, case_no)
        assert entered is not None
        own = Proof("wechat_mini", "wx0123456789abcdef", f"o{secrets.token_hex(8)}")
        customers = make_customers(hall)
        customers._add_identity(session, own, entered, _read_clock())
    assert sign_in(hall, phone) != entered
    with hall.sessions.begin() as session:
        assert owner_of(session, case_no) == entered
