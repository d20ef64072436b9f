"""A copy of what is kept of the customer: /api/v1/me/data.pdf."""

from __future__ import annotations

from flask import Response
from flask_limiter import Limiter
from flask_smorest import Blueprint

from backend.cases.own_data import OwnData
from backend.core.callers import Caller, open_to
from backend.files.responses import answer_pdf
from backend.files.schemas import FILE_CONTENT
from miniprogram_api.guard import get_customer

# It reads everything there is, and nobody needs it twice in a minute.
OWN_DATA_LIMIT = "5 per minute; 30 per day"


def make_own_data_routes(own_data: OwnData, limiter: Limiter) -> Blueprint:
    """Return the one route; who came by a link to one case does not get it."""
    routes = Blueprint("own_data", __name__, url_prefix="/api/v1/me")

    @routes.get("/data.pdf")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(OWN_DATA_LIMIT, key_func=lambda: f"customer:{get_customer().customer_id}")
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def print_own_data() -> Response:
        """Print who the customer is, accounts, applications, consents, and who looked at them in full."""
        printed = own_data.print(get_customer().customer_id)
        return answer_pdf(printed.content, printed.name)

    return routes
