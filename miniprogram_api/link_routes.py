"""Links of text messages: /api/v1/case-links; and the short addresses /l/<token>, /r/<token>, /c/<number>."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response
from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.case_links import CaseLinks
from backend.core.callers import Caller, open_to

# Per address; a token cannot be guessed, so this only stops machines.
OPEN_LIMIT = "60 per minute"
RESEND_LIMIT = "10 per minute"
_SECRET = validate.Regexp(r"\A[A-Za-z0-9_-]{32,128}\Z")


class LinkTokenSchema(Schema):
    """The token from the message."""

    token = fields.String(required=True, validate=validate.Length(1, 200))


class LinkOpeningSchema(LinkTokenSchema):
    """The token, with a secret that this device made for itself and keeps."""

    device = fields.String(required=True, validate=_SECRET)


class LinkedCaseSchema(Schema):
    """The one case that the link opens."""

    case_no = fields.String(required=True)


def make_link_routes(links: CaseLinks, limiter: Limiter) -> Blueprint:
    """Return the routes of links, open to anyone: the token is the authorisation."""
    routes = Blueprint("case links", __name__, url_prefix="/api/v1/case-links")

    @routes.post("/open")
    @open_to(Caller.ANYONE)
    @limiter.limit(OPEN_LIMIT)
    @routes.arguments(LinkOpeningSchema)
    @routes.response(200, LinkedCaseSchema)
    def open_link(typed: dict[str, Any]) -> dict[str, str]:
        """Open a link: the first device that does keeps it.

        Afterwards the case's routes are called with `Authorization: Bearer link.<token>.<device>`.
        """
        return {"case_no": links.open(typed["token"], typed["device"])}

    @routes.post("/resend")
    @open_to(Caller.ANYONE)
    @limiter.limit(RESEND_LIMIT)
    @routes.arguments(LinkTokenSchema)
    @routes.response(204)
    def send_again(typed: dict[str, Any]) -> None:
        """Send a new link to the same phone."""
        links.resend(typed["token"])

    return routes


def make_short_link_routes() -> flask.Blueprint:
    """Return the addresses in the messages. Looking at one, as a preview does, opens nothing yet."""
    routes = flask.Blueprint("short links", __name__)

    @routes.get("/l/<token>")
    @open_to(Caller.ANYONE)
    def lead_to_page(token: str) -> Response:
        """Lead to the page that opens the link."""
        return _lead("/h5/#/pages/link/index?t=", token)

    @routes.get("/r/<token>")
    @open_to(Caller.ANYONE)
    def lead_to_rating(token: str) -> Response:
        """Lead to the rating page of the counter's device."""
        return _lead("/console/#/rating?t=", token)

    @routes.get("/c/<int:case_no>")
    @open_to(Caller.ANYONE)
    def lead_to_case(case_no: int) -> Response:
        """Lead to the page of a case, which asks for the sign-in where there is none."""
        answer = Response(status=302)
        answer.headers["Location"] = f"/h5/#/pages/case/index?no={case_no}"
        return answer

    return routes


def _lead(page: str, token: str) -> Response:
    # A token has no character that an address would have to escape; anything else finds no link there.
    safe = "".join(one for one in token if one.isascii() and (one.isalnum() or one in "-_"))
    answer = Response(status=302)
    answer.headers["Location"] = f"{page}{safe}"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
