"""Until which step a limit holds that several share, so that nobody takes it for the limit of one. Pure."""

from __future__ import annotations

from backend.cases.deadlines import find_limited_step
from backend.catalogue.definition import LimitKind, ProcessDefinition, Step


def find_last_sharing(definition: ProcessDefinition, key: str) -> Step | None:
    """Return the step up to which the limit of step ``key`` holds, where that is a later one, or None.

    Of the steps that share it only those count to which the work can come from here without leaving them.
    """
    owner = find_limited_step(definition, key)
    if owner is None:
        return None
    span = {owner.key, *owner.limit.steps}
    if owner.limit.kind is LimitKind.WITH_STEP and owner.limit.with_step is not None:
        # Both are to be done by then.
        other = find_limited_step(definition, owner.limit.with_step)
        span |= {owner.limit.with_step} if other is None else {other.key, *other.limit.steps}
    ahead = _list_ahead(definition, key, span)
    last = next(one for one in reversed(definition.steps) if one.key in ahead)
    return None if last.key == key else last


def _list_ahead(definition: ProcessDefinition, key: str, span: set[str]) -> set[str]:
    """Return ``key`` and the steps of ``span`` that follow from it within the span."""
    found, waiting = {key}, [key]
    while waiting:
        for outcome in definition.step(waiting.pop()).outcomes:
            fresh = span.intersection(outcome.to) - found
            found |= fresh
            waiting += fresh
    return found
