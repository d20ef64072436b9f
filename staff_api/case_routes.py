"""A case as staff see it and what they do to it: /staff/api/v1/cases/{case_no}."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from backend.cases.commands import CorrectionRequest
from backend.cases.same_customer import SameCustomer
from backend.cases.staff_cases import StaffCases
from backend.cases.staff_commands import Mark, StaffCommand, StaffCommands
from backend.cases.staff_remarks import StaffRemarks
from backend.core.callers import Caller, open_to
from staff_api.case_command_schemas import (
    RemarkSchema,
    RevealedSchema,
    RevealSchema,
    ReviewsSchema,
    StaffCommandSchema,
)
from staff_api.case_row_schemas import StaffCaseListSchema
from staff_api.case_schemas import StaffCaseViewSchema
from staff_api.guard import get_signed_in


def make_case_routes(
    cases: StaffCases, commands: StaffCommands, remarks: StaffRemarks, same_customer: SameCustomer
) -> Blueprint:
    """Return the routes of one case."""
    routes = Blueprint("staff cases", __name__, url_prefix="/staff/api/v1/cases/<case_no>")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, StaffCaseViewSchema)
    def view_case(case_no: str) -> dict[str, Any]:
        """Show a case, personal values masked."""
        return cases.view(get_signed_in().member, case_no)

    @routes.get("/same-customer")
    @open_to(Caller.STAFF)
    @routes.response(200, StaffCaseListSchema)
    def list_others(case_no: str) -> dict[str, Any]:
        """List the other cases of this customer in the last three months."""
        return same_customer.list_others(get_signed_in().member, case_no)

    @routes.post("/reveal")
    @open_to(Caller.STAFF)
    @routes.arguments(RevealSchema)
    @routes.response(200, RevealedSchema)
    def reveal(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Show full values; the look is recorded."""
        return cases.reveal(get_signed_in().member, case_no, asked["items"], asked["reason"])

    @routes.put("/reviews")
    @open_to(Caller.STAFF)
    @routes.arguments(ReviewsSchema)
    @routes.response(204)
    def keep_marks(asked: dict[str, Any], case_no: str) -> None:
        """Keep the marks of a review in progress."""
        marks = {item: Mark(**mark) for item, mark in asked["items"].items()}
        commands.keep_marks(get_signed_in().member, case_no, marks)

    @routes.post("/commands")
    @open_to(Caller.STAFF)
    # An instance: a class would be instantiated with every request.
    @routes.arguments(StaffCommandSchema())
    @routes.response(200, StaffCaseViewSchema)
    def carry_out(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Carry out a command and show the case after it."""
        member = get_signed_in().member
        lists = {
            "corrections": tuple(CorrectionRequest(**one) for one in asked["corrections"]),
            "owed_documents": tuple(asked["owed_documents"]),
            "photos": tuple(asked["photos"]),
            "drawing": tuple(asked["drawing"]),
        }
        device = request.headers.get("User-Agent", "")
        wish = StaffCommand(**{**asked, **lists}, body=request.get_json(), device=device)
        commands.carry_out(member, case_no, wish)
        return cases.view(member, case_no)

    @routes.post("/notes")
    @open_to(Caller.STAFF)
    @routes.arguments(RemarkSchema)
    @routes.response(201)
    def write_note(asked: dict[str, str], case_no: str) -> Response:
        """Keep a note that only staff read."""
        remarks.write_note(get_signed_in().member, case_no, asked["text"])
        return Response(status=201)

    @routes.post("/messages")
    @open_to(Caller.STAFF)
    @routes.arguments(RemarkSchema)
    @routes.response(201)
    def send_message(asked: dict[str, str], case_no: str) -> Response:
        """Send the customer a message."""
        remarks.send_message(get_signed_in().member, case_no, asked["text"])
        return Response(status=201)

    return routes
