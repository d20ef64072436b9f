"""What speaks against opening an account where a case wants it: /staff/api/v1/cases/{case_no}/premises."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.premises_checks import CasePremises
from backend.core.callers import Caller, open_to
from staff_api.guard import get_signed_in


class CasePremisesDoubtSchema(Schema):
    """What is the matter, and how it goes on; nobody is named, and no sum."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class CasePremisesSchema(Schema):
    """The gravest first; nothing where nothing speaks against it."""

    items = fields.List(fields.Nested(CasePremisesDoubtSchema), required=True)


def make_case_premises_routes(premises: CasePremises) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("case_premises", __name__, url_prefix="/staff/api/v1/cases/<case_no>/premises")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, CasePremisesSchema)
    def tell_premises(case_no: str) -> dict[str, Any]:
        """Tell all that is the matter with the case's address; the acceptance names but the first."""
        return {"items": premises.tell(get_signed_in().member, case_no)}

    return routes
