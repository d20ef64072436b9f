"""What a collection of a fee is to bring: /staff/api/v1/cases/{case_no}/fee."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.staff_access import StaffAccess
from backend.core.callers import Caller, open_to
from payments.statements import PaymentStatements
from staff_api.guard import get_signed_in


class FeeSchema(Schema):
    """The sum of contract or scheme, less what was paid; null where nobody has said it."""

    due_fen = fields.Integer(required=True, allow_none=True)


def make_fee_routes(
    statements: PaymentStatements, access: StaffAccess, now: Callable[[], datetime]
) -> Blueprint:
    """Return the one route; ``now`` is the clock."""
    routes = Blueprint("case_fees", __name__, url_prefix="/staff/api/v1/cases/<case_no>/fee")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, FeeSchema)
    def tell_fee(case_no: str) -> dict[str, Any]:
        """Tell the clerk who takes the money what the customer was told to pay."""
        return {"due_fen": statements.find_fee(get_signed_in().member, access, case_no, now())}

    return routes
