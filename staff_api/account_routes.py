"""The gas account that a case is about: /staff/api/v1/cases/{case_no}/account."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.case_accounts import CaseAccounts
from backend.core.callers import Caller, open_to
from backend.customers.schemas import ACCOUNT_STATES, AccountUseSchema, ManagerSchema
from staff_api.guard import get_signed_in


class GasAccountSchema(AccountUseSchema):
    """An account, with what is personal masked."""

    account_no = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(ACCOUNT_STATES))
    holder = fields.String(required=True)
    contact = fields.String(required=True)
    phone = fields.String(required=True)
    place = fields.String(required=True)


class CaseAccountSchema(Schema):
    """All are null for most cases; ``unknown_no`` is a number given for the case that no account has."""

    account = fields.Nested(GasAccountSchema, required=True, allow_none=True)
    manager = fields.Nested(ManagerSchema, required=True, allow_none=True)
    unknown_no = fields.String(required=True, allow_none=True)


def make_account_routes(accounts: CaseAccounts) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("case_accounts", __name__, url_prefix="/staff/api/v1/cases/<case_no>/account")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseAccountSchema)
    def tell_account(case_no: str) -> dict[str, Any]:
        """Tell which account the case is about, and who is the customer's manager."""
        return accounts.tell_staff(get_signed_in().member, case_no)

    return routes
