"""What a visit hands over to the counter is the counter's, and the visit goes on with the money."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.staff_side import Hall
from tests.api.test_gas_accounts import begin
from tests.api.test_gas_arrears import OWED
from tests.api.test_staff_queues import list_all

SUM = 3_600


@pytest.fixture
def stopped(hall: Hall, make_customer: Callable[[], MadeCustomer]) -> str:
    """Return a suspension whose handler has found that gas is owed."""
    crew = hall.staff["crew_361"]
    case_no = begin(
        hall, "suspension_removal", "check_gas", make_customer().id,
        stop_kind="suspension", handler_id=crew, identity_proof="face:test",
    )  # fmt: skip
    with hall.sessions.begin() as session:
        case = ServiceCase.case_no == case_no
        session.execute(update(ServiceCase).where(case).values(handler_id=crew))
    handler = hall.sign_in("crew_361")
    fill_in(handler, case_no, **OWED)
    answer = handler.act(case_no, "owes")
    assert answer.status_code == 200, answer.text
    return case_no


def collect(hall: Hall, fee_no: str) -> None:
    desk, finance = hall.sign_in("desk_361"), hall.sign_in("finance_361")
    for who, outcome, more in (
        (desk, "apply", {}),
        (desk, "at_counter", {"amount_fen": SUM}),
        (desk, "paid", {}),
        (finance, "received", {"receipt_no": f"R-{fee_no}"}),
    ):
        assert who.act(fee_no, outcome, **more).status_code == 200, outcome


def test_the_valve_waits_for_the_money_and_not_for_receipt_and_rating(hall: Hall, stopped: str) -> None:
    crew, desk = hall.sign_in("crew_361"), hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{stopped}")["child"]["case_no"]
    # It is nobody's own: the handler's list has the valve and not the counter's work.
    with hall.sessions() as session:
        found = select(ServiceCase.handler_id).where(ServiceCase.case_no == fee_no)
        assert session.execute(found).scalar_one() is None
    assert fee_no not in list_all(crew, queue="mine")
    assert fee_no in [one["case_no"] for one in desk.read("/cases", queue="charge")["items"]]
    assert desk.read(f"/cases/{stopped}")["step"] == "pay_arrears"
    collect(hall, fee_no)
    assert desk.read(f"/cases/{stopped}")["step"] == "check_paid"
    assert desk.act(stopped, "suspend").status_code == 200
    assert crew.act(stopped, "suspended", result="已关阀").status_code == 200
    assert desk.read(f"/cases/{stopped}")["step"] == "sign"
    # What the counter has to do still stands there, and holds up nobody.
    fee = desk.read(f"/cases/{fee_no}")
    assert (fee["status"], fee["step"]) == ("open", "invoice")
    assert desk.act(fee_no, "none_wanted").status_code == 200
    assert desk.act(fee_no, "not_rated").status_code == 200
    assert desk.read(f"/cases/{stopped}")["step"] == "sign"


def test_a_case_that_ends_leaves_the_counter_its_receipt(hall: Hall, stopped: str) -> None:
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{stopped}")["child"]["case_no"]
    collect(hall, fee_no)
    assert desk.cancel(stopped, "客户改主意，不停气了").status_code == 200
    assert desk.read(f"/cases/{fee_no}")["status"] == "open"
    assert desk.act(fee_no, "none_wanted").status_code == 200


def test_before_the_money_is_there_the_fee_ends_with_its_case(hall: Hall, stopped: str) -> None:
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{stopped}")["child"]["case_no"]
    assert desk.cancel(stopped, "客户改主意，不停气了").status_code == 200
    assert desk.read(f"/cases/{fee_no}")["status"] == "cancelled"


def test_a_case_that_is_done_leaves_no_rating_behind_at_the_counter(
    hall: Hall, make_customer: Callable[[], MadeCustomer]
) -> None:
    desk = hall.sign_in("desk_361")
    top = begin(hall, "hotline_consultation", "ask_more", make_customer().id)
    fee_no = begin(hall, "fee_collection", "invoice", None)
    with hall.sessions.begin() as session:
        below = update(ServiceCase).where(ServiceCase.case_no == fee_no)
        session.execute(below.values(parent_case_id=hall.find_id(top), parent_task_no=99))
    assert desk.act(fee_no, "none_wanted").status_code == 200
    assert fee_no in list_all(desk, queue="charge")
    assert hall.sign_in("agent_a").act(top, "nothing").status_code == 200
    fee = desk.read(f"/cases/{fee_no}")
    # It is completed and not stopped: the money came, and the customer reads so.
    assert fee["status"] == "completed" and fee["history"][-2]["text"] == "满意度评价：客户没有评价"
    assert fee_no not in list_all(desk, queue="charge")
