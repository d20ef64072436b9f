"""The approval of a case's contract: /staff/api/v1/cases/{case_no}/contract; the system's callback."""

from __future__ import annotations

from typing import Any

import flask
from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.contract_reviews import LONGEST_REASON, ContractReviews
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in

CALLBACK_PATH = "/callbacks/contracts/verdicts"


class ContractReviewSchema(Schema):
    """The newest submission. ``place`` is null until it is known who approves."""

    state = fields.String(
        required=True, validate=validate.OneOf(("waiting", "submitted", "approved", "refused"))
    )
    place = fields.String(required=True, allow_none=True, validate=validate.OneOf(("outside", "inside")))
    reason = fields.String(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    is_silent = fields.Boolean(required=True)


class CaseContractSchema(Schema):
    """``review`` is null for a case without a contract to approve."""

    review = fields.Nested(ContractReviewSchema, required=True, allow_none=True)
    may_decide = fields.Boolean(required=True)
    may_resubmit = fields.Boolean(required=True)


class ContractDecisionSchema(Schema):
    """A lead's decision; a refusal says why."""

    approves = fields.Boolean(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=LONGEST_REASON))


def make_contract_routes(contracts: ContractReviews) -> Blueprint:
    """Return the routes of a case's contract."""
    routes = Blueprint("contracts", __name__, url_prefix="/staff/api/v1/cases/<case_no>/contract")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseContractSchema)
    def tell_contract(case_no: str) -> dict[str, Any]:
        """Tell how far the approval of the contract is."""
        return contracts.describe(get_signed_in().member, case_no)

    @routes.post("/decision")
    @open_to(Caller.STAFF)
    @routes.arguments(ContractDecisionSchema)
    @routes.response(200, CaseContractSchema)
    def decide(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Approve or refuse, where there is no contract management system."""
        member = get_signed_in().member
        contracts.decide(member, case_no, asked["approves"], asked["reason"])
        return contracts.describe(member, case_no)

    @routes.post("/resubmission")
    @open_to(Caller.STAFF)
    @routes.response(200, CaseContractSchema)
    def resubmit(case_no: str) -> dict[str, Any]:
        """Submit a refused contract once more."""
        member = get_signed_in().member
        contracts.resubmit(member, case_no)
        return contracts.describe(member, case_no)

    return routes


def make_contract_callback_routes(contracts: ContractReviews) -> flask.Blueprint:
    """Return the address that the contract management system calls; the signature is the authorisation."""
    routes = flask.Blueprint("contract callback", __name__)

    @routes.post(CALLBACK_PATH)
    @open_to(Caller.PLATFORM)
    def receive() -> dict[str, Any]:
        """Take what the system says of a contract."""
        contracts.receive(request.path, dict(request.headers), request.get_data())
        return {"code": 0, "message": "ok"}

    return routes
