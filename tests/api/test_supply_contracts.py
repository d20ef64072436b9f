"""The supply contract at the opening of an account: filled from the case, and signed by both parties."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.api.filling import fill_in, see_id_card, sign, upload
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import begin, make_home
from tests.api.test_intake import open_case
from tests.api.test_orders_for_customers import list_outcomes, make_caller, take


def sign_both(desk: Browser, case_no: str, task: int) -> None:
    """Let the customer and the company sign a home's contract on the desk's device."""
    sign(desk, case_no, task, "customer", name="李明")
    sign(desk, case_no, task, "supplier")


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def open_at_counter(desk: Browser, **more: Any) -> tuple[str, dict[str, Any]]:
    """Open an account up to its contract; returns the case's number and what was written down."""
    values = make_caller(in_person="self", id_number="110101199003077758", address=make_home(), **more)
    case_no = open_case(desk, "account_opening", values, channel="counter")
    take(desk, case_no, "accept")
    fill_in(desk, case_no)
    take(desk, case_no, "pass_owing", owed_documents=["id_photos", "property_proof"])
    fill_in(desk, case_no, use_address=values["address"], meter_kind="ic_card")
    see_id_card(desk, case_no)
    take(desk, case_no, "opened")
    return case_no, values


@pytest.mark.usefixtures("print_fonts")
def test_the_contract_is_filled_from_the_case_and_signed_by_both(hall: Hall, desk: Browser) -> None:
    case_no, values = open_at_counter(desk)
    [task] = [one["task"] for one in desk.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    path = f"/cases/{case_no}/documents/{task}"
    begun = desk.read(path)
    assert begun["form"]["key"] == "supply_contract_residential"
    known = {"customer_name", "customer_id_number", "customer_mobile", "use_address",
             "supplier_service_phone", "supplier_repair_phone", "meter_device", "appliances"}  # fmt: skip
    assert known <= begun["values"].keys() and begun["values"]["meter_device"] == "IC卡表"
    assert code(desk.act(case_no, "signed")) == "form_missing"
    assert fill_in(desk, case_no) == task
    assert code(desk.act(case_no, "signed")) == "signatures_missing"
    sign(desk, case_no, task, "customer", name="张小红")
    assert code(desk.act(case_no, "signed")) == "signatures_missing"
    sign(desk, case_no, task, "supplier")
    account_no = desk.read(f"/cases/{case_no}/account")["account"]["account_no"]
    printed = desk.get(f"{path}/pdf")
    assert printed.status_code == 200, printed.text
    pages = PdfReader(io.BytesIO(printed.data)).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    # The wording states the new account, and who signed what stands on the page of evidence.
    assert account_no in text and values["contact_name"] in text
    assert "签署证据" in text
    take(desk, case_no, "signed")
    assert desk.read(f"/cases/{case_no}")["step"] == "offer_payment"


@pytest.mark.parametrize("process", ["account_opening", "online_account_opening"])
def test_a_company_signs_the_contract_of_companies(hall: Hall, desk: Browser, process: str) -> None:
    kind = {"customer_kind": "commercial_industrial"}
    case_no = begin(hall, process, "sign", hall.customer_id, **kind)
    assert list_outcomes(desk, case_no) == ["signed_by_unit", None]
    task = fill_in(desk, case_no)
    assert desk.read(f"/cases/{case_no}/documents/{task}")["form"]["key"] == "supply_contract_nonresidential"
    for signer, who in (("party_a", {"name": "王经理"}), ("party_b", {})):
        assert code(desk.act(case_no, "signed_by_unit")) == "signatures_missing"
        sign(desk, case_no, task, signer, **who)
    take(desk, case_no, "signed_by_unit")


def test_the_customer_signs_the_contract_on_site(hall: Hall, desk: Browser) -> None:
    case_no = begin(hall, "online_account_opening", "sign", hall.customer_id)
    assert code(desk.act(case_no, "signed")) == "form_missing"
    task = fill_in(desk, case_no)
    sign(desk, case_no, task, "supplier")
    assert code(desk.act(case_no, "signed")) == "signatures_missing"
    sign(desk, case_no, task, "customer", name="李明")
    take(desk, case_no, "signed")
    assert desk.read(f"/cases/{case_no}")["step"] == "open_account"


@pytest.mark.parametrize("process", ["account_opening", "online_account_opening"])
@pytest.mark.parametrize("kind", ["residential", "commercial_industrial"])
def test_of_a_contract_signed_on_paper_the_scan_is_handed_in(
    hall: Hall, desk: Browser, process: str, kind: str
) -> None:
    # The contract for works that came before was signed on paper as well, which says nothing of this one.
    case_no = begin(hall, process, "sign", hall.customer_id, customer_kind=kind, signed_on_paper=True)
    online = "signed" if kind == "residential" else "signed_by_unit"
    assert list_outcomes(desk, case_no) == [online, None]
    task = fill_in(desk, case_no)
    path = f"/cases/{case_no}/documents/{task}"
    printed = desk.read(path)
    change = {"revision": printed["revision"], "values": {"supply_signed_on_paper": True}, "fills": True}
    refused = desk.send("PUT", path, change)
    assert (refused.status_code, set(refused.get_json()["fields"])) == (422, {"supply_paper_contract"})
    change["values"] |= {"supply_paper_contract": [upload(desk, "第一页")]}
    assert desk.send("PUT", path, change).status_code == 200
    # What was printed and signed says the same as what is on record, and nobody signs it again.
    assert desk.read(path)["sha256"] == printed["sha256"]
    [line] = [one for one in desk.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    assert (line["unsigned"], line["may_sign"]) == ([], False)
    assert list_outcomes(desk, case_no) == ["signed_on_paper", None]
    take(desk, case_no, "signed_on_paper")
    assert desk.read(f"/cases/{case_no}")["step"] != "sign"
