"""Shapes of forms and of what is filled into them, for both APIs: clients' types are made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, fields, validate

from backend.catalogue.conditions import OPERATORS
from backend.catalogue.forms import FieldType
from backend.core.json_fields import Named

FIELD_TYPES: Final = tuple(one.value for one in FieldType)
_COLUMN_KINDS: Final = ("none", "name", "id_number", "phone", "address", "face", "signature")
# A table holds personal data of several kinds in its columns, and is sealed as a whole.
PERSONAL_KINDS: Final = (*_COLUMN_KINDS, "several")
PAPERS: Final = ("id_card", "licence")
FORM_KINDS: Final = ("application", "contract", "slip", "ledger", "documents")
DOUBT_KINDS: Final = ("lost", "partial", "number", "reading")
_NOT_IN_COLUMNS: Final = frozenset(
    {FieldType.ADDRESS, FieldType.PHOTOS, FieldType.DOCUMENTS, FieldType.SIGNATURE, FieldType.TABLE}
)
COLUMN_TYPES: Final = tuple(one.value for one in FieldType if one not in _NOT_IN_COLUMNS)


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


class DoubtSchema(Schema):
    """What the printed original leaves open, where it is damaged."""

    kind = fields.String(required=True, validate=validate.OneOf(DOUBT_KINDS))
    note = fields.String(required=True)


class PrefillSchema(Schema):
    """Where a first value comes from: the case, the customer, the clock, another form."""

    from_ = fields.String(required=True, data_key="from", attribute="from")
    plus_days = fields.String()
    else_ = fields.String(data_key="else", attribute="else")
    fixed = fields.Boolean()
    anew = fields.Boolean()
    picks = fields.Dict(keys=fields.String(), values=fields.String())


class FormOptionSchema(Schema):
    """One choice. ``number`` is the printed one; ``words`` names the field that says what 其他 is."""

    value = fields.String(required=True)
    label = fields.String(required=True)
    number = fields.Integer()
    group = fields.String()
    words = fields.String()
    doubt = fields.Nested(DoubtSchema)


class _FilledSchema(Schema):
    """What a field of a form and a column of a table have in common."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    required = fields.Boolean()
    hint = fields.String()
    options = fields.List(fields.Nested(FormOptionSchema))
    options_from = fields.String()
    max_length = fields.Integer()
    min = fields.Float()
    max = fields.Float()
    unit = fields.String()
    decimals = fields.Integer()
    yes_label = fields.String()
    no_label = fields.String()
    service_number = fields.Boolean()
    account_number = fields.Boolean()
    prefill = fields.Nested(PrefillSchema)
    doubt = fields.Nested(DoubtSchema)


class FormColumnSchema(_FilledSchema):
    """One column of a table."""

    type = fields.String(required=True, validate=validate.OneOf(COLUMN_TYPES))
    personal = fields.String(required=True, validate=validate.OneOf(_COLUMN_KINDS))


class PaperReadSchema(Schema):
    """Which paper photos show, and the fields that what is read in them belongs to."""

    paper = fields.String(required=True, validate=validate.OneOf(PAPERS))
    name = fields.String()
    number = fields.String()


class FormFieldSchema(_FilledSchema):
    """One field of a form, as its YAML has it. Limits of money are in fen, as its values are."""

    type = fields.String(required=True, validate=validate.OneOf(FIELD_TYPES))
    personal = fields.String(required=True, validate=validate.OneOf(PERSONAL_KINDS))
    when = Named("Condition")
    told_as = fields.String()
    columns = fields.List(fields.Nested(FormColumnSchema))
    max_rows = fields.Integer()
    max_count = fields.Integer()
    min_count = fields.Integer()
    within = fields.String()
    defaults_to = fields.String()
    usual = fields.String()
    signer = fields.String()
    numbered = fields.String()
    mark = fields.String(validate=validate.OneOf(("seal", "signature")))
    may_be_owed = fields.Boolean()
    may_be_partial = fields.Boolean()
    stamped = fields.Boolean()
    reads = fields.Nested(PaperReadSchema)
    feeds_conditions = fields.Boolean()
    off_paper = fields.Boolean()
    in_capitals = fields.Boolean()
    asked_as = fields.String()
    tells_day = fields.Boolean()
    read_anew = fields.Boolean()


class FormSectionSchema(Schema):
    """A part of a form under one title."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    fields_ = fields.List(
        fields.Nested(FormFieldSchema), required=True, data_key="fields", attribute="fields"
    )


class FormSignerSchema(Schema):
    """Who signs a form, and for which party."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    party = fields.String(required=True)
    doubt = fields.Nested(DoubtSchema)


class FormCopySchema(Schema):
    """Who keeps how many copies: a number, or the field in which the parties agree on it."""

    party = fields.String(required=True)
    label = fields.String(required=True)
    count = fields.Integer()
    count_field = fields.String()
    doubt = fields.Nested(DoubtSchema)


class FormRuleSchema(Schema):
    """What must fit between fields of the form; of the kinds one is there, a column is ``table.column``."""

    field = fields.String(required=True)
    not_before = fields.String()
    at_most = fields.String()
    at_least = fields.String()
    spans = fields.List(fields.String())
    comes_of = fields.List(fields.String())
    owed_by = fields.List(fields.String())
    within_limit = fields.String()
    rest_of = fields.List(fields.String())
    not_past = fields.Boolean()


class MainFactSchema(Schema):
    """What whoever signs is told of a field: under a plainer label, and in words where it is empty."""

    field = fields.String(required=True)
    label = fields.String()
    none = fields.String()
    is_last_day = fields.Boolean()


class FormBodySchema(Schema):
    """A form from which clients draw the page."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    kind = fields.String(validate=validate.OneOf(FORM_KINDS))
    title = fields.String()
    appendix = fields.Integer()
    form_code = fields.String()
    main_facts = fields.List(fields.Nested(MainFactSchema))
    signers = fields.List(fields.Nested(FormSignerSchema))
    copies = fields.List(fields.Nested(FormCopySchema))
    rules = fields.List(fields.Nested(FormRuleSchema))
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
    "Row": {
        "description": "One row of a table: the filled cells by their columns.",
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string"}},
                {"type": "null"},
            ]
        },
    },
    "Value": {
        "description": (
            "What is filled into a field: text, a number, yes or no, keys of choices or files, rows of a "
            "table, an address, nothing."
        ),
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "boolean"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
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
