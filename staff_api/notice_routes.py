"""One's own notices, /staff/api/v1/me/notices, and by which ways they come: /me/notice-choice."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.notifications.staff_choices import WAYS, StaffNoticeDesk
from backend.notifications.staff_matters import URGENCIES
from staff_api.guard import get_signed_in

_HOUR = validate.Range(0, 23)


def _make_ways() -> fields.List[Any]:
    one = fields.String(validate=validate.OneOf(WAYS))
    return fields.List(one, required=True, validate=validate.Length(max=len(WAYS)))


class NoticeWaysSchema(Schema):
    """The ways by urgency."""

    alarm = _make_ways()
    urgent = _make_ways()
    ordinary = _make_ways()


class NoticeChoiceSchema(Schema):
    """What somebody chose; ordinary matters rest from ``quiet_from`` until ``quiet_until`` o'clock."""

    ways = fields.Nested(NoticeWaysSchema, required=True)
    quiet_from = fields.Integer(required=True, allow_none=True, strict=True, validate=_HOUR)
    quiet_until = fields.Integer(required=True, allow_none=True, strict=True, validate=_HOUR)


class OfferedChoiceSchema(NoticeChoiceSchema):
    """The choice with the ways that are set up."""

    offered = fields.List(fields.String(validate=validate.OneOf(WAYS)), required=True)


class NoticeQuerySchema(Schema):
    """The last number that was seen; without it none is listed."""

    after = fields.Integer(load_default=None, validate=validate.Range(min=0))


class StaffNoticeSchema(Schema):
    """A notice that the browser is to show."""

    id = fields.Integer(required=True)
    urgency = fields.String(required=True, validate=validate.OneOf(URGENCIES))
    title = fields.String(required=True)
    text = fields.String(required=True)
    case_no = fields.String(required=True, allow_none=True)


class StaffNoticesSchema(Schema):
    """New notices, oldest first; ``last`` is the next ``after``."""

    items = fields.List(fields.Nested(StaffNoticeSchema), required=True)
    last = fields.Integer(required=True)


def make_notice_routes(desk: StaffNoticeDesk) -> Blueprint:
    """Return the routes of one's own notices."""
    routes = Blueprint("staff notices", __name__, url_prefix="/staff/api/v1/me")

    @routes.get("/notices")
    @open_to(Caller.STAFF)
    @routes.arguments(NoticeQuerySchema, location="query")
    @routes.response(200, StaffNoticesSchema)
    def list_notices(asked: dict[str, Any]) -> dict[str, Any]:
        """List what is new for the browser to show."""
        return desk.list_new(get_signed_in().member.id, asked["after"])

    @routes.get("/notice-choice")
    @open_to(Caller.STAFF)
    @routes.response(200, OfferedChoiceSchema)
    def tell_choice() -> dict[str, Any]:
        """Tell by which ways one hears of what."""
        return desk.read(get_signed_in().member.id)

    @routes.put("/notice-choice")
    @open_to(Caller.STAFF)
    @routes.arguments(NoticeChoiceSchema)
    @routes.response(200, OfferedChoiceSchema)
    def choose(asked: dict[str, Any]) -> dict[str, Any]:
        """Choose; alarms cannot be switched off entirely."""
        staff_id = get_signed_in().member.id
        desk.choose(staff_id, asked["ways"], asked["quiet_from"], asked["quiet_until"])
        return desk.read(staff_id)

    return routes
