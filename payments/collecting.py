"""What the process of collecting a fee does to its charge: named effects in the case's own transaction.

Until the payment channels are here, a finance clerk's receipt settles the charge.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from backend.cases.repository import StoredCase
from backend.cases.service import Effect, EffectContext, Observer
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.catalogue.definition import ProcessDefinition
from payments.service import ChargeService, NewCharge

# What marks a process that collects a fee.
OPENS_CHARGE = "open_charge"


def make_charge_effects(charges: ChargeService) -> dict[str, Effect]:
    """Return the effects that open, settle and void the one open charge of a case."""

    def open_charge(session: Session, context: EffectContext) -> None:
        case, amount_fen = context.case, context.after.data["amount_fen"]
        new = NewCharge(case.unit_id, case.unit_code, case.id, _name_kind(context), amount_fen)
        charges.open_charge(session, new, context.stamp.recorded_at)

    def settle_charge(session: Session, context: EffectContext) -> None:
        case, staff_id = context.case, int(context.stamp.actor.removeprefix("staff:"))
        charge_no = charges.find_open(session, case.id)
        receipt_no, now = context.after.data["receipt_no"], context.stamp.recorded_at
        charges.settle_at_counter(session, charge_no, receipt_no, staff_id, {case.unit_id}, now)

    def void_charge(session: Session, context: EffectContext) -> None:
        case = context.case
        charge_no = charges.find_open(session, case.id)
        charges.void_charge(session, charge_no, {case.unit_id}, context.stamp.recorded_at)

    return {OPENS_CHARGE: open_charge, "settle_charge": settle_charge, "void_charge": void_charge}


def make_charge_keeper(charges: ChargeService) -> Observer:
    """Return what takes back the open charge of a collection that ends before it is paid.

    Left open it would stand in the books as owed, though the next collection asks for the same sum anew.
    """

    def keep(
        session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot, _: datetime
    ) -> None:
        has_failed = after.status.is_final and after.status is not CaseStatus.COMPLETED
        if has_failed and any(
            use.name == OPENS_CHARGE for step in definition.steps for use in step.all_effects
        ):
            charges.void_unpaid(session, case.id)

    return keep


def _name_kind(context: EffectContext) -> str:
    """Name what is paid for: the service applied for, else the fee itself."""
    return str(context.after.data.get("service") or "fee")
