"""The ledger of customers: /staff/api/v1/ledger."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.customers.classes import CLASS_NAMES
from backend.ledgers.importing import LARGEST_BYTES
from backend.ledgers.service import USE_NAMES, CustomerLedger, LedgerRequest
from staff_api.console_parts import LEDGER_KEEPERS, LEDGER_READERS
from staff_api.guard import require_post

_CLASS = validate.OneOf(tuple(CLASS_NAMES))
_CSV = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}


class LedgerQuerySchema(Schema):
    """Which accounts, from where on; ``q`` is a whole account number."""

    classification = fields.String(load_default=None, validate=_CLASS)
    q = fields.String(load_default="", validate=validate.Length(max=40))
    visit_due = fields.Boolean(load_default=False)
    after = fields.Integer(load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class LedgerLineSchema(Schema):
    """An account as a line of the ledger; ``annual_volume`` in 万方, as a decimal text."""

    account_no = fields.String(required=True)
    customer_name = fields.String(required=True)
    place = fields.String(required=True)
    unit_name = fields.String(required=True)
    gas_use = fields.String(required=True, validate=validate.OneOf(tuple(USE_NAMES)))
    classification = fields.String(required=True, validate=_CLASS)
    grade = fields.String(required=True, allow_none=True)
    standard = fields.String(required=True)
    annual_volume = fields.String(required=True, allow_none=True)
    visit_every_days = fields.Integer(required=True, allow_none=True)
    visited_on = fields.Date(required=True, allow_none=True)
    visit_due_on = fields.Date(required=True, allow_none=True)
    visit_due = fields.Boolean(required=True)
    service_content = fields.String(required=True)
    remarks = fields.String(required=True)


class LedgerPageSchema(Schema):
    """A page of the ledger; ``next`` goes into ``after``."""

    items = fields.List(fields.Nested(LedgerLineSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class ClassWishSchema(Schema):
    """Another class, and why."""

    classification = fields.String(required=True, validate=_CLASS)
    reason = fields.String(required=True, validate=validate.Length(max=200))


class LedgerVisitSchema(Schema):
    """The day of a visit."""

    visited_on = fields.Date(required=True)


class LedgerImportQuerySchema(Schema):
    """``case_no`` is the case that asks for the ledger; with ``preview`` nothing is kept."""

    case_no = fields.String(load_default=None, validate=validate.Length(max=20))
    preview = fields.Boolean(load_default=False)


class RefusedRowSchema(Schema):
    """A row that was not taken in, by its number in the file, and why."""

    row = fields.Integer(required=True)
    text = fields.String(required=True)


class LedgerImportedSchema(Schema):
    """What became of a table; of refused rows at most 200 are told."""

    taken = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    refused_count = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusedRowSchema), required=True)


def make_ledger_routes(ledger: CustomerLedger) -> Blueprint:
    """Return the routes of the ledger."""
    routes = Blueprint("customer ledger", __name__, url_prefix="/staff/api/v1/ledger")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(LedgerQuerySchema, location="query")
    @routes.response(200, LedgerPageSchema)
    def list_accounts(asked: dict[str, Any]) -> dict[str, Any]:
        """List the classified customers of one's units."""
        return ledger.list_accounts(require_post(*LEDGER_READERS).member, LedgerRequest(**asked))

    @routes.post("/<account_no>/class")
    @open_to(Caller.STAFF)
    @routes.arguments(ClassWishSchema)
    @routes.response(200, LedgerLineSchema)
    def set_class(asked: dict[str, Any], account_no: str) -> dict[str, Any]:
        """Give a customer another class."""
        return ledger.set_class(
            require_post(*LEDGER_KEEPERS).member, account_no, asked["classification"], asked["reason"]
        )

    @routes.post("/<account_no>/visits")
    @open_to(Caller.STAFF)
    @routes.arguments(LedgerVisitSchema)
    @routes.response(200, LedgerLineSchema)
    def note_visit(asked: dict[str, Any], account_no: str) -> dict[str, Any]:
        """Write down a visit."""
        return ledger.note_visit(require_post(*LEDGER_KEEPERS).member, account_no, asked["visited_on"])

    @routes.post("/table.csv")
    @open_to(Caller.STAFF)
    @routes.doc(requestBody=_CSV)
    @routes.arguments(LedgerImportQuerySchema, location="query")
    @routes.response(200, LedgerImportedSchema)
    def bring_in(asked: dict[str, Any]) -> dict[str, Any]:
        """Take a table in, sent as the body: good rows count, faulty ones are told."""
        member = require_post(*LEDGER_KEEPERS).member
        # One byte more than allowed tells a table that is too long without reading all of it.
        content = request.stream.read(LARGEST_BYTES + 1)
        return ledger.bring_in(member, content, asked["case_no"], asked["preview"])

    return routes
