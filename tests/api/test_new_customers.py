"""Gas that is turned on starts the ledger's task of the new customer: once, for seven working days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_starts import ORIGIN, TOPIC, CaseStarts
from backend.cases.models import CaseTask, ServiceCase
from backend.core.config import Settings
from backend.core.outbox import OutboxRow
from backend.core.topics import PromiseContext
from backend.customers.account_records import Origin
from backend.customers.accounts import ACTIVE, GasAccounts
from backend.customers.service import CustomersService
from composition.hall import make_hall
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, upload
from tests.api.scenario_forms import enter_account
from tests.api.staff_side import Hall, code
from tests.api.test_customer_ledger import HEADER, bring_in
from tests.api.test_gas_accounts import enter, make_record
from tests.api.test_orders_for_customers import take
from tests.api.test_visit_forms import start

COMMUNITY = "新客户小区"


@pytest.fixture
def starts(settings: Settings, sessions: sessionmaker[Session]) -> CaseStarts:
    return CaseStarts(sessions, make_hall(settings, sessions.kw["bind"]).cases)


def turn_gas_on(hall: Hall) -> str:
    """Let the fitter turn the gas on at a new customer's; returns the case's number."""
    case_no = start(hall, "gas_commissioning", without_booking=True)
    with hall.sessions.begin() as session:
        of_case = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(of_case.values(community=COMMUNITY, building="1幢"))
    take(hall.sign_in("desk_361"), case_no, "send_on_site", handler="handler_361")
    fitter = hall.sign_in("handler_361")
    fill_in(fitter, case_no)
    take(fitter, case_no, "passed")
    fill_in(fitter, case_no)
    assert list_promises(hall, case_no) == []
    take(fitter, case_no, "commissioned", signature=upload(fitter, "signature", "signature"))
    return case_no


def list_promises(hall: Hall, case_no: str) -> list[dict[str, Any]]:
    of_case = OutboxRow.payload["case_id"].as_integer() == hall.find_id(case_no)
    with hall.sessions() as session:
        return list(session.scalars(select(OutboxRow.payload).where(OutboxRow.topic == TOPIC, of_case)))


def deliver(starts: CaseStarts, payload: dict[str, Any]) -> None:
    moment = datetime.now(UTC)
    starts.handle(payload, PromiseContext(1, TOPIC, 1, moment, lambda: moment))


def list_started(hall: Hall, case_no: str) -> list[ServiceCase]:
    of_case = ServiceCase.data[ORIGIN].as_integer() == hall.find_id(case_no)
    with hall.sessions() as session:
        return list(session.scalars(select(ServiceCase).where(of_case)))


def open_account(hall: Hall, case_no: str) -> str:
    """Open the account that the commissioning leads to; returns its number."""
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    origin = Origin(hall.find_id(case_no), hall.units["361"], "361", hall.customer_id, None)
    return enter(hall, accounts, origin, make_record(), ACTIVE)


def test_gas_on_starts_the_ledgers_seven_working_days(
    hall: Hall, settings: Settings, starts: CaseStarts
) -> None:
    gas_on = turn_gas_on(hall)
    [payload] = list_promises(hall, gas_on)
    # A promise that comes twice starts one case.
    deliver(starts, payload)
    deliver(starts, payload)
    [case] = list_started(hall, gas_on)
    assert (case.process_key, case.unit_code, case.community) == ("customer_visit", "361", COMMUNITY)
    with hall.sessions() as session:
        [task] = session.scalars(select(CaseTask).where(CaseTask.case_id == case.id))
        due_at = hall.read_calendar(session).add_working_days(task.opened_at, 7)
    assert (task.step, task.post_key, task.due_at) == ("ledger", "customer_service_dept", due_at)
    # It stands in the unit's queue, and is done when the ledger has this very customer.
    desk = hall.sign_in("desk_361")
    listed = desk.read("/cases", queue="accept", sort="newest")["items"]
    assert case.case_no in [one["case_no"] for one in listed]
    assert [one["outcome"] for one in desk.read(f"/cases/{case.case_no}")["actions"]] == ["updated"]
    assert code(desk.act(case.case_no, "updated")) == "customer_not_in_ledger"
    number = open_account(hall, gas_on)
    with hall.sessions.begin() as session:
        another = enter_account(session, settings, hall.units["361"])
    assert bring_in(desk, f"{HEADER}{another},一般,,,180,,,\n").status_code == 200
    assert code(desk.act(case.case_no, "updated")) == "customer_not_in_ledger"
    assert desk.read(f"/cases/{case.case_no}/account")["account"]["account_no"] == number
    assert bring_in(desk, f"{HEADER}{number},一般,,,180,,,\n").status_code == 200
    assert take(desk, case.case_no, "updated")["status"] == "completed"


def test_the_companys_own_case_is_none_of_the_customers(
    hall: Hall, starts: CaseStarts, client: FlaskClient, make_customer: Any
) -> None:
    customer: MadeCustomer = make_customer()
    gas_on = turn_gas_on(hall)
    with hall.sessions.begin() as session:
        of_case = update(ServiceCase).where(ServiceCase.case_no == gas_on)
        session.execute(of_case.values(customer_id=customer.id))
    [payload] = list_promises(hall, gas_on)
    deliver(starts, payload)
    [case] = list_started(hall, gas_on)
    assert case.customer_id is None
    listed = client.get("/api/v1/cases", headers=customer.headers).get_json()["items"]
    assert [one["case_no"] for one in listed] == [gas_on]
    assert client.get(f"/api/v1/cases/{case.case_no}", headers=customer.headers).status_code == 404
