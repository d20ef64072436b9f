"""Who the customer of a case is, and that staff looked: /staff/api/v1/cases/{case_no}/identity."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.identity_decisions import LONGEST_NOTE, PLACES, VERDICTS, WAYS, Decision, IdentityDecisions
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in


class IdentityCheckSchema(Schema):
    """One face check of the customer, or their wish for a person."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(("begun", "passed", "failed", "refused", "expired", "declined")),
    )
    at = fields.AwareDateTime(required=True)


class IdentityDecisionSchema(Schema):
    """What a member of staff found, and how."""

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    way = fields.String(required=True, validate=validate.OneOf(WAYS))
    place = fields.String(required=True, validate=validate.OneOf(PLACES))
    note = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    staff_name = fields.String(required=True)


class NameCheckSchema(Schema):
    """What the register says of the applicant's name and number, and what the provider calls the question.

    ``unavailable`` and ``limited``: nobody compared, for the provider was away or was asked too often.
    """

    state = fields.String(
        required=True,
        validate=validate.OneOf(("match", "mismatch", "no_such_number", "unavailable", "limited")),
    )
    at = fields.AwareDateTime(required=True)
    request_id = fields.String(required=True)


class CaseIdentitySchema(Schema):
    """How the proof of a case stands, and what the caller may do about it."""

    status = fields.String(required=True, validate=validate.OneOf(("proven", "wanted", "not_wanted")))
    offers_face_check = fields.Boolean(required=True)
    acts_for_another = fields.Boolean(required=True)
    has_declined = fields.Boolean(required=True)
    tries_left = fields.Integer(required=True)
    has_record = fields.Boolean(required=True)
    may_decide = fields.Boolean(required=True)
    places = fields.List(fields.String(validate=validate.OneOf(PLACES)), required=True)
    name_check = fields.Nested(NameCheckSchema, required=True, allow_none=True)
    may_ask_register = fields.Boolean(required=True)
    checks = fields.List(fields.Nested(IdentityCheckSchema), required=True)
    decisions = fields.List(fields.Nested(IdentityDecisionSchema), required=True)


class IdentityWordSchema(Schema):
    """That the customer is who they say, or is not; name and the number's tail to compare with the record."""

    way = fields.String(required=True, validate=validate.OneOf(WAYS))
    place = fields.String(required=True, validate=validate.OneOf(PLACES))
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))
    name = fields.String(load_default="", validate=validate.Length(max=30))
    id_tail = fields.String(load_default="", validate=validate.Length(max=6))
    customer_declined = fields.Boolean(load_default=False)
    verdict = fields.String(load_default="confirmed", validate=validate.OneOf(VERDICTS))


def make_staff_identity_routes(decisions: IdentityDecisions) -> Blueprint:
    """Return the routes of a case's proof."""
    routes = Blueprint("staff identity", __name__, url_prefix="/staff/api/v1/cases/<case_no>/identity")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseIdentitySchema)
    def tell_case_identity(case_no: str) -> dict[str, Any]:
        """Tell whether it is proven who the customer is."""
        return decisions.describe(get_signed_in().member, case_no)

    @routes.post("/decision")
    @open_to(Caller.STAFF)
    @routes.arguments(IdentityWordSchema)
    @routes.response(200, CaseIdentitySchema)
    def decide_identity(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Say that it is the customer, or somebody else: by the card seen, or compared with the record."""
        member = get_signed_in().member
        decisions.decide(member, case_no, Decision(**asked))
        return decisions.describe(member, case_no)

    @routes.post("/name-check")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseIdentitySchema)
    def ask_register(case_no: str) -> dict[str, Any]:
        """Have the applicant's name and ID number compared by the register, where nobody has so far."""
        member = get_signed_in().member
        decisions.ask_register(member, case_no)
        return decisions.describe(member, case_no)

    return routes
