"""Units and people to choose from, presence and hand-over, and the reasons for a return."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.return_reasons import REASON_KINDS, RETURN, ReturnReasons
from backend.cases.staff_handover import StaffHandover
from backend.catalogue.form_schemas import FIELD_TYPES
from backend.core.callers import Caller, open_to
from backend.organisation.leads import CENTRE_LEAD
from backend.organisation.members import PresenceChange
from staff_api.guard import get_signed_in, require_post

PRESENT_OR_AWAY = ("on_duty", "absent")


class MemberQuerySchema(Schema):
    """Whom to list."""

    position = fields.String(load_default=None, validate=validate.Length(max=40))
    unit = fields.String(load_default=None, validate=validate.Length(max=3))


class StaffMemberSchema(Schema):
    """Somebody to choose, with how many open cases they have and the hours of today's visits."""

    username = fields.String(required=True)
    name = fields.String(required=True)
    presence = fields.String(required=True, validate=validate.OneOf(PRESENT_OR_AWAY))
    open_cases = fields.Integer(required=True)
    visits_today = fields.List(fields.String(), required=True)
    deputy = fields.String(required=True, allow_none=True)


class StaffMemberListSchema(Schema):
    """People by user name."""

    items = fields.List(fields.Nested(StaffMemberSchema), required=True)


class PresenceSchema(Schema):
    """On duty from now on, or away: from a day (else today) until another (else until they are back)."""

    presence = fields.String(required=True, validate=validate.OneOf(PRESENT_OR_AWAY))
    absent_from = fields.Date(load_default=None, allow_none=True)
    absent_until = fields.Date(load_default=None, allow_none=True)
    deputy = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


class OpenWorkItemSchema(Schema):
    """A case that a hand-over would move; the place without the door."""

    case_no = fields.String(required=True)
    name = fields.String(required=True)
    place = fields.String(required=True)
    unit_name = fields.String(required=True)
    visit = fields.String(required=True, allow_none=True, metadata={"description": "the booked hour"})
    visited_at = fields.DateTime(required=True, allow_none=True)
    waits_for = fields.String(
        required=True, allow_none=True, metadata={"description": "what only the customer has left to do"}
    )


class ClashSchema(Schema):
    """An hour in which a colleague has a visit to make, as have these cases of who hands over."""

    username = fields.String(required=True)
    hours = fields.String(required=True)
    case_nos = fields.List(fields.String(), required=True)


class OpenWorkSchema(Schema):
    """All cases that a hand-over would move, the oldest first, and whose own visits they would meet."""

    items = fields.List(fields.Nested(OpenWorkItemSchema), required=True)
    clashes = fields.List(fields.Nested(ClashSchema), required=True)


class HandOverSchema(Schema):
    """To whom the open work goes, which of it, and why; without numbers it is all."""

    command_id = fields.UUID(required=True)
    to = fields.String(required=True, validate=validate.Length(1, 64))
    reason = fields.String(load_default="", validate=validate.Length(max=200))
    case_nos = fields.List(
        fields.String(validate=validate.Length(1, 40)), load_default=None, validate=validate.Length(1, 1000)
    )


class HandedOverSchema(Schema):
    """How many cases moved."""

    moved = fields.Integer(required=True)


class ReasonQuerySchema(Schema):
    """Which reasons: those that fit a field of this type, and for maintenance the inactive ones too."""

    kind = fields.String(load_default=RETURN, validate=validate.OneOf(REASON_KINDS))
    item = fields.String(load_default=None, validate=validate.Length(max=64))
    all = fields.Boolean(load_default=False)


class ReasonChangeSchema(Schema):
    """What may be changed about a reason."""

    text = fields.String(validate=validate.Length(2, 100))
    field_types = fields.List(fields.String(validate=validate.OneOf(FIELD_TYPES)))
    position = fields.Integer(validate=validate.Range(0, 100_000))
    is_active = fields.Boolean()


class NewReasonSchema(Schema):
    """A reason to be entered; without a key it gets one."""

    key = fields.String(load_default=None, validate=validate.Regexp(r"^[a-z][a-z0-9_]{1,63}$"))
    kind = fields.String(load_default=RETURN, validate=validate.OneOf(REASON_KINDS))
    text = fields.String(required=True, validate=validate.Length(2, 100))
    field_types = fields.List(fields.String(validate=validate.OneOf(FIELD_TYPES)), load_default=list)
    position = fields.Integer(load_default=1000, validate=validate.Range(0, 100_000))


class ReasonOrderSchema(Schema):
    """All reasons of a kind by key, in the order in which they shall be offered."""

    kind = fields.String(required=True, validate=validate.OneOf(REASON_KINDS))
    keys = fields.List(
        fields.String(validate=validate.Length(max=64)), required=True, validate=validate.Length(max=1000)
    )


class ReturnReasonSchema(Schema):
    """A reason of one kind; for a return with no field types it fits any item."""

    key = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(REASON_KINDS))
    text = fields.String(required=True)
    field_types = fields.List(fields.String(validate=validate.OneOf(FIELD_TYPES)), required=True)
    position = fields.Integer(required=True)
    is_active = fields.Boolean(required=True)


class ReturnReasonListSchema(Schema):
    """Reasons in their order."""

    items = fields.List(fields.Nested(ReturnReasonSchema), required=True)


def make_member_routes(handover: StaffHandover) -> Blueprint:
    """Return the routes of people, their presence and their open work."""
    routes = Blueprint("staff members", __name__, url_prefix="/staff/api/v1/members")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(MemberQuerySchema, location="query")
    @routes.response(200, StaffMemberListSchema)
    def list_members(asked: dict[str, Any]) -> dict[str, Any]:
        """List people of the units one sees, or of one of these."""
        member = get_signed_in().member
        return {"items": handover.list_members(member, asked["position"], asked["unit"])}

    @routes.put("/<username>/presence")
    @open_to(Caller.STAFF)
    @routes.arguments(PresenceSchema)
    @routes.response(204)
    def set_presence(asked: dict[str, Any], username: str) -> None:
        """Note that somebody is on duty or away."""
        handover.set_presence(get_signed_in().member, username, PresenceChange(**asked))

    @routes.get("/<username>/open-work")
    @open_to(Caller.STAFF)
    @routes.response(200, OpenWorkSchema)
    def list_open_work(username: str) -> dict[str, Any]:
        """List what a hand-over would move."""
        return handover.list_open_work(get_signed_in().member, username)

    @routes.post("/<username>/hand-over")
    @open_to(Caller.STAFF)
    @routes.arguments(HandOverSchema)
    @routes.response(200, HandedOverSchema)
    def hand_over(asked: dict[str, Any], username: str) -> dict[str, int]:
        """Give open cases of somebody to another handler: all of those that are named, or none."""
        return handover.hand_over(get_signed_in().member, username, **asked)

    return routes


def make_reason_routes(reasons: ReturnReasons) -> Blueprint:
    """Return the routes of the reasons, those for a return and the others."""
    routes = Blueprint("return reasons", __name__, url_prefix="/staff/api/v1/return-reasons")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(ReasonQuerySchema, location="query")
    @routes.response(200, ReturnReasonListSchema)
    def list_reasons(asked: dict[str, Any]) -> dict[str, Any]:
        """List the reasons; ``item`` is a field's type, anything else narrows nothing down."""
        fitting = asked["item"] if asked["item"] in FIELD_TYPES else None
        return {"items": reasons.list_reasons(fitting, kind=asked["kind"], with_inactive=asked["all"])}

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(NewReasonSchema)
    @routes.response(201, ReturnReasonSchema)
    def add_reason(asked: dict[str, Any]) -> dict[str, Any]:
        """Enter a reason."""
        require_post(CENTRE_LEAD)
        return reasons.add(**asked)

    @routes.put("/order")
    @open_to(Caller.STAFF)
    @routes.arguments(ReasonOrderSchema)
    @routes.response(204)
    def arrange_reasons(asked: dict[str, Any]) -> None:
        """Say in which order the reasons of a kind are offered."""
        require_post(CENTRE_LEAD)
        reasons.arrange(**asked)

    @routes.patch("/<key>")
    @open_to(Caller.STAFF)
    @routes.arguments(ReasonChangeSchema)
    @routes.response(200, ReturnReasonSchema)
    def change_reason(asked: dict[str, Any], key: str) -> dict[str, Any]:
        """Change a reason; those already given stay as they were."""
        require_post(CENTRE_LEAD)
        return reasons.change(key, asked)

    @routes.delete("/<key>")
    @open_to(Caller.STAFF)
    @routes.response(204)
    def remove_reason(key: str) -> None:
        """Take a reason off the list."""
        require_post(CENTRE_LEAD)
        reasons.remove(key)

    return routes
