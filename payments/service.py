"""The payments' one door: what is owed for a case, and its settling by a receipt of the counter."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.ids import make_case_no
from backend.core.local_time import local_date
from payments.events import ChargeSettled
from payments.models import Charge, CounterReceipt

SettledListener = Callable[[Session, ChargeSettled], None]
_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class NewCharge:
    """What somebody owes for a case; ``kind`` says for what, ``unit_code`` has three digits."""

    unit_id: int
    unit_code: str
    case_id: int
    kind: str
    amount_fen: int


class ChargeService:
    """Opens, settles and voids charges in the caller's transaction; ``listeners`` hear what was settled."""

    def __init__(self, listeners: Sequence[SettledListener] = ()) -> None:
        self._listeners = tuple(listeners)

    def open_charge(self, session: Session, new: NewCharge, now: datetime) -> str:
        """Enter what is owed and return its number; raises Invalid on ``amount_fen`` unless positive."""
        if new.amount_fen <= 0:
            raise Invalid(fields={"amount_fen": "invalid"})
        while True:
            # A letter before it, so that nobody takes it for the number of a case.
            charge_no = "F" + make_case_no(local_date(now), new.unit_code, _RANDOM)
            drawn = insert(Charge).values(
                charge_no=charge_no,
                unit_id=new.unit_id,
                case_id=new.case_id,
                kind=new.kind,
                amount_fen=new.amount_fen,
                state="open",
                created_at=now,
            )
            written = drawn.on_conflict_do_nothing(index_elements=["charge_no"]).returning(Charge.id)
            if session.execute(written).first() is not None:
                return charge_no

    def settle_at_counter(
        self,
        session: Session,
        charge_no: str,
        receipt_no: str,
        staff_id: int,
        visible_units: Collection[int],
        now: datetime,
    ) -> ChargeSettled:
        """Settle a charge that was paid in full at the counter, and tell the listeners.

        Raises NotFound for a charge outside ``visible_units`` (law 11), Conflict (``charge_not_open``) where
        somebody was faster, Conflict (``receipt_taken``) for a receipt that stands in the books already.
        """
        row = self._move(session, charge_no, visible_units, "settled", now)
        receipt = insert(CounterReceipt).values(
            charge_id=row.id, unit_id=row.unit_id, receipt_no=receipt_no, staff_id=staff_id, received_at=now
        )
        written = receipt.on_conflict_do_nothing(index_elements=["unit_id", "receipt_no"])
        if session.execute(written.returning(CounterReceipt.charge_id)).first() is None:
            raise Conflict("receipt_taken")
        settled = ChargeSettled(charge_no, row.case_id, row.amount_fen, now)
        for listen in self._listeners:
            listen(session, settled)
        return settled

    def void_charge(
        self, session: Session, charge_no: str, visible_units: Collection[int], now: datetime
    ) -> None:
        """Take back a charge that nobody has paid; raises NotFound or Conflict (``charge_not_open``)."""
        self._move(session, charge_no, visible_units, "void", now)

    def void_unpaid(self, session: Session, case_id: int) -> None:
        """Take back whatever nobody has paid of a case that collects nothing any more."""
        unpaid = (Charge.case_id == case_id) & (Charge.state == "open")
        session.execute(update(Charge).where(unpaid).values(state="void"))

    def find_open(self, session: Session, case_id: int) -> str:
        """Return the number of the charge that a case waits for; raises Conflict (``charge_not_open``)."""
        newest = select(Charge.charge_no).where(Charge.case_id == case_id, Charge.state == "open")
        charge_no = session.execute(newest.order_by(Charge.id.desc()).limit(1)).scalar_one_or_none()
        if charge_no is None:
            raise Conflict("charge_not_open")
        return charge_no

    @staticmethod
    def _move(
        session: Session, charge_no: str, visible_units: Collection[int], state: str, now: datetime
    ) -> Charge:
        """Move an open charge by compare-and-set and return it; only one mover wins (law 6)."""
        seen = (Charge.charge_no == charge_no) & Charge.unit_id.in_(visible_units)
        moved = session.execute(
            update(Charge)
            .where(seen, Charge.state == "open")
            .values(state=state, settled_at=now if state == "settled" else None)
            .returning(Charge)
        ).scalar_one_or_none()
        if moved is not None:
            return moved
        if session.execute(select(Charge.id).where(seen)).first() is None:
            raise NotFound
        raise Conflict("charge_not_open")
