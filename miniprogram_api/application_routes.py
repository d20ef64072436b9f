"""Handing an application in: POST /api/v1/applications."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.cases.application_service import Application, ApplicationService
from backend.cases.case_reading import CustomerCases
from backend.core.callers import Caller, open_to
from miniprogram_api.case_schemas import ApplicationSchema, CaseViewSchema
from miniprogram_api.guard import get_customer
from miniprogram_api.json_answers import answer_json


def make_application_routes(applications: ApplicationService, cases: CustomerCases) -> Blueprint:
    """Return the route of new applications."""
    routes = Blueprint("applications", __name__, url_prefix="/api/v1/applications")

    @routes.post("")
    @open_to(Caller.CUSTOMER)
    # An instance: a class would be instantiated with every request.
    @routes.arguments(ApplicationSchema())
    @routes.response(201, CaseViewSchema)
    def submit(typed: dict[str, Any]) -> Response:
        """Apply. The same command id with the same body gets the same case.

        409 `duplicate_open` (extra `case_no`), `form_changed` (extra `form_version`), `name_mismatch` or
        `id_number_unknown` (unless `allow_name`), or `idempotency_conflict`; 422 `invalid_input`,
        `area_not_served` or `file_unknown` with the fields.
        """
        customer_id = get_customer().customer_id
        answer = applications.submit(customer_id, Application(**typed))
        return answer_json(cases.read(customer_id, answer.case_no), 201)

    return routes
