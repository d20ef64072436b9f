"""The figures of a process that the manual leaves in doubt: parameters, which the company may set.

Wherever a value stands in a process, ``{parameter: key}`` may stand instead. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]
Figure = int | float
_REFERENCE = "parameter"


class ParameterKind(StrEnum):
    """Which figures a parameter takes; a number has at most two decimals."""

    INTEGER = "integer"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure with its Chinese name and unit; ``doubt`` says what the manual leaves unclear."""

    key: str
    label: str
    unit: str
    kind: ParameterKind
    default: Figure
    minimum: Figure
    maximum: Figure
    doubt: str

    def find_objection(self, value: Figure) -> str | None:
        """Return in Chinese why the parameter cannot be ``value``, or None where it can."""
        if self.kind is ParameterKind.INTEGER and value != int(value):
            return f"“{self.label}”只能填整数。"
        if not self.minimum <= value <= self.maximum:
            return f"“{self.label}”要在 {self.minimum} 到 {self.maximum} {self.unit}之间。"
        # Through text, so that 0.1 has one decimal.
        _, _, exponent = Decimal(str(value)).as_tuple()
        return f"“{self.label}”最多两位小数。" if isinstance(exponent, int) and exponent < -2 else None


@dataclass(frozen=True, slots=True)
class Change:
    """What the company set from a moment on; without a value the default holds again."""

    since: datetime
    value: Figure | None


Changes = Mapping[str, Sequence[Change]]


def list_parameters(body: Body) -> tuple[Parameter, ...]:
    """Return the parameters that a process declares, in their order."""
    return tuple(
        Parameter(
            key, one["label"], one["unit"], ParameterKind(one["kind"]),
            one["default"], one["min"], one["max"], one["doubt"],
        )
        for key, one in body.get("parameters", {}).items()
        if isinstance(one, Mapping)
    )  # fmt: skip


def list_fixed(body: Body) -> dict[str, Any]:
    """Return what versions from before parameters were declared have there: values and nothing else."""
    return {key: one for key, one in body.get("parameters", {}).items() if not isinstance(one, Mapping)}


def find_value(parameter: Parameter, changes: Sequence[Change]) -> Figure:
    """Return the figure that holds now; ``changes`` are those of this parameter, the oldest first."""
    return _settle(parameter, changes[-1].value) if changes else parameter.default


def fill_in(body: Body, changes: Changes) -> Body:
    """Return ``body`` with the present figures in the place of its references.

    A limit keeps its default and gets all ``changes`` with their moments instead, since it runs by the figure
    of the moment at which it began. Raises KeyError for a parameter that is not declared.
    """
    declared = {one.key: one for one in list_parameters(body)}
    if not declared:
        return body

    def fill(part: Any) -> Any:  # noqa: ANN401 - any YAML
        if isinstance(part, list):
            return [fill(one) for one in part]
        if not isinstance(part, Mapping):
            return part
        if (key := _read_reference(part)) is not None:
            return find_value(declared[key], changes.get(key, ()))
        filled = {name: fill(one) for name, one in part.items()}
        if "kind" in part and (key := _read_reference(part.get("value"))) is not None:
            asked = declared[key]
            filled["value"] = asked.default
            filled["changes"] = [(one.since, _settle(asked, one.value)) for one in changes.get(key, ())]
        return filled

    return {name: one if name == "parameters" else fill(one) for name, one in body.items()}


def check_parameters(body: Body, read_by_code: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a process's parameters as the linter tells it: place, code, sentence."""
    declared = {one.key: one for one in list_parameters(body)}
    for one in declared.values():
        if one.find_objection(one.default) is not None or one.minimum >= one.maximum:
            yield one.key, "parameter_odd", "its default does not fit its kind, or is not between min and max"
    used = set()
    for key, is_length in _list_references({name: one for name, one in body.items() if name != "parameters"}):
        used.add(key)
        if key not in declared:
            yield key, "parameter_unknown", f"there is no parameter {key}"
        elif is_length and declared[key].minimum <= 0:
            yield key, "parameter_odd", "a limit has a length, so its parameter's min must be above 0"
    for key in declared.keys() - used - read_by_code:
        yield key, "parameter_unused", "nothing reads this parameter, so that setting it would change nothing"


def _list_references(part: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - any YAML
    """Yield every parameter that is referred to, and whether as the length of a limit."""
    if isinstance(part, Mapping):
        if (key := _read_reference(part)) is not None:
            yield key, False
            return
        length = _read_reference(part.get("value")) if "kind" in part else None
        if length is not None:
            yield length, True
        for name, one in part.items():
            if length is None or name != "value":
                yield from _list_references(one)
    elif isinstance(part, list):
        for one in part:
            yield from _list_references(one)


def _read_reference(part: Any) -> str | None:  # noqa: ANN401 - any YAML
    return str(part[_REFERENCE]) if isinstance(part, Mapping) and set(part) == {_REFERENCE} else None


def _settle(parameter: Parameter, value: Figure | None) -> Figure:
    """What the company set under a version that allowed it does not hold where this one no longer does."""
    return parameter.default if value is None or parameter.find_objection(value) is not None else value
