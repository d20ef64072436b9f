"""What a customer owes by the check of the gas: read on site, told with its grounds, and collected."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from backend.access.models import PersonalLook
from backend.cases.form_sealing import NAME_CONTEXT
from backend.cases.models import CaseTask, ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, upload
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import begin
from tests.api.test_payment_statements import collect, read_bill
from tests.api.test_turn_notices import deliver
from tests.api.test_works_drawings import answer_drawing, draw_signature, read

OWED = {"meter_purchased": 1300, "meter_used": 1312, "meter_left": -12, "arrears_fee": 36_00, "gas_price": 3}
EVEN = {"meter_purchased": 1312, "meter_used": 1312, "meter_left": 0}


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def handler(hall: Hall) -> Browser:
    return hall.sign_in("crew_361")


@pytest.fixture
def visited(hall: Hall, owner: MadeCustomer) -> str:
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person"}
    return begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension", **known)


def read_page(hall: Hall, owner: MadeCustomer, case_no: str) -> dict[str, Any]:
    page: dict[str, Any] = read(hall, owner, f"/cases/{case_no}")
    return page


def test_what_is_owed_is_collected_as_it_was_recorded(
    hall: Hall, owner: MadeCustomer, handler: Browser, visited: str
) -> None:
    fill_in(handler, visited, **OWED, meter_no="B-2077")
    # Who owes does not go on as if nothing were owed.
    assert code(handler.act(visited, "clear")) == "arrears_found"
    assert handler.act(visited, "owes").status_code == 200
    bill = read_bill(hall, owner, visited)
    assert (bill["what"], bill["amount_fen"], bill["state"]) == ("气款", 36_00, "to_pay")
    assert [(one["label"], one["text"]) for one in bill["basis"]] == [
        ("燃气表号", "B-2077"),
        ("表上的读数", "1,312 m³"),
        ("已买（已结算）的气量", "1,300 m³"),
        ("剩余气量（负数是欠的）", "-12 m³"),
        ("气价", "3 元/m³"),
    ]
    # The manual names no day; nobody comes for what has none, and the valve waits for it.
    with hall.sessions() as session:
        calendar = hall.read_calendar(session)
        asked = select(CaseTask.opened_at).where(
            CaseTask.case_id == hall.find_id(visited), CaseTask.step == "pay_arrears"
        )
        last = calendar.closing_time(calendar.next_whole_day(session.scalars(asked).one()))
    assert datetime.fromisoformat(bill["until"]) == last and bill["overdue"] is False
    [said] = list_promised(hall, visited)
    deliver(hall, said)
    [message] = read(hall, owner, "/messages")["items"]
    assert "核对出要补缴的气款：36.00元。" in message["text"]
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{visited}")["child"]["case_no"]
    # Who takes the money reads what it comes of as well, and can tell whoever asks at the counter.
    fee = desk.read(f"/cases/{fee_no}/fee")
    assert (fee["due_fen"], fee["what"], fee["basis"]) == (36_00, "气款", bill["basis"])
    assert (fee["received"], fee["is_cleared"]) == ([], False)
    collect(hall, visited, f"R-{visited}", 36_00)
    # Who checks once more whether all is paid reads what finance has confirmed.
    fee = desk.read(f"/cases/{visited}/fee")
    assert [(one["amount_fen"], one["receipt_no"]) for one in fee["received"]] == [(36_00, f"R-{visited}")]
    assert (fee["is_cleared"], fee["due_fen"]) == (True, None)
    assert read_bill(hall, owner, visited) is None


def test_a_second_check_counts_only_what_was_paid_since(
    hall: Hall, owner: MadeCustomer, handler: Browser, visited: str
) -> None:
    desk = hall.sign_in("desk_361")
    fill_in(handler, visited, **OWED)
    assert handler.act(visited, "owes").status_code == 200
    collect(hall, visited, f"R-{visited}-1", 36_00)
    fee_no = desk.read(f"/cases/{visited}")["child"]["case_no"]
    for outcome in ("none_wanted", "not_rated"):
        assert desk.act(fee_no, outcome).status_code == 200
    assert desk.act(visited, "unpaid", reason="还差一点").status_code == 200
    # All of it was paid, so that nothing is left of this check.
    assert read_bill(hall, owner, visited)["amount_fen"] == 0


def test_nobody_is_sent_to_pay_what_nobody_has_written_down(
    hall: Hall, handler: Browser, visited: str
) -> None:
    fill_in(handler, visited, **EVEN)
    assert code(handler.act(visited, "owes")) == "arrears_missing"
    assert handler.act(visited, "clear").status_code == 200


def test_a_slip_in_order_does_not_stand_for_the_proof_of_who_they_are(
    hall: Hall, owner: MadeCustomer, handler: Browser
) -> None:
    known = {"handler_id": hall.staff["crew_361"]}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension", **known)
    fill_in(handler, case_no, **OWED)
    assert code(handler.act(case_no, "owes")) == "identity_unproven"


def test_a_reading_below_the_last_one_is_refused_at_the_field(handler: Browser, visited: str) -> None:
    [task] = [one["task"] for one in handler.read(f"/cases/{visited}")["documents"] if one["may_fill"]]
    path = f"/cases/{visited}/documents/{task}"
    typed = {**EVEN, "last_reading": 1320, "account_no": "1", "meter_no": "2"}
    refused = handler.send("PUT", path, {"revision": 0, "values": typed, "fills": True})
    assert "“累计用气量”不能小于“上次抄表数”" in refused.text
    # With a negative rest the sum has to be said, and in whole fen.
    lacking = handler.send(
        "PUT", path, {"revision": 0, "values": {**OWED, "arrears_fee": None}, "fills": True}
    )
    assert "arrears_fee" in lacking.text


def test_the_customer_signs_what_was_read_and_done(
    hall: Hall, owner: MadeCustomer, handler: Browser, visited: str
) -> None:
    fill_in(handler, visited, **EVEN)
    assert handler.act(visited, "clear").status_code == 200
    assert hall.sign_in("desk_361").act(visited, "suspend").status_code == 200
    done = {"result": "表前阀已关，贴封条。"}
    photos = {"photos": [upload(handler, "表")]}
    assert handler.act(visited, "suspended", **done, **photos).status_code == 200
    page = read_page(hall, owner, visited)
    [action] = [one for one in page["actions"] if one["kind"] == "complete"]
    [slip] = read(hall, owner, f"/cases/{visited}/documents")
    assert slip["asked_at"] == action["task"]
    assert {"label": "表上的读数", "text": "1,312 m³"} in slip["facts"]
    assert {"label": "要补缴的气款", "text": "不欠"} in slip["facts"]
    # Which meter it was, and the picture of it, stand where the customer signs.
    assert slip["facts"][0]["label"] == "燃气表号" and slip["facts"][0]["text"]
    [photos] = slip["photos"]
    assert photos["label"] == "燃气表照片"
    assert [hall.app.test_client().get(one["url"]).status_code for one in photos["files"]] == [200]
    assert [(one["label"], one["text"]) for one in page["answers"]] == [("处理结果", done["result"])]
    # The paper waits for that step and is told once.
    assert "sign_document" not in [one["kind"] for one in page["actions"]]
    signed = answer_drawing(
        hall, owner, visited, "sign", values={"signature_file": draw_signature(hall, owner)}
    )
    assert signed.status_code == 200, signed.text
    [slip] = read(hall, owner, f"/cases/{visited}/documents")
    assert slip["signers"][0]["signed_at"] is not None
    assert slip["facts"] == [] and [one["label"] for one in slip["photos"]] == ["燃气表照片"]


@pytest.mark.usefixtures("print_fonts")
def test_the_printed_slip_says_whose_meter_where_by_whom_and_when(
    hall: Hall, owner: MadeCustomer, handler: Browser, visited: str
) -> None:
    task = fill_in(handler, visited, **EVEN)
    named = update(ServiceCase).where(ServiceCase.id == hall.find_id(visited))
    with hall.sessions.begin() as session:
        session.execute(named.values(contact_name_sealed=hall.keys.encrypt("李四光", NAME_CONTEXT)))
    printed = handler.get(f"/cases/{visited}/documents/{task}/pdf")
    assert printed.status_code == 200, printed.text
    pages = PdfReader(io.BytesIO(printed.data)).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    # Nobody has said where, so that there is no empty line for it.
    assert "客户李四光填写人王crew_361填写时间2026年" in text and "地址" not in text
    with hall.sessions() as session:
        seen = select(PersonalLook.items).where(PersonalLook.subject == f"case:{hall.find_id(visited)}")
        looked = [one for items in session.scalars(seen) for one in items]
    # What the head tells in full is a look like any other.
    assert {"application.contact_name", "application.address"} <= set(looked)


def test_an_invented_account_number_is_refused_where_it_is_typed(handler: Browser, visited: str) -> None:
    line = next(one for one in handler.read(f"/cases/{visited}")["documents"] if one["may_fill"])
    path = f"/cases/{visited}/documents/{line['task']}"
    revision = handler.read(path)["revision"]
    body = {"revision": revision, "values": {"account_no": "301000000123"}, "fills": True}
    answer = handler.send("PUT", path, body)
    assert answer.status_code == 422, answer.text
    assert "户号不对" in answer.text
