"""What the master tells of payments and invoices, read and checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from backend.metering.told_values import (
    LONGEST_NO,
    FigureRefused,
    read_choice,
    read_day,
    read_fen,
    read_moment,
    read_number,
)

CHANNELS: Final = ("counter", "bank", "wechat", "alipay", "card", "other")
PAYMENT_STATES: Final = ("paid", "reversed")
INVOICE_KINDS: Final = ("e_general", "e_special", "paper_general", "paper_special")
INVOICE_STATES: Final = ("issued", "red_flushed", "void")
PERSON, COMPANY = "person", "company"
BUYER_KINDS: Final = (PERSON, COMPANY)
_CHECK_CODE: Final = re.compile(r"[0-9A-Z]{4,32}")
_LONGEST_BUYER: Final = 100
# Nobody pays so many months at once.
_MOST_BILLS: Final = 60


@dataclass(frozen=True, slots=True)
class PaymentFigures:
    """Money that came in, and the bills that it settled; ``reversed`` where it was taken back."""

    payment_no: str
    paid_at: datetime
    amount_fen: int
    channel: str
    bill_nos: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class InvoiceFigures:
    """An invoice for a bill, a payment or both; ``buyer`` is whom it names, in clear."""

    invoice_no: str
    issued_on: date
    amount_fen: int
    buyer_kind: str
    buyer: str
    invoice_kind: str
    state: str
    check_code: str
    bill_no: str | None
    payment_no: str | None


def read_payment(told: Mapping[str, Any]) -> PaymentFigures:
    """Return a payment; raises FigureRefused."""
    bill_nos = told.get("bill_nos") or []
    if not isinstance(bill_nos, list) or len(bill_nos) > _MOST_BILLS:
        raise FigureRefused("figure_unreadable", "bill_nos")
    for one in bill_nos:
        if not isinstance(one, str) or not 0 < len(one) <= LONGEST_NO or not one.isprintable():
            raise FigureRefused("figure_unreadable", "bill_nos")
    if len(set(bill_nos)) != len(bill_nos):
        raise FigureRefused("figure_unreadable", "bill_nos")
    return PaymentFigures(
        read_number(told, "payment_no"),
        read_moment(told, "paid_at"),
        read_fen(told, "amount_fen", least=1),
        read_choice(told, "channel", CHANNELS),
        tuple(bill_nos),
        read_choice(told, "state", PAYMENT_STATES),
    )


def read_invoice(told: Mapping[str, Any]) -> InvoiceFigures:
    """Return an invoice that says what it is for; raises FigureRefused.

    Only number and check code are read of how to look at it: no address of another host is taken.
    """
    buyer, code = told.get("buyer"), told.get("check_code") or ""
    if not isinstance(buyer, str) or not 0 < len(buyer.strip()) <= _LONGEST_BUYER or not buyer.isprintable():
        raise FigureRefused("figure_unreadable", "buyer")
    if not isinstance(code, str) or (code and not _CHECK_CODE.fullmatch(code)):
        raise FigureRefused("figure_unreadable", "check_code")
    bill_no, payment_no = (
        read_number(told, field) if told.get(field) else None for field in ("bill_no", "payment_no")
    )
    if bill_no is None and payment_no is None:
        raise FigureRefused("invoice_unbound", "bill_no")
    return InvoiceFigures(
        read_number(told, "invoice_no"),
        read_day(told, "issued_on"),
        read_fen(told, "amount_fen", least=1),
        read_choice(told, "buyer_kind", BUYER_KINDS),
        buyer.strip(),
        read_choice(told, "invoice_kind", INVOICE_KINDS),
        read_choice(told, "state", INVOICE_STATES),
        code,
        bill_no,
        payment_no,
    )
