"""Printing a filled form: whole, for whom it concerns, recorded; and the public page behind its QR code."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.access.models import PersonalLook
from backend.cases.document_models import CaseDocument
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall, code
from tests.api.step_forms import publish_test_process, start_with_forms

SURVEY_TASK, ANSWER_TASK = 2, 3
FILLED = {"floor_area": 88, "kind": "small"}
pytestmark = pytest.mark.usefixtures("print_fonts")


@pytest.fixture
def customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def case_no(hall: Hall, customer: MadeCustomer) -> str:
    publish_test_process(hall)
    return start_with_forms(hall, customer.id)


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def fill(desk: Browser, case_no: str, **values: Any) -> None:
    path = f"/cases/{case_no}/documents/{SURVEY_TASK}"
    revision = desk.read(path)["revision"]
    answer = desk.send("PUT", path, {"revision": revision, "values": {**FILLED, **values}, "fills": True})
    assert answer.status_code == 200, answer.text


def print_survey(who: Browser, case_no: str) -> TestResponse:
    return who.get(f"/cases/{case_no}/documents/{SURVEY_TASK}/pdf")


def read_text(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def find_row(hall: Hall, case_no: str, task: int = SURVEY_TASK) -> CaseDocument:
    with hall.sessions() as session:
        wanted = CaseDocument.case_id == hall.find_id(case_no), CaseDocument.task_no == task
        return session.scalars(select(CaseDocument).where(*wanted)).one()


def test_a_filled_form_is_printed_in_full_and_the_look_is_recorded(
    hall: Hall, desk: Browser, case_no: str
) -> None:
    assert code(print_survey(desk, case_no)) == "document_not_filled"
    fill(desk, case_no, contact_name="李四光")
    answer = print_survey(desk, case_no)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    text = read_text(answer)
    row = find_row(hall, case_no)
    assert row.number == f"{case_no}-02" and row.sha256 is not None
    for one in ("李四光", "13812345678", f"编号{row.number}", f"校验{row.sha256.hex()[:12]}", "第1页共1页"):
        assert one in text
    with hall.sessions() as session:
        looks = session.scalars(
            select(PersonalLook).where(PersonalLook.subject == f"case:{hall.find_id(case_no)}")
        ).all()
        assert [(one.items, one.reason) for one in looks] == [
            (
                ["test_survey.contact_name", "test_survey.place", "test_survey.site_phone"],
                "打印“test_survey 表”",
            )
        ]
    # The same paper again is the same file, and the case's list tells its number.
    assert print_survey(desk, case_no).data == answer.data
    assert [one["number"] for one in desk.read(f"/cases/{case_no}")["documents"]] == [row.number]


def test_what_is_typed_after_that_is_not_printed(desk: Browser, case_no: str) -> None:
    fill(desk, case_no, contact_name="李四光")
    path = f"/cases/{case_no}/documents/{SURVEY_TASK}"
    desk.send("PUT", path, {"revision": 1, "values": {"contact_name": "王五"}})
    assert "李四光" in read_text(print_survey(desk, case_no))


def test_nobody_prints_what_they_may_not_see(
    hall: Hall, desk: Browser, customer: MadeCustomer, make_customer: Callable[[], MadeCustomer], case_no: str
) -> None:
    fill(desk, case_no)
    assert print_survey(hall.sign_in("desk_362"), case_no).status_code == 404
    path = f"/api/v1/cases/{case_no}/documents"
    client = hall.app.test_client()
    # The survey is the company's own; the customer's answer is theirs, and nobody else's.
    assert client.get(f"{path}/{SURVEY_TASK}/pdf", headers=customer.headers).status_code == 404
    assert client.get(path, headers=customer.headers).get_json() == []
    assert client.get(f"{path}/{SURVEY_TASK}/pdf").status_code == 401
    assert desk.act(case_no, "small").status_code == 200
    answered = client.put(
        f"{path}/{ANSWER_TASK}", json={"revision": 0, "values": {"wish": "早点"}, "fills": True},
        headers=customer.headers,
    )  # fmt: skip
    assert answered.status_code == 200, answered.text
    assert "早点" in read_text(client.get(f"{path}/{ANSWER_TASK}/pdf", headers=customer.headers))
    [line] = client.get(path, headers=customer.headers).get_json()
    assert (line["task"], line["number"]) == (ANSWER_TASK, f"{case_no}-03")
    other = make_customer()
    assert client.get(f"{path}/{ANSWER_TASK}/pdf", headers=other.headers).status_code == 404
    assert client.get(path, headers=other.headers).status_code == 404


def test_all_documents_of_a_case_are_one_file(
    hall: Hall, desk: Browser, customer: MadeCustomer, case_no: str
) -> None:
    assert code(desk.get(f"/cases/{case_no}/documents.pdf")) == "document_not_filled"
    fill(desk, case_no)
    assert desk.act(case_no, "small").status_code == 200
    path = f"/api/v1/cases/{case_no}/documents/{ANSWER_TASK}"
    body = {"revision": 0, "values": {"wish": "早点"}, "fills": True}
    assert hall.app.test_client().put(path, json=body, headers=customer.headers).status_code == 200
    answer = desk.get(f"/cases/{case_no}/documents.pdf")
    text = read_text(answer)
    assert f"编号：{case_no}-02" in text and f"编号：{case_no}-03" in text and "早点" in text
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 2


def check(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"<h1[^>]*>\S+ (.*?)</h1>", answer.text)
    assert found is not None
    return answer.status_code, found.group(1)


def test_the_page_behind_the_qr_code_tells_how_a_paper_stands(
    hall: Hall, desk: Browser, case_no: str
) -> None:
    fill(desk, case_no, contact_name="李四光")
    row = find_row(hall, case_no)
    assert row.sha256 is not None
    client = hall.app.test_client()
    address = f"/d/{row.check_token}/{row.sha256.hex()[:12]}"
    assert check(client, address) == (200, "单据有效")
    page = client.get(address).text
    assert f"{case_no}-02" in page and row.sha256.hex() in page and "test_survey 表" in page
    # Whose it is, nobody learns there.
    assert not any(one in page for one in ("李四光", "13812345678", "阳光小区"))
    # The same content handed in again is the same document; another content is not.
    fill(desk, case_no, contact_name="李四光")
    assert check(client, address) == (200, "单据有效")
    fill(desk, case_no, contact_name="王五")
    assert check(client, address) == (200, "内容已变更")
    assert check(client, f"/d/{row.check_token}/%3Cscript%3E") == (200, "内容已变更")
    assert check(client, f"/d/{'A' * 22}/{row.sha256.hex()[:12]}") == (404, "没有查到这份单据")


def test_a_document_that_another_took_the_place_of_is_void(hall: Hall, desk: Browser, case_no: str) -> None:
    fill(desk, case_no)
    assert desk.act(case_no, "small").status_code == 200
    hall.customer(case_no, "again")
    path = f"/cases/{case_no}/documents/4"
    body = {"revision": 0, "values": {"floor_area": 90}, "fills": True}
    assert desk.send("PUT", path, body).status_code == 200
    row = find_row(hall, case_no)
    assert row.sha256 is not None
    address = f"/d/{row.check_token}/{row.sha256.hex()[:12]}"
    assert check(hall.app.test_client(), address) == (200, "单据已作废")
    assert "已作废" in read_text(print_survey(desk, case_no))


def test_the_page_is_asked_only_so_often(hall: Hall) -> None:
    client = hall.app.test_client()
    ask = {"REMOTE_ADDR": "10.9.8.7"}
    answers = [client.get("/d/unknown/0", environ_overrides=ask).status_code for _ in range(31)]
    assert answers[:30] == [404] * 30 and answers[30] == 429
