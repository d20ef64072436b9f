"""What a form at a step is begun with: what the case knows already. Pure.

A field names its source by ``prefill: {from: …}``, or else takes what was filled in under its own key before.
What does not fit the field is left out, and somebody fills it in by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.catalogue.field_checks import CHECKS, BadValue
from backend.catalogue.forms import FILE_TYPES, FieldType, Form, Values

# Source → value: ``case_no``, ``today``, …, ``application.<field>``, ``<form>.<field>``, ``<field>``.
Sources = Mapping[str, Any]

_WORDS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_ADDRESS_PARTS = ("region", "street", "community", "building", "unit", "door")


def prefill(form: Form, sources: Sources) -> Values:
    """Return the values to begin with."""
    bodies = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
    values: Values = {}
    for field in form.fields:
        given = _find(bodies[field.key], sources)
        if given is None or field.type in FILE_TYPES or field.numbered is not None:
            # A file belongs to whom and what it was handed in for, and a number to its own document.
            continue
        try:
            values[field.key] = CHECKS[field.type](field, _tell(given) if field.type in _WORDS else given)
        except BadValue:
            continue
    return values


def name_values(name: str, values: Values) -> dict[str, Any]:
    """Return ``values`` as sources: by their keys alone, and by ``<name>.<key>``."""
    return {place: value for key, value in values.items() for place in (key, f"{name}.{key}")}


def describe_applicant(form: Form, values: Values) -> dict[str, Any]:
    """Return whom and where the application is for, by the names that every form may ask for."""
    named = {
        "contact_name": form.first_of(personal="name"),
        "contact_phone": form.first_of(type_=FieldType.PHONE),
        "id_number": form.first_of(type_=FieldType.ID_NUMBER),
        "account_no": form.field("account_no"),
        "address": form.first_of(type_=FieldType.ADDRESS),
    }
    known = {name: values[one.key] for name, one in named.items() if one is not None and one.key in values}
    address = known.get("address")
    if isinstance(address, Mapping):
        known |= {f"address.{part}": address.get(part) or None for part in _ADDRESS_PARTS}
    return known


def _find(field: Mapping[str, Any], sources: Sources) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a field begins with: by its own source, by its key, or by those of a table's first row."""
    if "prefill" in field:
        return sources.get(field["prefill"]["from"])
    columns = (one for one in field.get("columns", ()) if "prefill" in one)
    row = {
        one["key"]: _tell(sources[one["prefill"]["from"]])
        for one in columns
        if sources.get(one["prefill"]["from"]) is not None
    }
    return sources.get(field["key"]) or ([{**row, **_count(field)}] if row else None)


def _count(table: Mapping[str, Any]) -> dict[str, int]:
    """Rows that have a number of their own begin with the first."""
    return {one["key"]: 1 for one in table["columns"] if one.get("prefill", {}).get("from") == "row_no"}


def _tell(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as a line of text: an address in one, a number as it is written."""
    if isinstance(value, Mapping):
        return "".join(str(value.get(part) or "") for part in _ADDRESS_PARTS)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value
