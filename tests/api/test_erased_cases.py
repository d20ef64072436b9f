"""An ended case whose time is over is still read, by staff and by its customer; its papers are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from backend.cases.case_retention import CaseRetention
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall, code
from tests.api.step_forms import publish_test_process, start_with_forms
from tests.api.test_printed_documents import SURVEY_TASK, fill, print_survey

pytestmark = pytest.mark.usefixtures("print_fonts")


def start_written(hall: Hall, customer: MadeCustomer, desk: Browser) -> str:
    """Start a case in whose papers somebody is named; returns its number."""
    publish_test_process(hall)
    case_no = start_with_forms(hall, customer.id)
    fill(desk, case_no, contact_name="李四光")
    return case_no


def test_an_erased_case_is_read_and_its_papers_are_refused(
    hall: Hall, make_customer: Callable[[], MadeCustomer]
) -> None:
    customer, desk = make_customer(), hall.sign_in("desk_361")
    case_no = start_written(hall, customer, desk)
    assert print_survey(desk, case_no).status_code == 200
    case_id = hall.find_id(case_no)
    with hall.sessions.begin() as session:
        # As if it had ended long ago: nothing else in this database is due.
        session.execute(
            text(
                "UPDATE service_case SET status = 'withdrawn', ended_at = now(),"
                " retain_until = DATE '2000-01-01', papers_retain_until = DATE '2099-01-01' WHERE id = :id"
            ),
            {"id": case_id},
        )
    assert CaseRetention(hall.sessions, lambda: datetime.now(UTC) + timedelta(days=1)).run() == 1

    told = desk.read(f"/cases/{case_no}")
    assert (told["case_no"], told["status"], told["customer"]["name"], told["customer"]["phone"]) == (
        case_no, "withdrawn", "", "",
    )  # fmt: skip
    assert "李四光" not in desk.get(f"/cases/{case_no}").text
    # Empty fields alone would look like a fault: it is said that they were emptied, and since when.
    assert told["erased_at"] is not None
    [line] = [one for one in told["documents"] if one["task"] == SURVEY_TASK]
    assert (line["is_erased"], line["unsigned"], line["may_sign"]) == (True, [], False)
    assert code(print_survey(desk, case_no)) == "document_erased"
    assert code(desk.get(f"/cases/{case_no}/documents.pdf")) in ("document_not_filled", "not_found")
    for path in ("notes", "messages", "history", f"documents/{SURVEY_TASK}", "documents"):
        assert desk.get(f"/cases/{case_no}/{path}").status_code < 500, path
    client = hall.app.test_client()
    for path in (f"/cases/{case_no}", "/cases?which=ended", "/me/data.pdf"):
        assert client.get(f"/api/v1{path}", headers=customer.headers).status_code == 200, path
    own = client.get(f"/api/v1/cases/{case_no}", headers=customer.headers).get_json()
    assert own["erased_at"] is not None
    listed = client.get("/api/v1/papers", headers=customer.headers).get_json()["items"]
    [papers] = [one["papers"] for one in listed if one["case_no"] == case_no]
    assert {one["is_erased"] for one in papers} == {True}


def test_a_case_whose_time_is_not_over_says_nothing_of_it(
    hall: Hall, make_customer: Callable[[], MadeCustomer]
) -> None:
    customer, desk = make_customer(), hall.sign_in("desk_361")
    case_no = start_written(hall, customer, desk)
    told = desk.read(f"/cases/{case_no}")
    assert told["erased_at"] is None and {one["is_erased"] for one in told["documents"]} == {False}
    own = hall.app.test_client().get(f"/api/v1/cases/{case_no}", headers=customer.headers).get_json()
    assert own["erased_at"] is None
