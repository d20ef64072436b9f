"""Outcomes that weigh the same: a choice for a person to make, in which nothing may seem usual. Pure.

Such are outcomes that record different values of the same case data (2 级 or 3 级, 居民 or 工商), and those
that a step names as its ``alternatives`` (收费 or 不收费). Where the case's data hold one of the values
already, since whoever wrote the case down said so, that one is offered first and is to be confirmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from backend.catalogue.definition import Outcome, Step

# Of several that weigh the same: one that was told before, or one that nobody has chosen yet.
TOLD, OPEN = "told", "open"
CHOICES = (TOLD, OPEN)


def list_rivals(step: Step, offered: Collection[str] | None = None) -> frozenset[str]:
    """Return the outcomes of ``step``, or of those ``offered`` at it, of which none is the usual one."""
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    shown = [one for one in step.outcomes if offered is None or one.key in offered]
    for one in shown:
        for key, value in one.sets.items():
            values[key][str(value)].add(one.key)
    differing = (by_value for by_value in values.values() if len(by_value) > 1)
    named = {one.key for one in shown}.intersection(step.alternatives)
    return frozenset(named).union(*(keys for one in differing for keys in one.values()))


def find_told(step: Step, data: Mapping[str, Any]) -> Outcome | None:
    """Return the one of these outcomes whose values the case's data hold already, or None.

    Lists read single values of the data as text, so values are compared as text.
    """
    rivals = list_rivals(step)
    told = [one for one in step.outcomes if one.key in rivals and one.sets and _agrees(one.sets, data)]
    return told[0] if len(told) == 1 else None


def weigh(step: Step, offered: Collection[str], told: Outcome | None) -> dict[str, str]:
    """Return TOLD or OPEN for each of the outcomes ``offered`` at ``step`` that weigh the same.

    Where only one of them is offered, there is nothing to choose.
    """
    rivals = list_rivals(step, offered)
    if len(rivals) < 2:
        return {}
    return {key: TOLD if told is not None and told.key == key else OPEN for key in rivals}


def _agrees(sets: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return all(key in data and str(data[key]) == str(value) for key, value in sets.items())
