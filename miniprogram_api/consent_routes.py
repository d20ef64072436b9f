"""What customers read and agree to or confirm: /api/v1/privacy-notice, /safety-notice and /me/consent."""

from __future__ import annotations

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.access.consents import Consents, ConsentState
from backend.catalogue.notices import SAFETY, Notice
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer


class NoticePartSchema(Schema):
    """A paragraph with its heading."""

    title = fields.String(required=True)
    text = fields.String(required=True)


class NoticeSchema(Schema):
    """The notice in force."""

    version = fields.Integer(required=True)
    title = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)
    parts = fields.List(fields.Nested(NoticePartSchema), required=True)


class ConsentSchema(Schema):
    """What the customer agreed to; ``asks`` where that is not the notice in force."""

    current_version = fields.Integer(required=True)
    agreed_version = fields.Integer(required=True, allow_none=True)
    agreed_at = fields.AwareDateTime(required=True, allow_none=True)
    asks = fields.Boolean(required=True)


class ConsentGivenSchema(Schema):
    """The version that the customer has read and agrees to."""

    version = fields.Integer(required=True, validate=validate.Range(1, 99_999))


def make_consent_routes(consents: Consents) -> Blueprint:
    """Return the routes of notice and consent."""
    routes = Blueprint("consents", __name__, url_prefix="/api/v1")

    @routes.get("/privacy-notice")
    @open_to(Caller.ANYONE)
    @routes.response(200, NoticeSchema)
    def read_notice() -> Notice:
        """Tell what is to be agreed to."""
        return consents.read_notice()

    @routes.get("/safety-notice")
    @open_to(Caller.ANYONE)
    @routes.response(200, NoticeSchema)
    def read_safety_notice() -> Notice:
        """Tell what is to be known before gas is used; a case asks its customer to confirm it."""
        return consents.read_notice(SAFETY)

    @routes.get("/me/consent")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, ConsentSchema)
    def tell_consent() -> ConsentState:
        """Tell what the customer agreed to."""
        return consents.tell(get_customer().customer_id)

    @routes.post("/me/consent")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(ConsentGivenSchema)
    @routes.response(200, ConsentSchema)
    def give_consent(given: dict[str, int]) -> ConsentState:
        """Note that the customer agrees; a second time changes nothing."""
        return consents.give(get_customer().customer_id, given["version"])

    @routes.delete("/me/consent")
    @open_to(Caller.CUSTOMER)
    @routes.response(204)
    def withdraw_consent() -> None:
        """Take the agreement back; the customer is signed out everywhere, and cases go on."""
        consents.withdraw(get_customer().customer_id)

    return routes
