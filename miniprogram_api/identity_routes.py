"""Proving who one is, for a case of one's own: /api/v1/cases/{case_no}/identity."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.identity_checks import STATUSES, IdentityChecks, Wish
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer, name_session, open_to_links

_REFERENCE = validate.Length(1, 64)


class IdentitySchema(Schema):
    """How the proof stands. ``by`` is what proved it: face or staff. The ID number is masked."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    by = fields.String(required=True, allow_none=True)
    tries_left = fields.Integer(required=True)
    last_text = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    id_number = fields.String(required=True, allow_none=True)


class IdentityWishSchema(Schema):
    """Who is to be checked; without a number it is the application's."""

    name = fields.String(required=True, validate=validate.Length(1, 30))
    id_number = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 30))
    in_mini_program = fields.Boolean(load_default=False)
    has_camera = fields.Boolean(load_default=False)


class IdentityPageSchema(Schema):
    """Where the check goes on: at the provider's page, or with the ``ticket`` in WeChat's own camera."""

    url = fields.String(required=True)
    ticket = fields.String(required=True)


class IdentityReturnSchema(Schema):
    """Which check one came back from, where that is known; it proves nothing by itself."""

    check = fields.String(load_default=None, allow_none=True, validate=_REFERENCE)


def make_identity_routes(checks: IdentityChecks) -> Blueprint:
    """Return the routes of a case's proof."""
    routes = Blueprint("identity", __name__, url_prefix="/api/v1/cases/<case_no>/identity")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, IdentitySchema)
    def tell_identity(case_no: str) -> dict[str, Any]:
        """Tell whether it is proven who the customer is, or how that is done."""
        return checks.describe(get_customer().customer_id, case_no)

    @routes.post("/checks")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(IdentityWishSchema)
    @routes.response(200, IdentityPageSchema)
    def begin_check(typed: dict[str, Any], case_no: str) -> dict[str, str]:
        """Open a face check and tell where it goes on."""
        begun = checks.begin(get_customer().customer_id, name_session(), case_no, Wish(**typed))
        return {"url": begun.url, "ticket": begun.ticket}

    @routes.post("/result")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(IdentityReturnSchema)
    @routes.response(200, IdentitySchema)
    def fetch_result(typed: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Have the provider asked how the check ended; as often as one likes."""
        return checks.settle(get_customer().customer_id, name_session(), case_no, typed["check"])

    @routes.post("/refusal")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, IdentitySchema)
    def decline(case_no: str) -> dict[str, Any]:
        """Ask for a person instead of a face check."""
        return checks.decline(get_customer().customer_id, name_session(), case_no)

    return routes
