"""Whole tables of the organisation as CSV, in and out: /staff/api/v1/organisation/<name>.csv."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.organisation.leads import KEEPER
from backend.organisation.tables import LARGEST_BYTES, OrganisationTables
from staff_api.guard import require_post
from staff_api.organisation_schemas import ImportedSchema, ImportPreviewSchema

_CSV = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}


def make_table_routes(tables: OrganisationTables) -> Blueprint:
    """Return the routes by which whole tables leave and come in as CSV."""
    routes = Blueprint("organisation tables", __name__, url_prefix="/staff/api/v1/organisation")

    @routes.get("/<name>.csv")
    @open_to(Caller.STAFF)
    @routes.response(200, {"type": "string"}, content_type="text/csv")
    def write_table(name: str) -> Response:
        """Write a table out: UTF-8 with a mark, as Excel wants it."""
        require_post(KEEPER)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(tables.write(name), content_type="text/csv; charset=utf-8", headers=headers)

    @routes.post("/<name>.csv")
    @open_to(Caller.STAFF)
    @routes.doc(requestBody=_CSV)
    @routes.response(200, ImportedSchema)
    def read_table(name: str) -> dict[str, Any]:
        """Take a table in, sent as the body; one faulty row and nothing of it is taken in."""
        require_post(KEEPER)
        return tables.read(name, _read_body())

    @routes.post("/<name>.csv/preview")
    @open_to(Caller.STAFF)
    @routes.doc(requestBody=_CSV)
    @routes.response(200, ImportPreviewSchema)
    def preview_table(name: str) -> dict[str, Any]:
        """Tell what taking in a table would do, and change nothing."""
        require_post(KEEPER)
        return tables.preview(name, _read_body())

    return routes


def _read_body() -> bytes:
    # One byte more than allowed tells a table that is too long without reading all of it.
    return request.stream.read(LARGEST_BYTES + 1)
