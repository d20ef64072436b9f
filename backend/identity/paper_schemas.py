"""Shapes of the reading of a paper's photo, for both APIs."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from backend.core.error_texts import FIELD_TEXTS
from backend.identity.paper_reading import BY_HAND, NAME_DIFFERS, NUMBER_DIFFERS, READ, Reading
from backend.identity.papers import PaperKind

_FIELDS = {NAME_DIFFERS: "name", NUMBER_DIFFERS: "number"}


class PaperWishSchema(Schema):
    """Which paper it is to be, and what was typed so far, to be compared."""

    paper = fields.Enum(PaperKind, by_value=True, required=True)
    name = fields.String(load_default="", validate=validate.Length(max=200))
    number = fields.String(load_default="", validate=validate.Length(max=30))


class PaperDifferenceSchema(Schema):
    """What was typed otherwise than it stands in the paper."""

    field = fields.String(required=True, validate=validate.OneOf(tuple(_FIELDS.values())))
    code = fields.String(required=True)
    text = fields.String(required=True)


class PaperReadingSchema(Schema):
    """What was read; what the side of a card does not say is empty. ``by_hand``: nothing was read."""

    state = fields.String(required=True, validate=validate.OneOf((READ, BY_HAND)))
    name = fields.String(required=True)
    number = fields.String(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    differs = fields.List(fields.Nested(PaperDifferenceSchema), required=True)


def describe_reading(found: Reading) -> dict[str, Any]:
    """Return a reading as PaperReadingSchema writes it, with the sentences of what differs."""
    return {
        "state": found.state,
        "name": found.name,
        "number": found.number,
        "valid_until": found.valid_until,
        "differs": [
            {"field": _FIELDS[code], "code": code, "text": FIELD_TEXTS[code]} for code in found.differs
        ],
    }
