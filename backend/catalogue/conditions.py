"""The closed form of conditions (design, decision 6): data in, true or false out, nothing evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPERATORS = frozenset({"eq", "ne", "in", "includes", "gte", "lte", "present"})
JOINERS = frozenset({"all", "any", "not"})


class ConditionMalformed(ValueError):
    """A condition that is not of the closed form; the linter finds it before a case does."""


def evaluate(condition: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Return whether ``condition`` holds for ``data``; raises ConditionMalformed.

    A field that is missing compares as null: ``ne`` and ``present: false`` may hold, all else does not.
    """
    # Most are plain comparisons, and every foretold way asks several.
    if "field" in condition and condition.get("op") in OPERATORS:
        return _compare(condition["op"], data.get(condition["field"]), condition.get("value"))
    if "all" in condition:
        return all(evaluate(one, data) for one in condition["all"])
    if "any" in condition:
        return any(evaluate(one, data) for one in condition["any"])
    if "not" in condition:
        return not evaluate(condition["not"], data)
    raise ConditionMalformed(f"neither a comparison nor all/any/not: {dict(condition)}")


def _compare(op: str, actual: object, wanted: object) -> bool:
    match op:
        case "eq":
            return actual is not None and actual == wanted
        case "ne":
            return bool(actual != wanted)
        case "in":
            return isinstance(wanted, list) and actual in wanted
        case "includes":
            return isinstance(actual, list) and wanted in actual
        case "present":
            return (actual not in (None, "", [])) is (wanted is not False)
        case _:
            return _compare_numbers(op, actual, wanted)


def _compare_numbers(op: str, actual: object, wanted: object) -> bool:
    if not isinstance(actual, int | float) or not isinstance(wanted, int | float):
        return False
    return actual >= wanted if op == "gte" else actual <= wanted


def list_fields(condition: Mapping[str, Any]) -> set[str]:
    """Return every field that ``condition`` asks for; raises ConditionMalformed."""
    for joiner in ("all", "any"):
        if joiner in condition:
            return {name for one in condition[joiner] for name in list_fields(one)}
    if "not" in condition:
        return list_fields(condition["not"])
    if "field" not in condition or condition.get("op") not in OPERATORS:
        raise ConditionMalformed(f"neither a comparison nor all/any/not: {dict(condition)}")
    return {condition["field"]}
