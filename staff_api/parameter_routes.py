"""Figures of the processes that the company may set: /staff/api/v1/parameters."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.catalogue.parameter_desk import ParameterDesk
from backend.catalogue.parameters import ParameterKind
from backend.core.callers import Caller, open_to
from backend.organisation.leads import CENTRE_KEEPERS
from staff_api.guard import require_post


class ParameterChangeSchema(Schema):
    """One change: from when on which figure, who made it and why. ``is_default``: back to the program's."""

    no = fields.Integer(required=True)
    value = fields.Float(required=True)
    is_default = fields.Boolean(required=True)
    reason = fields.String(required=True)
    author = fields.String(required=True)
    changed_at = fields.AwareDateTime(required=True)


class ParameterSchema(Schema):
    """A figure with what holds now. ``no`` is the number of its last change, 0 where nobody changed it."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    unit = fields.String(required=True)
    kind = fields.Enum(ParameterKind, by_value=True, required=True)
    doubt = fields.String(required=True)
    default = fields.Float(required=True)
    min = fields.Float(required=True)
    max = fields.Float(required=True)
    value = fields.Float(required=True)
    is_own = fields.Boolean(required=True)
    no = fields.Integer(required=True)
    last = fields.Nested(ParameterChangeSchema, required=True, allow_none=True)


class ParameterGroupSchema(Schema):
    """A process with its parameters."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)


class ParameterListSchema(Schema):
    """All processes that have parameters, by name."""

    items = fields.List(fields.Nested(ParameterGroupSchema), required=True)


class ParameterHistorySchema(Schema):
    """The changes of one parameter, the newest first."""

    items = fields.List(fields.Nested(ParameterChangeSchema), required=True)


class NewParameterChangeSchema(Schema):
    """The figure as it shall be, null for the default, and the number of the change that was looked at."""

    base = fields.Integer(required=True, strict=True, validate=validate.Range(0))
    value = fields.Float(required=True, allow_none=True)
    reason = fields.String(required=True, validate=validate.Length(0, 200))


def make_parameter_routes(desk: ParameterDesk) -> Blueprint:
    """Return the routes; they are for the hotline's business lead and the customer service centre."""
    routes = Blueprint("parameters", __name__, url_prefix="/staff/api/v1/parameters")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, ParameterListSchema)
    def list_parameters() -> dict[str, Any]:
        """List the parameters of all processes with what holds now."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.list_parameters()}

    @routes.get("/<process>/<key>/changes")
    @open_to(Caller.STAFF)
    @routes.response(200, ParameterHistorySchema)
    def list_parameter_changes(process: str, key: str) -> dict[str, Any]:
        """Tell all changes of one parameter."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.read_changes(process, key)}

    @routes.post("/<process>/<key>/changes")
    @open_to(Caller.STAFF)
    @routes.arguments(NewParameterChangeSchema)
    @routes.response(201, ParameterSchema)
    def change_parameter(asked: dict[str, Any], process: str, key: str) -> dict[str, Any]:
        """Set a parameter from now on; limits that run keep the length with which they began."""
        member = require_post(*CENTRE_KEEPERS).member
        return desk.change(process, key, asked["base"], asked["value"], asked["reason"], member.username)

    return routes
