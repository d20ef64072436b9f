"""A contract's wording with its blanks filled, as plain data for the layout. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.catalogue.contract_text import Blank, Wording
from backend.catalogue.forms import FieldType, Form, list_shown_fields
from backend.documents.written_values import write_words

Clause = dict[str, Any]
# What stands in a blank that was left empty, so that nobody writes something in after the signing.
STRUCK = "／"


def write_clauses(
    wording: Wording, form: Form, values: Mapping[str, Any], facts: Mapping[str, str], empty: str = STRUCK
) -> list[Clause]:
    """Return the lines of the wording; a blank without a value holds ``empty``, or else a ruled line."""
    fields = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
    shown = list_shown_fields(form, values)

    def fill(blank: Blank) -> str:
        if blank.figure:
            return blank.figure
        if blank.name in shown:
            return _write_figure(fields[blank.name], values.get(blank.name)) or empty
        return facts.get(blank.name) or empty

    return [
        {
            "kind": line.kind.value,
            "parts": [
                {
                    "words": part.words if part.blank is None else fill(part.blank),
                    "strong": part.strong,
                    # A figure that the wording fixes reads like the words round it.
                    "blank": part.blank is not None and not part.blank.figure,
                }
                for part in line.parts
            ],
        }
        for line in wording.lines
    ]


def tell_clauses(clauses: list[Clause]) -> list[str]:
    """Return the words of each line, as the hash of a contract covers them."""
    return ["".join(part["words"] for part in one["parts"]) for one in clauses]


def _write_figure(field: Mapping[str, Any], value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value without its unit, which the wording has itself."""
    words = write_words(field, value)
    if field["type"] in (FieldType.NUMBER, FieldType.MONEY):
        return words.removesuffix(field.get("unit", "元")).strip()
    return words
