"""Printing documents of several cases at once: /staff/api/v1/prints."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.batch_printing import BatchPrinting
from backend.core.callers import Caller, open_to
from backend.files.responses import answer_pdf
from backend.files.schemas import FILE_CONTENT
from staff_api.guard import get_signed_in

# Far above what may be printed at once, and short enough for an address.
_LONGEST = 4000


class PrintCasesSchema(Schema):
    """The numbers of the cases, with commas between them."""

    cases = fields.String(required=True, validate=validate.Length(1, _LONGEST))


class PrintAskedSchema(PrintCasesSchema):
    """The cases, and the kind of document."""

    form = fields.String(required=True, validate=validate.Length(1, 64))


class PrintKindSchema(Schema):
    """A kind of document that the cases have filled in, how many there are, and which cases have one."""

    form = fields.String(required=True)
    name = fields.String(required=True)
    count = fields.Integer(required=True)
    cases = fields.List(fields.String(), required=True)


class PrintKindListSchema(Schema):
    """The kinds, those with most documents first."""

    items = fields.List(fields.Nested(PrintKindSchema), required=True)


def make_print_routes(printing: BatchPrinting) -> Blueprint:
    """Return the routes; each case has to be one that the member may see."""
    routes = Blueprint("batch printing", __name__, url_prefix="/staff/api/v1")

    @routes.get("/prints")
    @open_to(Caller.STAFF)
    @routes.arguments(PrintCasesSchema, location="query")
    @routes.response(200, PrintKindListSchema)
    def list_print_kinds(asked: dict[str, Any]) -> dict[str, Any]:
        """List the kinds of document that can be printed of these cases."""
        return {"items": printing.list_kinds(get_signed_in().member, asked["cases"].split(","))}

    @routes.get("/prints.pdf")
    @open_to(Caller.STAFF)
    @routes.arguments(PrintAskedSchema, location="query")
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def print_cases(asked: dict[str, Any]) -> Response:
        """Print one kind of document of several cases as one PDF; the looks are recorded."""
        printed = printing.print(get_signed_in().member, asked["cases"].split(","), asked["form"])
        return answer_pdf(printed.content, printed.name)

    return routes
