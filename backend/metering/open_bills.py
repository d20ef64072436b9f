"""What is owed by bills that are not paid yet, in one statement for all who ask."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.metering.models import GasBill

OPEN: Final = "open"


class Owed(NamedTuple):
    """``total_fen`` in whole fen, of so many ``bills``, the first of which is due on ``due_on``."""

    total_fen: int
    bills: int
    due_on: date | None


def sum_open_bills(session: Session, whose: Any) -> Owed:  # noqa: ANN401 - a condition of SQL
    """Return what is owed by the open bills for which the condition ``whose`` holds."""
    owed = func.coalesce(func.sum(GasBill.amount_fen - GasBill.paid_fen), 0)
    asked = select(owed, func.count(), func.min(GasBill.due_on)).where(whose, GasBill.state == OPEN)
    total, count, due_on = session.execute(asked).one()
    return Owed(int(total), int(count), due_on)
