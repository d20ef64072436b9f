"""The link by text message of a case: /staff/api/v1/cases/{case_no}/link."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.case_links import CaseLinks
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in

STATES = ("waiting", "sent", "refused", "unknown", "opened", "expired")
FAULTS = ("case_ended", "link_no_mobile", "link_not_offered")


class SentLinkSchema(Schema):
    """The newest link; its phone is masked."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    origin = fields.String(required=True, validate=validate.OneOf(("staff", "system", "customer")))
    phone = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    opened_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)


class CaseLinkSchema(Schema):
    """``fault`` says why no link can be sent now."""

    fault = fields.String(required=True, allow_none=True, validate=validate.OneOf(FAULTS))
    link = fields.Nested(SentLinkSchema, required=True, allow_none=True)


def make_link_routes(links: CaseLinks) -> Blueprint:
    """Return the routes of a case's link."""
    routes = Blueprint("staff case links", __name__, url_prefix="/staff/api/v1/cases/<case_no>/link")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseLinkSchema)
    def tell_link(case_no: str) -> dict[str, Any]:
        """Tell the newest link and whether another can be sent."""
        return links.describe(get_signed_in().member, case_no)

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseLinkSchema)
    def send_link(case_no: str) -> dict[str, Any]:
        """Send the customer a link to this case."""
        member = get_signed_in().member
        links.send(member, case_no)
        return links.describe(member, case_no)

    return routes
