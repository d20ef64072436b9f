"""The shapes of what customers send and read, named as in the contract: clients' types are made from them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from backend.catalogue.field_checks import BadValue, check_text
from backend.files.schemas import FileViewSchema

_KEY = validate.Regexp(r"\A[a-z][a-z0-9_]{0,63}\Z")
# Forms are drawn from their definition, so their values are checked by it and only described here.
_VALUE = fields.Raw(
    allow_none=True,
    metadata={
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "array", "items": {"type": "string"}},
            {"$ref": "#/components/schemas/Address"},
            {"type": "null"},
        ]
    },
)


def make_values_field(**more: Any) -> fields.Dict:  # noqa: ANN401 - the options of the library's field
    """Return the field that holds a form's values by their keys."""
    return fields.Dict(keys=fields.String(), values=_VALUE, **more)


def _check_reason(typed: str) -> None:
    try:
        check_text(typed, 200, lines=True)
    except BadValue as bad:
        raise ValidationError(bad.code) from bad


_CASE_STATES = ("waits_for_you", "in_progress", "completed", "stopped")


class PointSchema(Schema):
    """A place in GCJ-02, and where it is known from."""

    lat = fields.Float(required=True)
    lng = fields.Float(required=True)
    source = fields.String(required=True, validate=validate.OneOf(("map", "browser")))


class AddressSchema(Schema):
    """An address in parts; those that do not apply are empty."""

    region = fields.String(required=True)
    street = fields.String(required=True)
    community = fields.String(required=True)
    building = fields.String(required=True)
    unit = fields.String(required=True)
    door = fields.String(required=True)
    note = fields.String(required=True)
    point = fields.Nested(PointSchema, required=True, allow_none=True)


class FormOptionSchema(Schema):
    """One choice."""

    value = fields.String(required=True)
    label = fields.String(required=True)


class FormFieldSchema(Schema):
    """One field of a form, as its YAML has it."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True)
    personal = fields.String(required=True)
    required = fields.Boolean()
    hint = fields.String()
    when = fields.Dict(keys=fields.String())
    options = fields.List(fields.Nested(FormOptionSchema))
    max_length = fields.Integer()
    min = fields.Float()
    max = fields.Float()
    max_count = fields.Integer()
    may_be_owed = fields.Boolean()
    feeds_conditions = fields.Boolean()


class FormSectionSchema(Schema):
    """A part of a form under one title."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    fields_ = fields.List(
        fields.Nested(FormFieldSchema), required=True, data_key="fields", attribute="fields"
    )


class FormBodySchema(Schema):
    """A form from which clients draw the page."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    sections = fields.List(fields.Nested(FormSectionSchema), required=True)


class UnmetSchema(Schema):
    """What an action still lacks."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class AvailableActionSchema(Schema):
    """Something that may be done now; clients offer nothing else."""

    kind = fields.String(
        required=True, validate=validate.OneOf(("complete", "withdraw", "cancel", "supply_document"))
    )
    task = fields.Integer(required=True, allow_none=True)
    step = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    unmet = fields.Nested(UnmetSchema, required=True, allow_none=True)
    needs_reason = fields.Boolean(required=True)
    needs_corrections = fields.Boolean(required=True)
    needs_owed_documents = fields.Boolean(required=True)
    asks = fields.List(fields.String(), required=True)


class CorrectionSchema(Schema):
    """One item that was returned, with the reason."""

    no = fields.Integer(required=True)
    item = fields.String(required=True)
    label = fields.String(required=True)
    reason = fields.String(required=True)
    resolved = fields.Boolean(required=True)


class ContactSchema(Schema):
    """The person who handles the case."""

    name = fields.String(required=True)
    phone = fields.String(required=True)


class ProgressStepSchema(Schema):
    """One step of the progress."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("done", "now", "next", "stopped")))
    at = fields.AwareDateTime(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    due_text = fields.String(required=True, allow_none=True)
    handler = fields.Nested(ContactSchema, required=True, allow_none=True)
    overdue = fields.Boolean(required=True)


class AppointmentViewSchema(Schema):
    """When the visit is, and until when that may be changed."""

    start_at = fields.AwareDateTime(required=True)
    end_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)
    may_change = fields.Boolean(required=True)
    change_until = fields.AwareDateTime(required=True, allow_none=True)


class DocumentSchema(Schema):
    """A document that is owed."""

    key = fields.String(required=True)
    label = fields.String(required=True)


class RatingSchema(Schema):
    """The customer's judgement."""

    stars = fields.Integer(required=True, strict=True)
    tags = fields.List(fields.String(), load_default=list)
    words = fields.String(load_default="")


class RatingTagsSchema(Schema):
    """The ready-made words that a rating may choose from: for four and five stars, and for fewer."""

    good = fields.List(fields.String(), required=True)
    bad = fields.List(fields.String(), required=True)


class _CaseBaseSchema(Schema):
    case_no = fields.String(required=True)
    service = fields.String(required=True)
    service_name = fields.String(required=True)
    headline = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_CASE_STATES))
    opened_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)


class CaseSummarySchema(_CaseBaseSchema):
    """A case in a list."""

    place = fields.String(required=True)
    action_name = fields.String(required=True, allow_none=True)
    due_text = fields.String(required=True, allow_none=True)


class CaseViewSchema(_CaseBaseSchema):
    """A case with all that its customer may see and do."""

    version = fields.Integer(required=True)
    progress = fields.List(fields.Nested(ProgressStepSchema), required=True)
    corrections = fields.List(fields.Nested(CorrectionSchema), required=True)
    owed_documents = fields.List(fields.Nested(DocumentSchema), required=True)
    form = fields.Nested(FormBodySchema, required=True)
    values = make_values_field(required=True)
    files = fields.Dict(keys=fields.String(), values=fields.Nested(FileViewSchema), required=True)
    actions = fields.List(fields.Nested(AvailableActionSchema), required=True)
    appointment = fields.Nested(AppointmentViewSchema, required=True, allow_none=True)
    visit_state = fields.String(required=True, validate=validate.OneOf(("none", "set_off", "arrived")))
    rating = fields.Nested(RatingSchema, required=True, allow_none=True)
    rating_tags = fields.Nested(RatingTagsSchema, required=True, allow_none=True)
    ended_reason = fields.String(required=True, allow_none=True)


class CasePageSchema(Schema):
    """Some cases, and where the next ones begin."""

    items = fields.List(fields.Nested(CaseSummarySchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CaseQuerySchema(Schema):
    """Which cases to list."""

    state = fields.String(validate=validate.OneOf(("open", "ended")))
    after = fields.String(validate=validate.Length(1, 32))


class HomeSchema(Schema):
    """What waits for the customer, first."""

    waiting = fields.List(fields.Nested(CaseSummarySchema), required=True)
    open_count = fields.Integer(required=True)
    unread_messages = fields.Integer(required=True)


class ApplicationSchema(Schema):
    """A form that was filled in."""

    command_id = fields.UUID(required=True)
    service = fields.String(required=True, validate=_KEY)
    form_version = fields.Integer(required=True, strict=True)
    values = make_values_field(required=True)
    allow_duplicate = fields.Boolean(load_default=False)


class CustomerCommandSchema(Schema):
    """One of the actions that the case offers, with what it needs."""

    command_id = fields.UUID(required=True)
    expected_version = fields.Integer(required=True, strict=True)
    kind = fields.String(required=True, validate=validate.OneOf(("complete", "withdraw", "supply_document")))
    task = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 10**12))
    outcome = fields.String(load_default=None, allow_none=True, validate=_KEY)
    reason = fields.String(load_default="", validate=_check_reason)
    values = make_values_field(load_default=dict)
    document = fields.String(load_default=None, allow_none=True, validate=_KEY)
    rating = fields.Nested(RatingSchema, load_default=None, allow_none=True)
