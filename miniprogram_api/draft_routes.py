"""Drafts of applications: /api/v1/drafts."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.drafts import Draft, DraftService
from backend.catalogue.form_schemas import make_values_field
from backend.core.callers import Caller, open_to
from backend.files.schemas import FileViewSchema
from miniprogram_api.guard import get_customer


class DraftSaveSchema(Schema):
    """What has been typed so far."""

    form_version = fields.Integer(required=True, strict=True)
    values = make_values_field(required=True)


class DraftSchema(Schema):
    """A draft as it was kept, with its files."""

    form_version = fields.Integer(required=True)
    values = make_values_field(required=True)
    files = fields.Dict(keys=fields.String(), values=fields.Nested(FileViewSchema), required=True)
    saved_at = fields.AwareDateTime(required=True)


class DraftLineSchema(Schema):
    """One draft in the list."""

    service = fields.String(required=True)
    service_name = fields.String(required=True)
    saved_at = fields.AwareDateTime(required=True)


class DraftListSchema(Schema):
    """All drafts, the newest first."""

    items = fields.List(fields.Nested(DraftLineSchema), required=True)


def make_draft_routes(drafts: DraftService) -> Blueprint:
    """Return the routes of drafts."""
    routes = Blueprint("drafts", __name__, url_prefix="/api/v1/drafts")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, DraftListSchema)
    def list_drafts() -> dict[str, Any]:
        """List one's drafts."""
        return {"items": drafts.list_all(get_customer().customer_id)}

    @routes.get("/<service>")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, DraftSchema)
    def tell_draft(service: str) -> Draft:
        """Tell one's draft for a service; 404 where there is none."""
        return drafts.read(get_customer().customer_id, service)

    @routes.put("/<service>")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(DraftSaveSchema)
    @routes.response(204)
    def save_draft(typed: dict[str, Any], service: str) -> None:
        """Keep what has been typed; it need not be right yet."""
        drafts.save(get_customer().customer_id, service, typed["form_version"], typed["values"])

    @routes.delete("/<service>")
    @open_to(Caller.CUSTOMER)
    @routes.response(204)
    def remove_draft(service: str) -> None:
        """Throw the draft away."""
        drafts.remove(get_customer().customer_id, service)

    return routes
