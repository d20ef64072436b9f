"""The forms of a customer's own steps: /api/v1/cases/{case_no}/documents/{task}."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.cases.customer_documents import CustomerDocuments
from backend.cases.document_schemas import DocumentChangeSchema, DocumentSchema, SavedDocumentSchema
from backend.cases.documents import Change
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer, open_to_links


def make_document_routes(documents: CustomerDocuments) -> Blueprint:
    """Return the routes of one document, which is named by its case and the task of one of its actions."""
    routes = Blueprint("documents", __name__, url_prefix="/api/v1/cases/<case_no>/documents/<int:task>")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, DocumentSchema)
    def tell_document(case_no: str, task: int) -> dict[str, Any]:
        """Tell a form with what is filled in, or what is known already."""
        return documents.read(get_customer().customer_id, case_no, task)

    @routes.put("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(DocumentChangeSchema)
    @routes.response(200, SavedDocumentSchema)
    def keep_document(typed: dict[str, Any], case_no: str, task: int) -> dict[str, int]:
        """Keep what was typed; with `fills` check all of it and hand the form in.

        The same change sent again does nothing more.
        """
        return {"revision": documents.save(get_customer().customer_id, case_no, task, Change(**typed))}

    return routes
