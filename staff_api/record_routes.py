"""How an application compares with the company's records: /staff/api/v1/cases/{case_no}/record."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.record_matching import MATCHES, RecordMatching
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in


class RecordMatchSchema(Schema):
    """One field of the application, and how it compares; what stands in the record is not told."""

    item = fields.String(required=True)
    match = fields.String(required=True, validate=validate.OneOf(MATCHES))


class RecordMatchesSchema(Schema):
    """Nothing where the application has neither an account number nor the holder's identity number."""

    items = fields.List(fields.Nested(RecordMatchSchema), required=True)


def make_record_routes(records: RecordMatching) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("records", __name__, url_prefix="/staff/api/v1/cases/<case_no>/record")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, RecordMatchesSchema)
    def compare_with_record(case_no: str) -> dict[str, Any]:
        """Tell how the account number and the holder's identity number of the application compare."""
        return {"items": records.compare(get_signed_in().member, case_no)}

    return routes
