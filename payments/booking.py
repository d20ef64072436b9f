"""What is booked for a case, for the slips that tell of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from backend.core.local_time import local_date
from payments.models import Charge, CounterReceipt

_BOOKED = (
    select(Charge.amount_fen, Charge.settled_at, CounterReceipt.receipt_no)
    .join(CounterReceipt, CounterReceipt.charge_id == Charge.id)
    .where(Charge.case_id == bindparam("case_id"), Charge.state == "settled")
    .order_by(Charge.id.desc())
    .limit(1)
)


def read_books(session: Session, case_id: int) -> dict[str, Any]:
    """Return sum, receipt and day of the case's last payment at the counter, by the names of sources."""
    row = session.execute(_BOOKED, {"case_id": case_id}).one_or_none()
    if row is None:
        return {}
    return {
        "charge.amount": row.amount_fen,
        "charge.receipt_no": row.receipt_no,
        "charge.paid_on": local_date(row.settled_at).isoformat(),
    }
