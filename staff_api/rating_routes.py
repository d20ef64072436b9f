"""Asking the customer at the counter to rate: /staff/api/v1/cases/{case_no}/rating-invitation."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.counter_ratings import CounterRatings
from backend.core.callers import Caller, open_to
from backend.documents.typesetting import draw_qr
from staff_api.guard import get_signed_in


class RatingInvitationSchema(Schema):
    """What opens the rating: the token here, or its address as a QR code for the device beside."""

    token = fields.String(required=True)
    qr_svg = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


def make_rating_routes(ratings: CounterRatings, public_base_url: str) -> Blueprint:
    """Return the route of the counter's ratings."""
    routes = Blueprint("staff ratings", __name__, url_prefix="/staff/api/v1/cases/<case_no>")

    @routes.post("/rating-invitation")
    @open_to(Caller.STAFF)
    @routes.response(200, RatingInvitationSchema)
    def invite_to_rate(case_no: str) -> dict[str, Any]:
        """Open the rating of this case for the customer at the counter; an earlier invitation ends."""
        made = ratings.invite(get_signed_in().member, case_no)
        address = f"{public_base_url}/r/{made.token}"
        return {"token": made.token, "qr_svg": draw_qr(address), "expires_at": made.expires_at}

    return routes
