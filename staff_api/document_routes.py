"""The forms of a case's steps: /staff/api/v1/cases/{case_no}/documents/{task}."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from backend.cases.document_schemas import (
    DocumentChangeSchema,
    DocumentSchema,
    ObjectionAnswerSchema,
    SavedDocumentSchema,
    SignatureSchema,
)
from backend.cases.document_signing import Wish
from backend.cases.documents import Change
from backend.cases.objection_answering import Answer, ObjectionAnswers
from backend.cases.staff_documents import StaffDocuments
from backend.core.callers import Caller, open_to
from backend.files.responses import answer_pdf
from backend.files.schemas import FILE_CONTENT
from staff_api.case_command_schemas import RevealedSchema, RevealSchema
from staff_api.guard import get_signed_in


def make_document_routes(documents: StaffDocuments, answers: ObjectionAnswers) -> Blueprint:
    """Return the routes of one document, which is named by its case and its task."""
    prefix = "/staff/api/v1/cases/<case_no>/documents/<int:task>"
    routes = Blueprint("staff documents", __name__, url_prefix=prefix)

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, DocumentSchema)
    def view_document(case_no: str, task: int) -> dict[str, Any]:
        """Show a form with what is filled in, or what is known already; personal values masked."""
        return documents.read(get_signed_in().member, case_no, task)

    @routes.put("")
    @open_to(Caller.STAFF)
    @routes.arguments(DocumentChangeSchema)
    @routes.response(200, SavedDocumentSchema)
    def save_document(asked: dict[str, Any], case_no: str, task: int) -> dict[str, int]:
        """Keep what was typed; with `fills` check all of it and hand the form in.

        The same change sent again does nothing more.
        """
        return {
            "revision": documents.save(get_signed_in().member, case_no, task, Change(**asked), _name_device())
        }

    @routes.get("/pdf")
    @open_to(Caller.STAFF)
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def print_document(case_no: str, task: int) -> Response:
        """Print a filled form in all its copies; the look at what it tells in full is recorded."""
        printed = documents.print(get_signed_in().member, case_no, task)
        return answer_pdf(printed.content, printed.name)

    @routes.post("/signatures")
    @open_to(Caller.STAFF)
    @routes.arguments(SignatureSchema)
    @routes.response(204)
    def sign_document(asked: dict[str, Any], case_no: str, task: int) -> None:
        """Sign a filled form on this device: oneself, or whoever stands there (with `name`)."""
        documents.sign(get_signed_in().member, case_no, task, Wish(**asked, device=_name_device()))

    @routes.post("/objection-answers")
    @open_to(Caller.STAFF)
    @routes.arguments(ObjectionAnswerSchema)
    @routes.response(204)
    def answer_objection(asked: dict[str, Any], case_no: str, task: int) -> None:
        """Tell the customer what comes of what they found wrong with a filled form, which settles it."""
        answers.answer(get_signed_in().member, case_no, task, Answer(**asked))

    @routes.post("/reveal")
    @open_to(Caller.STAFF)
    @routes.arguments(RevealSchema)
    @routes.response(200, RevealedSchema)
    def reveal_in_document(asked: dict[str, Any], case_no: str, task: int) -> dict[str, Any]:
        """Show full values; the look is recorded."""
        member = get_signed_in().member
        return documents.reveal(member, case_no, task, asked["items"], asked["reason"])

    return routes


def _name_device() -> str:
    return request.headers.get("User-Agent", "")


def make_case_print_routes(documents: StaffDocuments) -> Blueprint:
    """Return the route that prints all documents of a case at once."""
    routes = Blueprint("staff printing", __name__, url_prefix="/staff/api/v1/cases/<case_no>/documents.pdf")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def print_documents(case_no: str) -> Response:
        """Print all filled forms of the case; the looks at what they tell in full are recorded."""
        printed = documents.print_all(get_signed_in().member, case_no)
        return answer_pdf(printed.content, printed.name)

    return routes
