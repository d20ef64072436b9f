"""Shapes of accounts that both APIs share."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

ACCOUNT_STATES = ("pending", "active", "suspended", "removed", "closed")
GAS_USES = ("residential", "public_service", "commercial", "industrial")
METER_KINDS = ("mechanical", "ic_card", "iot")
INLET_SIDES = ("left", "right")
SAFETY_DEVICE_KINDS = ("hose", "alarm")
SAFETY_DEVICE_STATES = ("valid", "soon", "expired", "unknown")


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


class SafetyDeviceSchema(Schema):
    """A hose or gas alarm; ``soon`` is within sixty days of its day, ``unknown`` where none was noted."""

    kind = fields.String(required=True, validate=validate.OneOf(SAFETY_DEVICE_KINDS))
    model = fields.String(required=True)
    installed_on = fields.Date(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(SAFETY_DEVICE_STATES))


class MeterSchema(Schema):
    """The meter that hangs there."""

    maker = fields.String(required=True)
    meter_no = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(METER_KINDS))
    reading = fields.Float(required=True, allow_none=True)
    inlet_side = fields.String(required=True, allow_none=True, validate=validate.OneOf(INLET_SIDES))
    seal_no = fields.String(required=True)


class AccountUseSchema(Schema):
    """How gas is used at an account, and by what; ``monthly_use`` is in m³."""

    gas_use = fields.String(required=True, validate=validate.OneOf(GAS_USES))
    monthly_use = fields.Float(required=True, allow_none=True)
    pressure_kpa = fields.Float(required=True, allow_none=True)
    use_nature = fields.String(required=True)
    use_period = fields.String(required=True)
    appliances = fields.List(fields.Nested(ApplianceSchema), required=True)
    safety_devices = fields.List(fields.Nested(SafetyDeviceSchema), required=True)
    meter = fields.Nested(MeterSchema, required=True, allow_none=True)
