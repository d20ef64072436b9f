"""What stands in a photo of a paper that staff took: POST /staff/api/v1/files/{file_key}/reading."""

from __future__ import annotations

from typing import Any

from flask_limiter import Limiter
from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.identity.paper_reading import PaperReading, Typed
from backend.identity.paper_schemas import PaperReadingSchema, PaperWishSchema, describe_reading
from staff_api.guard import get_signed_in

# Each reading costs money; a counter sees some sixty people a day, whose cards have two sides.
READING_LIMIT = "200 per day"


def make_staff_paper_reading_routes(reading: PaperReading, limiter: Limiter) -> Blueprint:
    """Return the route that reads papers."""
    routes = Blueprint("staff paper reading", __name__, url_prefix="/staff/api/v1/files/<file_key>/reading")

    @routes.post("")
    @open_to(Caller.STAFF)
    @limiter.limit(READING_LIMIT, key_func=lambda: f"staff:{get_signed_in().member.id}")
    @routes.arguments(PaperWishSchema)
    @routes.response(200, PaperReadingSchema)
    def read_staff_paper(wish: dict[str, Any], file_key: str) -> dict[str, Any]:
        """Read a photo that one has uploaded oneself; nothing of it is kept.

        404 for what is none; 422 `paper_not_document`, `paper_unclear` or `paper_expired`.
        """
        owner = f"staff:{get_signed_in().member.id}"
        typed = Typed(wish["name"], wish["number"])
        return describe_reading(reading.read(owner, file_key, wish["paper"], typed))

    return routes
