"""What nobody signed at its step is signed afterwards, and one signature serves the step and its slip."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.cases.document_models import CaseDocument, DocumentSignature
from backend.cases.document_signing import Signing
from backend.cases.models import ServiceCase
from composition.hall import read_clock
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall, code
from tests.api.step_forms import (
    BODY,
    CONTRACT,
    CONTRACT_PROCESS,
    make_step,
    publish_bodies,
    publish_contract,
    start_with_forms,
)
from tests.api.test_document_signatures import draw_at_desk, upload

PARENT, CHILD = "slip_parent_test", "slip_child_test"
DEPARTMENT = "department:customer_service_dept"
CHILD_BODY: dict[str, Any] = {
    **BODY, "key": CHILD, "name": "上门", "first_step": "record", "cancel_at": ["record"],
    "steps": [
        make_step(
            "record", DEPARTMENT,
            {"key": "done", "name": "已通气", "end": "completed", "asks": ["form", "signature"],
             "guards": [{"name": "signature_present"}]},
            {"key": "not_done", "name": "没通成", "end": "refused", "asks": ["form"]},
            form="test_contract",
        ),
    ],
}  # fmt: skip
PARENT_BODY: dict[str, Any] = {
    **BODY, "key": PARENT, "name": "上级", "cancel_at": ["close"],
    "steps": [
        make_step("apply", "customer", {"key": "submit", "name": "提交", "to": ["visit"]}),
        make_step(
            "visit", DEPARTMENT,
            {"key": "child_completed", "name": "办好", "to": ["close"]},
            {"key": "child_cancelled", "name": "没办成", "to": ["close"]},
            children=[{"process": CHILD}],
        ),
        make_step("close", DEPARTMENT, {"key": "close", "name": "办结", "end": "completed"}),
    ],
}  # fmt: skip
SURVEY_TASK, CHILD_TASK = 2, 1


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def customer(make_customer: Any) -> MadeCustomer:
    made: MadeCustomer = make_customer()
    return made


@pytest.fixture
def handed(hall: Hall, customer: MadeCustomer) -> tuple[str, str]:
    """Return the numbers of a case and of what it handed over to, which fills in a slip."""
    publish_bodies(hall, CHILD_BODY, CONTRACT)
    publish_bodies(hall, PARENT_BODY)
    parent = start_with_forms(hall, customer.id, process=PARENT)
    with hall.sessions() as session:
        child = select(ServiceCase.case_no).where(ServiceCase.parent_case_id == hall.find_id(parent))
        return parent, session.execute(child).scalar_one()


def fill(desk: Browser, case_no: str, task: int, **values: Any) -> str:
    path = f"/cases/{case_no}/documents/{task}"
    body = {"revision": desk.read(path)["revision"], "values": {"price": 100_00, **values}, "fills": True}
    assert desk.send("PUT", path, body).status_code == 200
    sha256: str = desk.read(path)["sha256"]
    return sha256


def find_line(desk: Browser, case_no: str) -> dict[str, Any]:
    [line] = [one for one in desk.read(f"/cases/{case_no}")["documents"] if one["filled_at"]]
    return dict(line)


def list_papers(client: FlaskClient, customer: MadeCustomer) -> list[dict[str, Any]]:
    page = client.get("/api/v1/papers", headers=customer.headers).get_json()
    return [one for case in page["items"] for one in case["papers"] if one["task"] is not None]


def list_signed(hall: Hall, case_no: str) -> list[tuple[str, str | None]]:
    with hall.sessions() as session:
        rows = session.execute(
            select(DocumentSignature.signer, DocumentSignature.file_key)
            .join(CaseDocument)
            .where(CaseDocument.case_id == hall.find_id(case_no))
            .order_by(DocumentSignature.id)
        )
        return [(row.signer, row.file_key) for row in rows]


def test_a_document_of_a_step_that_is_left_waits_for_its_signatures(
    hall: Hall, desk: Browser, customer: MadeCustomer, client: FlaskClient
) -> None:
    publish_contract(hall)
    case_no = start_with_forms(hall, customer.id, process=CONTRACT_PROCESS)
    sha256 = fill(desk, case_no, SURVEY_TASK)
    assert desk.act(case_no, "small").status_code == 200
    line = find_line(desk, case_no)
    assert (line["unsigned"], line["may_sign"], line["may_fill"]) == (["用气方", "供气方"], True, False)
    [contract] = [one for one in list_papers(client, customer) if one["name"] == "test_contract 表"]
    assert (contract["state"], contract["own"]) == ("to_sign", False)
    drawn = upload(client, "/api/v1/files", customer.headers)
    wish = {"signer": "buyer", "sha256": sha256, "file_key": drawn}
    path = f"/api/v1/cases/{case_no}/documents/{contract['task']}/signatures"
    assert client.post(path, json=wish, headers=customer.headers).status_code == 204
    [contract] = [one for one in list_papers(client, customer) if one["name"] == "test_contract 表"]
    assert contract["state"] == "filled" and contract["number"].startswith("测-")
    assert find_line(desk, case_no)["unsigned"] == ["供气方"]
    own = {"signer": "seller", "sha256": sha256, "file_key": draw_at_desk(hall, desk)}
    assert desk.send("POST", f"/cases/{case_no}/documents/{SURVEY_TASK}/signatures", own).status_code == 204
    assert (find_line(desk, case_no)["unsigned"], find_line(desk, case_no)["may_sign"]) == ([], False)


def test_what_a_case_handed_over_to_is_signed_until_the_case_itself_ends(
    hall: Hall, desk: Browser, customer: MadeCustomer, client: FlaskClient, handed: tuple[str, str]
) -> None:
    parent, child = handed
    sha256 = fill(desk, child, CHILD_TASK)
    assert desk.act(child, "not_done").status_code == 200
    assert find_line(desk, child)["may_sign"] is True
    [slip] = list_papers(client, customer)
    assert slip["state"] == "to_sign"
    path = f"/api/v1/cases/{parent}/documents/{slip['task']}/signatures"
    wish = {
        "signer": "buyer",
        "sha256": sha256,
        "file_key": upload(client, "/api/v1/files", customer.headers),
    }
    assert client.post(path, json=wish, headers=customer.headers).status_code == 204
    assert desk.act(parent, "close").status_code == 200
    assert find_line(desk, child)["may_sign"] is False
    assert find_line(desk, child)["unsigned"] == ["供气方"]
    own = {"signer": "seller", "sha256": sha256, "file_key": draw_at_desk(hall, desk)}
    late = desk.send("POST", f"/cases/{child}/documents/{CHILD_TASK}/signatures", own)
    assert (late.status_code, code(late)) == (409, "case_ended")
    # The customer keeps the copy when all is over.
    assert [one["state"] for one in list_papers(client, customer)] == ["filled"]


def test_the_signature_of_the_step_stands_on_its_slip(
    hall: Hall, desk: Browser, handed: tuple[str, str]
) -> None:
    _, child = handed
    fill(desk, child, CHILD_TASK)
    drawn = draw_at_desk(hall, desk)
    assert code(desk.act(child, "done")) == "signature_missing"
    assert desk.act(child, "done", signature=drawn).status_code == 200
    assert list_signed(hall, child) == [("buyer", drawn)]
    assert find_line(desk, child)["unsigned"] == ["供气方"]


def test_who_signed_the_slip_is_not_asked_again(hall: Hall, desk: Browser, handed: tuple[str, str]) -> None:
    _, child = handed
    drawn = draw_at_desk(hall, desk)
    asks = {one["outcome"]: one["asks"] for one in desk.read(f"/cases/{child}")["actions"]}
    assert asks["done"] == ["form", "signature"]
    fill(desk, child, CHILD_TASK, buyer_signed=drawn)
    asks = {one["outcome"]: one["asks"] for one in desk.read(f"/cases/{child}")["actions"]}
    assert asks["done"] == ["form"]
    assert desk.act(child, "done").status_code == 200
    assert list_signed(hall, child) == [("buyer", drawn)]
    with hall.sessions() as session:
        data = select(ServiceCase.data).where(ServiceCase.case_no == child)
        assert session.execute(data).scalar_one()["signature_file"] == drawn


def test_who_confirmed_the_slip_by_a_code_has_signed(
    hall: Hall, desk: Browser, handed: tuple[str, str]
) -> None:
    _, child = handed
    sha256 = fill(desk, child, CHILD_TASK)
    with hall.sessions.begin() as session:
        filled = hall.shared.filled_documents.find(session, hall.find_id(child), CHILD_TASK, locks=True)
        confirmed = Signing("buyer", sha256, "customer:1", "张三", "", phone="13700000000")
        hall.shared.signing.sign(session, filled, confirmed, read_clock())
    asks = {one["outcome"]: one["asks"] for one in desk.read(f"/cases/{child}")["actions"]}
    assert asks["done"] == ["form"]
    assert desk.act(child, "done").status_code == 200
    assert list_signed(hall, child) == [("buyer", None)]


def test_whose_step_it_was_reads_which_signature_is_their_own(
    hall: Hall, desk: Browser, customer: MadeCustomer
) -> None:
    publish_contract(hall)
    case_no = start_with_forms(hall, customer.id, process=CONTRACT_PROCESS)
    sha256 = fill(desk, case_no, SURVEY_TASK)
    assert find_line(desk, case_no)["own_unsigned"] == ["供气方"]
    # A colleague of another post reads that it is unsigned, and is not asked.
    elsewhere = find_line(hall.sign_in("lead_a"), case_no)
    assert (elsewhere["unsigned"], elsewhere["own_unsigned"]) == (["用气方", "供气方"], [])
    # Nor is one of the same department who did not write it, though they might sign for the company.
    colleague = find_line(hall.sign_in("crew_361"), case_no)
    assert (colleague["may_sign"], colleague["own_unsigned"]) == (True, [])
    own = {"signer": "seller", "sha256": sha256, "file_key": draw_at_desk(hall, desk)}
    assert desk.send("POST", f"/cases/{case_no}/documents/{SURVEY_TASK}/signatures", own).status_code == 204
    assert find_line(desk, case_no)["own_unsigned"] == []
