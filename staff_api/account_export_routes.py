"""All accounts of one's units as a file: /staff/api/v1/account-exports."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from flask import Response, send_file
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.account_imports.exporting import AccountExports
from backend.core.callers import Caller, open_to
from staff_api.console_parts import IMPORTERS
from staff_api.export_routes import XLSX
from staff_api.guard import require_post


class AccountExportSchema(Schema):
    """As what; with a ``reason``, which is recorded, personal values come in full."""

    kind = fields.String(required=True, validate=validate.OneOf(("csv", "xlsx")))
    reason = fields.String(load_default="", validate=validate.Length(max=200))


def make_account_export_routes(exports: AccountExports) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("account exports", __name__, url_prefix="/staff/api/v1/account-exports")

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(AccountExportSchema)
    @routes.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
    @routes.alt_response(200, schema={"type": "string"}, content_type="text/csv", success=True)
    def export(asked: dict[str, Any]) -> Response:
        """Write all accounts of one's units; CSV leaves while it is read."""
        member, reason = require_post(*IMPORTERS).member, asked["reason"].strip()
        if asked["kind"] == "csv":
            response = Response(exports.write_csv(member, reason), content_type="text/csv; charset=utf-8")
            response.headers["Content-Disposition"] = "attachment; filename=accounts.csv"
        else:
            file = TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
            try:
                exports.write_excel(member, reason, file)
            except BaseException:
                file.close()
                raise
            file.seek(0)
            response = send_file(
                file, mimetype=XLSX, as_attachment=True, download_name="accounts.xlsx", max_age=0
            )
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes
