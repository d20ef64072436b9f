"""The drawings that one signs: /api/v1/cases/{case_no}/drawings."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.cases.works_drawing_schemas import WorksDrawingSchema
from backend.cases.works_drawing_views import WorksDrawings
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer, open_to_links


def make_drawing_routes(drawings: WorksDrawings) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("own_drawings", __name__, url_prefix="/api/v1/cases/<case_no>/drawings")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, WorksDrawingSchema(many=True))
    def list_drawings(case_no: str) -> list[dict[str, Any]]:
        """Show the drawing that waits for the customer's signature, and those that were signed."""
        return drawings.tell_customer(get_customer().customer_id, case_no)

    return routes
