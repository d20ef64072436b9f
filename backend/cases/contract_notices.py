"""Telling the customer that a contract is written and waits for the signature."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from backend.cases.filled_documents import CUSTOMER_PARTY
from backend.cases.notices import CONTRACT_TO_SIGN
from backend.cases.repository import Stamp, StoredCase
from backend.cases.signature_views import is_signer_needed
from backend.catalogue.forms import Form
from backend.core.outbox import promise


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
