"""The gas account that one's case is about: /api/v1/cases/{case_no}/account."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.case_accounts import CaseAccounts
from backend.core.callers import Caller, open_to
from backend.customers.schemas import ACCOUNT_STATES, ManagerSchema
from miniprogram_api.guard import get_customer, open_to_links


class OwnAccountSchema(Schema):
    """The account's number and how it stands, and the customer's manager; null where there is none yet."""

    account_no = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True, validate=validate.OneOf(ACCOUNT_STATES))
    manager = fields.Nested(ManagerSchema, required=True, allow_none=True)


def make_account_routes(accounts: CaseAccounts) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("own_accounts", __name__, url_prefix="/api/v1/cases/<case_no>/account")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, OwnAccountSchema)
    def tell_account(case_no: str) -> dict[str, Any]:
        """Tell the account's number as soon as there is one, and the customer's manager."""
        return accounts.tell_customer(get_customer().customer_id, case_no)

    return routes
