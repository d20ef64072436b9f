"""What a form at a step is begun with: what the case knows already. Pure.

A field names its source by ``prefill: {from: …}``, or else takes what was filled in under its own key before.
What does not fit the field is left out, and somebody fills it in by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.catalogue.field_checks import CHECKS, BadValue
from backend.catalogue.forms import FILE_TYPES, FieldType, Form, Values

# Source → value: ``case_no``, ``today``, …, ``application.<field>``, ``<form>.<field>``, ``<field>``.
Sources = Mapping[str, Any]

_WORDS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_ADDRESS_PARTS = ("region", "street", "community", "building", "unit", "door")


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked from options: the value for a field of options, the words for a field of words."""

    value: Any
    words: str


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
            plain = given.value if isinstance(given, Picked) else given
            values[field.key] = CHECKS[field.type](field, tell(given) if field.type in _WORDS else plain)
        except BadValue:
            continue
    return values


def name_values(name: str, values: Values) -> dict[str, Any]:
    """Return ``values`` as sources: by their keys alone, and by ``<name>.<key>``."""
    return {place: value for key, value in values.items() for place in (key, f"{name}.{key}")}


def tell_picked(form: Form, values: Values) -> Values:
    """Return ``values`` with the words beside what was picked; numbered ones a line each."""
    bodies = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
    told = dict(values)
    for key, value in values.items():
        picked = value if isinstance(value, list) else [value]
        lines = [
            _write_option(one, values) for one in bodies[key].get("options", ()) if one["value"] in picked
        ]
        if lines:
            is_numbered = any("number" in one for one in bodies[key]["options"])
            told[key] = Picked(value, ("\n" if is_numbered else "、").join(lines))
    return told


def _write_option(option: Mapping[str, Any], values: Values) -> str:
    number = f"{option['number']}. " if "number" in option else ""
    words = values.get(option.get("words", ""))
    return f"{number}{option['label']}" + (f"：{words}" if words else "")


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
        source = _keep_columns(field, sources.get(field["prefill"]["from"]))
        return _add_days(source, sources.get(field["prefill"].get("plus_days", "")), field["prefill"])
    columns = (one for one in field.get("columns", ()) if "prefill" in one)
    row = {
        one["key"]: tell(sources[one["prefill"]["from"]])
        for one in columns
        if sources.get(one["prefill"]["from"]) is not None
    }
    found = _keep_columns(field, sources.get(field["key"]))
    return found or ([{**row, **_count(field)}] if row else None)


def _keep_columns(field: Mapping[str, Any], source: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return rows of another form with the columns that this one has: either may have been edited since."""
    if field["type"] != "table" or not isinstance(source, list):
        return source
    known = {one["key"] for one in field["columns"]}
    return [{key: cell for key, cell in row.items() if key in known} for row in source]


def _add_days(
    source: Any,  # noqa: ANN401 - any JSON value
    days: object,
    prefill_: Mapping[str, str],
) -> Any:  # noqa: ANN401
    """Return the source; where it is to be some days later, that day, or None while nobody said how many."""
    if "plus_days" not in prefill_:
        return source
    if not isinstance(days, int | float):
        return None
    return (date.fromisoformat(source) + timedelta(days=int(days))).isoformat()


def _count(table: Mapping[str, Any]) -> dict[str, int]:
    """Rows that have a number of their own begin with the first."""
    return {one["key"]: 1 for one in table["columns"] if one.get("prefill", {}).get("from") == "row_no"}


def tell(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as text: an address in one line, a number as it is written, what was picked in words."""
    if isinstance(value, Picked):
        return value.words
    if isinstance(value, Mapping):
        return "".join(str(value.get(part) or "") for part in _ADDRESS_PARTS)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value
