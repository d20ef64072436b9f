"""Who works on a case beside its handler, and giving it on: /staff/api/v1/cases/{case_no}/…"""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.co_handling import MOST_PHOTOS, CoHandling
from backend.cases.staff_cases import StaffCases
from backend.cases.staff_handover import StaffHandover
from backend.core.callers import Caller, open_to
from staff_api.case_schemas import StaffCaseViewSchema
from staff_api.guard import get_signed_in

_USERNAME = validate.Length(1, 64)
_REASON = validate.Length(max=200)


class CoHandlerChangeSchema(Schema):
    """Whom to take or to let go, and why."""

    handler = fields.String(required=True, validate=_USERNAME)
    reason = fields.String(required=True, validate=_REASON)


class ForwardSchema(Schema):
    """To whom the case goes, and why."""

    command_id = fields.UUID(required=True)
    to = fields.String(required=True, validate=_USERNAME)
    reason = fields.String(required=True, validate=_REASON)


class VisitPhotosSchema(Schema):
    """Photos that were uploaded before, to be kept with the visit."""

    command_id = fields.UUID(required=True)
    photos = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        required=True,
        validate=validate.Length(1, MOST_PHOTOS),
    )


def make_team_routes(helping: CoHandling, handover: StaffHandover, cases: StaffCases) -> Blueprint:
    """Return the routes; each shows the case afterwards."""
    routes = Blueprint("case team", __name__, url_prefix="/staff/api/v1/cases/<case_no>")

    @routes.post("/co-handlers")
    @open_to(Caller.STAFF)
    @routes.arguments(CoHandlerChangeSchema)
    @routes.response(200, StaffCaseViewSchema)
    def take(asked: dict[str, str], case_no: str) -> dict[str, Any]:
        """Take a colleague as co-handler."""
        member = get_signed_in().member
        helping.add(member, case_no, asked["handler"], asked["reason"])
        return cases.view(member, case_no)

    @routes.post("/co-handlers/removal")
    @open_to(Caller.STAFF)
    @routes.arguments(CoHandlerChangeSchema)
    @routes.response(200, StaffCaseViewSchema)
    def let_go(asked: dict[str, str], case_no: str) -> dict[str, Any]:
        """Let a co-handler go."""
        member = get_signed_in().member
        helping.remove(member, case_no, asked["handler"], asked["reason"])
        return cases.view(member, case_no)

    @routes.post("/visit-photos")
    @open_to(Caller.STAFF)
    @routes.arguments(VisitPhotosSchema)
    @routes.response(200, StaffCaseViewSchema)
    def add_photos(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Keep photos with the visit."""
        member = get_signed_in().member
        helping.add_photos(member, case_no, asked["photos"], asked["command_id"])
        return cases.view(member, case_no)

    @routes.post("/forward")
    @open_to(Caller.STAFF)
    @routes.arguments(ForwardSchema)
    @routes.response(204)
    def forward(asked: dict[str, Any], case_no: str) -> None:
        """Give the case to a colleague; afterwards it may be no longer one's own to see."""
        handover.forward(get_signed_in().member, case_no, **asked)

    return routes
