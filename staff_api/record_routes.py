"""What the company knows of whom a case is about: /staff/api/v1/cases/{case_no}/record and …/books."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.record_matching import MATCHES, RecordMatching
from backend.core.callers import Caller, open_to
from backend.metering.case_books import CaseBooks
from staff_api.guard import get_signed_in


class RecordMatchSchema(Schema):
    """One field of the application, and how it compares; what stands in the record is not told."""

    item = fields.String(required=True)
    match = fields.String(required=True, validate=validate.OneOf(MATCHES))


class RecordMatchesSchema(Schema):
    """Nothing where the application has neither an account number nor the holder's identity number."""

    items = fields.List(fields.Nested(RecordMatchSchema), required=True)


class CaseBooksSchema(Schema):
    """What is owed by bills and what was paid ahead (null where nobody said), in whole fen."""

    account_no = fields.String(required=True)
    owed_fen = fields.Integer(required=True)
    owed_bills = fields.Integer(required=True)
    balance_fen = fields.Integer(required=True, allow_none=True)
    balance_at = fields.DateTime(required=True, allow_none=True)


class CaseBooksAnswerSchema(Schema):
    """Null where the case is about no account that the hall knows."""

    books = fields.Nested(CaseBooksSchema, required=True, allow_none=True)


def make_record_routes(records: RecordMatching, books: CaseBooks) -> Blueprint:
    """Return the routes; a case that is not the caller's to see is 404."""
    routes = Blueprint("records", __name__, url_prefix="/staff/api/v1/cases/<case_no>")

    @routes.get("/record")
    @open_to(Caller.STAFF)
    @routes.response(200, RecordMatchesSchema)
    def compare_with_record(case_no: str) -> dict[str, Any]:
        """Tell how the account number and the holder's identity number of the application compare."""
        return {"items": records.compare(get_signed_in().member, case_no)}

    @routes.get("/books")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseBooksAnswerSchema)
    def tell_books(case_no: str) -> dict[str, Any]:
        """Tell what is owed by the bills of the account that the case is about, and what was paid ahead."""
        return {"books": books.tell(get_signed_in().member, case_no)}

    return routes
