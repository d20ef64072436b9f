"""Tickets for the socket: /api/v1/realtime/tickets."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.realtime.ticket_schema import RealtimeTicketSchema
from backend.realtime.tickets import LIFETIME_SECONDS, SocketCaller, SocketTickets
from miniprogram_api.guard import get_customer


def make_customer_realtime_routes(tickets: SocketTickets) -> Blueprint:
    """Return the route that gives out tickets."""
    routes = Blueprint("customer realtime", __name__, url_prefix="/api/v1/realtime")

    @routes.post("/tickets")
    @open_to(Caller.CUSTOMER)
    @routes.response(201, RealtimeTicketSchema)
    def issue_ticket() -> dict[str, Any]:
        """Give out a ticket that opens the socket once."""
        caller = SocketCaller(Caller.CUSTOMER, get_customer().customer_id)
        return {"ticket": tickets.issue(caller), "expires_in": LIFETIME_SECONDS}

    return routes
