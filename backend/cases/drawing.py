"""Drawing by lot (随机分派): a step goes to somebody of its post who is on line; with nobody it waits.

An outcome with the effect ``draw_online`` says so, with the post in ``args``. Who was drawn stands in the
case's data, the step on their own list as well as in the post's queue, so that it is not lost where they go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.cases.models import CaseTask
from backend.cases.service import EffectContext
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import Outcome, ProcessDefinition
from backend.core.database import table_of
from backend.core.outbox import promise

EFFECT = "draw_online"
# Case data: of which post somebody was drawn, and their id, or None where nobody was on line.
DRAWN_POST, DRAWN = "drawn_post", "drawn_id"
# Of what the one who was drawn is told.
KIND = "drawn"
_TASK = table_of(CaseTask)
# Those of a unit, or above it, who hold a post and are on line at a moment.
ListOnline = Callable[[Session, int, str, datetime], Sequence[int]]
# Takes one of some; in tests another than chance.
Choose = Callable[[Sequence[int]], int]


class Lots:
    """Draws somebody who is on line."""

    def __init__(self, list_online: ListOnline, choose: Choose) -> None:
        self._list_online = list_online
        self._choose = choose

    def draw(self, session: Session, outcome: Outcome, unit_id: int, now: datetime) -> dict[str, Any]:
        """Return what ``outcome`` adds to the case's data: nothing, where it draws nobody."""
        post = next((one.args["post"] for one in outcome.effects if one.name == EFFECT), None)
        if post is None:
            return {}
        online = self._list_online(session, unit_id, post, now)
        return {DRAWN_POST: post, DRAWN: self._choose(online) if online else None}


def draw_online(session: Session, context: EffectContext) -> None:
    """Named effect: put the steps of the post on the list of who was drawn, and let them know."""
    drawn = context.after.data.get(DRAWN)
    if drawn is None:
        return
    of_post = (_TASK.c.case_id == context.case.id) & (_TASK.c.post_key == context.call.args["post"])
    session.execute(update(_TASK).where(of_post, _TASK.c.state == "open").values(handler_id=drawn))
    payload = {
        "case_id": context.case.id, "case_no": context.case.case_no, "task": context.call.task,
        "step": context.call.step, "who": "drawn", "staff_id": drawn, "kind": KIND,
    }  # fmt: skip
    promise(session, "alert_staff", [payload], context.stamp.recorded_at)


def describe_drawing(
    definition: ProcessDefinition, snapshot: Snapshot, names: Mapping[int, str]
) -> dict[str, Any] | None:
    """Return who was drawn for the step that is open, ``name`` being None for nobody; None without one."""
    post = snapshot.data.get(DRAWN_POST)
    if post is None or all(definition.step(task.step).by.key != post for task in snapshot.open_tasks):
        return None
    return {"name": names.get(snapshot.data.get(DRAWN) or 0)}


def list_drawn_posts(process: ProcessDefinition) -> frozenset[str]:
    """Return the posts of which somebody is drawn in the process."""
    outcomes = (one for step in process.steps for one in step.outcomes)
    return frozenset(use.args["post"] for one in outcomes for use in one.effects if use.name == EFFECT)
