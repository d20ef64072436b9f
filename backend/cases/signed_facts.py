"""What a document says, in plain words for whoever is about to sign it, beside the PDF. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from backend.cases.document_prefill import Picked, tell_picked
from backend.cases.staff_forms import list_fields
from backend.catalogue.conditions import evaluate
from backend.catalogue.forms import Form, Values
from backend.core.local_time import format_day
from backend.documents.written_values import write_words

# Neither words nor anybody's business to read on a page that one signs in passing.
_UNTOLD = frozenset({"signature", "photos", "documents", "address"})
# As many as one reads before signing; the rest stands in the PDF.
_MOST = 12
Field = Mapping[str, Any]


def list_facts(form: Form, values: Values) -> list[dict[str, str]]:
    """Return label and text of the form's ``main_facts``, else of what everybody has to fill in."""
    words = tell_picked(form, values)
    named = form.body.get("main_facts")
    by_key = {one["key"]: one for one in list_fields(form.body)}
    wanted: Iterable[Field] = named if named is not None else _choose_facts(by_key.values())
    facts: list[dict[str, str]] = []
    for fact in wanted:
        field = by_key[fact["field"]]
        asked = "when" not in field or evaluate(field["when"], values)
        text = _write(field, words.get(field["key"])) if asked else ""
        text = text or fact.get("none", "")
        if text:
            last = "（当天也算）" if fact.get("is_last_day") and field["key"] in values else ""
            facts.append({"label": fact.get("label", field["label"]), "text": text + last})
    return facts


def _choose_facts(fields: Iterable[Field]) -> list[dict[str, str]]:
    told = (one for one in fields if one.get("required") and one["type"] not in _UNTOLD)
    return [{"field": one["key"]} for one in told if one["personal"] == "none"][:_MOST]


def _write(field: Field, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value in words, days with their day of the week, the rows of a table a line each."""
    if isinstance(value, Picked):
        return value.words
    if field["type"] == "date" and value:
        return format_day(date.fromisoformat(value))
    if field["type"] == "table":
        rows = [[write_words(one, row.get(one["key"])) for one in field["columns"]] for row in value or ()]
        return "\n".join(" ".join(cell for cell in cells if cell) for cells in rows)
    return write_words(field, value)
