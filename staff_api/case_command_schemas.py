"""What staff send about a case: commands, marks, remarks, and what is to be shown in full."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.catalogue.form_schemas import make_values_field
from staff_api.case_schemas import VERDICTS

_ITEM = validate.Regexp(r"^[a-z][a-z0-9_]{0,63}$")
_TEXT = validate.Length(max=500)


class ReviewMarkRequestSchema(Schema):
    """A reviewer's verdict as it is given; null takes the mark away."""

    verdict = fields.String(required=True, allow_none=True, validate=validate.OneOf(VERDICTS))
    reason = fields.String(load_default="", validate=_TEXT)


class RevealSchema(Schema):
    """Which values to see in full, and why."""

    items = fields.List(fields.String(validate=_ITEM), required=True, validate=validate.Length(1, 30))
    reason = fields.String(required=True, validate=validate.Length(max=200))


class RevealedSchema(Schema):
    """The full values."""

    values = make_values_field(required=True)


class ReviewsSchema(Schema):
    """Marks by item."""

    items = fields.Dict(
        keys=fields.String(validate=_ITEM),
        values=fields.Nested(ReviewMarkRequestSchema),
        required=True,
        validate=validate.Length(1, 60),
    )


class CorrectionRequestSchema(Schema):
    """One item to be mended, with the reason the customer reads."""

    item = fields.String(required=True, validate=_ITEM)
    reason = fields.String(required=True, validate=validate.Length(1, 300))


class StaffCommandSchema(Schema):
    """A command of staff; what an outcome asks for is said in its action."""

    command_id = fields.UUID(required=True)
    expected_version = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["complete", "cancel"]))
    task = fields.Integer(load_default=None, allow_none=True)
    outcome = fields.String(load_default=None, allow_none=True, validate=_ITEM)
    reason = fields.String(load_default="", validate=_TEXT)
    corrections = fields.List(
        fields.Nested(CorrectionRequestSchema), load_default=list, validate=validate.Length(max=60)
    )
    owed_documents = fields.List(
        fields.String(validate=_ITEM), load_default=list, validate=validate.Length(max=60)
    )
    unit_code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=3))
    handler = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    manager = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    result = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=2000))
    photos = fields.List(
        fields.String(validate=validate.Length(1, 100)), load_default=list, validate=validate.Length(max=12)
    )
    signature = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    drawing = fields.List(
        fields.String(validate=validate.Length(1, 100)), load_default=list, validate=validate.Length(max=6)
    )
    # Up to ten million yuan: what is more was mistyped.
    amount_fen = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 1_000_000_000)
    )
    receipt_no = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class RemarkSchema(Schema):
    """A note or a message."""

    text = fields.String(required=True, validate=validate.Length(1, 500))
