"""What stands in a photo of a paper: POST /api/v1/files/{file_key}/reading."""

from __future__ import annotations

from typing import Any

from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.core.error_texts import FIELD_TEXTS
from backend.identity.paper_reading import (
    BY_HAND,
    NAME_DIFFERS,
    NUMBER_DIFFERS,
    READ,
    PaperReading,
    Typed,
)
from backend.identity.papers import PaperKind
from miniprogram_api.guard import get_customer, open_to_links

# Each reading costs money; an application has four photos at most, and some are taken twice.
READING_LIMIT = "30 per day"
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


def make_paper_reading_routes(reading: PaperReading, limiter: Limiter) -> Blueprint:
    """Return the route that reads papers."""
    routes = Blueprint("paper reading", __name__, url_prefix="/api/v1/files/<file_key>/reading")

    @routes.post("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @limiter.limit(READING_LIMIT, key_func=lambda: f"customer:{get_customer().customer_id}")
    @routes.arguments(PaperWishSchema)
    @routes.response(200, PaperReadingSchema)
    def read_paper(wish: dict[str, Any], file_key: str) -> dict[str, Any]:
        """Read a photo of one's own; nothing of it is kept.

        404 for what is none; 422 `paper_not_document`, `paper_unclear` or `paper_expired`.
        """
        owner = f"customer:{get_customer().customer_id}"
        found = reading.read(owner, file_key, wish["paper"], Typed(wish["name"], wish["number"]))
        return {
            "state": found.state,
            "name": found.name,
            "number": found.number,
            "valid_until": found.valid_until,
            "differs": [
                {"field": _FIELDS[code], "code": code, "text": FIELD_TEXTS[code]} for code in found.differs
            ],
        }

    return routes
