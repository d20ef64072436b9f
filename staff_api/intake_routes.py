"""Opening a case on a customer's behalf: /staff/api/v1/intake and POST /staff/api/v1/cases."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.cases.intake import IntakeService, NewIntake
from backend.cases.intake_search import IntakeSearch
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in
from staff_api.intake_schemas import (
    IntakeFoundSchema,
    IntakeSearchSchema,
    NewCaseSchema,
    OpenedSchema,
    StartableListSchema,
)


def make_intake_routes(intake: IntakeService, search: IntakeSearch) -> Blueprint:
    """Return the routes of new cases."""
    routes = Blueprint("staff intake", __name__, url_prefix="/staff/api/v1")

    @routes.get("/intake/processes")
    @open_to(Caller.STAFF)
    @routes.response(200, StartableListSchema)
    def list_startable() -> dict[str, Any]:
        """List what one may start for a customer."""
        return intake.list_startable(get_signed_in().member)

    @routes.post("/intake/search")
    @open_to(Caller.STAFF)
    @routes.arguments(IntakeSearchSchema)
    @routes.response(200, IntakeFoundSchema)
    def find(asked: dict[str, Any]) -> dict[str, Any]:
        """Find the customer and their open cases; the look is recorded."""
        return search.find(get_signed_in().member, **asked)

    @routes.post("/cases")
    @open_to(Caller.STAFF)
    @routes.arguments(NewCaseSchema)
    @routes.response(201, OpenedSchema)
    def open_case(typed: dict[str, Any]) -> dict[str, str]:
        """Open a case. The same command id with the same body gets the same case.

        404 `process_unknown`; 409 `duplicate_at_address` (extra `case_no`), `form_changed` (extra
        `form_version`) or `idempotency_conflict`; 422 `invalid_input` with the fields.
        """
        return {"case_no": intake.open_case(get_signed_in().member, NewIntake(**typed))}

    return routes
