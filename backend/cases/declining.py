"""What a customer did not agree to (不同意), and why: whoever does the step anew reads it first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.cases.staff_history import HistoryEvent
from backend.catalogue.definition import ActorKind, Outcome


class Declined(NamedTuple):
    """``words`` are the customer's while what they declined is made anew; ``moments`` those of refusals."""

    words: str | None
    moments: frozenset[datetime]


def find_declined(events: Iterable[HistoryEvent], case_id: int) -> Declined:
    """Return what was declined in the case and in its whole tree; the words are those of the case alone."""
    words: str | None = None
    awaited: Sequence[str] = ()
    moments: set[datetime] = set()
    for event in events:
        if event.kind != "task_done":
            continue
        outcome = _find_declining(event)
        if outcome is not None:
            moments.add(event.at)
        if event.case_id != case_id:
            continue
        if outcome is not None:
            words, awaited = str(event.payload.get("reason") or "").strip() or None, outcome.to
        elif event.payload["step"] in awaited:
            words, awaited = None, ()
    return Declined(words, frozenset(moments))


def mark_declined(progress: Iterable[dict[str, Any]], declined: Declined) -> list[dict[str, Any]]:
    """Return the steps of the progress, each with whether it was left because the customer did not agree."""
    return [{**one, "declined": one["state"] == "done" and one["at"] in declined.moments} for one in progress]


def _find_declining(event: HistoryEvent) -> Outcome | None:
    """Return the outcome by which the customer sent the case back to who made something for them."""
    step = event.definition.step(event.payload["step"])
    outcome = step.outcome(event.payload["outcome"]) if step.by.kind is ActorKind.CUSTOMER else None
    return outcome if outcome is not None and outcome.needs_reason and outcome.to else None
