"""Telling the customer, once, that staff have stopped a case or a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from backend.cases.access import find_root_id
from backend.cases.commands import AvailableAction
from backend.cases.models import ServiceCase
from backend.cases.repository import Stamp, StoredCase
from backend.catalogue.definition import Outcome
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.outbox import promise

# What an outcome tells its customer by.
NOTIFIES: Final = "notify_customer"
# Trait of a process: what its customer is told where it was handed over to, and staff stop it.
_MESSAGE = "cancelled_message"
# What is told of a case at the top.
_WHOLE: Final = "case_cancelled"
_PLACE = text(
    """
    SELECT c.definition_version_id, p.definition_version_id AS above, t.step
      FROM service_case c
      LEFT JOIN service_case p ON p.id = c.parent_case_id
      LEFT JOIN case_task t ON t.case_id = c.parent_case_id AND t.no = c.parent_task_no
     WHERE c.id = :case_id
    """
)
_CASE = table_of(ServiceCase)
_SOMEBODY = select(_CASE.c.id).where(
    _CASE.c.id == bindparam("case_id"),
    _CASE.c.customer_id.is_not(None) | _CASE.c.contact_phone_sealed.is_not(None),
)


def tells(outcome: Outcome | None) -> bool:
    """Tell whether the customer gets a message by this way out."""
    return outcome is not None and any(use.name == NOTIFIES for use in outcome.effects)


def is_cancel_told(
    session: Session, definitions: DefinitionStore, case_id: int, actions: Sequence[AvailableAction]
) -> bool:
    """Tell whether ``actions`` have the stopping of this case, and its customer gets a message by it."""
    return any(one.kind == "cancel" for one in actions) and _is_told(session, definitions, case_id)


def _is_told(session: Session, definitions: DefinitionStore, case_id: int) -> bool:
    return _is_told_above(session, definitions, case_id) or (
        _find_message(session, definitions, case_id) is not None
    )


def promise_cancelled(session: Session, definitions: DefinitionStore, case: StoredCase, stamp: Stamp) -> None:
    """Promise the customer the message that the case is stopped, unless the case above says so itself."""
    if _is_told_above(session, definitions, case.id):
        return
    message = _find_message(session, definitions, case.id)
    if message is not None:
        told = {"case_id": case.id, "case_no": case.case_no, "message": message}
        promise(session, "notify_customer", [told], stamp.recorded_at)


def _is_told_above(session: Session, definitions: DefinitionStore, case_id: int) -> bool:
    place = session.execute(_PLACE, {"case_id": case_id}).one()
    if place.above is None or place.step is None:
        return False
    return tells(definitions.get(session, place.above).step(place.step).outcome("child_cancelled"))


def _find_message(session: Session, definitions: DefinitionStore, case_id: int) -> str | None:
    """Return the message of a case about somebody; most parts of a case are nothing by themselves to them."""
    root_id = find_root_id(session, case_id)
    if session.execute(_SOMEBODY, {"case_id": root_id}).first() is None:
        return None
    if root_id == case_id:
        return _WHOLE
    place = session.execute(_PLACE, {"case_id": case_id}).one()
    message = definitions.get(session, place.definition_version_id).traits.get(_MESSAGE)
    return None if message is None else str(message)
