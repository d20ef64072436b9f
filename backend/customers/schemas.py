"""Shapes of accounts that both APIs share."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

ACCOUNT_STATES = ("pending", "active", "suspended", "removed", "closed")
GAS_USES = ("residential", "public_service", "commercial", "industrial")
METER_KINDS = ("mechanical", "ic_card", "iot")


class ManagerSchema(Schema):
    """The customer's manager (客户经理), who goes with the customer through the whole process."""

    name = fields.String(required=True)
    phone = fields.String(required=True)


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


class AccountUseSchema(Schema):
    """How gas is used at an account, and by what; ``monthly_use`` is in m³."""

    gas_use = fields.String(required=True, validate=validate.OneOf(GAS_USES))
    monthly_use = fields.Float(required=True, allow_none=True)
    pressure_kpa = fields.Float(required=True, allow_none=True)
    use_nature = fields.String(required=True)
    use_period = fields.String(required=True)
    appliances = fields.List(fields.Nested(ApplianceSchema), required=True)
    meter = fields.Nested(MeterSchema, required=True, allow_none=True)
