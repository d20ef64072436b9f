"""Why staff sent a case back to a step: whoever does that step anew reads it there. Pure.

What the customer did not agree to is told of its own, by ``declining``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.cases.staff_history import HistoryEvent, read_staff_id
from backend.catalogue.definition import ActorKind, Outcome, ProcessDefinition, Step

_CUSTOMER = ActorKind.CUSTOMER


def find_sent_back(
    events: Iterable[HistoryEvent], case_id: int, staff: Mapping[int, str]
) -> dict[str, Any] | None:
    """Return ``{name, text, at, by}`` of the last way back that is still being gone, or None.

    ``name`` is the way's own, as 重新核对气量; ``text`` the reason that was given for it.
    """
    found: dict[str, Any] | None = None
    awaited: tuple[str, ...] = ()
    for event in events:
        if event.kind != "task_done" or event.case_id != case_id:
            continue
        definition, step = event.definition, event.definition.step(event.payload["step"])
        outcome = step.outcome(event.payload["outcome"])
        reason = str(event.payload.get("reason") or "").strip()
        if outcome is not None and reason and _leads_back(definition, step, outcome):
            by = staff.get(read_staff_id(event.actor) or 0, "")
            found = {"name": outcome.name, "text": reason, "at": event.at, "by": by}
            awaited = outcome.to
        elif step.key in awaited:
            # Who sets off and arrives has not done yet what they were sent for.
            awaited = _list_same(definition, step, outcome)
            found = found if awaited else None
    return found


def _leads_back(definition: ProcessDefinition, step: Step, outcome: Outcome) -> bool:
    is_theirs = step.by.kind is not _CUSTOMER and outcome.needs_reason and not outcome.reason_label
    return is_theirs and any(definition.step(to).by.kind is not _CUSTOMER for to in outcome.to)


def _list_same(definition: ProcessDefinition, step: Step, outcome: Outcome | None) -> tuple[str, ...]:
    """Return the steps that the same one goes on to; what was filled in at the step is done."""
    if outcome is None or step.form is not None:
        return ()
    return tuple(to for to in outcome.to if definition.step(to).by == step.by)
