"""Named effects of the cases, in the case's own transaction; what is outside is only promised (law 8)."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from backend.cases import application_rows
from backend.cases.drawing import EFFECT as DRAW
from backend.cases.drawing import draw_online
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.service import Effect, EffectContext
from backend.core.database import table_of
from backend.core.outbox import promise
from backend.core.statements import Prepared

_CASE = table_of(ServiceCase)
_TASK = table_of(CaseTask)
_SET_HANDLER = Prepared(
    update(_CASE).where(_CASE.c.id == bindparam("case_id")).values(handler_id=bindparam("new_handler_id"))
)


def notify_customer(session: Session, context: EffectContext) -> None:
    """Promise the customer a message; ``message`` in the process names its template.

    ``again`` names another one for a step that was done so before: what was made anew, since the customer did
    not agree, must not read as what they have seen.
    """
    args = context.call.args
    message = args.get("again", args["message"]) if _was_done_before(context) else args["message"]
    _promise(session, "notify_customer", context, message=message)


def ring_duty_roster(session: Session, context: EffectContext) -> None:
    """Promise that an alarm rings at the people on duty."""
    _promise(session, "ring_duty_roster", context)


def alert_staff(session: Session, context: EffectContext) -> None:
    """Promise a message to those who have the case now; ``who`` in the process: leads, handler, or a post.

    ``kind`` says of what they are told: an alarm, unless the process names something else.
    """
    _promise(session, "alert_staff", context, **context.call.args)


def release_parent(session: Session, context: EffectContext) -> None:
    """Let the case go on that waits for this one at the counter; elsewhere it waits for the end."""
    context.release()


def count_return(session: Session, context: EffectContext) -> None:
    """Count that the application went back to its customer once more."""
    application_rows.count_return(session, context.case.id)


def move_to_unit(session: Session, context: EffectContext) -> None:
    """Let the unit that the case's data name take the case with its open tasks."""
    unit_id, unit_code = context.after.data.get("unit_id"), context.after.data.get("unit_code")
    if unit_id is None or unit_id == context.case.unit_id:
        return
    session.execute(
        update(_CASE).where(_CASE.c.id == context.case.id).values(unit_id=unit_id, unit_code=unit_code)
    )
    open_tasks = (_TASK.c.case_id == context.case.id) & (_TASK.c.state == "open")
    session.execute(update(_TASK).where(open_tasks).values(unit_id=unit_id))


def set_handler(session: Session, context: EffectContext) -> None:
    """Make the person that the case's data name its handler."""
    handler_id = context.after.data.get("handler_id")
    _SET_HANDLER.execute(session, {"case_id": context.case.id, "new_handler_id": handler_id})


def _was_done_before(context: EffectContext) -> bool:
    tasks = context.after.tasks
    now = next((one for one in tasks if one.no == context.call.task), None)
    return now is not None and any(
        one.no < now.no and (one.step, one.outcome) == (now.step, now.outcome) for one in tasks
    )


def _promise(session: Session, topic: str, context: EffectContext, **more: str) -> None:
    named = {"case_id": context.case.id, "case_no": context.case.case_no}
    payload = {**named, "task": context.call.task, "step": context.call.step, **more}
    promise(session, topic, [payload], context.stamp.recorded_at)


CASE_EFFECTS: dict[str, Effect] = {
    "count_return": count_return,
    "move_to_unit": move_to_unit,
    "set_handler": set_handler,
    "release_parent": release_parent,
    "notify_customer": notify_customer,
    "ring_duty_roster": ring_duty_roster,
    "alert_staff": alert_staff,
    DRAW: draw_online,
}
