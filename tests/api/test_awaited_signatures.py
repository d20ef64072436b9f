"""Whoever has to sign a paper of somebody else's step finds the case in a list, and may open it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update

from backend.cases.awaited_signatures import forget_awaited
from backend.cases.document_models import CaseDocument
from backend.cases.models import ServiceCase
from backend.cases.repository import lock_case
from backend.cases.snapshot import CaseStatus
from tests.api.filling import fill_in, sign
from tests.api.staff_side import Browser, Hall
from tests.api.test_gas_accounts import begin

PROCESS = "install_residential_individual"


def list_to_sign(who: Browser) -> list[str]:
    """Return the cases of the list 待签字, none where there is no such list."""
    if "to_sign" not in [one["key"] for one in who.read("/queues")["items"]]:
        return []
    return [one["case_no"] for one in who.read("/cases", queue="to_sign", limit=100)["items"]]


def test_an_acceptance_waits_in_the_list_of_whoever_has_to_sign_it(hall: Hall) -> None:
    works, desk = hall.sign_in("works_361"), hall.sign_in("desk_361")
    case_no = begin(hall, PROCESS, "inspect_works", None)
    assert case_no not in list_to_sign(desk)
    task = fill_in(works, case_no)
    assert case_no in list_to_sign(desk) and case_no in list_to_sign(works)
    assert desk.read(f"/cases/{case_no}")["documents"][0]["own_unsigned"] == ["客户服务管理部门"]
    sign(works, case_no, task, "engineering")
    assert case_no not in list_to_sign(works)
    sign(desk, case_no, task, "customer_service")
    assert case_no not in list_to_sign(desk)
    # The customer has a page of their own, and for the company whoever filled the paper in signs.
    with hall.sessions() as session:
        kept = select(CaseDocument.awaited_parties).join(ServiceCase, ServiceCase.id == CaseDocument.case_id)
        [awaited] = session.scalars(kept.where(ServiceCase.case_no == case_no))
    assert "customer" not in awaited and "company" not in awaited and "customer_service_dept" not in awaited


def test_a_department_that_has_no_step_opens_what_it_is_to_sign_and_nothing_else(
    hall: Hall, market: Browser
) -> None:
    works = hall.sign_in("works_361")
    case_no = begin(hall, PROCESS, "hand_over", None)
    assert market.get(f"/cases/{case_no}").status_code == 404
    task = fill_in(works, case_no)
    assert case_no in list_to_sign(market)
    case = market.read(f"/cases/{case_no}")
    assert (case["actions"], case["documents"][0]["own_unsigned"]) == ([], ["市场开发管理部门"])
    sign(market, case_no, task, "market")
    assert case_no not in list_to_sign(market)
    # What somebody has signed stays theirs to see.
    assert market.get(f"/cases/{case_no}").status_code == 200
    other = begin(hall, PROCESS, "inspect_works", None)
    fill_in(works, other)
    assert market.get(f"/cases/{other}").status_code == 404


def test_a_case_that_is_over_or_of_another_unit_asks_nobody(hall: Hall) -> None:
    works, desk = hall.sign_in("works_361"), hall.sign_in("desk_361")
    case_no = begin(hall, PROCESS, "inspect_works", None)
    fill_in(works, case_no)
    assert case_no not in list_to_sign(hall.sign_in("desk_362"))
    with hall.sessions.begin() as session:
        over = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(over.values(status="cancelled"))
    assert case_no not in list_to_sign(desk)


def test_a_case_that_ends_leaves_nobody_awaited(hall: Hall) -> None:
    works, desk = hall.sign_in("works_361"), hall.sign_in("desk_361")
    case_no = begin(hall, PROCESS, "hand_over", None)
    sign(works, case_no, fill_in(works, case_no), "engineering")
    assert case_no in list_to_sign(desk)
    case_id = hall.find_id(case_no)
    with hall.sessions.begin() as session:
        case = lock_case(session, case_id)
        ended = case.snapshot._replace(status=CaseStatus.COMPLETED)
        definition = hall.shared.definitions.get(session, case.definition_version_id)
        forget_awaited(session, case, definition, ended, datetime.now(UTC))
        kept = select(CaseDocument.awaited_parties).where(CaseDocument.case_id == case_id)
        assert session.scalars(kept).all() == [None]
