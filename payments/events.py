"""What the payments tell others, inside the transaction in which it came true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChargeSettled:
    """A charge is paid in full. It is told exactly once, by the move that settled it (law 6)."""

    charge_no: str
    case_id: int
    amount_fen: int
    settled_at: datetime
