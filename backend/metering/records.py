"""What the master tells of readings, bills and balances, read and checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from backend.metering.tiers import TIERS
from backend.metering.told_values import (
    LONGEST_NO,
    FigureRefused,
    read_day,
    read_decimal,
    read_fen,
    read_moment,
    read_number,
    read_period,
)

BILL_STATES: Final = ("open", "paid", "void")
_M3: Final = re.compile(r"\d{1,11}(\.\d{1,3})?")
_PRICE: Final = re.compile(r"\d{1,6}(\.\d{1,2})?")
_CODE: Final = re.compile(r"[0-9A-Z]{6,20}")


@dataclass(frozen=True, slots=True)
class ReadingFigures:
    """What the meter of an account showed for a month, in m³."""

    period: str
    read_at: datetime
    reading_m3: Decimal
    meter_no: str


@dataclass(frozen=True, slots=True)
class TierFigures:
    """The part of a bill that one price applied to."""

    tier: int
    use_m3: Decimal
    fen_per_m3: Decimal
    amount_fen: int


@dataclass(frozen=True, slots=True)
class BillFigures:
    """A month's bill; ``code`` is what is printed on it, empty where there is none."""

    period: str
    bill_no: str
    use_m3: Decimal
    amount_fen: int
    paid_fen: int
    due_on: date
    state: str
    code: str
    tiers: tuple[TierFigures, ...]


@dataclass(frozen=True, slots=True)
class BalanceFigures:
    """What is left of what was paid ahead; below nought it is owed."""

    balance_fen: int
    as_of: datetime


def read_reading(told: Mapping[str, Any]) -> ReadingFigures:
    """Return a reading; raises FigureRefused."""
    meter_no = told.get("meter_no") or ""
    if not isinstance(meter_no, str) or len(meter_no) > LONGEST_NO or not meter_no.isprintable():
        raise FigureRefused("figure_unreadable", "meter_no")
    return ReadingFigures(
        read_period(told), read_moment(told, "read_at"), read_decimal(told, "reading_m3", _M3), meter_no
    )


def read_balance(told: Mapping[str, Any]) -> BalanceFigures:
    """Return a balance; raises FigureRefused."""
    return BalanceFigures(read_fen(told, "balance_fen", is_signed=True), read_moment(told, "as_of"))


def read_bill(told: Mapping[str, Any]) -> BillFigures:
    """Return a bill whose sums agree and whose state is what they say; raises FigureRefused."""
    bill_no, code = read_number(told, "bill_no"), told.get("code") or ""
    if not isinstance(code, str) or (code and not _CODE.fullmatch(code)):
        raise FigureRefused("figure_unreadable", "code")
    tiers = told.get("tiers") or []
    if not isinstance(tiers, list) or len(tiers) > TIERS or not all(isinstance(one, dict) for one in tiers):
        raise FigureRefused("figure_unreadable", "tiers")
    bill = BillFigures(
        read_period(told),
        bill_no,
        read_decimal(told, "use_m3", _M3),
        read_fen(told, "amount_fen"),
        read_fen(told, "paid_fen"),
        read_day(told, "due_on"),
        str(told.get("state")),
        code,
        tuple(_read_tier(one) for one in tiers),
    )
    _check_sums(bill)
    return bill


def _check_sums(bill: BillFigures) -> None:
    if bill.state not in BILL_STATES:
        raise FigureRefused("figure_unreadable", "state")
    if bill.paid_fen > bill.amount_fen:
        raise FigureRefused("bill_overpaid", "paid_fen")
    if bill.state != "void" and (bill.state == "paid") != (bill.paid_fen == bill.amount_fen):
        raise FigureRefused("bill_state_differs", "state")
    if len({one.tier for one in bill.tiers}) != len(bill.tiers):
        raise FigureRefused("figure_unreadable", "tiers")
    if bill.tiers and (
        sum(one.amount_fen for one in bill.tiers) != bill.amount_fen
        or sum(one.use_m3 for one in bill.tiers) != bill.use_m3
    ):
        raise FigureRefused("bill_sums_differ", "tiers")


def _read_tier(told: Mapping[str, Any]) -> TierFigures:
    tier = told.get("tier")
    if not isinstance(tier, int) or isinstance(tier, bool) or not 1 <= tier <= TIERS:
        raise FigureRefused("figure_unreadable", "tiers")
    price = read_decimal(told, "fen_per_m3", _PRICE)
    return TierFigures(tier, read_decimal(told, "use_m3", _M3), price, read_fen(told, "amount_fen"))
