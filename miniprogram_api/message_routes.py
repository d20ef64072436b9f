"""Messages to the customer and the permissions to send them: /api/v1/messages, /api/v1/message-…"""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.notifications.service import NotificationService
from miniprogram_api.guard import get_customer


class MessageQuery(Schema):
    """Where the next page begins."""

    after = fields.Integer(load_default=None, validate=validate.Range(1))


class CustomerMessage(Schema):
    """One message as the client lists it."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    case_no = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)
    read = fields.Boolean(required=True)


class CustomerMessageList(Schema):
    """A page of messages, newest first."""

    items = fields.List(fields.Nested(CustomerMessage), required=True)
    next = fields.String(required=True, allow_none=True)


class ReadUpTo(Schema):
    """The newest message that was seen."""

    up_to = fields.Integer(required=True, validate=validate.Range(1))


class MessageTemplate(Schema):
    """A subscribe message that the client may ask permission for."""

    template_id = fields.String(required=True)
    # The client asks for what comes next on each screen, since WeChat takes three templates at a time.
    purpose = fields.String(required=True)
    name = fields.String(required=True)


class MessageTemplateList(Schema):
    """All of them."""

    items = fields.List(fields.Nested(MessageTemplate), required=True)


class PermissionAnswers(Schema):
    """What the customer answered to the request, by template id."""

    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 64)),
        values=fields.String(validate=validate.OneOf(("accept", "reject", "ban"))),
        required=True,
        validate=validate.Length(1, 10),
    )


def make_message_routes(notifications: NotificationService) -> Blueprint:
    """Return the routes of the customer's messages."""
    routes = Blueprint("messages", __name__, url_prefix="/api/v1")

    @routes.get("/messages")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(MessageQuery, location="query")
    @routes.response(200, CustomerMessageList)
    def list_messages(asked: dict[str, Any]) -> dict[str, Any]:
        """List the customer's messages, newest first."""
        views, following = notifications.list_messages(get_customer().customer_id, asked["after"])
        items = [
            {
                "id": str(one.id),
                "title": one.title,
                "text": one.text,
                "case_no": one.case_no,
                "at": one.at,
                "read": one.is_read,
            }
            for one in views
        ]
        return {"items": items, "next": None if following is None else str(following)}

    @routes.post("/messages/read")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(ReadUpTo)
    @routes.response(204)
    def mark_read(asked: dict[str, int]) -> None:
        """Note that all messages up to this one were read."""
        notifications.mark_read(get_customer().customer_id, asked["up_to"])

    @routes.get("/message-templates")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, MessageTemplateList)
    def list_templates() -> dict[str, Any]:
        """List the subscribe messages that the client may ask permission for."""
        return {
            "items": [
                {"template_id": template_id, "purpose": purpose, "name": name}
                for template_id, purpose, name in notifications.list_templates()
            ]
        }

    @routes.post("/message-permissions")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(PermissionAnswers)
    @routes.response(204)
    def record_permissions(asked: dict[str, dict[str, str]]) -> None:
        """Enter what the customer answered to the request for permission."""
        notifications.record_permissions(get_customer().customer_id, asked["answers"])

    return routes
