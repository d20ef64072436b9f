"""A customer's own cases: /api/v1/home and /api/v1/cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from backend.cases.case_reading import CustomerCases
from backend.cases.customer_commands import CustomerCommand, CustomerCommands
from backend.cases.ratings import Rating
from backend.core.callers import Caller, open_to
from backend.core.errors import Forbidden
from miniprogram_api.case_schemas import (
    CasePageSchema,
    CaseQuerySchema,
    CaseViewSchema,
    CustomerCommandSchema,
    HomeSchema,
)
from miniprogram_api.guard import came_by_link, get_customer, open_to_links
from miniprogram_api.json_answers import answer_json

# What is not done by a link that anybody might hold: ending the case.
_NOT_BY_LINK = frozenset({"withdraw"})


def make_case_routes(
    cases: CustomerCases, commands: CustomerCommands, count_unread: Callable[[int], int]
) -> Blueprint:
    """Return the routes of cases; ``count_unread`` tells a customer's unread messages."""
    routes = Blueprint("cases", __name__, url_prefix="/api/v1")

    def read_view(case_no: str) -> dict[str, Any]:
        view = cases.read(get_customer().customer_id, case_no)
        if came_by_link():
            view["actions"] = [one for one in view["actions"] if one["kind"] not in _NOT_BY_LINK]
        return view

    @routes.get("/home")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, HomeSchema)
    def tell_home() -> Response:
        """Tell what waits for the customer."""
        customer_id = get_customer().customer_id
        home = cases.read_home(customer_id)
        return answer_json({**home, "unread_messages": count_unread(customer_id)})

    @routes.get("/cases")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(CaseQuerySchema, location="query")
    @routes.response(200, CasePageSchema)
    def list_cases(asked: dict[str, str]) -> Response:
        """List one's cases, newest first."""
        customer_id = get_customer().customer_id
        return answer_json(cases.list_page(customer_id, asked.get("state", "all"), asked.get("after")))

    @routes.get("/cases/<case_no>")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, CaseViewSchema)
    def tell_case(case_no: str) -> Response:
        """Tell one case; a foreign and a missing one are both 404."""
        return answer_json(read_view(case_no))

    @routes.post("/cases/<case_no>/commands")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(CustomerCommandSchema)
    @routes.response(200, CaseViewSchema)
    def carry_out(typed: dict[str, Any], case_no: str) -> Response:
        """Do one of the case's actions.

        To resubmit: `complete` with outcome `resubmit` and `values` of the returned items alone. To supply an
        owed document: `values` with its files under its key. To sign: `values` with `signature_file`.
        """
        customer_id = get_customer().customer_id
        if came_by_link() and typed["kind"] in _NOT_BY_LINK:
            raise Forbidden("link_not_for_this")
        rating = typed.pop("rating")
        judged = None if rating is None else Rating(rating["stars"], tuple(rating["tags"]), rating["words"])
        device = request.headers.get("User-Agent", "")
        commands.carry_out(customer_id, case_no, CustomerCommand(**typed, rating=judged, device=device))
        return answer_json(read_view(case_no))

    return routes
