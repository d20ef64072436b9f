"""What is wrong with what a step takes from a form before it, and with what it tells the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.catalogue.definition import LimitKind, ProcessDefinition, Step, TellsCustomer
from backend.catalogue.folder import ProcessesFolder
from backend.catalogue.form_lint import Fault
from backend.catalogue.forms import FILE_TYPES
from backend.catalogue.prefill import Forms

_UNTOLD = frozenset({*(str(one) for one in FILE_TYPES), "table"})


def check_earlier_forms(process: ProcessDefinition, forms: Forms) -> Iterator[Fault]:
    """Yield for each step the fields that no form filled in before it has as they are needed there."""
    for step in process.steps:
        limits = (step.limit, *(one.limit for one in step.limit.cases))
        named = {one.field for one in limits if one.kind is LimitKind.FORM_DATE and one.field}
        summed = process.traits.get("sums_from", {}).get(step.key)
        ends = process.traits.get("ends_on", {})
        told = set(ends["fields"]) if step.key in ends.get("steps", ()) else set()
        if not named and not step.customer.shows and summed is None and not told:
            continue
        fields = list(_list_fields_before(process, step, forms))
        for key in sorted(named | told):
            found = [one for one in fields if one["key"] == key]
            if not found or any(one["type"] != "date" for one in found):
                yield step.key, "field_unknown", f"its end needs {key}, a date of a form filled in before"
            elif not all(one.get("feeds_conditions") for one in found):
                yield step.key, "field_odd", f"its end reads {key}, which does not feed the case's data"
        if summed is not None and not any(one["key"] == summed and one["type"] == "money" for one in fields):
            yield (
                step.key,
                "field_unknown",
                f"its sum is {summed}, which no form filled in before has as money",
            )
        for key in step.customer.shows:
            found = [one for one in fields if one["key"] == key]
            if not found:
                yield step.key, "field_unknown", f"it shows {key}, which no form filled in before has"
            elif any(one["personal"] != "none" or one["type"] in _UNTOLD for one in found):
                yield step.key, "field_odd", f"it shows {key}, which is personal or no words"


def _list_fields_before(process: ProcessDefinition, step: Step, forms: Forms) -> Iterator[Mapping[str, Any]]:
    for one in _list_before(process, step):
        for key in (one.form, *(case.form for case in one.form_cases)):
            body = forms.get(key or "")
            if body is not None:
                yield from (field for section in body["sections"] for field in section["fields"])


def _list_before(process: ProcessDefinition, step: Step) -> list[Step]:
    """Return the steps from which a way leads to ``step``, but for itself."""
    found: dict[str, Step] = {}
    waiting = [step.key]
    while waiting:
        key = waiting.pop()
        for one in process.steps:
            leads = any(key in outcome.to for outcome in one.outcomes)
            if leads and one.key != step.key and one.key not in found:
                found[one.key] = one
                waiting.append(one.key)
    return list(found.values())


def check_told(process: ProcessDefinition, content: ProcessesFolder) -> Iterator[Fault]:
    """What the customer is told of has to be there: a result, words, or a form with a field for them."""
    ways = [(step, way) for step in process.steps for way in step.outcomes]
    asks_result = any("result" in way.asks for _, way in ways)
    forms = {one for step in process.steps for one in (step.form, *(case.form for case in step.form_cases))}
    bodies = [body for key, body in content.forms.items() if key in forms]
    fields = [one for body in bodies for section in body["sections"] for one in section["fields"]]
    for step, way in ways:
        there = {
            TellsCustomer.RESULT: asks_result,
            TellsCustomer.REASON: way.needs_reason,
            TellsCustomer.FORM: any("told_as" in one for one in fields),
        }
        for one in way.tells_customer:
            if not there[one]:
                yield step.key, "told_missing", f"outcome {way.key} tells a {one} that nobody writes"
