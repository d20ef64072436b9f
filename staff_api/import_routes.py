"""A company's existing accounts brought in from a file: /staff/api/v1/account-imports."""

from __future__ import annotations

import io
from tempfile import TemporaryFile
from typing import Any

from flask import Response, request, send_file
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.account_imports.columns import make_template
from backend.account_imports.sealed_pieces import PIECE_BYTES
from backend.account_imports.service import AccountImports
from backend.account_imports.states import COMMANDS, STATES
from backend.core.callers import Caller, open_to
from staff_api.console_parts import IMPORTERS
from staff_api.export_routes import XLSX
from staff_api.guard import require_post

_PIECE = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
_PEOPLES = COMMANDS[:6]


class ImportFileSchema(Schema):
    """A file that is going to be sent: its name, which tells the kind, and its bytes."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    size = fields.Integer(required=True, validate=validate.Range(min=0))


class ImportCommandSchema(Schema):
    """What to do with an import; ``may_change`` goes with ``check`` and holds for the import after it."""

    command = fields.String(required=True, validate=validate.OneOf(_PEOPLES[1:]))
    may_change = fields.Boolean(load_default=False)


class ImportCountsSchema(Schema):
    """What became of the rows that were read."""

    created = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class AccountImportSchema(Schema):
    """An import; ``checked`` is what the dry run counted, ``failure`` the sentence of why it ended early."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("csv", "xlsx")))
    size = fields.Integer(required=True)
    piece_bytes = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    failure = fields.String(required=True)
    may_change = fields.Boolean(required=True)
    percent = fields.Integer(required=True)
    rows_read = fields.Integer(required=True)
    rows_total = fields.Integer(required=True, allow_none=True)
    counts = fields.Nested(ImportCountsSchema, required=True)
    checked = fields.Nested(ImportCountsSchema, required=True, allow_none=True)
    made_by = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    moved_at = fields.AwareDateTime(required=True)
    commands = fields.List(fields.String(validate=validate.OneOf(_PEOPLES)), required=True)


class ImportsQuerySchema(Schema):
    """From which import on, backwards."""

    before = fields.Integer(load_default=None, validate=validate.Range(min=1))


class AccountImportsSchema(Schema):
    """A page of imports, the newest first; ``next`` goes into ``before``."""

    items = fields.List(fields.Nested(AccountImportSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class RefusedQuerySchema(Schema):
    """After which row."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0))


class RefusedLineSchema(Schema):
    """A refused row by its number in the file; ``text`` says why and what to do."""

    row_no = fields.Integer(required=True)
    code = fields.String(required=True)
    column = fields.String(required=True)
    text = fields.String(required=True)


class RefusedLinesSchema(Schema):
    """A page of refused rows; ``next`` goes into ``after``."""

    items = fields.List(fields.Nested(RefusedLineSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


def make_import_routes(imports: AccountImports) -> Blueprint:
    """Return the routes of imports."""
    routes = Blueprint("account imports", __name__, url_prefix="/staff/api/v1/account-imports")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(ImportsQuerySchema, location="query")
    @routes.response(200, AccountImportsSchema)
    def list_imports(asked: dict[str, Any]) -> dict[str, Any]:
        """List the imports of one's units."""
        return imports.list_imports(require_post(*IMPORTERS).member, asked["before"])

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(ImportFileSchema)
    @routes.response(201, AccountImportSchema)
    def begin(asked: dict[str, Any]) -> dict[str, Any]:
        """Begin to send a file; its pieces of ``piece_bytes`` come next."""
        return imports.begin(require_post(*IMPORTERS).member, asked["name"], asked["size"])

    @routes.get("/template.csv")
    @open_to(Caller.STAFF)
    @routes.response(200, {"type": "string"}, content_type="text/csv")
    def read_template() -> Response:
        """Read the template: the headings and one made-up row."""
        require_post(*IMPORTERS)
        return send_file(
            io.BytesIO(make_template()),
            mimetype="text/csv",
            as_attachment=True,
            download_name="客户导入模板.csv",
        )

    @routes.get("/<int:import_id>")
    @open_to(Caller.STAFF)
    @routes.response(200, AccountImportSchema)
    def read(import_id: int) -> dict[str, Any]:
        """Tell how far an import is."""
        return imports.read(require_post(*IMPORTERS).member, import_id)

    @routes.put("/<int:import_id>/pieces/<int:number>")
    @open_to(Caller.STAFF)
    @routes.doc(requestBody=_PIECE)
    @routes.response(204)
    def put_piece(import_id: int, number: int) -> None:
        """Send a piece of the file, counted from 0; a piece that was lost is sent again."""
        member = require_post(*IMPORTERS).member
        imports.put_piece(member, import_id, number, request.stream.read(PIECE_BYTES + 1))

    @routes.post("/<int:import_id>/uploaded")
    @open_to(Caller.STAFF)
    @routes.response(200, AccountImportSchema)
    def finish_upload(import_id: int) -> dict[str, Any]:
        """Say that all pieces are sent; what is no table of accounts is refused at once."""
        return imports.finish_upload(require_post(*IMPORTERS).member, import_id)

    @routes.post("/<int:import_id>/commands")
    @open_to(Caller.STAFF)
    @routes.arguments(ImportCommandSchema)
    @routes.response(200, AccountImportSchema)
    def command(asked: dict[str, Any], import_id: int) -> dict[str, Any]:
        """Check (a dry run), start, stop, resume or drop an import."""
        member = require_post(*IMPORTERS).member
        if asked["command"] == "check":
            return imports.check(member, import_id, asked["may_change"])
        return imports.command(member, import_id, asked["command"])

    @routes.get("/<int:import_id>/refused")
    @open_to(Caller.STAFF)
    @routes.arguments(RefusedQuerySchema, location="query")
    @routes.response(200, RefusedLinesSchema)
    def list_refused(asked: dict[str, Any], import_id: int) -> dict[str, Any]:
        """List the refused rows."""
        return imports.list_refused(require_post(*IMPORTERS).member, import_id, asked["after"])

    @routes.get("/<int:import_id>/refused.xlsx")
    @open_to(Caller.STAFF)
    @routes.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
    def write_refused(import_id: int) -> Response:
        """Write all refused rows as an Excel file."""
        member = require_post(*IMPORTERS).member
        file = TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
        try:
            imports.write_refused(member, import_id, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return send_file(
            file, mimetype=XLSX, as_attachment=True, download_name="没有导入的行.xlsx", max_age=0
        )

    return routes
