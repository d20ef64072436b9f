"""More time for an open step: /staff/api/v1/cases/{case_no}/extensions."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.deadline_extensions import (
    APPROVE,
    REFUSE,
    WITHDRAW,
    DeadlineExtensions,
    ExtensionWish,
)
from backend.cases.staff_cases import StaffCases
from backend.core.callers import Caller, open_to
from staff_api.case_schemas import StaffCaseViewSchema
from staff_api.guard import get_signed_in

_REASON = validate.Length(max=300)


class NewExtensionSchema(Schema):
    """Until when the step is to be due, and why."""

    task = fields.Integer(required=True)
    due_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, validate=_REASON)


class ExtensionAnswerSchema(Schema):
    """Yes, no with a reason, or taken back by who asked."""

    command_id = fields.UUID(required=True)
    answer = fields.String(required=True, validate=validate.OneOf((APPROVE, REFUSE, WITHDRAW)))
    reason = fields.String(load_default="", validate=_REASON)


def make_extension_routes(extensions: DeadlineExtensions, cases: StaffCases) -> Blueprint:
    """Return the routes by which more time is asked for and answered; both show the case afterwards."""
    routes = Blueprint("deadline extensions", __name__, url_prefix="/staff/api/v1/cases/<case_no>/extensions")

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(NewExtensionSchema)
    @routes.response(200, StaffCaseViewSchema)
    def ask(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Ask for more time; who answers for the unit is told."""
        member = get_signed_in().member
        extensions.ask(member, case_no, ExtensionWish(**asked))
        return cases.view(member, case_no)

    @routes.post("/<int:extension_id>/answer")
    @open_to(Caller.STAFF)
    @routes.arguments(ExtensionAnswerSchema)
    @routes.response(200, StaffCaseViewSchema)
    def answer(asked: dict[str, Any], case_no: str, extension_id: int) -> dict[str, Any]:
        """Answer a request, or take back one's own."""
        member = get_signed_in().member
        extensions.answer(member, case_no, extension_id, **asked)
        return cases.view(member, case_no)

    return routes
