"""The drawings of a case's works: /staff/api/v1/cases/{case_no}/drawings."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.cases.works_drawing_schemas import WorksDrawingSchema
from backend.cases.works_drawing_views import WorksDrawings
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in


def make_drawing_routes(drawings: WorksDrawings) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("case_drawings", __name__, url_prefix="/staff/api/v1/cases/<case_no>/drawings")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, WorksDrawingSchema(many=True))
    def list_drawings(case_no: str) -> list[dict[str, Any]]:
        """Show the newest drawing, signed or not, and those that were signed."""
        return drawings.tell_staff(get_signed_in().member, case_no)

    return routes
