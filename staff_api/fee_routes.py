"""What a collection of a fee is to bring: /staff/api/v1/cases/{case_no}/fee."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.staff_access import StaffAccess
from backend.core.callers import Caller, open_to
from payments.statements import Fee, PaymentStatements
from staff_api.guard import get_signed_in


class FeeBasisSchema(Schema):
    """One thing of which the sum comes, in words: the reading, how much gas is owed, the price."""

    label = fields.String(required=True)
    text = fields.String(required=True)


class FeeReceivedSchema(Schema):
    """One sum that finance has confirmed."""

    amount_fen = fields.Integer(required=True)
    paid_at = fields.AwareDateTime(required=True)
    receipt_no = fields.String(required=True, allow_none=True)


class FeeRecordedSchema(Schema):
    """What a slip of the case says is owed, for what, and what has come in since it was filled in."""

    what = fields.String(required=True)
    owed_fen = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True)
    missing_fen = fields.Integer(required=True)


class FeeSchema(Schema):
    """The sum of contract or scheme, less what was paid, for what, and until when the customer is to pay it.

    The sum is null where nobody has said it, ``what`` where the case takes no money. ``is_taken``: finance is
    yet to confirm it; ``is_disputed``: the customer does not agree and is to be answered first. Once nothing
    is collected, ``recorded`` tells what a slip says is owed, ``received`` what finance has confirmed of it;
    ``is_cleared``: all of it.
    """

    due_fen = fields.Integer(required=True, allow_none=True)
    what = fields.String(required=True, allow_none=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    basis = fields.List(fields.Nested(FeeBasisSchema), required=True)
    is_taken = fields.Boolean(required=True)
    is_disputed = fields.Boolean(required=True)
    received = fields.List(fields.Nested(FeeReceivedSchema), required=True)
    is_cleared = fields.Boolean(required=True)
    recorded = fields.Nested(FeeRecordedSchema, required=True, allow_none=True)


def make_fee_routes(
    statements: PaymentStatements, access: StaffAccess, now: Callable[[], datetime]
) -> Blueprint:
    """Return the one route; ``now`` is the clock."""
    routes = Blueprint("case_fees", __name__, url_prefix="/staff/api/v1/cases/<case_no>/fee")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, FeeSchema)
    def tell_fee(case_no: str) -> Fee:
        """Tell the clerk who takes the money what the customer was told to pay."""
        return statements.find_fee(get_signed_in().member, access, case_no, now())

    return routes
