"""The gas account that a case is about: /staff/api/v1/cases/{case_no}/account."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.case_accounts import CaseAccounts
from backend.core.callers import Caller, open_to
from backend.customers.schemas import ACCOUNT_STATES, ManagerSchema
from staff_api.guard import get_signed_in

GAS_USES = ("residential", "public_service", "commercial", "industrial")
METER_KINDS = ("mechanical", "ic_card", "iot")


class ApplianceSchema(Schema):
    """A kind of device; its rated flow is in Nm³/h each."""

    kind = fields.String(required=True)
    model = fields.String(required=True)
    quantity = fields.Integer(required=True)
    rated_flow = fields.Float(required=True, allow_none=True)


class MeterSchema(Schema):
    """The meter that hangs there."""

    maker = fields.String(required=True)
    meter_no = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(METER_KINDS))
    reading = fields.Float(required=True, allow_none=True)


class GasAccountSchema(Schema):
    """An account, with what is personal masked. ``monthly_use`` is in m³."""

    account_no = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(ACCOUNT_STATES))
    holder = fields.String(required=True)
    contact = fields.String(required=True)
    phone = fields.String(required=True)
    place = fields.String(required=True)
    gas_use = fields.String(required=True, validate=validate.OneOf(GAS_USES))
    monthly_use = fields.Float(required=True, allow_none=True)
    pressure_kpa = fields.Float(required=True, allow_none=True)
    use_nature = fields.String(required=True)
    use_period = fields.String(required=True)
    appliances = fields.List(fields.Nested(ApplianceSchema), required=True)
    meter = fields.Nested(MeterSchema, required=True, allow_none=True)


class CaseAccountSchema(Schema):
    """Both are null for most cases."""

    account = fields.Nested(GasAccountSchema, required=True, allow_none=True)
    manager = fields.Nested(ManagerSchema, required=True, allow_none=True)


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
