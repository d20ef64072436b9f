"""Tables of the ledger of customers; the class itself stands on the gas account."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class LedgerEntry(Base):
    """What the ledger knows of an account beside its class and grade."""

    __tablename__ = "ledger_entry"

    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"), primary_key=True)
    # 万方 a year of companies; of homes it may be missing.
    annual_volume: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    standard: Mapped[str] = mapped_column(Text)
    visit_every_days: Mapped[int | None] = mapped_column(Integer)
    visited_on: Mapped[date | None] = mapped_column(Date)
    service_content: Mapped[str] = mapped_column(Text)
    remarks: Mapped[str] = mapped_column(Text)
    updated_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ClassChange(Base):
    """A change of an account's class, and why; append-only by privilege."""

    __tablename__ = "class_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    from_class: Mapped[str] = mapped_column(Text)
    to_class: Mapped[str] = mapped_column(Text)
    grade: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"))
    # None where the system did it.
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
