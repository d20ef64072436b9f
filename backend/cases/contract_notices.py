"""Telling the customer that a contract is written and waits for the signature."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.awaited_signatures import is_signer_needed
from backend.cases.filled_documents import CUSTOMER_PARTY
from backend.cases.notices import CONTRACT_TO_SIGN
from backend.cases.repository import Stamp, StoredCase
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore
from backend.core.outbox import promise


def ask_once_approved(session: Session, definitions: DefinitionStore, case: StoredCase, stamp: Stamp) -> None:
    """Promise the customer a message for each contract that was written while its approval was awaited."""
    signed = document_rows.list_signers(session, case.id)
    for row in document_rows.list_filled(session, case.id):
        is_contract = row.state == "filled" and row.template_version_id is not None
        if is_contract and not document_rows.is_signed_on_paper(row.content):
            form = definitions.get_form(session, row.form_version_id)
            ask_to_sign(session, case, form, signed.get(form.key, frozenset()), stamp)


def ask_to_sign(
    session: Session, case: StoredCase, form: Form, signed: Collection[str], stamp: Stamp
) -> None:
    """Promise the customer a message where one of the customer's signatures is still missing.

    Whoever signs at the counter while the contract is written has nothing left to be asked for.
    """
    wanted = {
        one["key"]
        for one in form.body.get("signers", ())
        if one["party"] == CUSTOMER_PARTY and is_signer_needed(form, one["key"])
    }
    if wanted <= set(signed):
        return
    told = {
        "case_id": case.id,
        "case_no": case.case_no,
        "message": CONTRACT_TO_SIGN,
        "items": form.body.get("title") or form.name,
    }
    promise(session, "notify_customer", [told], stamp.recorded_at)
