"""What was charged and paid in a case and in all that it handed over to, since fees are collected there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from payments.models import Charge, CounterReceipt

_TREE = text(
    "WITH RECURSIVE tree AS (SELECT id FROM service_case WHERE id = :case_id"
    " UNION ALL SELECT one.id FROM service_case one JOIN tree ON one.parent_case_id = tree.id)"
    " SELECT id FROM tree"
)


def list_tree(session: Session, case_id: int) -> list[int]:
    """Return the case and all below it."""
    return list(session.execute(_TREE, {"case_id": case_id}).scalars())


def sum_charges(session: Session, case_ids: Collection[int]) -> dict[str, int]:
    """Return state → the sum of the charges in it, in whole fen."""
    sums = select(Charge.state, func.sum(Charge.amount_fen)).where(Charge.case_id.in_(case_ids))
    return {state: int(amount) for state, amount in session.execute(sums.group_by(Charge.state)).tuples()}


def list_charges(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return what is open and what was settled, with the receipt where there is one, oldest first."""
    asked = (
        select(Charge.case_id, Charge.state, Charge.amount_fen, Charge.settled_at, CounterReceipt.receipt_no)
        .outerjoin(CounterReceipt, CounterReceipt.charge_id == Charge.id)
        .where(Charge.case_id.in_(case_ids), Charge.state.in_(("open", "settled")))
        .order_by(Charge.id)
    )
    return session.execute(asked).all()


def find_received(session: Session, case_id: int) -> int | None:
    """Return the sum that was settled last for the case itself, in whole fen, or None."""
    newest = select(Charge.amount_fen).where(Charge.case_id == case_id, Charge.state == "settled")
    return session.execute(newest.order_by(Charge.settled_at.desc()).limit(1)).scalar_one_or_none()
