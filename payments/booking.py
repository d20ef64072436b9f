"""What is booked for a case, for the slips that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from backend.catalogue.service import DefinitionStore
from backend.core.local_time import local_date
from payments.models import Charge, CounterReceipt
from payments.paid_for import find_sum_field, name_what

# Trait of a process that collects a fee: its step → the way of paying that a slip begins with.
_PAID_BY = "paid_by"
_BOOKED = (
    select(Charge.amount_fen, Charge.settled_at, CounterReceipt.receipt_no)
    .join(CounterReceipt, CounterReceipt.charge_id == Charge.id)
    .where(Charge.case_id == bindparam("case_id"), Charge.state == "settled")
    .order_by(Charge.id.desc())
    .limit(1)
)
_PLACE = text(
    """
    SELECT c.definition_version_id, p.definition_version_id AS above, t.step
      FROM service_case c
      LEFT JOIN service_case p ON p.id = c.parent_case_id
      LEFT JOIN case_task t ON t.case_id = c.parent_case_id AND t.no = c.parent_task_no
     WHERE c.id = :case_id
    """
)
_STEPS = text("SELECT step FROM case_task WHERE case_id = :case_id ORDER BY no DESC")


def make_book_reader(definitions: DefinitionStore) -> Callable[[Session, int], dict[str, Any]]:
    """Return what reads a case's books: sum, receipt and day of its last payment, what it was for and how.

    The names are those of the sources of a form; what nobody has said is left out.
    """

    def read_books(session: Session, case_id: int) -> dict[str, Any]:
        row = session.execute(_BOOKED, {"case_id": case_id}).one_or_none()
        if row is None:
            return {}
        place = session.execute(_PLACE, {"case_id": case_id}).one()
        ways = definitions.get(session, place.definition_version_id).traits.get(_PAID_BY, {})
        gone = session.execute(_STEPS, {"case_id": case_id}).scalars()
        known = {
            "charge.amount": row.amount_fen,
            "charge.receipt_no": row.receipt_no,
            "charge.paid_on": local_date(row.settled_at).isoformat(),
            "charge.channel": next((ways[one] for one in gone if one in ways), None),
        }
        if place.above is not None:
            above = definitions.get(session, place.above)
            known["charge.what"] = name_what(above, place.step)
            # A sum that was worked out at an earlier step goes by no rule on areas or quotas.
            known["charge.basis"] = "other" if find_sum_field(above, place.step) else None
        return {key: value for key, value in known.items() if value is not None}

    return read_books
