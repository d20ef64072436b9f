"""Which slips get a head when they are printed: those whose form does not say whom and where it is about."""

from __future__ import annotations

from backend.cases.printed_heads import WHERE, WHOM, list_missing
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import build_form

MISSING = {key: list_missing(build_form(body)) for key, body in read_folder().forms.items()}


def test_a_slip_gets_what_its_form_does_not_ask() -> None:
    assert MISSING["gas_check"] == (WHOM, WHERE)
    assert MISSING["customer_grading"] == (WHERE,)
    assert MISSING["payment_receipt"] == ()
    assert MISSING["gas_on_certificate_residential"] == ()


def test_contracts_applications_and_ledgers_have_none() -> None:
    for key in ("installation_contract_residential", "application_repair", "customer_ledger"):
        assert MISSING[key] == (), key
