"""Keeping the duty roster: /staff/api/v1/organisation/duty-roster."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.organisation.desk import OrganisationDesk
from backend.organisation.roster_upkeep import RosterEntry
from staff_api.console_parts import ConsoleParts
from staff_api.guard import require_post
from staff_api.organisation_schemas import (
    OnDutySchema,
    RevisionQuerySchema,
    RosterEntrySchema,
    RosterListSchema,
    RosterQuerySchema,
)


def make_roster_routes(desk: OrganisationDesk, parts: ConsoleParts) -> Blueprint:
    """Return the routes; they are for who keeps a unit's people, each for the own units and those below."""
    routes = Blueprint("duty roster", __name__, url_prefix="/staff/api/v1/organisation")

    @routes.get("/duty-roster")
    @open_to(Caller.STAFF)
    @routes.arguments(RosterQuerySchema, location="query")
    @routes.response(200, RosterListSchema)
    def list_roster(asked: dict[str, Any]) -> dict[str, Any]:
        """List the turns that touch these days."""
        member = require_post(*parts.unit_people).member
        return {"items": desk.list_turns(member, asked["since"], asked["until"])}

    @routes.get("/on-duty")
    @open_to(Caller.STAFF)
    @routes.response(200, OnDutySchema)
    def list_on_duty() -> dict[str, Any]:
        """Tell for each unit who is called for an alarm today; who is away is left out."""
        return desk.list_on_duty(require_post(*parts.unit_people).member)

    @routes.put("/duty-roster")
    @open_to(Caller.STAFF)
    @routes.arguments(RosterEntrySchema)
    @routes.response(204)
    def put_turn(asked: dict[str, Any]) -> None:
        """Enter a turn, or change who has it."""
        member = require_post(*parts.unit_people).member
        revision = asked.pop("revision")
        desk.put_turn(member, RosterEntry(**asked), revision)

    @routes.put("/duty-roster/<int:turn_id>")
    @open_to(Caller.STAFF)
    @routes.arguments(RosterEntrySchema)
    @routes.response(204)
    def change_turn(asked: dict[str, Any], turn_id: int) -> None:
        """Change a turn, its days and order too."""
        member = require_post(*parts.unit_people).member
        revision = asked.pop("revision")
        desk.change_turn(member, turn_id, RosterEntry(**asked), revision)

    @routes.delete("/duty-roster/<int:turn_id>")
    @open_to(Caller.STAFF)
    @routes.arguments(RevisionQuerySchema, location="query")
    @routes.response(204)
    def remove_turn(asked: dict[str, str | None], turn_id: int) -> None:
        """Take a turn off the roster."""
        member = require_post(*parts.unit_people).member
        desk.remove_turn(member, turn_id, asked["revision"])

    return routes
