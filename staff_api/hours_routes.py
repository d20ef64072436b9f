"""Keeping the visiting hours: /staff/api/v1/slot-rules."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.appointments.visiting_hours import DAY_KINDS, MOST_SEATS, HoursDesk, HoursEntry
from backend.core.callers import Caller, open_to
from staff_api.console_parts import ConsoleParts
from staff_api.guard import require_post
from staff_api.organisation_schemas import RevisionQuerySchema

_UNIT_CODE = validate.Regexp(r"^[0-9]{3}$")
_PLACE = validate.Length(max=40)


class SlotRuleQuerySchema(Schema):
    """Of which unit."""

    unit = fields.String(required=True, validate=_UNIT_CODE)


class VisitPlaceSchema(Schema):
    """A place that the unit serves; an empty community is the rest of the street."""

    region = fields.String(required=True)
    street = fields.String(required=True)
    community = fields.String(required=True)


class SlotRuleEntrySchema(RevisionQuerySchema):
    """Seats in each hour of these; all three of the place empty for the whole unit."""

    unit_code = fields.String(required=True, validate=_UNIT_CODE)
    region = fields.String(load_default="", validate=_PLACE)
    street = fields.String(load_default="", validate=_PLACE)
    community = fields.String(load_default="", validate=_PLACE)
    day_kind = fields.String(required=True, validate=validate.OneOf(DAY_KINDS))
    from_hour = fields.Integer(required=True, validate=validate.Range(0, 23))
    until_hour = fields.Integer(required=True, validate=validate.Range(1, 24))
    capacity = fields.Integer(required=True, validate=validate.Range(1, MOST_SEATS))
    effective_from = fields.Date(required=True)
    effective_until = fields.Date(load_default=None, allow_none=True)


class SlotRuleSchema(VisitPlaceSchema):
    """A rule as the list shows it."""

    id = fields.Integer(required=True)
    unit_code = fields.String(required=True)
    day_kind = fields.String(required=True, validate=validate.OneOf(DAY_KINDS))
    from_hour = fields.Integer(required=True)
    until_hour = fields.Integer(required=True)
    capacity = fields.Integer(required=True)
    effective_from = fields.Date(required=True)
    effective_until = fields.Date(required=True, allow_none=True)
    revision = fields.String(required=True)


class PolicyTimesSchema(Schema):
    """Minutes before a visit for booking and for changing it, days ahead, and minutes of a hold."""

    lead_minutes = fields.Integer(required=True, validate=validate.Range(0, 10_080))
    horizon_days = fields.Integer(required=True, validate=validate.Range(1, 90))
    hold_minutes = fields.Integer(required=True, validate=validate.Range(1, 60))
    change_minutes = fields.Integer(required=True, validate=validate.Range(0, 10_080))


class VisitPolicySchema(PolicyTimesSchema):
    """What holds for the unit today; ``is_own`` is false where it is everybody's."""

    is_own = fields.Boolean(required=True)


class VisitPolicyEntrySchema(PolicyTimesSchema):
    """What shall hold from today on; without a unit for all that have none of their own."""

    unit_code = fields.String(required=True, allow_none=True, validate=_UNIT_CODE)


class SlotRuleListSchema(Schema):
    """The rules of a unit, the places it serves, and how early one books."""

    items = fields.List(fields.Nested(SlotRuleSchema), required=True)
    areas = fields.List(fields.Nested(VisitPlaceSchema), required=True)
    policy = fields.Nested(VisitPolicySchema, required=True)


def make_hours_routes(desk: HoursDesk, parts: ConsoleParts) -> Blueprint:
    """Return the routes; they are for who keeps a unit's people, each for the own units and those below."""
    routes = Blueprint("visiting hours", __name__, url_prefix="/staff/api/v1/slot-rules")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(SlotRuleQuerySchema, location="query")
    @routes.response(200, SlotRuleListSchema)
    def list_rules(asked: dict[str, str]) -> dict[str, Any]:
        """List the visiting hours of a unit."""
        return desk.read(require_post(*parts.unit_people).member, asked["unit"])

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(SlotRuleEntrySchema)
    @routes.response(204)
    def add_rule(asked: dict[str, Any]) -> None:
        """Offer hours."""
        member = require_post(*parts.unit_people).member
        asked.pop("revision")
        desk.add(member, HoursEntry(**asked))

    @routes.put("/<int:rule_id>")
    @open_to(Caller.STAFF)
    @routes.arguments(SlotRuleEntrySchema)
    @routes.response(204)
    def change_rule(asked: dict[str, Any], rule_id: int) -> None:
        """Change hours, or end them by their last day; what is booked stays booked."""
        member = require_post(*parts.unit_people).member
        revision = asked.pop("revision")
        desk.change(member, rule_id, HoursEntry(**asked), revision)

    @routes.delete("/<int:rule_id>")
    @open_to(Caller.STAFF)
    @routes.arguments(RevisionQuerySchema, location="query")
    @routes.response(204)
    def remove_rule(asked: dict[str, str | None], rule_id: int) -> None:
        """Offer these hours no longer; what is booked stays booked."""
        desk.remove(require_post(*parts.unit_people).member, rule_id, asked["revision"])

    @routes.put("/policy")
    @open_to(Caller.STAFF)
    @routes.arguments(VisitPolicyEntrySchema)
    @routes.response(204)
    def put_policy(asked: dict[str, Any]) -> None:
        """Say how early one books and changes, from today on."""
        member = require_post(*parts.unit_people).member
        unit_code = asked.pop("unit_code")
        desk.put_policy(member, unit_code, asked)

    return routes
