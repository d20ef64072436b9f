"""Named effects of the cases: each only promises, in the case's own transaction (law 8)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.cases import application_rows
from backend.cases.service import Effect, EffectContext
from backend.core.outbox import promise


def notify_customer(session: Session, context: EffectContext) -> None:
    """Promise the customer a message; ``message`` in the process names its template."""
    _promise(session, "notify_customer", context, message=context.call.args["message"])


def ring_duty_roster(session: Session, context: EffectContext) -> None:
    """Promise that an alarm rings at the people on duty."""
    _promise(session, "ring_duty_roster", context)


def count_return(session: Session, context: EffectContext) -> None:
    """Count that the application went back to its customer once more."""
    application_rows.count_return(session, context.case.id)


def _promise(session: Session, topic: str, context: EffectContext, **more: str) -> None:
    payload = {"case_id": context.case.id, "task": context.call.task, "step": context.call.step, **more}
    promise(session, topic, [payload], context.stamp.recorded_at)


CASE_EFFECTS: dict[str, Effect] = {
    "count_return": count_return,
    "notify_customer": notify_customer,
    "ring_duty_roster": ring_duty_roster,
}
