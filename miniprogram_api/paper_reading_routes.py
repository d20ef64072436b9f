"""What stands in a photo of a paper: POST /api/v1/files/{file_key}/reading."""

from __future__ import annotations

from typing import Any

from flask_limiter import Limiter
from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.identity.paper_reading import PaperReading, Typed
from backend.identity.paper_schemas import PaperReadingSchema, PaperWishSchema, describe_reading
from miniprogram_api.guard import get_customer, open_to_links

# Each reading costs money; an application has four photos at most, and some are taken twice.
READING_LIMIT = "30 per day"


def make_paper_reading_routes(reading: PaperReading, limiter: Limiter) -> Blueprint:
    """Return the route that reads papers."""
    routes = Blueprint("paper reading", __name__, url_prefix="/api/v1/files/<file_key>/reading")

    @routes.post("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @limiter.limit(READING_LIMIT, key_func=lambda: f"customer:{get_customer().customer_id}")
    @routes.arguments(PaperWishSchema)
    @routes.response(200, PaperReadingSchema)
    def read_paper(wish: dict[str, Any], file_key: str) -> dict[str, Any]:
        """Read a photo of one's own; nothing of it is kept.

        404 for what is none; 422 `paper_not_document`, `paper_unclear` or `paper_expired`.
        """
        owner = f"customer:{get_customer().customer_id}"
        typed = Typed(wish["name"], wish["number"])
        return describe_reading(reading.read(owner, file_key, wish["paper"], typed))

    return routes
