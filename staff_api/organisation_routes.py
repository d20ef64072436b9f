"""Keeping units and service areas: /staff/api/v1/organisation, and the list of units for everybody."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.organisation.desk import OrganisationDesk
from backend.organisation.leads import KEEPER
from backend.organisation.upkeep import UnitEntry
from staff_api.console_parts import ConsoleParts
from staff_api.guard import require_post
from staff_api.organisation_schemas import (
    AreaEntrySchema,
    AreaRemovalSchema,
    StaffAreaListSchema,
    UnitEntrySchema,
    UnitListSchema,
)

_PLACE = ("region", "street", "community")


def make_unit_routes(desk: OrganisationDesk) -> Blueprint:
    """Return the route by which everybody chooses a unit."""
    routes = Blueprint("units", __name__, url_prefix="/staff/api/v1/units")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, UnitListSchema)
    def list_units() -> dict[str, Any]:
        """List the open units."""
        return {"items": desk.list_open_units()}

    return routes


def make_organisation_routes(desk: OrganisationDesk, parts: ConsoleParts) -> Blueprint:
    """Return the routes that maintain units and areas."""
    routes = Blueprint("organisation", __name__, url_prefix="/staff/api/v1/organisation")

    @routes.get("/units")
    @open_to(Caller.STAFF)
    @routes.response(200, UnitListSchema)
    def list_all_units() -> dict[str, Any]:
        """List the units that one keeps, closed ones too."""
        member = require_post(*parts.unit_people).member
        return {"items": desk.list_units(member)}

    @routes.put("/units/<code>")
    @open_to(Caller.STAFF)
    @routes.arguments(UnitEntrySchema)
    @routes.response(204)
    def put_unit(asked: dict[str, Any], code: str) -> None:
        """Enter or change a unit."""
        require_post(KEEPER)
        revision = asked.pop("revision")
        desk.put_unit(UnitEntry(code=code, **asked), revision)

    @routes.get("/areas")
    @open_to(Caller.STAFF)
    @routes.response(200, StaffAreaListSchema)
    def list_areas() -> dict[str, Any]:
        """List which unit serves which place."""
        require_post(KEEPER)
        return {"items": desk.list_areas()}

    @routes.put("/areas")
    @open_to(Caller.STAFF)
    @routes.arguments(AreaEntrySchema)
    @routes.response(204)
    def put_area(asked: dict[str, Any]) -> None:
        """Let a unit serve a place."""
        require_post(KEEPER)
        desk.put_area({key: asked[key] for key in _PLACE}, asked["unit_code"], asked["revision"])

    @routes.delete("/areas")
    @open_to(Caller.STAFF)
    @routes.arguments(AreaRemovalSchema, location="query")
    @routes.response(204)
    def remove_area(asked: dict[str, Any]) -> None:
        """No longer serve a place."""
        require_post(KEEPER)
        desk.remove_area({key: asked[key] for key in _PLACE}, asked["revision"])

    return routes
