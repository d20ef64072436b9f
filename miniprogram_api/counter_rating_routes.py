"""The rating on the counter's device: /api/v1/counter-ratings, for whoever stands in front of it."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.counter_ratings import CounterRatings
from backend.cases.ratings import COUNTER_BAD_TAGS, COUNTER_GOOD_TAGS, Rating
from backend.core.callers import Caller, open_to
from miniprogram_api.case_schemas import RatingRequestSchema, RatingTagsSchema
from miniprogram_api.link_routes import OPEN_LIMIT, LinkOpeningSchema

_TAGS = {"good": list(COUNTER_GOOD_TAGS), "bad": list(COUNTER_BAD_TAGS)}


class CounterRatingSchema(Schema):
    """What is judged, and nothing else of the case."""

    name = fields.String(required=True)
    tags = fields.Nested(RatingTagsSchema, required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})


class CounterRatingGivenSchema(LinkOpeningSchema):
    """The rating with the token that opened the page."""

    command_id = fields.UUID(required=True)
    rating = fields.Nested(RatingRequestSchema, required=True)


def make_counter_rating_routes(ratings: CounterRatings, limiter: Limiter) -> Blueprint:
    """Return the routes of the counter's device; the token is the authorisation."""
    routes = Blueprint("counter ratings", __name__, url_prefix="/api/v1/counter-ratings")

    @routes.post("/open")
    @open_to(Caller.ANYONE)
    @limiter.limit(OPEN_LIMIT)
    @routes.arguments(LinkOpeningSchema)
    @routes.response(200, CounterRatingSchema)
    def open_rating(typed: dict[str, Any]) -> dict[str, Any]:
        """Open the rating: the first device that does keeps it."""
        return {**ratings.open(typed["token"], typed["device"]), "tags": _TAGS}

    @routes.post("")
    @open_to(Caller.ANYONE)
    @limiter.limit(OPEN_LIMIT)
    @routes.arguments(CounterRatingGivenSchema)
    @routes.response(204)
    def give_rating(typed: dict[str, Any]) -> None:
        """Give the rating, once."""
        given = typed["rating"]
        ratings.rate(
            typed["token"],
            typed["device"],
            request.headers.get("User-Agent", ""),
            typed["command_id"],
            Rating(given["stars"], tuple(given["tags"]), given["words"]),
        )

    return routes
