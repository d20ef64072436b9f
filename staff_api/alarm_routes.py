"""Alarms that ring in the consoles: /staff/api/v1/alarms."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.alarm_screen import AlarmScreen
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in


class RingingAlarmSchema(Schema):
    """An alarm that nobody has taken yet, or for which the reader can name who goes there.

    ``may_open`` says whether the reader may read its case.
    """

    case_no = fields.String(required=True)
    rings_for = fields.String(required=True, validate=validate.OneOf(["take", "assign"]))
    opened_at = fields.DateTime(format="iso", required=True)
    channel = fields.String(required=True)
    unit_name = fields.String(required=True)
    place = fields.String(required=True)
    may_open = fields.Boolean(required=True)


class RingingAlarmListSchema(Schema):
    """The alarms that ring, the oldest first."""

    items = fields.List(fields.Nested(RingingAlarmSchema), required=True)


def make_alarm_routes(screen: AlarmScreen) -> Blueprint:
    """Return the route of what rings."""
    routes = Blueprint("staff alarms", __name__, url_prefix="/staff/api/v1")

    @routes.get("/alarms/ringing")
    @open_to(Caller.STAFF)
    @routes.response(200, RingingAlarmListSchema)
    def list_ringing() -> dict[str, Any]:
        """List the alarms that nobody has taken yet, of one's unit and of those below it.

        Before them stand those of one's unit for which one can name who goes there.
        """
        return {"items": screen.list_ringing(get_signed_in().member)}

    return routes
