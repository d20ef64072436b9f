"""What one has to pay for a case, and what was paid: /api/v1/cases/{case_no}/payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer, open_to_links
from payments.statements import BILL_STATES, PaymentStatements


class DeskSchema(Schema):
    """The unit whose counter takes the money, where it is, and its hours on a working day.

    The address is empty where nobody entered it, and so is ``map_url``, where a browser shows it on the map.
    """

    unit = fields.String(required=True)
    address = fields.String(required=True)
    hours = fields.String(required=True)
    map_url = fields.String(required=True)


class TransferSchema(Schema):
    """The company's account as the contract has it."""

    holder = fields.String(required=True)
    bank = fields.String(required=True)
    account_no = fields.String(required=True)


class BasisSchema(Schema):
    """One thing of which a sum comes, in words: the reading, how much gas is owed, the price."""

    label = fields.String(required=True)
    text = fields.String(required=True)


class BillSchema(Schema):
    """What is to be paid now. ``amount_fen`` is null while nobody has set it; ``total_fen`` is the whole.

    ``basis`` is what a sum that was recorded comes of; a contract's stands in the contract. ``paper`` is the
    task of the slip that has the sum, among the case's documents, to which the customer may object.
    """

    what = fields.String(required=True)
    amount_fen = fields.Integer(required=True, allow_none=True)
    total_fen = fields.Integer(required=True, allow_none=True)
    paid_fen = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(BILL_STATES))
    until = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    paper = fields.Integer(required=True, allow_none=True)
    basis = fields.List(fields.Nested(BasisSchema), required=True)
    contract_no = fields.String(required=True, allow_none=True)
    transfer = fields.Nested(TransferSchema, required=True, allow_none=True)
    desk = fields.Nested(DeskSchema, required=True)


class ReceiptSchema(Schema):
    """One sum that was received."""

    amount_fen = fields.Integer(required=True)
    paid_at = fields.AwareDateTime(required=True)
    receipt_no = fields.String(required=True, allow_none=True)


class PaymentsSchema(Schema):
    """For most cases there is no bill and nothing was paid."""

    bill = fields.Nested(BillSchema, required=True, allow_none=True)
    paid = fields.List(fields.Nested(ReceiptSchema), required=True)


def make_payment_routes(statements: PaymentStatements, now: Callable[[], datetime]) -> Blueprint:
    """Return the one route; ``now`` is the clock."""
    routes = Blueprint("own_payments", __name__, url_prefix="/api/v1/cases/<case_no>/payments")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, PaymentsSchema)
    def tell_payments(case_no: str) -> dict[str, Any]:
        """Tell what is to be paid now, where and until when, and the receipt of every sum that was paid."""
        return statements.tell_customer(get_customer().customer_id, case_no, now())

    return routes
