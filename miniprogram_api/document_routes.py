"""The forms of a customer's own steps: /api/v1/cases/{case_no}/documents/{task}."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from backend.cases.customer_documents import CustomerDocuments
from backend.cases.customer_signing import CustomerSigning
from backend.cases.document_schemas import (
    DocumentChangeSchema,
    DocumentSchema,
    FilledLineSchema,
    ObjectionSchema,
    ObjectionTakenSchema,
    SavedDocumentSchema,
    SignatureSchema,
    SignCodeSchema,
    WordingSchema,
)
from backend.cases.document_signing import Wish
from backend.cases.documents import Change
from backend.cases.objecting import CustomerObjections, Objection
from backend.core.callers import Caller, open_to
from backend.files.responses import answer_pdf
from backend.files.schemas import FILE_CONTENT
from miniprogram_api.customer_schemas import SmsCodePromiseSchema
from miniprogram_api.guard import get_customer, open_to_links


def make_document_routes(
    documents: CustomerDocuments, signing: CustomerSigning, objections: CustomerObjections
) -> Blueprint:
    """Return the routes of one document, which is named by its case and the task of one of its actions."""
    routes = Blueprint("documents", __name__, url_prefix="/api/v1/cases/<case_no>/documents")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, FilledLineSchema(many=True))
    def list_documents(case_no: str) -> list[dict[str, Any]]:
        """List the filled documents that the customer fills in, signs or keeps a copy of."""
        return documents.list_filled(get_customer().customer_id, case_no)

    @routes.get("/<int:task>/pdf")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def print_document(case_no: str, task: int) -> Response:
        """Print a filled document in the customer's copy."""
        printed = documents.print(get_customer().customer_id, case_no, task)
        return answer_pdf(printed.content, printed.name)

    @routes.get("/<int:task>/wording")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, WordingSchema)
    def tell_wording(case_no: str, task: int) -> dict[str, Any]:
        """Tell all words of a contract, to be read before it is signed."""
        return documents.read_wording(get_customer().customer_id, case_no, task)

    @routes.get("/<int:task>")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, DocumentSchema)
    def tell_document(case_no: str, task: int) -> dict[str, Any]:
        """Tell a form with what is filled in, or what is known already."""
        return documents.read(get_customer().customer_id, case_no, task)

    @routes.put("/<int:task>")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(DocumentChangeSchema)
    @routes.response(200, SavedDocumentSchema)
    def keep_document(typed: dict[str, Any], case_no: str, task: int) -> dict[str, int]:
        """Keep what was typed; with `fills` check all of it and hand the form in.

        The same change sent again does nothing more.
        """
        return {
            "revision": documents.save(
                get_customer().customer_id, case_no, task, Change(**typed), _name_device()
            )
        }

    @routes.post("/<int:task>/sign-codes")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(SignCodeSchema)
    @routes.response(200, SmsCodePromiseSchema)
    def send_sign_code(typed: dict[str, str], case_no: str, task: int) -> dict[str, int]:
        """Send a code to the customer's phone that signs this document as it stands."""
        return signing.send_code(get_customer().customer_id, case_no, task, typed["signer"], typed["sha256"])

    @routes.post("/<int:task>/signatures")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(SignatureSchema)
    @routes.response(204)
    def sign_document(typed: dict[str, Any], case_no: str, task: int) -> None:
        """Sign a filled document: with a drawn signature or a code."""
        signing.sign(get_customer().customer_id, case_no, task, Wish(**typed, device=_name_device()))

    @routes.post("/<int:task>/objections")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(ObjectionSchema)
    @routes.response(200, ObjectionTakenSchema)
    def object_to_document(typed: dict[str, Any], case_no: str, task: int) -> dict[str, bool]:
        """Say what is wrong with a filled document instead of signing it; once for a command id."""
        customer_id = get_customer().customer_id
        return {"leak_words": objections.object(customer_id, case_no, task, Objection(**typed))}

    return routes


def _name_device() -> str:
    return request.headers.get("User-Agent", "")
