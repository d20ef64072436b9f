"""What a case as it stands allows: the engine asks before it acts, clients hear it as buttons. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from backend.cases.commands import Guard
from backend.cases.errors import RefusalCode
from backend.cases.snapshot import Snapshot
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import ActorKind, Outcome, ProcessDefinition


def unmet(outcome: Outcome, snapshot: Snapshot, guards: Mapping[str, Guard]) -> str | None:
    """Return the code of the first objection to ``outcome`` in this snapshot, or None."""
    if outcome.when is not None and not evaluate(outcome.when, snapshot.data):
        return RefusalCode.OUTCOME_NOT_OPEN
    for use in outcome.guards:
        guard = guards.get(use.name)
        if guard is None:
            return RefusalCode.GUARD_UNKNOWN
        refusal = guard(snapshot, use.args)
        if refusal is not None:
            return refusal
    return None


def may_stop(snapshot: Snapshot, allowed_at: tuple[str, ...]) -> bool:
    """True when every open task stands at a step at which the case may be withdrawn or cancelled."""
    open_tasks = snapshot.open_tasks
    return bool(open_tasks) and all(task.step in allowed_at for task in open_tasks)


def may_urge(definition: ProcessDefinition, snapshot: Snapshot) -> bool:
    """True while somebody else than the customer is waited for."""
    return any(definition.step(task.step).by.kind is not ActorKind.CUSTOMER for task in snapshot.open_tasks)
