"""Contract templates as administrators keep them: /staff/api/v1/templates."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.catalogue.contract_text import LARGEST_TEMPLATE
from backend.core.callers import Caller, open_to
from backend.documents.template_desk import TemplateDesk
from backend.files.responses import answer_pdf
from backend.files.schemas import FILE_CONTENT
from backend.organisation.leads import CENTRE_KEEPERS
from staff_api.guard import require_post
from staff_api.own_version_schemas import OwnVersionSchema

_TEXT = {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}


class TemplateLineSchema(OwnVersionSchema):
    """A template as it is used now."""


class TemplateListSchema(Schema):
    """All templates by the names of their contracts."""

    items = fields.List(fields.Nested(TemplateLineSchema), required=True)


class TemplateVersionSchema(Schema):
    """One version; ``author`` is empty for what the program brought."""

    version = fields.Integer(required=True)
    author = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)


class TemplateBlankSchema(Schema):
    """A blank that a wording may name; ``needed`` where each wording has to."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    part = fields.String(required=True)
    unit = fields.String(required=True)
    needed = fields.Boolean(required=True)


class KeptTemplateSchema(TemplateLineSchema):
    """A template with its text, the shipped one, its versions, and the blanks there are."""

    text = fields.String(required=True)
    shipped_text = fields.String(required=True)
    versions = fields.List(fields.Nested(TemplateVersionSchema), required=True)
    blanks = fields.List(fields.Nested(TemplateBlankSchema), required=True)


class TemplateTextSchema(Schema):
    """The text of one version."""

    version = fields.Integer(required=True)
    text = fields.String(required=True)


class TemplateBaseSchema(Schema):
    """The version that was looked at."""

    base = fields.Integer(required=True)


class TemplatePreviewSchema(Schema):
    """Whether blanks are filled with sample values, or stand as ruled lines."""

    filled = fields.Boolean(load_default=False)


def make_template_routes(desk: TemplateDesk) -> Blueprint:
    """Return the routes; they are for the hotline's business lead and the customer service centre."""
    routes = Blueprint("contract templates", __name__, url_prefix="/staff/api/v1/templates")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, TemplateListSchema)
    def list_templates() -> dict[str, Any]:
        """List the templates by the names of their contracts."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.list_templates()}

    @routes.get("/<key>")
    @open_to(Caller.STAFF)
    @routes.response(200, KeptTemplateSchema)
    def tell_template(key: str) -> dict[str, Any]:
        """Tell one template."""
        require_post(*CENTRE_KEEPERS)
        return desk.read(key)

    @routes.get("/<key>/versions/<int:version>")
    @open_to(Caller.STAFF)
    @routes.response(200, TemplateTextSchema)
    def tell_version(key: str, version: int) -> dict[str, Any]:
        """Tell the text of one version."""
        require_post(*CENTRE_KEEPERS)
        return desk.read_version(key, version)

    @routes.post("/<key>/versions")
    @open_to(Caller.STAFF)
    @routes.arguments(TemplateBaseSchema, location="query")
    @routes.doc(requestBody=_TEXT)
    @routes.response(201, KeptTemplateSchema)
    def import_template(asked: dict[str, Any], key: str) -> dict[str, Any]:
        """Take a wording in, sent as the body in UTF-8; `extra.problems` of a refusal tells each by its line.

        Cases that run keep the version they began with.
        """
        member = require_post(*CENTRE_KEEPERS).member
        return desk.save(key, asked["base"], _read_body(), member.username)

    @routes.post("/<key>/preview.pdf")
    @open_to(Caller.STAFF)
    @routes.arguments(TemplatePreviewSchema, location="query")
    @routes.doc(requestBody=_TEXT)
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def preview_template(asked: dict[str, Any], key: str) -> Response:
        """Print a wording, sent as the body, as it would look; nothing is kept."""
        require_post(*CENTRE_KEEPERS)
        return answer_pdf(desk.preview(key, _read_body(), filled=asked["filled"]), "合同样张.pdf")

    return routes


def _read_body() -> bytes:
    # One byte more than allowed tells a text that is too long without reading all of it.
    return request.stream.read(LARGEST_TEMPLATE + 1)
