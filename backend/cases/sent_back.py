"""Why staff sent a case back to a step, or ended a part of it: whoever goes on reads it there. Pure.

What the customer did not agree to is told of its own, by ``declining``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.cases.staff_history import HistoryEvent, read_staff_id
from backend.catalogue.definition import ActorKind, Outcome, ProcessDefinition, Step

_CUSTOMER = ActorKind.CUSTOMER
_PART_CANCELLED = "child_cancelled"


def find_sent_back(
    events: Sequence[HistoryEvent], case_id: int, staff: Mapping[int, str]
) -> dict[str, Any] | None:
    """Return ``{name, text, at, by, ends_part}`` of the last way back that is still being gone, or None.

    ``name`` is the way's own, as 重新核对气量; ``text`` the reason that was given for it. With ``ends_part``
    it is the name of the part that was ended instead, as 收费.
    """
    found: dict[str, Any] | None = None
    awaited: tuple[str, ...] = ()
    for event in events:
        if event.kind != "task_done" or event.case_id != case_id:
            continue
        definition, step = event.definition, event.definition.step(event.payload["step"])
        outcome = step.outcome(event.payload["outcome"])
        reason = _read_reason(event)
        ended = None
        if outcome is not None and outcome.key == _PART_CANCELLED:
            ended = _find_ended_part(events, event)
        if outcome is not None and ended is not None:
            found = _tell(ended, ended.definition.name, staff, ends_part=True)
            awaited = outcome.to
        elif outcome is not None and reason and _leads_back(definition, step, outcome):
            found = _tell(event, outcome.name, staff, ends_part=False)
            awaited = outcome.to
        elif step.key in awaited:
            # Who sets off and arrives has not done yet what they were sent for.
            awaited = _list_same(definition, step, outcome)
            found = found if awaited else None
    return found


def _tell(event: HistoryEvent, name: str, staff: Mapping[int, str], *, ends_part: bool) -> dict[str, Any]:
    by = staff.get(read_staff_id(event.actor) or 0, "")
    return {"name": name, "text": _read_reason(event), "at": event.at, "by": by, "ends_part": ends_part}


def _find_ended_part(events: Iterable[HistoryEvent], left: HistoryEvent) -> HistoryEvent | None:
    """Return the end of the part for which the case went on with ``left``, where somebody said why."""
    ends = (
        one
        for one in events
        if one.kind == "case_ended" and one.case_id != left.case_id and one.at <= left.at
    )
    last = max(ends, key=lambda one: one.at, default=None)
    return last if last is not None and _read_reason(last) else None


def _read_reason(event: HistoryEvent) -> str:
    return str(event.payload.get("reason") or "").strip()


def _leads_back(definition: ProcessDefinition, step: Step, outcome: Outcome) -> bool:
    is_theirs = step.by.kind is not _CUSTOMER and outcome.needs_reason and not outcome.reason_label
    return is_theirs and any(definition.step(to).by.kind is not _CUSTOMER for to in outcome.to)


def _list_same(definition: ProcessDefinition, step: Step, outcome: Outcome | None) -> tuple[str, ...]:
    """Return the steps that the same one goes on to; what was filled in at the step is done."""
    if outcome is None or step.form is not None:
        return ()
    return tuple(to for to in outcome.to if definition.step(to).by == step.by)
