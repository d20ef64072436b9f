"""What a document says, in plain words for whoever is about to sign it, beside the PDF. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backend.cases.document_prefill import Picked, tell_picked
from backend.cases.staff_forms import list_fields
from backend.catalogue.conditions import evaluate
from backend.catalogue.form_facts import list_told
from backend.catalogue.forms import Form, Values
from backend.core.local_time import format_day
from backend.documents.written_values import write_words

# Pictures of things, such as a meter; what shows a person or a card is not told in passing.
_PICTURES = "photos"
# What cannot be told from another of its kind in the same row.
_BARE = frozenset({"number", "money", "date", "datetime"})
Field = Mapping[str, Any]


def list_facts(
    form: Form, values: Values, told: Sequence[Mapping[str, Any]] | None = None
) -> list[dict[str, str]]:
    """Return label and text of ``told``, which are the form's ``main_facts`` where nothing else is said."""
    words = tell_picked(form, values)
    by_key = {one["key"]: one for one in list_fields(form.body)}
    facts: list[dict[str, str]] = []
    for fact in list_told(form.body, by_key.values()) if told is None else told:
        field = by_key[fact["field"]]
        asked = "when" not in field or evaluate(field["when"], values)
        text = _write(field, words.get(field["key"])) if asked else ""
        text = text or fact.get("none", "")
        if text:
            last = "（当天也算）" if fact.get("is_last_day") and field["key"] in values else ""
            facts.append({"label": fact.get("label", field["label"]), "text": text + last})
    return facts


def list_pictures(form: Form, values: Values) -> list[tuple[str, list[str]]]:
    """Return label and file keys of each field with photos that show nobody."""
    shown = [one for one in list_fields(form.body) if one["type"] == _PICTURES and one["personal"] == "none"]
    found = [(str(one["label"]), values.get(one["key"])) for one in shown]
    return [(label, list(keys)) for label, keys in found if keys]


def _write(field: Field, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value in words, days with their day of the week, the rows of a table a line each."""
    if isinstance(value, Picked):
        return value.words
    if field["type"] == "date" and value:
        return format_day(date.fromisoformat(value))
    if field["type"] == "table":
        rows = [[_write_cell(one, row.get(one["key"])) for one in field["columns"]] for row in value or ()]
        return "\n".join(" ".join(cell for cell in cells if cell) for cells in rows)
    return write_words(field, value)


def _write_cell(column: Field, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A number says nothing without what it counts: 本月表数 1,312 m³."""
    words = write_words(column, value)
    return f"{column['label']} {words}" if words and column["type"] in _BARE else words
