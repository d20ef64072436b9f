"""Where the first value of a form's field may come from: the closed list that definitions choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from backend.catalogue.forms import FieldType

_WORDS: Final = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})

# Source → the types of field that can take it.
SOURCES: Final[Mapping[str, frozenset[FieldType]]] = {
    "case_no": frozenset({FieldType.TEXT}),
    "today": frozenset({FieldType.DATE}),
    "now": frozenset({FieldType.DATETIME}),
    # Only in a table: the row's own number, from one.
    "row_no": frozenset({FieldType.NUMBER}),
    "contact_name": _WORDS,
    "contact_phone": frozenset({FieldType.PHONE}),
    "id_number": frozenset({FieldType.ID_NUMBER}),
    "account_no": frozenset({FieldType.TEXT}),
    "address": _WORDS | {FieldType.ADDRESS},
    # The one who fills the form in, and the unit that handles the case.
    "staff_name": _WORDS,
    "unit_name": _WORDS,
    "company_name": _WORDS,
    "service_phone": frozenset({FieldType.PHONE}),
    **{f"address.{part}": _WORDS for part in ("region", "street", "community", "building", "unit", "door")},
}
# ``application.<field>``: what the customer filled in when the case began, whichever form that was.
APPLICATION: Final = "application"

Forms = Mapping[str, Mapping[str, Any]]


def find_fault(field: Mapping[str, Any], forms: Forms, *, in_table: bool) -> str | None:
    """Return what is wrong with the field's source as a sentence for the author, or None."""
    source: str = field["prefill"]["from"]
    type_ = FieldType(field["type"])
    later = field["prefill"].get("plus_days")
    if later is not None and (
        source != "today" or {one["type"] for one in _find_sources(later, forms)} != {FieldType.NUMBER}
    ):
        return f"only today can be {later} days later, and only if that is a number"
    if source in SOURCES:
        if (source == "row_no") > in_table:
            return "only a column of a table has row numbers"
        return None if type_ in SOURCES[source] else f"{source} does not fit into a field of type {type_}"
    types = {one["type"] for one in _find_sources(source, forms)}
    if not types:
        return f"there is no source {source}"
    if types != {type_} and type_ not in _WORDS:
        return f"{source} is {', '.join(sorted(types))} and does not fit into a field of type {type_}"
    return None


def _find_sources(source: str, forms: Forms) -> Iterator[Mapping[str, Any]]:
    name, _, key = source.partition(".")
    for form, body in forms.items():
        if name == form or (name == APPLICATION and body.get("kind", APPLICATION) == APPLICATION):
            yield from (one for part in body["sections"] for one in part["fields"] if one["key"] == key)
