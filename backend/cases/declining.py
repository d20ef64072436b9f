"""What a customer did not agree to (不同意), and why: whoever does the step anew reads it first. Pure.

The customer's own page tells it as well until they have agreed, or the case has gone on: ``find_refusal``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.cases.progress import Line, ProgressStep
from backend.cases.snapshot import CaseStatus, TaskState
from backend.cases.staff_history import HistoryEvent
from backend.cases.works_drawings import name_drawing
from backend.catalogue.definition import ActorKind, Outcome, Step


class Declined(NamedTuple):
    """``words`` are the customer's while what they declined is made anew; ``moments`` those of refusals."""

    words: str | None
    moments: frozenset[datetime]


class Refusal(NamedTuple):
    """The customer's last refusal, while it matters: by which ``task`` in the case at the end of ``path``.

    ``name`` is what was refused, as 安装草图; ``is_mended``: it was made anew and waits for them again.
    """

    path: tuple[int, ...]
    task: int
    step: str
    made_at: tuple[str, ...]
    name: str
    is_mended: bool


# What the customer reads at the step at which it is made anew, and at their own once it is there.
_MENDING, _MENDED = "正在按您说的改{name}", "{name}改过了，请再看一看，同意就签字"


def find_refusal(line: Line, path: tuple[int, ...] = ()) -> Refusal | None:
    """Return what the customer did not agree to and has not agreed to since, or None."""
    if line.snapshot.status is not CaseStatus.OPEN:
        return None
    found: Refusal | None = None
    for task in line.snapshot.tasks:
        if found is not None and task.step == found.step:
            # They agree, or refuse again: what was refused before is past.
            found = found._replace(is_mended=True) if task.state is TaskState.OPEN else None
        if task.state is not TaskState.DONE or task.outcome is None:
            continue
        step = line.definition.step(task.step)
        outcome = _find_way_back(step, task.outcome)
        if outcome is not None:
            name = name_drawing(line.snapshot.data)
            found = Refusal(path, task.no, task.step, tuple(outcome.to), name, is_mended=False)
    if found is not None:
        return found
    below = (find_refusal(child, (*path, number)) for number, child in line.children.items())
    return next((one for one in below if one is not None), None)


def tell_refusal(
    progress: tuple[ProgressStep, ...], current: ProgressStep | None, refusal: Refusal | None
) -> tuple[ProgressStep, ...]:
    """Return the progress whose present step says that it does what the customer asked for, or did."""
    if refusal is None or current is None:
        return progress
    key = current.key.rsplit("/", 1)[-1].partition("#")[0]
    if key != refusal.step and key not in refusal.made_at:
        return progress
    told = (_MENDED if key == refusal.step else _MENDING).format(name=refusal.name)
    after = current._replace(text=told, text_when_closed="")
    return tuple(after if one is current else one for one in progress)


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
    return _find_way_back(event.definition.step(event.payload["step"]), event.payload["outcome"])


def _find_way_back(step: Step, key: str) -> Outcome | None:
    """Return the outcome by which the customer sent the case back to who made something for them."""
    outcome = step.outcome(key) if step.by.kind is ActorKind.CUSTOMER else None
    return outcome if outcome is not None and outcome.needs_reason and outcome.to else None
