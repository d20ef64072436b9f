"""What is paid for at a step, as its process calls it."""

from __future__ import annotations

from collections.abc import Mapping

from backend.catalogue.definition import ProcessDefinition

# What a sum is called of which nobody says what it is for.
UNNAMED = "费用"
# Trait of a process: step → what is paid for there.
_PAYS_FOR = "pays_for"
# Trait of a process: step → the field of a form filled in before that has the sum.
_SUMS_FROM = "sums_from"


def name_what(definition: ProcessDefinition, step: str | None) -> str | None:
    """Return what is paid for at ``step``, or None where the process does not say."""
    names: Mapping[str, str] = definition.traits.get(_PAYS_FOR, {})
    return None if step is None else names.get(step)


def find_sum_field(definition: ProcessDefinition, step: str | None) -> str | None:
    """Return the field of an earlier form that says how much is paid at ``step``, or None without one."""
    names: Mapping[str, str] = definition.traits.get(_SUMS_FROM, {})
    return None if step is None else names.get(step)


def list_sum_fields(definition: ProcessDefinition) -> tuple[str, ...]:
    """Return the fields of forms that say how much is paid at a step of the process."""
    names: Mapping[str, str] = definition.traits.get(_SUMS_FROM, {})
    return tuple(dict.fromkeys(names.values()))


def name_recorded(definition: ProcessDefinition, field: str) -> str:
    """Return what a sum recorded under ``field`` is for, as the step names it at which it is paid."""
    sums: Mapping[str, str] = definition.traits.get(_SUMS_FROM, {})
    named = (name_what(definition, step) for step, one in sums.items() if one == field)
    return next((one for one in named if one), UNNAMED)
