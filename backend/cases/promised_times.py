"""Within what time a process answers, told where somebody chooses it: 48 小时内答复. Pure.

A process says so by its trait ``answers_within``: the step whose limit spans the handling, and the step at
which it is graded. The figures are the limit's own, as the company has set them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import LimitKind, Outcome, ProcessDefinition

_TRAIT = "answers_within"
_UNITS = {
    LimitKind.MINUTES: "分钟",
    LimitKind.HOURS: "小时",
    LimitKind.DAYS: "天",
    LimitKind.WORKING_DAYS: "个工作日",
}
FindProcess = Callable[[str], ProcessDefinition]


def tell_way(
    definition: ProcessDefinition, step: str, outcome: str, now: datetime, find_process: FindProcess
) -> str:
    """Return within what time is answered what is graded so; empty where the step grades nothing."""
    trait = definition.traits.get(_TRAIT)
    if trait is None or trait["graded_at"] != step:
        return ""
    way = definition.step(step).outcome(outcome)
    return "" if way is None else _tell_way(definition, way, now, find_process)


def tell_start(definition: ProcessDefinition, now: datetime) -> str:
    """Return within what time a case of this process is answered, by its grades where they differ."""
    trait = definition.traits.get(_TRAIT)
    if trait is None:
        return ""
    ways = [one for one in definition.step(trait["graded_at"]).outcomes if not _leads_away(definition, one)]
    told = {way.name: _tell_limit(definition, way.sets, now) for way in ways}
    if len(set(told.values())) <= 1:
        return next(iter(told.values()), "")
    return "，".join(f"{name} {words}" for name, words in told.items() if words)


def _tell_way(definition: ProcessDefinition, way: Outcome, now: datetime, find_process: FindProcess) -> str:
    for key in way.to:
        for child in definition.step(key).children:
            if child.when is None or evaluate(child.when, way.sets):
                return _tell_limit(find_process(child.process), way.sets, now)
    return _tell_limit(definition, way.sets, now)


def _leads_away(definition: ProcessDefinition, way: Outcome) -> bool:
    return any(definition.step(key).children for key in way.to)


def _tell_limit(definition: ProcessDefinition, data: Mapping[str, Any], now: datetime) -> str:
    trait = definition.traits.get(_TRAIT)
    if trait is None:
        return ""
    spec = definition.step(trait["step"]).limit
    limit = next((one.limit for one in spec.cases if evaluate(one.when, data)), spec)
    length = limit.length_at(now)
    if length is None or limit.kind not in _UNITS:
        return ""
    return f"{length.normalize():f} {_UNITS[limit.kind]}内答复"
