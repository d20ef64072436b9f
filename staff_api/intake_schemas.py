"""Shapes of opening a case on a customer's behalf."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.cases.intake import CHANNELS
from backend.catalogue.form_schemas import AddressSchema, FormBodySchema, make_values_field
from backend.core.json_fields import Ready
from staff_api.case_row_schemas import StaffCaseRowSchema


class StartableSchema(Schema):
    """A process that one may start, with the form to fill in; ``hint`` says within what time it answers."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    is_alarm = fields.Boolean(required=True)
    hint = fields.String(required=True)
    form = Ready(FormBodySchema, required=True)


class StartableListSchema(Schema):
    """All of them, the ways in which a case can come in, and the usual one of the asking member."""

    items = fields.List(fields.Nested(StartableSchema), required=True)
    channels = fields.List(fields.String(validate=validate.OneOf(CHANNELS)), required=True)
    usual_channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))


class IntakeSearchSchema(Schema):
    """A whole phone, number (of account or case), name or address, or a part of one; the first counts."""

    phone = fields.String(load_default="", validate=validate.Length(max=30))
    account_no = fields.String(load_default="", validate=validate.Length(max=20))
    case_no = fields.String(load_default="", validate=validate.Length(max=20))
    name = fields.String(load_default="", validate=validate.Length(max=30))
    address = fields.Nested(AddressSchema, load_default=None, allow_none=True)


class KnownPersonSchema(Schema):
    """Somebody who may be the customer; without an id one of whom only a case is known.

    ``masked`` for one of several: in full by the account number, or by the case that names them.
    """

    customer_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    account_no = fields.String(required=True, allow_none=True)
    address = fields.Nested(AddressSchema, required=True, allow_none=True)
    case_no = fields.String(required=True, allow_none=True)
    masked = fields.Boolean(required=True)


class IntakeFoundSchema(Schema):
    """Who may be meant, and which of their cases are open."""

    customers = fields.List(fields.Nested(KnownPersonSchema), required=True)
    open_cases = fields.List(fields.Nested(StaffCaseRowSchema), required=True)
    more = fields.Boolean(required=True)


class NewCaseSchema(Schema):
    """What somebody of the staff writes down for a customer."""

    command_id = fields.UUID(required=True)
    process = fields.String(required=True, validate=validate.Length(1, 64))
    form_version = fields.Integer(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    values = make_values_field(required=True)
    customer_id = fields.Integer(load_default=None, allow_none=True)
    allow_duplicate = fields.Boolean(load_default=False)


class OpenedSchema(Schema):
    """The number of the case that was opened."""

    case_no = fields.String(required=True)
