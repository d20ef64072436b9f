"""Payments and invoices of the master written down: by their numbers, which belong to one account."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.customer_master.port import BillingRecord
from backend.customers.account_rights import find_transferred_at
from backend.customers.accounts import CLOSED
from backend.customers.models import GasAccount
from backend.metering.invoice_buyers import seal_buyer
from backend.metering.models import AccountInvoice, AccountPayment
from backend.metering.settled_records import InvoiceFigures, read_invoice, read_payment
from backend.metering.told_values import FigureRefused

_MASTER: Final = "master"


def keep_payment(session: Session, account: GasAccount, one: BillingRecord, now: datetime) -> None:
    """Write a payment down, unless it is known as new or newer; raises FigureRefused."""
    payment = read_payment(one.told)
    row = {**asdict(payment), "bill_nos": list(payment.bill_nos)}
    _keep(session, account, AccountPayment, "payment_no", one.revision, {**row, "told_at": now})


def keep_invoice(
    session: Session, keys: KeyRing, account: GasAccount, one: BillingRecord, now: datetime
) -> None:
    """Write an invoice down, unless it is known as new or newer; raises FigureRefused."""
    invoice = read_invoice(one.told)
    row = asdict(invoice)
    buyer = row.pop("buyer")
    row["buyer_sealed"] = (
        seal_buyer(keys, invoice.invoice_no, buyer) if _is_theirs(session, account, invoice) else None
    )
    _keep(session, account, AccountInvoice, "invoice_no", one.revision, {**row, "told_at": now})


def _is_theirs(session: Session, account: GasAccount, invoice: InvoiceFigures) -> bool:
    """Return whether somebody here may still read the buyer: not a former owner's, nor an erased one's."""
    if account.status == CLOSED and account.holder_sealed is None:
        return False
    came_at = find_transferred_at(session, account.id)
    return came_at is None or invoice.issued_on > local_date(came_at)


def _keep(
    session: Session,
    account: GasAccount,
    model: type[AccountPayment | AccountInvoice],
    key: str,
    revision: int,
    told: dict[str, Any],
) -> None:
    number = getattr(model, key)
    held = session.execute(
        select(model.gas_account_id, model.source).where(number == told[key]).with_for_update()
    ).one_or_none()
    if held is not None and tuple(held) != (account.id, _MASTER):
        raise FigureRefused(f"{key}_taken", key)
    whose = {"unit_id": account.unit_id, "gas_account_id": account.id, "source": _MASTER}
    row = {**whose, "revision": revision, **told}
    session.execute(
        insert(model)
        .values(row)
        .on_conflict_do_update(
            index_elements=[key],
            set_={name: value for name, value in row.items() if name != key},
            where=model.revision < revision,
        )
    )
