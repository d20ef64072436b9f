"""Shapes of a case that customers and staff read alike; each API adds its own around them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.cases.commands import ASKED
from backend.cases.foretelling import StepState

ACTION_KINDS = (
    "complete",
    "withdraw",
    "cancel",
    "supply_document",
    "sign_document",
    "urge",
    "verify_identity",
    "rate",
    "book",
)


class UnmetSchema(Schema):
    """What an action still lacks."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class AvailableActionSchema(Schema):
    """Something that may be done now; clients offer nothing else. ``asks`` names what it has to bring.

    ``reason_label`` says what the words that it needs are, where they are a record and not a reason.
    ``for_customer``: whoever of the staff does it does it on the customer's behalf.
    """

    kind = fields.String(required=True, validate=validate.OneOf(ACTION_KINDS))
    task = fields.Integer(required=True, allow_none=True)
    step = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    unmet = fields.Nested(UnmetSchema, required=True, allow_none=True)
    needs_reason = fields.Boolean(required=True)
    reason_label = fields.String(required=True, allow_none=True)
    needs_corrections = fields.Boolean(required=True)
    needs_owed_documents = fields.Boolean(required=True)
    asks = fields.List(fields.String(validate=validate.OneOf(ASKED)), required=True)
    for_customer = fields.Boolean(required=True)


class CorrectionSchema(Schema):
    """One item that was returned, with the reason."""

    no = fields.Integer(required=True)
    item = fields.String(required=True)
    label = fields.String(required=True)
    reason = fields.String(required=True)
    resolved = fields.Boolean(required=True)


class OwedDocumentSchema(Schema):
    """A document that is still owed."""

    key = fields.String(required=True)
    label = fields.String(required=True)


class ContactSchema(Schema):
    """The person who handles the case, and comes."""

    name = fields.String(required=True)
    phone = fields.String(required=True)


class ProgressStepSchema(Schema):
    """One step of the progress."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(one.value for one in StepState)))
    at = fields.AwareDateTime(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    due_text = fields.String(required=True, allow_none=True)
    handler = fields.Nested(ContactSchema, required=True, allow_none=True)
    overdue = fields.Boolean(required=True)


class StaffProgressStepSchema(ProgressStepSchema):
    """One step of the progress as staff read it: with who did it."""

    done_by = fields.String(required=True, allow_none=True)


class AppointmentViewSchema(Schema):
    """When the visit is, and until when that may be changed."""

    start_at = fields.AwareDateTime(required=True)
    end_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)
    may_change = fields.Boolean(required=True)
    change_until = fields.AwareDateTime(required=True, allow_none=True)
