"""A works contract is signed by both parties online, or on paper, of which the scan is handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, sign, upload
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import begin

WORKS = [
    ("install_residential_group", "signed", {}),
    ("install_non_residential", "signed", {}),
    ("alteration", "signed", {}),
    ("alteration", "signed_by_unit", {"customer_kind": "commercial_industrial"}),
]


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def list_outcomes(market: Browser, case_no: str) -> set[str]:
    return {one["outcome"] for one in market.read(f"/cases/{case_no}")["actions"] if one["outcome"]}


def read_line(market: Browser, case_no: str) -> dict[str, Any]:
    [line] = [one for one in market.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    return dict(line)


@pytest.mark.parametrize(("process", "outcome", "data"), WORKS)
def test_a_contract_is_signed_by_both_before_it_is_paid(
    hall: Hall, owner: MadeCustomer, market: Browser, process: str, outcome: str, data: dict[str, Any]
) -> None:
    case_no = begin(hall, process, "contract", owner.id, contract_approved=True, **data)
    assert code(market.act(case_no, outcome)) == "form_missing"
    task = fill_in(market, case_no, total_fee=10_000)
    assert code(market.act(case_no, outcome)) == "signatures_missing"
    sign(market, case_no, task, "party_a", name="李明")
    assert code(market.act(case_no, outcome)) == "signatures_missing"
    sign(market, case_no, task, "party_b")
    assert market.act(case_no, outcome).status_code == 200
    assert market.read(f"/cases/{case_no}")["step"] == "pay"


@pytest.mark.parametrize(("process", "outcome", "data"), WORKS)
def test_of_a_contract_signed_on_paper_the_scan_is_handed_in(
    hall: Hall, owner: MadeCustomer, market: Browser, process: str, outcome: str, data: dict[str, Any]
) -> None:
    case_no = begin(hall, process, "contract", owner.id, contract_approved=True, **data)
    task = fill_in(market, case_no, total_fee=10_000)
    path = f"/cases/{case_no}/documents/{task}"
    printed = market.read(path)
    assert read_line(market, case_no)["unsigned"]
    assert list_outcomes(market, case_no) >= {outcome} and "signed_on_paper" not in list_outcomes(
        market, case_no
    )
    change = {"revision": printed["revision"], "values": {"signed_on_paper": True}, "fills": True}
    refused = market.send("PUT", path, change)
    assert (refused.status_code, set(refused.get_json()["fields"])) == (422, {"paper_contract"})
    change["values"] = {"signed_on_paper": True, "paper_contract": [upload(market, "合同第一页")]}
    assert market.send("PUT", path, change).status_code == 200
    # The paper that was printed before and signed says the same as what is on record.
    assert market.read(path)["sha256"] == printed["sha256"]
    assert (read_line(market, case_no)["unsigned"], read_line(market, case_no)["may_sign"]) == ([], False)
    assert outcome not in list_outcomes(market, case_no)
    assert [one["message"] for one in list_promised(hall, case_no)] == ["contract_to_sign"]
    assert market.act(case_no, "signed_on_paper").status_code == 200
    assert market.read(f"/cases/{case_no}")["step"] == "pay"


def test_nobody_is_asked_to_sign_what_is_signed_on_paper_already(
    hall: Hall, owner: MadeCustomer, market: Browser
) -> None:
    case_no = begin(hall, "install_residential_group", "contract", owner.id, contract_approved=True)
    fill_in(market, case_no, total_fee=10_000, signed_on_paper=True)
    assert list_promised(hall, case_no) == []
