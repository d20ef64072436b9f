"""Who is offered which place of a paper: their own department's, and one of them."""

from __future__ import annotations

from datetime import UTC, datetime

from backend.cases.customer_documents import tell_signers
from backend.cases.document_signing import Signed
from backend.cases.signature_views import list_own_places
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import build_form

BODIES = read_folder().forms
WORKS, MARKET = frozenset({"engineering_dept"}), frozenset({"market_dev_dept"})


def sign(signer: str, name: str) -> Signed:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    return Signed(signer, None, "drawn", "f1", name, None, at, "", b"", True, "")


def test_who_has_a_place_of_their_own_department_does_not_sign_for_the_company() -> None:
    form = build_form(BODIES["acceptance_certificate"])
    assert list_own_places(form, WORKS, "王工", []) == {"engineering"}
    receipt = build_form(BODIES["payment_receipt"])
    assert list_own_places(receipt, frozenset({"finance_dept"}), "王工", []) == {"cashier"}


def test_nobody_is_head_and_clerk_on_the_same_paper() -> None:
    form = build_form(BODIES["work_slip_residential_individual"])
    assert list_own_places(form, MARKET, "李琴", []) == {"market_head", "market_handler"}
    signed = [sign("market_head", "李琴")]
    assert list_own_places(form, MARKET, "李琴", signed) == {"market_head"}
    # A colleague signs beside them.
    assert "market_handler" in list_own_places(form, MARKET, "赵明", signed)


def test_a_customer_is_not_told_for_ever_that_the_company_has_not_signed() -> None:
    receipt = build_form(BODIES["payment_receipt"])
    assert [one["key"] for one in tell_signers(receipt, [], True)] == ["cashier"]
    assert tell_signers(receipt, [], False) == []
    signed = tell_signers(receipt, [sign("cashier", "李琴")], False)
    assert [one["key"] for one in signed] == ["cashier"]
