"""What speaks against opening an account at an address: /api/v1/premises-checks."""

from __future__ import annotations

from typing import Any

from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.premises_checks import PremisesChecks
from backend.catalogue.form_schemas import PartialAddressSchema
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer

# Nobody is to look through a street for who owes: whoever moves house asks for a few places at most.
PLACES_LIMIT = "20/hour;60/day"


class PremisesAskedSchema(Schema):
    """For which business, and where."""

    service = fields.String(required=True, validate=validate.Length(min=1, max=50))
    address = fields.Nested(PartialAddressSchema, required=True)


class PremisesDoubtSchema(Schema):
    """What is the matter, and what to do now; nobody is named, and no sum."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class PremisesDoubtsSchema(Schema):
    """The gravest first; nothing where nothing speaks against it."""

    items = fields.List(fields.Nested(PremisesDoubtSchema), required=True)


def make_premises_routes(checks: PremisesChecks, limiter: Limiter) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("premises", __name__, url_prefix="/api/v1")

    @routes.post("/premises-checks")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(PLACES_LIMIT, key_func=lambda: f"customer:{get_customer().customer_id}")
    @routes.arguments(PremisesAskedSchema)
    @routes.response(200, PremisesDoubtsSchema)
    def check_premises(asked: dict[str, Any]) -> dict[str, Any]:
        """Tell what is the matter with an address as soon as it is known; nothing is kept of it."""
        customer_id = get_customer().customer_id
        return {"items": checks.tell_customer(customer_id, asked["service"], asked["address"])}

    return routes
