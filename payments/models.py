"""Tables of the payments: what is owed. Attempts and refunds are tables of their own (law 6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class Charge(Base):
    """What is owed for a case, in whole fen; settled or void it never changes again."""

    __tablename__ = "charge"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    charge_no: Mapped[str] = mapped_column(Text, unique=True)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    case_id: Mapped[int] = mapped_column(BigInteger)
    gas_account_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CounterReceipt(Base):
    """What a finance clerk wrote when a charge was paid at the counter; append-only by privilege."""

    __tablename__ = "counter_receipt"

    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    receipt_no: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
