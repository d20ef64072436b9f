"""Forms in memory, and what is wrong with the values that somebody typed into one. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from backend.catalogue.conditions import evaluate
from backend.catalogue.field_checks import CHECKS, BadValue, is_empty
from backend.catalogue.form_rules import check_rules

Values = dict[str, Any]

# Only what could be a field's key is repeated to the one who sent it.
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
UNNAMED = "values"


class FieldType(StrEnum):
    """What a field holds; each has its check in ``field_checks``."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    YES_NO = "yes_no"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    MONEY = "money"
    ADDRESS = "address"
    PHOTOS = "photos"
    DOCUMENTS = "documents"
    SIGNATURE = "signature"
    TABLE = "table"


FILE_TYPES = frozenset({FieldType.PHOTOS, FieldType.DOCUMENTS, FieldType.SIGNATURE})


@dataclass(frozen=True, slots=True)
class FormField:
    """One field, or one column of a table. ``personal`` is the kind of personal data it holds, or ``none``.

    Limits of money are in fen, as its values are.
    """

    key: str
    label: str
    type: FieldType
    personal: str
    required: bool = False
    when: Mapping[str, Any] | None = None
    options: tuple[str, ...] = ()
    max_length: int | None = None
    low: float | None = None
    high: float | None = None
    max_count: int | None = None
    decimals: int | None = None
    unit: str = ""
    service_number: bool = False
    account_number: bool = False
    within: str | None = None
    columns: tuple[FormField, ...] = ()
    max_rows: int | None = None
    may_be_owed: bool = False
    may_be_partial: bool = False
    feeds_conditions: bool = False
    off_paper: bool = False
    signer: str | None = None
    numbered: str | None = None
    # What the customer's page calls it where the process tells it; empty for what stays inside.
    told_as: str = ""

    @property
    def is_personal(self) -> bool:
        """True when its values stand at rest only encrypted (design, decision 8)."""
        return self.personal != "none"


@dataclass(frozen=True, slots=True)
class Form:
    """A published form. ``body`` is its plain data, as clients draw it."""

    key: str
    version: int
    name: str
    fields: tuple[FormField, ...]
    body: Mapping[str, Any] = field(repr=False, default_factory=dict)

    def field(self, key: str) -> FormField | None:
        """Return the field called ``key``, or None."""
        return next((one for one in self.fields if one.key == key), None)

    @property
    def number_field(self) -> FormField | None:
        """The field that holds the document's number in a format of its own, or None."""
        return next((one for one in self.fields if one.numbered is not None), None)

    def first_of(self, *, type_: FieldType | None = None, personal: str | None = None) -> FormField | None:
        """Return the first field of this type, or with this kind of personal data, or None."""
        return next(
            (one for one in self.fields if type_ in (None, one.type) and personal in (None, one.personal)),
            None,
        )


def build_form(body: Mapping[str, Any]) -> Form:
    """Return the form that ``body`` describes; a body that passed the schema raises nothing."""
    fields = tuple(_build_field(one) for section in body["sections"] for one in section["fields"])
    return Form(body["key"], body["version"], body["name"], fields, body)


def _build_field(body: Mapping[str, Any]) -> FormField:
    return FormField(
        key=body["key"],
        label=body["label"],
        type=FieldType(body["type"]),
        personal=body["personal"],
        required=body.get("required", False),
        when=body.get("when"),
        options=tuple(one["value"] for one in body.get("options", ())),
        max_length=body.get("max_length"),
        low=body.get("min"),
        high=body.get("max"),
        max_count=body.get("max_count"),
        decimals=body.get("decimals"),
        unit=body.get("unit", ""),
        service_number=body.get("service_number", False),
        account_number=body.get("account_number", False),
        within=body.get("within"),
        columns=tuple(_build_field(one) for one in body.get("columns", ())),
        max_rows=body.get("max_rows"),
        may_be_owed=body.get("may_be_owed", False),
        may_be_partial=body.get("may_be_partial", False),
        feeds_conditions=body.get("feeds_conditions", False),
        off_paper=body.get("off_paper", False),
        signer=body.get("signer"),
        numbered=body.get("numbered"),
        told_as=body.get("told_as", ""),
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of the values after the check, and field → code of what is wrong.

    A cell of a table is named ``field.row.column``, its rows counted from nought.
    """

    values: Values
    faults: dict[str, str]


def validate_values(
    form: Form,
    values: Mapping[str, Any],
    *,
    only: Set[str] | None = None,
    today: date | None = None,
) -> Checked:
    """Check ``values`` against ``form`` and bring them to the shape in which they are kept.

    With ``only`` just these fields are checked and given back; the others count as checked before, and
    serve the conditions. A field whose condition does not hold is left out, whatever was sent for it. A
    field that may be owed (容缺受理) may be empty although it is required: the reviewer decides about it; so
    may a signer's, who signs what has been filled in.
    What a field takes from ``within`` another must have been chosen there. The form's own rules hold between
    its fields when all are checked; ``today`` is the day on which they are handed in.
    """
    kept: Values = {}
    faults: dict[str, str] = {}
    for key in values:
        if form.field(key) is None:
            faults[key if _KEY.fullmatch(key) else UNNAMED] = "field_unknown"
    known: Values = {}
    for one in form.fields:
        if one.when is not None and not evaluate(one.when, known):
            continue
        given = values.get(one.key)
        if only is not None and one.key not in only:
            known[one.key] = given
            continue
        if is_empty(given):
            if one.required and not one.may_be_owed and one.signer is None:
                faults[one.key] = "required"
            continue
        try:
            value = CHECKS[one.type](one, given)
            if one.within is not None and not set(value) <= set(known.get(one.within) or ()):
                raise BadValue("option_not_chosen")
        except BadValue as bad:
            faults |= {f"{one.key}.{cell}": code for cell, code in bad.cells.items()} or {one.key: bad.code}
            continue
        if not is_empty(value):
            known[one.key] = kept[one.key] = value
        elif one.required:
            faults[one.key] = "required"
    # What is wrong by itself is told first.
    broken = {} if only is not None else check_rules(form.body, kept, today)
    return Checked(kept, {**broken, **faults})


def list_shown_fields(form: Form, values: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of the fields whose conditions hold for ``values``."""
    return frozenset(one.key for one in form.fields if one.when is None or evaluate(one.when, values))


def keep_on_paper(form: Form, values: Values) -> Values:
    """Return of ``values`` what the paper says, without what stands beside it, such as its scan."""
    beside = {one.key for one in form.fields if one.off_paper}
    return {key: value for key, value in values.items() if key not in beside} if beside else values


def read_usual(field: FormField, words: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the company's usual answer as a value of the field, or None where the field does not take it."""
    try:
        given = json.loads(words) if field.type is FieldType.NUMBER else words
        return CHECKS[field.type](field, given)
    except (BadValue, json.JSONDecodeError):
        return None


def list_file_keys(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Return file key → field for every file that ``values`` name, in the form's order."""
    found: dict[str, str] = {}
    for one in form.fields:
        given = values.get(one.key) if one.type in FILE_TYPES else None
        for key in [given] if isinstance(given, str) else given if isinstance(given, list) else ():
            if isinstance(key, str):
                found.setdefault(key, one.key)
    return found
