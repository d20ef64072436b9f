"""Whether the sum of a case is set, and whether it is paid: named guards over contract and charges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from backend.cases.commands import Guard
from backend.cases.guards import Asking, BoundGuard
from backend.cases.snapshot import Snapshot
from payments.agreed import find_agreed
from payments.ledger import list_tree, sum_charges

# The guard of a step at which the customer pays what contract or staff have said.
SUM_SET = "sum_set"


def _bind_sum_set(session: Session, asking: Asking) -> Guard:
    is_set = find_agreed(session, asking.case_id, asking.snapshot.data) is not None

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if is_set else "sum_unset"

    return check


def _bind_charges_settled(session: Session, asking: Asking) -> Guard:
    by_state = sum_charges(session, list_tree(session, asking.case_id))
    agreed = find_agreed(session, asking.case_id, asking.snapshot.data)
    wanted = 0 if agreed is None else agreed.total_fen
    is_paid = not by_state.get("open") and by_state.get("settled", 0) >= wanted

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if is_paid else "charges_unsettled"

    return check


CHARGE_GUARDS: dict[str, Guard] = {
    SUM_SET: BoundGuard(_bind_sum_set, "sum_unset"),
    "charges_settled": BoundGuard(_bind_charges_settled, "charges_unsettled"),
}
