"""Forms as administrators keep them: /staff/api/v1/forms."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.catalogue.form_changes import CHANGE_KINDS
from backend.catalogue.form_desk import FormDesk
from backend.catalogue.form_schemas import FormBodySchema, FormSectionSchema
from backend.core.callers import Caller, open_to
from backend.core.json_fields import Ready
from backend.organisation.leads import CENTRE_KEEPERS
from staff_api.guard import require_post
from staff_api.own_version_schemas import OwnVersionSchema


class FormLineSchema(OwnVersionSchema):
    """A form as it is used now, with the number of its fields and of those that are in doubt."""

    fields_ = fields.Integer(required=True, data_key="fields", attribute="fields")
    doubts = fields.Integer(required=True)


class FormListSchema(Schema):
    """All forms by name."""

    items = fields.List(fields.Nested(FormLineSchema), required=True)


class KeptFormSchema(FormLineSchema):
    """A form with its body, and what the program has brought since the company made its own, or null."""

    class Meta:
        exclude = ("name",)

    form = Ready(FormBodySchema, required=True)
    shipped_form = Ready(FormBodySchema, required=True, allow_none=True)


class FormEditSchema(Schema):
    """The fields as they shall be, in their sections, and the version that was looked at."""

    base = fields.Integer(required=True, strict=True)
    sections = fields.List(fields.Nested(FormSectionSchema), required=True, validate=validate.Length(1, 60))


class FormChangeSchema(FormEditSchema):
    """The same, and why it is changed."""

    reason = fields.String(required=True, validate=validate.Length(0, 200))


class FormDifferenceSchema(Schema):
    """One thing that differs; ``field`` is empty where it is of no single field."""

    field = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(CHANGE_KINDS))
    text = fields.String(required=True)


class FormDifferencesSchema(Schema):
    """What a changed form would have otherwise than the one in use."""

    changes = fields.List(fields.Nested(FormDifferenceSchema), required=True)


class FormVersionSchema(Schema):
    """One version; ``author`` is empty for what the program brought, ``changes`` for the first there is."""

    version = fields.Integer(required=True)
    version_no = fields.Integer(required=True)
    is_own = fields.Boolean(required=True)
    author = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    is_first = fields.Boolean(required=True)
    changes = fields.List(fields.Nested(FormDifferenceSchema), required=True)


class FormVersionListSchema(Schema):
    """All versions of a form, the newest first."""

    items = fields.List(fields.Nested(FormVersionSchema), required=True)


class FormOfVersionSchema(Schema):
    """The form as one version has it."""

    version = fields.Integer(required=True)
    version_no = fields.Integer(required=True)
    form = Ready(FormBodySchema, required=True)


def make_form_routes(desk: FormDesk) -> Blueprint:
    """Return the routes; they are for the hotline's business lead and the customer service centre."""
    routes = Blueprint("forms", __name__, url_prefix="/staff/api/v1/forms")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, FormListSchema)
    def list_forms() -> dict[str, Any]:
        """List the forms by name."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.list_forms()}

    @routes.get("/<key>")
    @open_to(Caller.STAFF)
    @routes.response(200, KeptFormSchema)
    def tell_form(key: str) -> dict[str, Any]:
        """Tell one form."""
        require_post(*CENTRE_KEEPERS)
        return desk.read(key)

    @routes.get("/<key>/versions")
    @open_to(Caller.STAFF)
    @routes.response(200, FormVersionListSchema)
    def list_form_versions(key: str) -> dict[str, Any]:
        """List the versions of a form, and what each changed."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.list_versions(key)}

    @routes.get("/<key>/versions/<int:version>")
    @open_to(Caller.STAFF)
    @routes.response(200, FormOfVersionSchema)
    def tell_form_version(key: str, version: int) -> dict[str, Any]:
        """Tell a form as one of its versions has it."""
        require_post(*CENTRE_KEEPERS)
        return desk.read_version(key, version)

    @routes.post("/<key>/preview")
    @open_to(Caller.STAFF)
    @routes.arguments(FormEditSchema)
    @routes.response(200, FormDifferencesSchema)
    def preview_form(asked: dict[str, Any], key: str) -> dict[str, Any]:
        """Tell what a changed form would have otherwise; nothing is kept."""
        require_post(*CENTRE_KEEPERS)
        return {"changes": desk.preview(key, asked["base"], asked["sections"])}

    @routes.post("/<key>/versions")
    @open_to(Caller.STAFF)
    @routes.arguments(FormChangeSchema)
    @routes.response(201, KeptFormSchema)
    def save_form(asked: dict[str, Any], key: str) -> dict[str, Any]:
        """Store a changed form as a new version; cases that run keep the one they began with."""
        member = require_post(*CENTRE_KEEPERS).member
        return desk.save(key, asked["base"], asked["sections"], asked["reason"], member.username)

    return routes
