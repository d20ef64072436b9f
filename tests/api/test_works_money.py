"""Budget and payment of works: what the customer is told, and what has to be paid before gas-on."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import update

from backend.cases.document_models import CaseDocument
from backend.cases.models import ServiceCase
from payments.models import Charge
from payments.service import ChargeService, NewCharge
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import NOW, begin

# No task of a case has so high a number: what is handed over there holds up nothing.
_tasks = itertools.count(90)


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def test_the_budget_of_small_works_is_given_to_the_customer(hall: Hall, owner: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "alteration", "plan_small", owner.id, works_size="small")
    assert code(desk.act(case_no, "planned")) == "form_missing"
    fill_in(desk, case_no, charging_standard="济燃费〔2026〕3 号", budget_total=80_000)
    assert desk.act(case_no, "planned").status_code == 200
    path = f"/api/v1/cases/{case_no}/documents"
    papers = hall.app.test_client().get(path, headers=owner.headers).get_json()
    assert [one["name"] for one in papers] == ["工程预算"]


@pytest.mark.parametrize(
    ("process", "step", "outcome"),
    [("alteration", "plan_large", "planned"), ("install_non_residential", "budget", "budgeted")],
)
def test_scheme_and_budget_go_to_the_market_department(
    hall: Hall, owner: MadeCustomer, market: Browser, process: str, step: str, outcome: str
) -> None:
    works = hall.sign_in("works_361")
    case_no = begin(hall, process, step, owner.id, works_size="large")
    assert code(works.act(case_no, outcome)) == "form_missing"
    fill_in(works, case_no, budget_total=90_000_00)
    assert works.act(case_no, outcome).status_code == 200
    assert market.read(f"/cases/{case_no}")["step"] == "contract"
    [line] = [one for one in market.read(f"/cases/{case_no}")["documents"] if one["name"] == "工程预算"]
    budget = market.read(f"/cases/{case_no}/documents/{line['task']}")["values"]
    assert budget["budget_total"] == 90_000_00 and budget["budget_scheme"]


@pytest.mark.parametrize("process", ["install_non_residential", "install_residential_group", "alteration"])
def test_what_the_contract_agrees_on_is_paid_before_gas_on(
    hall: Hall, owner: MadeCustomer, market: Browser, process: str
) -> None:
    signed = begin(hall, process, "contract", owner.id)
    fill_in(market, signed, total_fee=10_000)
    case_no = begin(hall, process, "check_payment", owner.id)
    with hall.sessions.begin() as session:
        # The contract, as if the case had come all the way.
        contract = update(CaseDocument).where(CaseDocument.case_id == hall.find_id(signed))
        session.execute(contract.values(case_id=hall.find_id(case_no)))
    assert code(market.act(case_no, "paid_up")) == "charges_unsettled"
    pay(hall, case_no, 6_000, settled=True)
    assert code(market.act(case_no, "paid_up")) == "charges_unsettled"
    rest = pay(hall, case_no, 4_000, settled=False)
    assert code(market.act(case_no, "paid_up")) == "charges_unsettled"
    with hall.sessions.begin() as session:
        receipt, units = f"R-{uuid.uuid4()}", {hall.units["361"]}
        ChargeService().settle_at_counter(session, rest, receipt, hall.staff["finance_361"], units, NOW)
    assert market.act(case_no, "paid_up").status_code == 200


def pay(hall: Hall, case_no: str, amount_fen: int, *, settled: bool) -> str:
    """Open a charge in a case that was handed over to; settle it where it is paid. Returns its number."""
    fee_no = begin(hall, "fee_collection", "apply", None)
    with hall.sessions.begin() as session:
        handed = update(ServiceCase).where(ServiceCase.id == hall.find_id(fee_no))
        session.execute(handed.values(parent_case_id=hall.find_id(case_no), parent_task_no=next(_tasks)))
        new = NewCharge(hall.units["361"], "361", hall.find_id(fee_no), "fee", amount_fen)
        charge_no = ChargeService().open_charge(session, new, NOW)
        if settled:
            values = {"state": "settled", "settled_at": NOW}
            session.execute(update(Charge).where(Charge.charge_no == charge_no).values(**values))
    return charge_no
