"""The staff's lists: /staff/api/v1/queues and /staff/api/v1/cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_smorest import Blueprint

from backend.cases.staff_queues import ListRequest, StaffQueues
from backend.core.callers import Caller, open_to
from staff_api.case_row_schemas import (
    BusinessListSchema,
    QueueListSchema,
    StaffCasePageSchema,
    StaffCaseQuerySchema,
)
from staff_api.guard import get_signed_in


def make_queue_routes(queues: StaffQueues, businesses: Sequence[Mapping[str, str]]) -> Blueprint:
    """Return the routes of the lists; ``businesses`` are what they may be narrowed to."""
    routes = Blueprint("staff queues", __name__, url_prefix="/staff/api/v1")

    @routes.get("/queues")
    @open_to(Caller.STAFF)
    @routes.response(200, QueueListSchema)
    def list_queues() -> dict[str, Any]:
        """List the queues of one's posts with their counts."""
        return {"items": queues.list_queues(get_signed_in().member)}

    @routes.get("/businesses")
    @open_to(Caller.STAFF)
    @routes.response(200, BusinessListSchema)
    def list_businesses() -> dict[str, Any]:
        """List what cases are about: services, what is taken in for customers, and all other processes."""
        return {"items": businesses}

    @routes.get("/cases")
    @open_to(Caller.STAFF)
    @routes.arguments(StaffCaseQuerySchema, location="query")
    @routes.response(200, StaffCasePageSchema)
    def list_cases(asked: dict[str, Any]) -> dict[str, Any]:
        """List cases: a queue's, or all that one may see; q is a number, exact phone or name, or a place."""
        return queues.list_cases(get_signed_in().member, ListRequest(**asked))

    return routes
