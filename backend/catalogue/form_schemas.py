"""Shapes of forms and of what is filled into them, for both APIs: clients' types are made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, fields, validate

from backend.catalogue.conditions import OPERATORS
from backend.catalogue.forms import FieldType
from backend.core.json_fields import Named

FIELD_TYPES: Final = tuple(one.value for one in FieldType)
PERSONAL_KINDS: Final = ("none", "name", "id_number", "phone", "address", "face", "signature")


class PointSchema(Schema):
    """A place in GCJ-02, and where it is known from."""

    lat = fields.Float(required=True)
    lng = fields.Float(required=True)
    source = fields.String(required=True, validate=validate.OneOf(("map", "browser")))


class AddressSchema(Schema):
    """An address in parts; those that do not apply are empty."""

    region = fields.String(required=True)
    street = fields.String(required=True)
    community = fields.String(required=True)
    building = fields.String(required=True)
    unit = fields.String(required=True)
    door = fields.String(required=True)
    note = fields.String(required=True)
    point = fields.Nested(PointSchema, required=True, allow_none=True)


class PartialAddressSchema(Schema):
    """What is known of an address; any part may be missing."""

    region = fields.String()
    street = fields.String()
    community = fields.String()
    building = fields.String()
    unit = fields.String()
    door = fields.String()
    note = fields.String()
    point = fields.Nested(PointSchema, allow_none=True)


class FormOptionSchema(Schema):
    """One choice."""

    value = fields.String(required=True)
    label = fields.String(required=True)


class FormFieldSchema(Schema):
    """One field of a form, as its YAML has it."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(FIELD_TYPES))
    personal = fields.String(required=True, validate=validate.OneOf(PERSONAL_KINDS))
    required = fields.Boolean()
    hint = fields.String()
    when = Named("Condition")
    options = fields.List(fields.Nested(FormOptionSchema))
    max_length = fields.Integer()
    min = fields.Float()
    max = fields.Float()
    max_count = fields.Integer()
    may_be_owed = fields.Boolean()
    may_be_partial = fields.Boolean()
    feeds_conditions = fields.Boolean()


class FormSectionSchema(Schema):
    """A part of a form under one title."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    fields_ = fields.List(
        fields.Nested(FormFieldSchema), required=True, data_key="fields", attribute="fields"
    )


class FormBodySchema(Schema):
    """A form from which clients draw the page."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    sections = fields.List(fields.Nested(FormSectionSchema), required=True)


def _join(joiner: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    return _object({joiner: shape}, joiner)


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


_CONDITION: Final = {"$ref": "#/components/schemas/Condition"}
# What a schema of marshmallow cannot say: a choice of shapes, one of which holds itself.
NAMED_SHAPES: Final[Mapping[str, dict[str, Any]]] = {
    "Condition": {
        "description": "When a field is shown: a comparison, or several joined.",
        "anyOf": [
            _object(
                {
                    "field": {"type": "string"},
                    "op": {"type": "string", "enum": sorted(OPERATORS)},
                    "value": {"description": "What to compare with; a list for `in`."},
                },
                "field",
                "op",
            ),
            _join("all", {"type": "array", "items": _CONDITION}),
            _join("any", {"type": "array", "items": _CONDITION}),
            _join("not", _CONDITION),
        ],
    },
    "Value": {
        "description": (
            "What is filled into a field: text, a number, keys of choices or files, an address, nothing."
        ),
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "array", "items": {"type": "string"}},
            {"$ref": "#/components/schemas/Address"},
            {"type": "null"},
        ],
    },
}


def make_values_field(**more: Any) -> fields.Dict:  # noqa: ANN401 - the options of the library's field
    """Return the field that holds a form's values by their keys.

    Forms are drawn from their definition, so their values are checked by it and only described here.
    """
    return fields.Dict(keys=fields.String(), values=Named("Value", allow_none=True), **more)
