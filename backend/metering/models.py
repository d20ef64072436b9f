"""Tables of what accounts used and owe. Quantities are m³, money is whole fen, prices are fen per m³."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Numeric,
    SmallInteger,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class MeterReading(Base):
    """What a meter showed: told by the ``master`` for a month, or written into the form of a ``case``."""

    __tablename__ = "meter_reading"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    source: Mapped[str] = mapped_column(Text)
    period: Mapped[str | None] = mapped_column(Text)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"))
    task_no: Mapped[int | None] = mapped_column(Integer)
    line_no: Mapped[int | None] = mapped_column(Integer)
    form_key: Mapped[str] = mapped_column(Text, default="")
    meter_no: Mapped[str] = mapped_column(Text, default="")
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reading_m3: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    revision: Mapped[int] = mapped_column(BigInteger, default=0)


class GasBill(Base):
    """A month's bill. ``code_print`` is the keyed print of the code on it, which itself is kept nowhere."""

    __tablename__ = "gas_bill"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    bill_no: Mapped[str] = mapped_column(Text, unique=True)
    period: Mapped[str] = mapped_column(Text)
    use_m3: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_fen: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    code_print: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class GasBillTier(Base):
    """The part of a bill that one price applied to."""

    __tablename__ = "gas_bill_tier"

    bill_id: Mapped[int] = mapped_column(ForeignKey("gas_bill.id"), primary_key=True, autoincrement=False)
    tier: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    use_m3: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    fen_per_m3: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class AccountBalance(Base):
    """What is left of what was paid ahead, by the master's books at ``as_of``; below nought it is owed."""

    __tablename__ = "account_balance"

    gas_account_id: Mapped[int] = mapped_column(
        ForeignKey("gas_account.id"), primary_key=True, autoincrement=False
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    balance_fen: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revision: Mapped[int] = mapped_column(BigInteger)


class AccountPayment(Base):
    """Money that came in for an account: told by the ``master``, or later taken by the ``hall`` itself.

    ``bill_nos`` are the bills that it settled; their numbers may be known before the bills are.
    """

    __tablename__ = "account_payment"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    source: Mapped[str] = mapped_column(Text)
    payment_no: Mapped[str] = mapped_column(Text, unique=True)
    paid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    bill_nos: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger, default=0)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountInvoice(Base):
    """An invoice for a bill or a payment of an account, from the ``master``, or later from the ``hall``.

    ``buyer_sealed`` is empty once the time for which the name is kept is over, and where it is nobody's here.
    """

    __tablename__ = "account_invoice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    source: Mapped[str] = mapped_column(Text)
    invoice_no: Mapped[str] = mapped_column(Text, unique=True)
    issued_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    buyer_kind: Mapped[str] = mapped_column(Text)
    buyer_sealed: Mapped[str | None] = mapped_column(Text)
    invoice_kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    check_code: Mapped[str] = mapped_column(Text, default="")
    bill_no: Mapped[str | None] = mapped_column(Text)
    payment_no: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger, default=0)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class GasTariff(Base):
    """The prices of homes in a unit and all below it from a day on; rows are only added.

    A year of tiers begins with ``year_month``. ``is_by_months``: whoever opens within a year has the limits
    of the months that are left of it.
    """

    __tablename__ = "gas_tariff"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    effective_on: Mapped[date] = mapped_column(Date)
    year_month: Mapped[int] = mapped_column(SmallInteger)
    first_until_m3: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    second_until_m3: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    first_fen: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    second_fen: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    third_fen: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    is_by_months: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
