"""Keeping the people: /staff/api/v1/organisation/staff, and the posts that they may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from backend.access.staff_sessions import StaffSessions
from backend.core.callers import Caller, open_to
from backend.organisation.desk import OrganisationDesk
from backend.organisation.leads import KEEPER
from backend.organisation.staff_upkeep import StaffEntry
from backend.organisation.unit_staff import list_givable
from staff_api.console_parts import ConsoleParts
from staff_api.guard import require_post
from staff_api.organisation_schemas import (
    EnteredStaffSchema,
    FirstPasswordSchema,
    PostListSchema,
    StaffEntrySchema,
    StaffListSchema,
    StaffQuerySchema,
)


def make_staff_routes(
    desk: OrganisationDesk,
    sessions: StaffSessions,
    post_names: Mapping[str, Mapping[str, str]],
    parts: ConsoleParts,
) -> Blueprint:
    """Return the routes. ``post_names`` holds names by key under ``positions`` and ``departments``."""
    routes = Blueprint("staff", __name__, url_prefix="/staff/api/v1/organisation")

    @routes.get("/posts")
    @open_to(Caller.STAFF)
    @routes.response(200, PostListSchema)
    def list_posts() -> dict[str, Any]:
        """List the positions and departments that somebody may hold."""
        givable = list_givable(require_post(*parts.unit_people).member)
        return {
            kind: [
                {"key": key, "name": name, "may_give": givable is None or key in givable}
                for key, name in names.items()
            ]
            for kind, names in post_names.items()
        }

    @routes.get("/staff")
    @open_to(Caller.STAFF)
    @routes.arguments(StaffQuerySchema, location="query")
    @routes.response(200, StaffListSchema)
    def list_staff(asked: dict[str, bool]) -> dict[str, Any]:
        """List the people of the units that one keeps."""
        member = require_post(*parts.unit_people).member
        return {"items": desk.list_staff(member, with_left=asked["with_left"])}

    @routes.put("/staff/<username>")
    @open_to(Caller.STAFF)
    @routes.arguments(StaffEntrySchema)
    @routes.response(200, EnteredStaffSchema)
    def put_staff(asked: dict[str, Any], username: str) -> dict[str, str | None]:
        """Enter or change somebody; a new account's first password is shown this once.

        A unit does so for its own business staff: 403 `staff_not_yours`, 422 `post_not_givable`.
        """
        member = require_post(*parts.unit_people).member
        revision = asked.pop("revision")
        asked = {**asked, "positions": tuple(asked["positions"]), "departments": tuple(asked["departments"])}
        return {"first_password": desk.put_staff(member, StaffEntry(username=username, **asked), revision)}

    @routes.post("/staff/<username>/first-password")
    @open_to(Caller.STAFF)
    @routes.response(200, FirstPasswordSchema)
    def reset_password(username: str) -> dict[str, str]:
        """Give somebody a first password anew, shown this once; whoever is signed in as them no longer is."""
        require_post(KEEPER)
        return {"first_password": sessions.reset_password(username)}

    return routes
