"""A customer's documents over all cases: /api/v1/papers."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.customer_papers import PAPER_STATES, CustomerPapers
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer


class PaperQuerySchema(Schema):
    """From where on."""

    after = fields.String(load_default=None, validate=validate.Length(max=40))


class PaperSchema(Schema):
    """One paper. With a ``task`` it is found under the case's documents, without one on the case's page.

    One of the customer's ``own`` steps is read as a form; what others filled in is their copy as PDF.
    """

    task = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    own = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(PAPER_STATES))
    hint = fields.String(required=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    # Its time is over: what was written on it is gone, and it can neither be read nor printed.
    is_erased = fields.Boolean(required=True)


class CasePapersSchema(Schema):
    """The papers of one case: what waits for the customer first, then what was handed in, newest first."""

    case_no = fields.String(required=True)
    service_name = fields.String(required=True)
    place = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    papers = fields.List(fields.Nested(PaperSchema), required=True)


class PaperPageSchema(Schema):
    """A page of cases with their papers."""

    items = fields.List(fields.Nested(CasePapersSchema), required=True)
    next = fields.String(required=True, allow_none=True)


def make_paper_routes(papers: CustomerPapers) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("papers", __name__, url_prefix="/api/v1")

    @routes.get("/papers")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(PaperQuerySchema, location="query")
    @routes.response(200, PaperPageSchema)
    def list_papers(asked: dict[str, Any]) -> dict[str, Any]:
        """List the documents of one's cases, the newest case first."""
        return papers.list_page(get_customer().customer_id, asked["after"])

    return routes
