"""Within what time a process answers, told where it is chosen and to all who work on the case. Pure.

A process says so by its trait ``answers_within``: the step whose limit spans the handling, the step at
which it is graded, and the field in which whoever wrote it down may have said so before (``told_by``). The
figures are the limit's own, as the company has set them. The process that calls them afterwards names by its
trait ``tells_answer`` the step at which they are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from backend.cases.case_tree import Branch
from backend.cases.choices import find_told
from backend.cases.snapshot import CaseStatus, Task, TaskState
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import LimitKind, Outcome, ProcessDefinition

_TRAIT, _TELLS = "answers_within", "tells_answer"
_UNITS = {
    LimitKind.MINUTES: "分钟",
    LimitKind.HOURS: "小时",
    LimitKind.DAYS: "天",
    LimitKind.WORKING_DAYS: "个工作日",
}
FindProcess = Callable[[str], ProcessDefinition]
FindDefinition = Callable[[int], ProcessDefinition]


class Answering(NamedTuple):
    """A case that is to answer within a time."""

    definition: ProcessDefinition
    branch: Branch


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


def answers(definition: ProcessDefinition) -> bool:
    """Tell whether cases of this process answer within a time that is told."""
    return _TRAIT in definition.traits


def find_answering(branches: Iterable[Branch], find_definition: FindDefinition) -> Answering | None:
    """Return the case of a tree that is graded and is to answer, the lowest; None where no such process is.

    A complaint that was judged to be of another level goes on in a case of that level, which answers.
    """
    found = None
    for one in branches:
        definition = find_definition(one.definition_version_id)
        if answers(definition) and (found is None or find_grade(definition, one.snapshot.data)):
            found = Answering(definition, one)
    return found


def find_promise(
    answering: Answering, find_definition: FindDefinition, find_process: FindProcess
) -> dict[str, Any] | None:
    """Return ``{within, due_at, answered_at, kept, is_open}``, or None where nothing is promised (any more).

    ``within`` is the length (3 小时) as it was when it began, ``due_at`` the moment that whoever complained
    may count on: None as long as the limit has not begun. ``answered_at`` is when the answer was sent out,
    ``kept`` whether that was in time. It is open until they were told by telephone as well, or until nobody
    is to call them any more.
    """
    definition, branch = answering
    trait, snapshot = definition.traits[_TRAIT], branch.snapshot
    way = find_grade(definition, snapshot.data)
    if way is None:
        return None
    first = definition.step(trait["step"])
    span = (first.key, *first.limit.steps)
    tasks = [one for one in snapshot.tasks if one.step in span]
    waits = [one for one in snapshot.tasks if one.state is TaskState.OPEN]
    since = next((one.opened_at for one in (*tasks, *waits)), None)
    within = "" if since is None else _measure_way(definition, way, since, find_process)
    is_running = any(one.state is TaskState.OPEN for one in tasks)
    answered_at = None if is_running else _find_answer(tasks, span[-1])
    if not within or (answered_at is None and snapshot.status is not CaseStatus.OPEN):
        return None
    due_at = next((branch.due_at[one.no] for one in reversed(tasks) if one.no in branch.due_at), None)
    if answered_at is None:
        return {
            "within": within,
            "due_at": due_at if is_running else None,
            "answered_at": None,
            "kept": None,
            "is_open": True,
        }
    return {
        "within": within,
        "due_at": due_at,
        "answered_at": answered_at,
        "kept": due_at is None or answered_at <= due_at,
        "is_open": snapshot.status is CaseStatus.OPEN and not _was_told(branch, find_definition),
    }


def _find_answer(tasks: Iterable[Task], last: str) -> datetime | None:
    found = [one.done_at for one in tasks if one.step == last and one.state is TaskState.DONE]
    return found[-1] if found else None


def _was_told(branch: Branch, find_definition: FindDefinition) -> bool:
    """Tell whether somebody has called whoever complained and told them (trait ``tells_answer``)."""
    for one in branch.children.values():
        step = find_definition(one.definition_version_id).traits.get(_TELLS)
        if step and any(task.step == step and task.state is TaskState.DONE for task in one.snapshot.tasks):
            return True
    return False


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
