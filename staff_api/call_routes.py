"""The desk of whoever answers calls: /staff/api/v1/calls."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.call_desk import CALL_POSTS, CallDesk
from backend.cases.caller_identity import CallerIdentity, CallerSays
from backend.cases.schemas import ContactSchema, StaffProgressStepSchema
from backend.catalogue.form_schemas import AddressSchema
from backend.core.callers import Caller, open_to
from staff_api.case_command_schemas import RemarkSchema
from staff_api.case_row_schemas import StaffCaseListSchema, StaffCaseRowSchema
from staff_api.guard import require_post


class CallSearchSchema(Schema):
    """What the caller says: a case number, telephone, account number, or community and building."""

    q = fields.String(required=True, validate=validate.Length(1, 60))


class CasePlaceSchema(Schema):
    """A step at which the case stands, or what it was handed over to, and whom to call about it."""

    process_name = fields.String(required=True)
    step_name = fields.String(required=True)
    party_name = fields.String(required=True)
    since = fields.DateTime(format="iso", required=True)
    due_at = fields.DateTime(format="iso", required=True, allow_none=True)
    limit_until = fields.String(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    contact = fields.Nested(ContactSchema, required=True, allow_none=True)


class CalledCaseSchema(StaffCaseRowSchema):
    """How a case stands, for somebody to read it to the caller."""

    customer_phone = fields.String(required=True)
    headline = fields.String(required=True)
    progress = fields.List(fields.Nested(StaffProgressStepSchema), required=True)
    places = fields.List(fields.Nested(CasePlaceSchema), required=True)
    may_urge = fields.Boolean(required=True)
    urge_hint = fields.String(required=True, allow_none=True)
    may_open = fields.Boolean(required=True)


class UrgingSchema(Schema):
    """The id by which an urging that comes twice is recognised."""

    command_id = fields.UUID(required=True)


class CallerSaysSchema(Schema):
    """What a caller says to be known by; each may be left out."""

    id_number = fields.String(load_default="", validate=validate.Length(max=30))
    meter_no = fields.String(load_default="", validate=validate.Length(max=30))
    name = fields.String(load_default="", validate=validate.Length(max=30))
    address = fields.Nested(AddressSchema, load_default=None, allow_none=True)


class KnownMeterSchema(Schema):
    """A meter at an account."""

    meter_no = fields.String(required=True)
    maker = fields.String(required=True)
    model = fields.String(required=True)
    kind = fields.String(required=True)
    installed_at = fields.DateTime(format="iso", required=True, allow_none=True)


class KnownAccountSchema(Schema):
    """A gas account with its meters."""

    account_no = fields.String(required=True)
    role = fields.String(required=True)
    status = fields.String(required=True)
    gas_use = fields.String(required=True)
    classification = fields.String(required=True)
    place = fields.String(required=True)
    opened_at = fields.DateTime(format="iso", required=True)
    meters = fields.List(fields.Nested(KnownMeterSchema), required=True)


class VerifiedCustomerSchema(Schema):
    """Somebody of whom all agreed; the ID number masked."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    id_number = fields.String(required=True)
    accounts = fields.List(fields.Nested(KnownAccountSchema), required=True)
    cases = fields.List(fields.Nested(StaffCaseRowSchema), required=True)


class VerifiedSchema(Schema):
    """Nobody where something does not agree."""

    customers = fields.List(fields.Nested(VerifiedCustomerSchema), required=True)


class IdentityNeededSchema(Schema):
    """How many things a caller has to say, of which all have to agree."""

    items_needed = fields.Integer(required=True)


def make_call_routes(desk: CallDesk, identity: CallerIdentity) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("staff calls", __name__, url_prefix="/staff/api/v1/calls")

    @routes.post("/search")
    @open_to(Caller.STAFF)
    @routes.arguments(CallSearchSchema)
    @routes.response(200, StaffCaseListSchema)
    def find(asked: dict[str, str]) -> dict[str, Any]:
        """Find the cases that a caller means."""
        return desk.find(require_post(*CALL_POSTS).member, asked["q"])

    @routes.get("/identity")
    @open_to(Caller.STAFF)
    @routes.response(200, IdentityNeededSchema)
    def tell_needed() -> dict[str, int]:
        """Tell how much a caller has to say."""
        require_post(*CALL_POSTS)
        return {"items_needed": identity.count_needed()}

    @routes.post("/identity")
    @open_to(Caller.STAFF)
    @routes.arguments(CallerSaysSchema)
    @routes.response(200, VerifiedSchema)
    def verify(asked: dict[str, Any]) -> dict[str, Any]:
        """Verify a caller and tell what is known of them; the look is recorded.

        422 `identity_too_little` where fewer things are said than have to agree.
        """
        return identity.verify(require_post(*CALL_POSTS).member, CallerSays(**asked))

    @routes.get("/cases/<case_no>")
    @open_to(Caller.STAFF)
    @routes.response(200, CalledCaseSchema)
    def read(case_no: str) -> dict[str, Any]:
        """Tell how a case stands; the look is recorded."""
        return desk.read(require_post(*CALL_POSTS).member, case_no)

    @routes.post("/cases/<case_no>/urgings")
    @open_to(Caller.STAFF)
    @routes.arguments(UrgingSchema)
    @routes.response(201)
    def urge(asked: dict[str, Any], case_no: str) -> Response:
        """Urge a case for the caller; 409 `urged_lately` where it is too soon."""
        desk.urge(require_post(*CALL_POSTS).member, case_no, asked["command_id"])
        return Response(status=201)

    @routes.post("/cases/<case_no>/notes")
    @open_to(Caller.STAFF)
    @routes.arguments(RemarkSchema)
    @routes.response(201)
    def write_note(asked: dict[str, str], case_no: str) -> Response:
        """Keep with the case what the caller wants known."""
        desk.write_note(require_post(*CALL_POSTS).member, case_no, asked["text"])
        return Response(status=201)

    return routes
