"""What a customer is asked to do first: what holds the case up, and not what may come later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall
from tests.api.test_gas_accounts import begin
from tests.api.test_works_drawings import read


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def owe(hall: Hall, case_no: str) -> None:
    with hall.sessions.begin() as session:
        case = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(case.values(owed_documents=["property_proof"]))


def list_kinds(hall: Hall, owner: MadeCustomer, case_no: str) -> list[str]:
    actions = read(hall, owner, f"/cases/{case_no}")["actions"]
    return [one["outcome"] or one["kind"] for one in actions]


def test_what_waits_goes_before_what_may_come_later(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "install_residential_individual", "sign_sketch", owner.id)
    owe(hall, case_no)
    assert list_kinds(hall, owner, case_no)[:3] == ["agree", "disagree", "supply_document"]


def test_a_step_that_waits_for_the_document_comes_after_it(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "suspension_removal", "sign", owner.id)
    assert list_kinds(hall, owner, case_no) == ["sign"]
    owe(hall, case_no)
    assert list_kinds(hall, owner, case_no) == ["supply_document", "sign"]
