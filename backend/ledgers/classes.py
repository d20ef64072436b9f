"""Changing an account's class: the account, the record of the change, and the customer's open cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from backend.cases.case_writing import GRAVE_LEVEL
from backend.cases.models import ServiceCase
from backend.cases.service import Effect, EffectContext
from backend.core.database import table_of
from backend.customers.classes import CLASS_NAMES, CLASS_OF_CUSTOMER
from backend.customers.models import AccountRole, GasAccount, Premises
from backend.ledgers.models import ClassChange

ACCOUNT = table_of(GasAccount)
_ROLE, _PREMISES, _CASE = table_of(AccountRole), table_of(Premises), table_of(ServiceCase)
CUSTOMER_CLASS = "customer_class"
# The accounts of a case's customer: those at the case's address first.
_OF_CASE = (
    select(ACCOUNT, (_PREMISES.c.address_index == _CASE.c.address_index).label("is_here"))
    .select_from(_CASE)
    .join(_ROLE, (_ROLE.c.customer_id == _CASE.c.customer_id) & _ROLE.c.revoked_at.is_(None))
    .join(ACCOUNT, (ACCOUNT.c.id == _ROLE.c.gas_account_id) & ACCOUNT.c.closed_at.is_(None))
    .join(_PREMISES, _PREMISES.c.id == ACCOUNT.c.premises_id)
    .where(_CASE.c.id == bindparam("case_id"))
    .distinct()
)
# Open cases show from now on what their customer is, and stand in the queues accordingly.
_MARK_CASES = text(
    f"""
    WITH held AS (
      SELECT customer_id FROM account_role WHERE gas_account_id = :account_id AND revoked_at IS NULL
    ), marked AS (
      UPDATE service_case c SET customer_class = {CLASS_OF_CUSTOMER.replace(":customer_id", "c.customer_id")}
      FROM held WHERE c.customer_id = held.customer_id AND c.status = 'open'
      RETURNING c.id, c.customer_class, COALESCE(CAST(c.data->>'complaint_level' AS int), 0) AS level
    )
    UPDATE case_task t SET is_vip = marked.customer_class IS NOT NULL OR marked.level >= {GRAVE_LEVEL}
    FROM marked WHERE t.case_id = marked.id AND t.state = 'open'
    """
)


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes a class, why, and where it comes from: opening, inspection, ledger, rules or person."""

    source: str
    reason: str
    staff_id: int | None
    case_id: int | None = None


def change_class(
    session: Session, account: Row[Any], to_class: str, grade: str | None, change: Change, now: datetime
) -> bool:
    """Give a locked account this class and grade; False where it has them already."""
    if (account.classification, account.grade) == (to_class, grade):
        return False
    new = {"classification": to_class, "grade": grade}
    session.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(**new))
    session.execute(
        insert(ClassChange).values(
            gas_account_id=account.id,
            from_class=account.classification,
            to_class=to_class,
            grade=grade,
            source=change.source,
            reason=change.reason,
            case_id=change.case_id,
            changed_by=change.staff_id,
            changed_at=now,
        )
    )
    if account.classification != to_class:
        session.execute(_MARK_CASES, {"account_id": account.id})
    return True


def note_customer_class(session: Session, context: EffectContext) -> None:
    """Take over the class that a form of the case noted; ``source`` in the process says which.

    It is that of the account at the case's address, or of the only one that the customer has.
    """
    wanted = context.after.data.get(CUSTOMER_CLASS)
    if wanted not in CLASS_NAMES:
        return
    found = session.execute(_OF_CASE, {"case_id": context.case.id}).all()
    here = [one for one in found if one.is_here] or found
    if len(here) != 1:
        return
    locked = select(ACCOUNT).where(ACCOUNT.c.id == here[0].id).with_for_update()
    account = session.execute(locked).one()
    kind, _, number = context.stamp.actor.partition(":")
    staff_id = int(number) if kind == "staff" and number.isdigit() else None
    change = Change(str(context.call.args["source"]), "", staff_id, context.case.id)
    change_class(session, account, str(wanted), account.grade, change, context.stamp.recorded_at)


LEDGER_EFFECTS: dict[str, Effect] = {"note_customer_class": note_customer_class}
