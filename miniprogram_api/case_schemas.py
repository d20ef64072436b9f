"""The shapes of what customers send and read, named as in the contract: clients' types are made from them."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validate

from backend.appointments.visits import VISIT_STATES
from backend.cases.identity_wanted import IDENTITY_STATES
from backend.cases.schemas import (
    AppointmentViewSchema,
    AvailableActionSchema,
    CorrectionSchema,
    OwedDocumentSchema,
    ProgressStepSchema,
)
from backend.catalogue.field_checks import BadValue, check_text
from backend.catalogue.form_schemas import FormBodySchema, make_values_field
from backend.files.schemas import FileViewSchema

_KEY = validate.Regexp(r"\A[a-z][a-z0-9_]{0,63}\Z")


def _check_reason(typed: str) -> None:
    try:
        check_text(typed, 200, lines=True)
    except BadValue as bad:
        raise ValidationError(bad.code) from bad


_CASE_STATES = ("waits_for_you", "in_progress", "completed", "stopped")


class RatingSchema(Schema):
    """The customer's judgement."""

    stars = fields.Integer(required=True)
    tags = fields.List(fields.String(), required=True)
    words = fields.String(required=True)


class RatingRequestSchema(Schema):
    """The customer's judgement as it is given."""

    stars = fields.Integer(required=True, strict=True)
    tags = fields.List(fields.String(), load_default=list)
    words = fields.String(load_default="")


class RatingTagsSchema(Schema):
    """The ready-made words that a rating may choose from: for four and five stars, and for fewer."""

    good = fields.List(fields.String(), required=True)
    bad = fields.List(fields.String(), required=True)


class AnswerSchema(Schema):
    """What the customer is told of how the matter was handled."""

    label = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class _CaseBaseSchema(Schema):
    case_no = fields.String(required=True)
    service = fields.String(required=True)
    service_name = fields.String(required=True)
    headline = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_CASE_STATES))
    opened_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)


class DueSchema(Schema):
    """What is to be paid at the counter now, in whole fen, and for what."""

    what = fields.String(required=True)
    amount_fen = fields.Integer(required=True)


class CaseSummarySchema(_CaseBaseSchema):
    """A case in a list."""

    place = fields.String(required=True)
    action_name = fields.String(required=True, allow_none=True)
    action = fields.Nested(AvailableActionSchema, required=True, allow_none=True)
    due_text = fields.String(required=True, allow_none=True)
    due = fields.Nested(DueSchema, required=True, allow_none=True)
    # What the customer is asked to put right, in short, where the open step shows it.
    told = fields.String(required=True)
    # Staff are to answer first what the customer says of a paper.
    is_disputed = fields.Boolean(required=True)


class RefusalSchema(Schema):
    """What the customer did not agree to, in their words, until they agree to it or the case has gone on.

    ``is_mended``: it was made anew and waits for them; the sums are there where the new one is another.
    """

    name = fields.String(required=True)
    text = fields.String(required=True)
    is_mended = fields.Boolean(required=True)
    sum_before_fen = fields.Integer(required=True, allow_none=True)
    sum_now_fen = fields.Integer(required=True, allow_none=True)


class CaseViewSchema(_CaseBaseSchema):
    """A case with all that its customer may see and do."""

    version = fields.Integer(required=True)
    progress = fields.List(fields.Nested(ProgressStepSchema), required=True)
    corrections = fields.List(fields.Nested(CorrectionSchema), required=True)
    mend_until = fields.AwareDateTime(required=True, allow_none=True)
    owed_documents = fields.List(fields.Nested(OwedDocumentSchema), required=True)
    form = fields.Nested(FormBodySchema, required=True)
    values = make_values_field(required=True)
    files = fields.Dict(keys=fields.String(), values=fields.Nested(FileViewSchema), required=True)
    actions = fields.List(fields.Nested(AvailableActionSchema), required=True)
    appointment = fields.Nested(AppointmentViewSchema, required=True, allow_none=True)
    visit_state = fields.String(required=True, validate=validate.OneOf(VISIT_STATES))
    visit_for = fields.String(required=True)
    visited_at = fields.AwareDateTime(required=True, allow_none=True)
    visit_result = fields.String(required=True, allow_none=True)
    answers = fields.List(fields.Nested(AnswerSchema), required=True)
    rating = fields.Nested(RatingSchema, required=True, allow_none=True)
    rating_tags = fields.Nested(RatingTagsSchema, required=True, allow_none=True)
    identity = fields.String(required=True, validate=validate.OneOf(IDENTITY_STATES))
    ended_reason = fields.String(required=True, allow_none=True)
    # Whether it can still be stopped where it stands, by telephone where not by the action of withdrawing.
    may_call_off = fields.Boolean(required=True)
    # The step that waits for their signature waits for staff first, who are to answer what they object to.
    is_disputed = fields.Boolean(required=True)
    refusal = fields.Nested(RefusalSchema, required=True, allow_none=True)
    # Since when what was personal in it is gone, as its time was over.
    erased_at = fields.AwareDateTime(required=True, allow_none=True)


class CasePageSchema(Schema):
    """Some cases, and where the next ones begin."""

    items = fields.List(fields.Nested(CaseSummarySchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CaseQuerySchema(Schema):
    """Which cases to list."""

    state = fields.String(validate=validate.OneOf(("open", "ended")))
    after = fields.String(validate=validate.Length(1, 32))


class HomeSchema(Schema):
    """What waits for the customer, first; then the visits to come, and what is to be answered to them."""

    waiting = fields.List(fields.Nested(CaseSummarySchema), required=True)
    coming = fields.List(fields.Nested(CaseSummarySchema), required=True)
    answering = fields.List(fields.Nested(CaseSummarySchema), required=True)
    open_count = fields.Integer(required=True)
    unread_messages = fields.Integer(required=True)


class ApplicationSchema(Schema):
    """A form that was filled in."""

    command_id = fields.UUID(required=True)
    service = fields.String(required=True, validate=_KEY)
    form_version = fields.Integer(required=True, strict=True)
    values = make_values_field(required=True)
    allow_duplicate = fields.Boolean(load_default=False)
    allow_name = fields.Boolean(load_default=False)


class CustomerCommandSchema(Schema):
    """One of the actions that the case offers, with what it needs."""

    command_id = fields.UUID(required=True)
    expected_version = fields.Integer(required=True, strict=True)
    kind = fields.String(
        required=True, validate=validate.OneOf(("complete", "withdraw", "supply_document", "urge", "rate"))
    )
    task = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 10**12))
    outcome = fields.String(load_default=None, allow_none=True, validate=_KEY)
    reason = fields.String(load_default="", validate=_check_reason)
    values = make_values_field(load_default=dict)
    document = fields.String(load_default=None, allow_none=True, validate=_KEY)
    rating = fields.Nested(RatingRequestSchema, load_default=None, allow_none=True)
