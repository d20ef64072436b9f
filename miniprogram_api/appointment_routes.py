"""Booking a visit and following it: /api/v1/cases/<case_no>/slots, holds, appointment, visit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.schemas import (
    HoldRequestSchema,
    HoldSchema,
    SlotDaysSchema,
    SlotQuery,
    write_day,
    write_hold,
)
from backend.appointments.service import AppointmentService
from backend.appointments.visits import VISIT_STATES, VisitService, VisitView
from backend.cases.access import find_customer_case_id
from backend.cases.case_reading import CustomerCases
from backend.cases.schemas import ContactSchema
from backend.cases.service import Request
from backend.core.callers import Caller, open_to
from miniprogram_api.case_schemas import CaseViewSchema
from miniprogram_api.guard import get_customer, open_to_links
from miniprogram_api.json_answers import answer_json


class CancelBookingSchema(Schema):
    """The booking that the customer saw."""

    command_id = fields.UUID(required=True)
    expected_version = fields.Integer(required=True)


class BookingSchema(CancelBookingSchema):
    """The hold to turn into the booking."""

    hold_id = fields.UUID(required=True)


class VisitSchema(Schema):
    """The way to the visit; all but ``state`` is null unless somebody is on it."""

    state = fields.String(required=True, validate=validate.OneOf(VISIT_STATES))
    distance_m = fields.Integer(required=True, allow_none=True)
    eta_minutes = fields.Integer(required=True, allow_none=True)
    seen_at = fields.AwareDateTime(required=True, allow_none=True)
    handler = fields.Nested(ContactSchema, required=True, allow_none=True)


def make_appointment_routes(
    sessions: sessionmaker[Session],
    appointments: AppointmentService,
    visits: VisitService,
    cases: CustomerCases,
) -> Blueprint:
    """Return the routes of a customer's visits."""
    routes = Blueprint("appointments", __name__, url_prefix="/api/v1/cases/<case_no>")

    def find_id(case_no: str) -> int:
        with sessions() as session:
            return find_customer_case_id(session, get_customer().customer_id, case_no)

    @routes.get("/slots")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(SlotQuery, location="query")
    @routes.response(200, SlotDaysSchema)
    def list_slots(asked: dict[str, date | None], case_no: str) -> dict[str, Any]:
        """List a week of bookable hours."""
        return {
            "days": [write_day(one) for one in appointments.list_days(find_id(case_no), asked["from_day"])]
        }

    @routes.post("/holds")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(HoldRequestSchema)
    @routes.response(201, HoldSchema)
    def hold(asked: dict[str, datetime], case_no: str) -> dict[str, Any]:
        """Keep an hour for a few minutes; the case's former hold is given up."""
        held = appointments.hold(find_id(case_no), asked["start_at"])
        return write_hold(held)

    @routes.post("/appointment")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(BookingSchema)
    @routes.response(200, CaseViewSchema)
    def book(asked: dict[str, Any], case_no: str) -> Response:
        """Book the hour that is held, or move an earlier booking to it."""
        case_id = find_id(case_no)
        appointments.book(_make_request(case_no, asked), case_id, asked["hold_id"], asked["expected_version"])
        return answer_json(cases.read(get_customer().customer_id, case_no))

    @routes.delete("/appointment")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(CancelBookingSchema)
    @routes.response(200, CaseViewSchema)
    def cancel(asked: dict[str, Any], case_no: str) -> Response:
        """Cancel the booking; another one has to follow before somebody comes."""
        appointments.cancel(_make_request(case_no, asked), find_id(case_no), asked["expected_version"])
        return answer_json(cases.read(get_customer().customer_id, case_no))

    @routes.get("/visit")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.response(200, VisitSchema)
    def tell_visit(case_no: str) -> dict[str, Any]:
        """Tell how far the handler is, from setting off until the arrival and not longer."""
        state, handler = cases.look_at_visit(get_customer().customer_id, case_no)
        seen = VisitView(state) if state == "none" else visits.read_visit(find_id(case_no))
        return {
            "state": seen.state,
            "distance_m": seen.distance_m,
            "eta_minutes": seen.arrival_minutes,
            "seen_at": seen.seen_at,
            "handler": handler,
        }

    return routes


def _make_request(case_no: str, asked: Mapping[str, Any]) -> Request:
    body = {name: str(value) for name, value in asked.items() if name != "command_id"}
    command_id: uuid.UUID = asked["command_id"]
    return Request(f"customer:{get_customer().customer_id}", command_id, {**body, "case_no": case_no})
