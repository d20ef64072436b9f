"""Keeping the organisation in order: /staff/api/v1/organisation, and the list of units for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session, sessionmaker

from backend.core.callers import Caller, open_to
from backend.organisation.duty_roster import list_turns, remove_turn
from backend.organisation.tables import LARGEST_BYTES, OrganisationTables
from backend.organisation.upkeep import OrganisationUpkeep, RosterEntry, StaffEntry, UnitEntry
from staff_api.guard import require_post
from staff_api.organisation_schemas import (
    AreaPlaceSchema,
    AreaSchema,
    FirstPasswordSchema,
    ImportedSchema,
    RosterEntrySchema,
    RosterListSchema,
    RosterQuerySchema,
    StaffAreaListSchema,
    StaffEntrySchema,
    StaffListSchema,
    UnitEntrySchema,
    UnitListSchema,
)

KEPT_BY = "customer_service_center"


def make_unit_routes(sessions: sessionmaker[Session], upkeep: OrganisationUpkeep) -> Blueprint:
    """Return the route by which everybody chooses a unit."""
    routes = Blueprint("units", __name__, url_prefix="/staff/api/v1/units")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, UnitListSchema)
    def list_units() -> dict[str, Any]:
        """List the open units."""
        with sessions.begin() as session:
            return {"items": upkeep.list_units(session)}

    return routes


def make_organisation_routes(
    sessions: sessionmaker[Session], upkeep: OrganisationUpkeep, now: Callable[[], datetime]
) -> Blueprint:
    """Return the routes that maintain units, staff, areas and the duty roster."""
    routes = Blueprint("organisation", __name__, url_prefix="/staff/api/v1/organisation")

    @routes.get("/units")
    @open_to(Caller.STAFF)
    @routes.response(200, UnitListSchema)
    def list_all_units() -> dict[str, Any]:
        """List all units, closed ones too."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            return {"items": upkeep.list_units(session, with_closed=True)}

    @routes.put("/units/<code>")
    @open_to(Caller.STAFF)
    @routes.arguments(UnitEntrySchema)
    @routes.response(204)
    def put_unit(asked: dict[str, Any], code: str) -> None:
        """Enter or change a unit."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            upkeep.put_unit(session, UnitEntry(code=code, **asked))

    @routes.get("/staff")
    @open_to(Caller.STAFF)
    @routes.response(200, StaffListSchema)
    def list_staff() -> dict[str, Any]:
        """List everybody who has not left."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            return {"items": upkeep.list_staff(session)}

    @routes.put("/staff/<username>")
    @open_to(Caller.STAFF)
    @routes.arguments(StaffEntrySchema)
    @routes.response(200, FirstPasswordSchema)
    def put_staff(asked: dict[str, Any], username: str) -> dict[str, str | None]:
        """Enter or change somebody; a new account's first password is shown this once."""
        require_post(KEPT_BY)
        asked = {**asked, "positions": tuple(asked["positions"]), "departments": tuple(asked["departments"])}
        with sessions.begin() as session:
            entry = StaffEntry(username=username, **asked)
            return {"first_password": upkeep.put_staff(session, entry, now())}

    @routes.get("/areas")
    @open_to(Caller.STAFF)
    @routes.response(200, StaffAreaListSchema)
    def list_areas() -> dict[str, Any]:
        """List which unit serves which place."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            return {"items": upkeep.list_areas(session)}

    @routes.put("/areas")
    @open_to(Caller.STAFF)
    @routes.arguments(AreaSchema)
    @routes.response(204)
    def put_area(asked: dict[str, str]) -> None:
        """Let a unit serve a place."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            upkeep.put_area(session, **asked)

    @routes.delete("/areas")
    @open_to(Caller.STAFF)
    @routes.arguments(AreaPlaceSchema, location="query")
    @routes.response(204)
    def remove_area(asked: dict[str, str]) -> None:
        """No longer serve a place."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            upkeep.remove_area(session, **asked)

    @routes.get("/duty-roster")
    @open_to(Caller.STAFF)
    @routes.arguments(RosterQuerySchema, location="query")
    @routes.response(200, RosterListSchema)
    def list_roster(asked: dict[str, Any]) -> dict[str, Any]:
        """List the turns from a day on."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            return {"items": list_turns(session, asked["since"])}

    @routes.put("/duty-roster")
    @open_to(Caller.STAFF)
    @routes.arguments(RosterEntrySchema)
    @routes.response(204)
    def put_turn(asked: dict[str, Any]) -> None:
        """Enter a turn, or change who has it."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            upkeep.put_turn(session, RosterEntry(**asked))

    @routes.delete("/duty-roster/<int:turn_id>")
    @open_to(Caller.STAFF)
    @routes.response(204)
    def delete_turn(turn_id: int) -> None:
        """Take a turn off the roster."""
        require_post(KEPT_BY)
        with sessions.begin() as session:
            remove_turn(session, turn_id)

    return routes


def make_table_routes(tables: OrganisationTables) -> Blueprint:
    """Return the routes by which whole tables leave and come in as CSV."""
    routes = Blueprint("organisation tables", __name__, url_prefix="/staff/api/v1/organisation")

    @routes.get("/<name>.csv")
    @open_to(Caller.STAFF)
    @routes.response(200, {"type": "string"}, content_type="text/csv")
    def write_table(name: str) -> Response:
        """Write a table out: UTF-8 with a mark, as Excel wants it."""
        require_post(KEPT_BY)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(tables.write(name), content_type="text/csv; charset=utf-8", headers=headers)

    @routes.post("/<name>.csv")
    @open_to(Caller.STAFF)
    @routes.doc(requestBody={"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}})
    @routes.response(200, ImportedSchema)
    def read_table(name: str) -> dict[str, Any]:
        """Take a table in, sent as the body; one faulty row and nothing of it is taken in."""
        require_post(KEPT_BY)
        # One byte more than allowed tells a table that is too long without reading all of it.
        return tables.read(name, request.stream.read(LARGEST_BYTES + 1))

    return routes
