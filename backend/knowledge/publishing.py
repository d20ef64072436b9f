"""The named effect by which a round of the knowledge process puts its articles out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.cases.service import Effect, EffectContext
from backend.knowledge import repository

# The step at which the centre finds the articles conforming.
_CHECK = "check"


def publish_knowledge(session: Session, context: EffectContext) -> None:
    """Publish every article of the case, in its own transaction."""
    actors = repository.list_actors(session, context.case.id)
    kind, _, number = context.stamp.actor.partition(":")
    by = int(number) if kind == "staff" and number.isdigit() else None
    repository.publish_drafts(session, context.case.id, actors.get(_CHECK), by, context.stamp.recorded_at)


KNOWLEDGE_EFFECTS: dict[str, Effect] = {"publish_knowledge": publish_knowledge}
