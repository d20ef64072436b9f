"""The shapes of units, staff, areas and the duty roster."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.organisation.roster_upkeep import MOST_CALLED
from backend.organisation.staff_upkeep import PRESENCES
from backend.organisation.upkeep import KINDS

_UNIT_CODE = validate.Regexp(r"^[0-9]{3}$")
_NAME = validate.Length(1, 60)
_PLACE = validate.Length(1, 40)
_COMMUNITY = validate.Length(max=40)
_POST = fields.String(validate=validate.Length(1, 40))
_PRESENCE = validate.OneOf(PRESENCES)
_ORDER = validate.Range(1, MOST_CALLED)


class RevisionQuerySchema(Schema):
    """What the list gave for the entry; without it nothing is compared."""

    revision = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=32))


class UnitEntrySchema(RevisionQuerySchema):
    """A unit; its code stands in the address. ``revision`` is empty for a new one."""

    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    parent_code = fields.String(required=True, allow_none=True, validate=_UNIT_CODE)
    is_active = fields.Boolean(load_default=True)
    address = fields.String(load_default=None, validate=validate.Length(max=100))


class UnitSchema(Schema):
    """A unit with its code."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    parent_code = fields.String(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)
    address = fields.String(required=True)
    revision = fields.String(required=True)


class UnitListSchema(Schema):
    """Units by code."""

    items = fields.List(fields.Nested(UnitSchema), required=True)


class PostSchema(Schema):
    """A position or department, and whether one may give it to somebody."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    may_give = fields.Boolean(required=True)


class PostListSchema(Schema):
    """All posts that somebody may hold."""

    positions = fields.List(fields.Nested(PostSchema), required=True)
    departments = fields.List(fields.Nested(PostSchema), required=True)


class StaffEntrySchema(RevisionQuerySchema):
    """Somebody; the user name stands in the address. Without a phone the known one stays.

    ``revision`` is empty for somebody new.
    """

    name = fields.String(required=True, validate=_NAME)
    unit_code = fields.String(required=True, validate=_UNIT_CODE)
    positions = fields.List(_POST, load_default=list, validate=validate.Length(max=20))
    departments = fields.List(_POST, load_default=list, validate=validate.Length(max=20))
    phone = fields.String(load_default=None, allow_none=True, validate=validate.Length(5, 20))
    wecom_userid = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    presence = fields.String(load_default="on_duty", validate=_PRESENCE)


class StaffQuerySchema(Schema):
    """Whether to list those who have left, too."""

    with_left = fields.Boolean(load_default=False)


class StaffSchema(Schema):
    """Somebody as the list shows them: the phone masked, null without one."""

    username = fields.String(required=True)
    name = fields.String(required=True)
    unit_code = fields.String(required=True)
    positions = fields.List(fields.String(), required=True)
    departments = fields.List(fields.String(), required=True)
    phone = fields.String(required=True, allow_none=True)
    wecom_userid = fields.String(required=True, allow_none=True)
    presence = fields.String(required=True, validate=_PRESENCE)
    absent_from = fields.Date(required=True, allow_none=True)
    absent_until = fields.Date(required=True, allow_none=True)
    revision = fields.String(required=True)


class StaffListSchema(Schema):
    """People by user name."""

    items = fields.List(fields.Nested(StaffSchema), required=True)


class EnteredStaffSchema(Schema):
    """The first password of a new account, shown this once; null where the account was known."""

    first_password = fields.String(required=True, allow_none=True)


class FirstPasswordSchema(Schema):
    """A first password, shown this once."""

    first_password = fields.String(required=True)


class AreaSchema(Schema):
    """Which unit serves a place; an empty community is the rest of the street."""

    region = fields.String(required=True)
    street = fields.String(required=True)
    community = fields.String(required=True)
    unit_code = fields.String(required=True)
    revision = fields.String(required=True)


class AreaEntrySchema(RevisionQuerySchema):
    """A place and who serves it from now on. ``revision`` is empty for a new place."""

    region = fields.String(required=True, validate=_PLACE)
    street = fields.String(required=True, validate=_PLACE)
    community = fields.String(required=True, validate=_COMMUNITY)
    unit_code = fields.String(required=True, validate=_UNIT_CODE)


class AreaRemovalSchema(RevisionQuerySchema):
    """A place alone."""

    region = fields.String(required=True, validate=_PLACE)
    street = fields.String(required=True, validate=_PLACE)
    community = fields.String(load_default="", validate=_COMMUNITY)


class StaffAreaListSchema(Schema):
    """Areas, sorted."""

    items = fields.List(fields.Nested(AreaSchema), required=True)


class RosterEntrySchema(RevisionQuerySchema):
    """A turn. Entered without its id it is known by unit, first day and order."""

    unit_code = fields.String(required=True, validate=_UNIT_CODE)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    call_order = fields.Integer(required=True, validate=_ORDER)
    username = fields.String(required=True, validate=validate.Length(1, 64))


class RosterTurnSchema(Schema):
    """A turn as the list shows it."""

    id = fields.Integer(required=True)
    unit_code = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    call_order = fields.Integer(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    revision = fields.String(required=True)


class RosterListSchema(Schema):
    """Turns by unit, day and order."""

    items = fields.List(fields.Nested(RosterTurnSchema), required=True)


class RosterQuerySchema(Schema):
    """From which day on, and until which."""

    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)


class OnDutyPersonSchema(Schema):
    """Somebody who is called; the phone masked, null without one."""

    name = fields.String(required=True)
    call_order = fields.Integer(required=True)
    phone = fields.String(required=True, allow_none=True)


class OnDutyUnitSchema(Schema):
    """Who is called first for a unit; ``from_code`` is the unit whose roster says so, null without one."""

    unit_code = fields.String(required=True)
    from_code = fields.String(required=True, allow_none=True)
    people = fields.List(fields.Nested(OnDutyPersonSchema), required=True)


class OnDutySchema(Schema):
    """Who is on duty today, by unit."""

    day = fields.Date(required=True)
    items = fields.List(fields.Nested(OnDutyUnitSchema), required=True)


class FaultyRowSchema(Schema):
    """What is wrong with a row of a table; ``row`` is its number in the file."""

    row = fields.Integer(required=True)
    text = fields.String(required=True)


class ImportPreviewSchema(Schema):
    """What taking in a table would do. With a fault nothing would be taken in."""

    rows = fields.Integer(required=True)
    new = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    faults = fields.List(fields.Nested(FaultyRowSchema), required=True)


class ImportedSchema(Schema):
    """How many rows were taken in, and the first passwords of new accounts, shown this once."""

    rows = fields.Integer(required=True)
    first_passwords = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
