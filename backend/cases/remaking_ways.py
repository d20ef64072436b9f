"""Which way a case has back to the step where a disputed paper was written, to have it written anew. Pure."""

from __future__ import annotations

from typing import NamedTuple

from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ActorKind, Outcome, ProcessDefinition, Step

_CANCELLED = "child_cancelled"


class RemakingWay(NamedTuple):
    """The outcome that leads back, at the open ``task`` or, with ``ends_child``, at what follows it.

    ``ends_child``: what the task handed over, such as a collection, is to be ended before; where that alone
    leads back, there is no outcome besides.
    """

    task: int
    outcome: str
    name: str
    ends_child: bool


def find_remaking_way(
    definition: ProcessDefinition, snapshot: Snapshot, written_at: str
) -> RemakingWay | None:
    """Return the way by which staff have the paper of the step ``written_at`` made anew, or None.

    Where that very step is open, the paper is simply filled in once more.
    """
    tasks = snapshot.open_tasks
    if any(task.step == written_at for task in tasks):
        return None
    for task in tasks:
        step = definition.step(task.step)
        is_waiting = task.no in snapshot.children
        ended = step.outcome(_CANCELLED) if is_waiting else None
        after = ended.to if ended is not None else ()
        if _comes_to(definition, after, written_at):
            return RemakingWay(task.no, "", "", ends_child=True)
        for one in [definition.step(to) for to in after] if is_waiting else [step]:
            found = _find_way_back(definition, one, written_at)
            if found is not None:
                return RemakingWay(task.no, found.key, found.name, is_waiting)
    return None


def is_to_be_remade(definition: ProcessDefinition, snapshot: Snapshot, written_at: str) -> bool:
    """Tell whether staff are on the way back to the step ``written_at``, so that its paper counts no more."""
    steps = [task.step for task in snapshot.open_tasks]
    return written_at not in steps and any(
        definition.step(key).by.kind is not ActorKind.CUSTOMER and _comes_to(definition, (key,), written_at)
        for key in steps
    )


def _find_way_back(definition: ProcessDefinition, step: Step, key: str) -> Outcome | None:
    if step.by.kind is ActorKind.CUSTOMER:
        return None
    # What sends a case back says why.
    back = (one for one in step.outcomes if one.needs_reason and one.to)
    return next((one for one in back if _comes_to(definition, one.to, key)), None)


def _comes_to(definition: ProcessDefinition, start: tuple[str, ...], key: str) -> bool:
    """Tell whether staff come to the step by the first way out of each, such as set off, arrive and read."""
    waiting, passed = list(start), set[str]()
    while waiting:
        at = waiting.pop()
        if at == key:
            return True
        step = definition.step(at)
        if at not in passed and step.by.kind is not ActorKind.CUSTOMER and not step.children:
            waiting += step.outcomes[0].to if step.outcomes else ()
        passed.add(at)
    return False
