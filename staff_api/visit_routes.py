"""The handler's phone on the way: /staff/api/v1/position."""

from __future__ import annotations

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.appointments.visits import VisitService
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in


class PositionSchema(Schema):
    """Where the phone is, in degrees WGS-84 as browsers tell it."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lng = fields.Float(required=True, validate=validate.Range(-180, 180))


class PositionTakenSchema(Schema):
    """For how many visits under way the position was kept; for none it is forgotten at once."""

    visits = fields.Integer(required=True)


def make_visit_routes(visits: VisitService) -> Blueprint:
    """Return the route that takes positions."""
    routes = Blueprint("visits", __name__, url_prefix="/staff/api/v1")

    @routes.post("/position")
    @open_to(Caller.STAFF)
    @routes.arguments(PositionSchema)
    @routes.response(200, PositionTakenSchema)
    def take_position(asked: dict[str, float]) -> dict[str, int]:
        """Take the position of a handler who has set off and not yet arrived."""
        member = get_signed_in().member
        return {"visits": visits.report_position({member.id} | member.stands_for, asked["lat"], asked["lng"])}

    return routes
