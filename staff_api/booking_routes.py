"""Booking a visit for the customer: /staff/api/v1/cases/{case_no}/slots, holds, appointment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.appointments.schemas import (
    HoldRequestSchema,
    HoldSchema,
    SlotDaysSchema,
    SlotQuery,
    write_day,
    write_hold,
)
from backend.appointments.staff_booking import StaffBooking
from backend.cases.staff_cases import StaffCases
from backend.core.callers import Caller, open_to
from staff_api.case_schemas import StaffCaseViewSchema
from staff_api.guard import get_signed_in


class StaffBookingSchema(Schema):
    """The hold to turn into the booking."""

    command_id = fields.UUID(required=True)
    hold_id = fields.UUID(required=True)


class StaffCancelSchema(Schema):
    """Give the booked hour back."""

    command_id = fields.UUID(required=True)


def make_booking_routes(booking: StaffBooking, cases: StaffCases) -> Blueprint:
    """Return the routes; booking and giving back show the case afterwards."""
    routes = Blueprint("staff booking", __name__, url_prefix="/staff/api/v1/cases/<case_no>")

    @routes.get("/slots")
    @open_to(Caller.STAFF)
    @routes.arguments(SlotQuery, location="query")
    @routes.response(200, SlotDaysSchema)
    def list_slots(asked: dict[str, date | None], case_no: str) -> dict[str, Any]:
        """List a week of bookable hours."""
        days = booking.list_days(get_signed_in().member, case_no, asked["from_day"])
        return {"days": [write_day(one) for one in days]}

    @routes.post("/holds")
    @open_to(Caller.STAFF)
    @routes.arguments(HoldRequestSchema)
    @routes.response(201, HoldSchema)
    def hold(asked: dict[str, datetime], case_no: str) -> dict[str, Any]:
        """Keep an hour for a few minutes; the case's former hold is given up."""
        return write_hold(booking.hold(get_signed_in().member, case_no, asked["start_at"]))

    @routes.post("/appointment")
    @open_to(Caller.STAFF)
    @routes.arguments(StaffBookingSchema)
    @routes.response(200, StaffCaseViewSchema)
    def book(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Book the hour that is held, or move an earlier booking to it."""
        member = get_signed_in().member
        booking.book(member, case_no, asked["hold_id"], asked["command_id"])
        return cases.view(member, case_no)

    @routes.delete("/appointment")
    @open_to(Caller.STAFF)
    @routes.arguments(StaffCancelSchema)
    @routes.response(200, StaffCaseViewSchema)
    def cancel(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Cancel the booking; another one has to follow before somebody comes."""
        member = get_signed_in().member
        booking.cancel(member, case_no, asked["command_id"])
        return cases.view(member, case_no)

    return routes
