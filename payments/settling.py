"""Whether a case's contract is paid for: a named guard over its charges and what the contract says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.commands import Guard
from backend.cases.guards import Asking, BoundGuard
from backend.cases.snapshot import Snapshot
from payments.models import Charge

# The field in which contracts state what is to be paid in all, in whole fen.
TOTAL_FIELD = "total_fee"
# The case with all that it handed over to, since the fees are collected there.
_TREE = text(
    "WITH RECURSIVE tree AS (SELECT id FROM service_case WHERE id = :case_id"
    " UNION ALL SELECT one.id FROM service_case one JOIN tree ON one.parent_case_id = tree.id)"
    " SELECT id FROM tree"
)


def _bind_charges_settled(session: Session, asking: Asking) -> Guard:
    case_ids = list(session.execute(_TREE, {"case_id": asking.case_id}).scalars())
    sums = select(Charge.state, func.sum(Charge.amount_fen)).where(Charge.case_id.in_(case_ids))
    by_state = {state: int(amount) for state, amount in session.execute(sums.group_by(Charge.state)).tuples()}
    agreed = sum(
        int(row.content.get(TOTAL_FIELD) or 0)
        for row in document_rows.list_filled(session, asking.case_id)
        if row.state == "filled"
    )
    is_paid = not by_state.get("open") and by_state.get("settled", 0) >= agreed

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if is_paid else "charges_unsettled"

    return check


CHARGE_GUARDS: dict[str, Guard] = {"charges_settled": BoundGuard(_bind_charges_settled, "charges_unsettled")}
