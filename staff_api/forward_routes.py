"""Forwarding a part of a case to other departments: /staff/api/v1/cases/{case_no}/forwarded-parts."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.forwarding import CaseForwarding
from backend.cases.schemas import UnmetSchema
from backend.cases.staff_cases import StaffCases
from backend.core.callers import Caller, open_to
from staff_api.case_schemas import StaffCaseViewSchema
from staff_api.guard import get_signed_in


class ForwardTargetSchema(Schema):
    """A department or process to which a part can go; ``unmet`` says why not at the moment."""

    to = fields.String(required=True)
    name = fields.String(required=True)
    unmet = fields.Nested(UnmetSchema, required=True, allow_none=True)


class ForwardTargetsSchema(Schema):
    """All to whom a part can go."""

    items = fields.List(fields.Nested(ForwardTargetSchema), required=True)


class NewForwardedPartSchema(Schema):
    """To whom, and what they are asked to do."""

    command_id = fields.UUID(required=True)
    to = fields.String(required=True, validate=validate.Length(1, 64))
    reason = fields.String(required=True, validate=validate.Length(max=300))


def make_forward_routes(forwarding: CaseForwarding, cases: StaffCases) -> Blueprint:
    """Return the routes by which a handler forwards a part of a case."""
    routes = Blueprint("forwarding", __name__, url_prefix="/staff/api/v1/cases/<case_no>")

    @routes.get("/forward-targets")
    @open_to(Caller.STAFF)
    @routes.response(200, ForwardTargetsSchema)
    def list_targets(case_no: str) -> dict[str, Any]:
        """List to whom a part can go."""
        return {"items": forwarding.list_targets(get_signed_in().member, case_no)}

    @routes.post("/forwarded-parts")
    @open_to(Caller.STAFF)
    @routes.arguments(NewForwardedPartSchema)
    @routes.response(200, StaffCaseViewSchema)
    def forward(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Forward a part; the department's people are told."""
        member = get_signed_in().member
        forwarding.forward(member, case_no, **asked)
        return cases.view(member, case_no)

    return routes
