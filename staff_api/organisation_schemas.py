"""The shapes of units, staff, areas and the duty roster."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.organisation.upkeep import KINDS, PRESENCES

_UNIT_CODE = validate.Regexp(r"^[0-9]{3}$")
_NAME = validate.Length(1, 60)
_POST = fields.String(validate=validate.Length(1, 40))


class UnitEntrySchema(Schema):
    """A unit; its code stands in the address."""

    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    parent_code = fields.String(required=True, allow_none=True, validate=_UNIT_CODE)
    is_active = fields.Boolean(load_default=True)


class UnitSchema(UnitEntrySchema):
    """A unit with its code."""

    code = fields.String(required=True)
    is_active = fields.Boolean(required=True)


class UnitListSchema(Schema):
    """Units by code."""

    items = fields.List(fields.Nested(UnitSchema), required=True)


class StaffEntrySchema(Schema):
    """Somebody; the user name stands in the address. Without a phone the known one stays."""

    name = fields.String(required=True, validate=_NAME)
    unit_code = fields.String(required=True, validate=_UNIT_CODE)
    positions = fields.List(_POST, load_default=list, validate=validate.Length(max=20))
    departments = fields.List(_POST, load_default=list, validate=validate.Length(max=20))
    phone = fields.String(load_default=None, allow_none=True, validate=validate.Length(5, 20))
    presence = fields.String(load_default="on_duty", validate=validate.OneOf(PRESENCES))


class StaffSchema(Schema):
    """Somebody as the list shows them."""

    username = fields.String(required=True)
    name = fields.String(required=True)
    unit_code = fields.String(required=True)
    positions = fields.List(fields.String(), required=True)
    departments = fields.List(fields.String(), required=True)
    has_phone = fields.Boolean(required=True)
    presence = fields.String(required=True, validate=validate.OneOf(PRESENCES))


class StaffListSchema(Schema):
    """Everybody who has not left, by user name."""

    items = fields.List(fields.Nested(StaffSchema), required=True)


class FirstPasswordSchema(Schema):
    """The first password of a new account, shown this once; null where the account was known."""

    first_password = fields.String(required=True, allow_none=True)


class AreaSchema(Schema):
    """Which unit serves a place; an empty community is the rest of the street."""

    region = fields.String(required=True, validate=validate.Length(1, 40))
    street = fields.String(required=True, validate=validate.Length(1, 40))
    community = fields.String(required=True, validate=validate.Length(max=40))
    unit_code = fields.String(required=True, validate=_UNIT_CODE)


class AreaPlaceSchema(Schema):
    """A place alone."""

    region = fields.String(required=True, validate=validate.Length(1, 40))
    street = fields.String(required=True, validate=validate.Length(1, 40))
    community = fields.String(load_default="", validate=validate.Length(max=40))


class StaffAreaListSchema(Schema):
    """Areas, sorted."""

    items = fields.List(fields.Nested(AreaSchema), required=True)


class RosterEntrySchema(Schema):
    """A turn: known by unit, first day and order."""

    unit_code = fields.String(required=True, validate=_UNIT_CODE)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    call_order = fields.Integer(required=True, validate=validate.Range(1, 20))
    username = fields.String(required=True, validate=validate.Length(1, 64))


class RosterTurnSchema(RosterEntrySchema):
    """A turn with its id."""

    id = fields.Integer(required=True)


class RosterListSchema(Schema):
    """Turns by unit, day and order."""

    items = fields.List(fields.Nested(RosterTurnSchema), required=True)


class RosterQuerySchema(Schema):
    """From which day on."""

    since = fields.Date(load_default=None)


class ImportedSchema(Schema):
    """How many rows were taken in, and the first passwords of new accounts, shown this once."""

    rows = fields.Integer(required=True)
    first_passwords = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
