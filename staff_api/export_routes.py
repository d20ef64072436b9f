"""Lists as Excel files: /staff/api/v1/exports/<name>, one door for all of them."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from flask import Response, send_file
from flask_smorest import Blueprint
from marshmallow import fields, validate

from backend.cases.return_reasons import REASON_KINDS
from backend.core.callers import Caller, open_to
from backend.organisation.list_exports import ListExports
from staff_api.case_row_schemas import StaffCaseQuerySchema
from staff_api.guard import get_signed_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportRequestSchema(StaffCaseQuerySchema):
    """What the list on the screen was asked for; each list reads what it knows.

    With a ``reason`` whose posts may have it get personal values in full, and each look is recorded.
    """

    class Meta:
        exclude = ("after", "limit")

    with_left = fields.Boolean(load_default=False)
    with_below = fields.Boolean(load_default=False)
    since = fields.Date(load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True)
    year = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(2000, 2100))
    process = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))
    kind = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(REASON_KINDS))
    reason = fields.String(load_default="", validate=validate.Length(max=200))


def make_export_routes(exports: ListExports) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("list exports", __name__, url_prefix="/staff/api/v1/exports")

    @routes.post("/<name>")
    @open_to(Caller.STAFF)
    @routes.arguments(ExportRequestSchema)
    @routes.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
    def export_list(asked: dict[str, Any], name: str) -> Response:
        """Write a list as an Excel file; X-Export-Rows and X-Export-Cut tell how much of it there is."""
        member = get_signed_in().member
        asked["reason"] = asked["reason"].strip()
        file = TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
        try:
            exported = exports.write(member, name, asked, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        response = send_file(
            file, mimetype=XLSX, as_attachment=True, download_name=exported.file_name, max_age=0
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Export-Rows"] = str(exported.rows)
        response.headers["X-Export-Cut"] = "1" if exported.is_cut else "0"
        return response

    return routes
