"""Whether the sum of a case is set, and whether it is paid: named guards over contract, slips and charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.cases.commands import Guard
from backend.cases.guards import Asking, BoundGuard
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.core.errors import ToldCode
from payments.agreed import find_agreed, find_slip
from payments.ledger import list_charges, list_tree, sum_charges
from payments.paid_for import list_sum_fields, name_recorded

# The guard of a step at which the customer pays what contract or staff have said.
SUM_SET = "sum_set"
_UNSETTLED = "arrears_unsettled"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a slip of the case says is owed, in whole fen, and the charges settled since it was filled in.

    ``has_open`` says that something is charged and not paid yet.
    """

    what: str
    owed_fen: int
    settled: tuple[Row[Any], ...]
    has_open: bool

    @property
    def paid_fen(self) -> int:
        """What was received of it."""
        return sum(one.amount_fen for one in self.settled)

    @property
    def missing_fen(self) -> int:
        """What is still to be paid; nothing where more was received."""
        return max(self.owed_fen - self.paid_fen, 0)

    @property
    def is_settled(self) -> bool:
        """True where nothing is missing and nobody is in the middle of paying."""
        return self.missing_fen == 0 and not self.has_open


def find_owed(session: Session, definition: ProcessDefinition, case_id: int) -> Recorded | None:
    """Return what the newest slip of the case records as owed, or None where none does."""
    for field in list_sum_fields(definition):
        slip = find_slip(session, case_id, field)
        if slip is None or not slip.content.get(field):
            continue
        charges = list_charges(session, list_tree(session, case_id))
        settled = [one for one in charges if one.state == "settled" and one.settled_at >= slip.filled_at]
        return Recorded(
            name_recorded(definition, field),
            int(slip.content[field]),
            tuple(settled),
            any(one.state == "open" for one in charges),
        )
    return None


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


def _bind_arrears_settled(session: Session, asking: Asking) -> Guard:
    """Object while the newest slip's sum has not come in: who asks hears how much of it is missing."""
    owed = find_owed(session, asking.definition, asking.case_id)
    refusal = None if owed is None or owed.is_settled else ToldCode(_UNSETTLED, _tell_missing(owed))

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return refusal

    return check


def _tell_missing(owed: Recorded) -> str:
    if owed.missing_fen == 0:
        return f"{owed.what}还有一笔正在收，没有收完。请先到“收费”里收完，再往下办。"
    return (
        f"{owed.what} {_write_yuan(owed.owed_fen)} 元，已收 {_write_yuan(owed.paid_fen)} 元，"
        f"还差 {_write_yuan(owed.missing_fen)} 元。"
        "还要收的选“没有缴清”，数不对的选“数据不对，重新核对气量”。"
    )


def _write_yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


CHARGE_GUARDS: dict[str, Guard] = {
    SUM_SET: BoundGuard(_bind_sum_set, "sum_unset"),
    "charges_settled": BoundGuard(_bind_charges_settled, "charges_unsettled"),
    "arrears_settled": BoundGuard(_bind_arrears_settled, _UNSETTLED),
}
