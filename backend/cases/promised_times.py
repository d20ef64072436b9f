"""Within what time a process answers, told where it is chosen and to all who work on the case. Pure.

A process says so by its trait ``answers_within``: the step whose limit spans the handling, the step at
which it is graded, and the field in which whoever wrote it down may have said so before (``told_by``). The
figures are the limit's own, as the company has set them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from backend.cases.choices import find_told
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
    told = {way.name: _write(_measure(definition, way.sets, now)) for way in ways}
    if len(set(told.values())) <= 1:
        return next(iter(told.values()), "")
    return "，".join(f"{name} {words}" for name, words in told.items() if words)


def find_promise(
    definition: ProcessDefinition,
    step: str,
    data: Mapping[str, Any],
    due_at: datetime | None,
    since: datetime,
    find_process: FindProcess,
) -> dict[str, Any] | None:
    """Return ``{within, due_at}`` of a case at ``step`` that is due at ``due_at``, or None where none holds.

    ``within`` is the length (3 小时) as it was at ``since``, ``due_at`` the moment that whoever complained
    may count on: None as long as the limit has not begun. Before it is graded, and once it was answered,
    nothing is promised.
    """
    trait = definition.traits.get(_TRAIT)
    if trait is None:
        return None
    way = find_grade(definition, data)
    within = "" if way is None else _measure_way(definition, way, since, find_process)
    if not within:
        return None
    first = definition.step(trait["step"])
    if step in (first.key, *first.limit.steps):
        return {"within": within, "due_at": due_at}
    keys = [one.key for one in definition.steps]
    return {"within": within, "due_at": None} if keys.index(step) < keys.index(first.key) else None


def find_grade(definition: ProcessDefinition, data: Mapping[str, Any]) -> Outcome | None:
    """Return how the case is graded as its data have it, said at the intake or judged since.

    A process with one grade of its own was chosen for it, and has it until it is judged otherwise.
    """
    trait = definition.traits.get(_TRAIT)
    if trait is None:
        return None
    grading = definition.step(trait["graded_at"])
    told = find_told(grading, data) or grading.outcome(str(data.get(trait.get("told_by"))))
    if told is not None:
        return told
    own = [one for one in grading.outcomes if not _leads_away(definition, one)]
    return own[0] if len(own) == 1 else None


def grades(definition: ProcessDefinition, step: str) -> bool:
    """Tell whether ``step`` is where a case of this process is graded."""
    trait = definition.traits.get(_TRAIT)
    return trait is not None and trait["graded_at"] == step


def _tell_way(definition: ProcessDefinition, way: Outcome, now: datetime, find_process: FindProcess) -> str:
    return _write(_measure_way(definition, way, now, find_process))


def _measure_way(definition: ProcessDefinition, way: Outcome, at: datetime, find_process: FindProcess) -> str:
    for key in way.to:
        for child in definition.step(key).children:
            if child.when is None or evaluate(child.when, way.sets):
                return _measure(find_process(child.process), way.sets, at)
    return _measure(definition, way.sets, at)


def _leads_away(definition: ProcessDefinition, way: Outcome) -> bool:
    return any(definition.step(key).children for key in way.to)


def _write(length: str) -> str:
    return f"{length}内答复" if length else ""


def _measure(definition: ProcessDefinition, data: Mapping[str, Any], at: datetime) -> str:
    trait = definition.traits.get(_TRAIT)
    if trait is None:
        return ""
    spec = definition.step(trait["step"]).limit
    limit = next((one.limit for one in spec.cases if evaluate(one.when, data)), spec)
    length = limit.length_at(at)
    if length is None or limit.kind not in _UNITS:
        return ""
    return f"{length.normalize():f} {_UNITS[limit.kind]}"
