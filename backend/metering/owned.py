"""Which bills, payments and invoices of an account are those of its present owner, as conditions of SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import any_, exists, or_
from sqlalchemy.orm import Session

from backend.core.local_time import local_date
from backend.customers.account_rights import find_transferred_at
from backend.customers.models import GasAccount
from backend.metering.models import AccountInvoice, AccountPayment, GasBill
from backend.metering.tiers import write_month


def own_bills(session: Session, account: GasAccount) -> Any:  # noqa: ANN401 - a condition of SQL
    """No bill before the month in which the account came to its owner."""
    came_at = find_transferred_at(session, account.id)
    own = GasBill.gas_account_id == account.id
    return own if came_at is None else own & (GasBill.period >= write_month(local_date(came_at)))


def own_payments(session: Session, account: GasAccount) -> Any:  # noqa: ANN401 - a condition of SQL
    """Nothing that came in before, and nothing that the former owner paid for their bills later."""
    came_at = find_transferred_at(session, account.id)
    own = AccountPayment.gas_account_id == account.id
    if came_at is None:
        return own
    former = _former_bill(account, write_month(local_date(came_at)))
    paid_former = exists().where(former, GasBill.bill_no == any_(AccountPayment.bill_nos))
    return own & (AccountPayment.paid_at >= came_at) & ~paid_former


def own_invoices(session: Session, account: GasAccount) -> Any:  # noqa: ANN401 - a condition of SQL
    """Nothing issued up to the day of the transfer, and nothing for what the former owner used or paid.

    An invoice names its buyer, and of the day itself nobody can tell to which of the two it was issued.
    """
    came_at = find_transferred_at(session, account.id)
    own = AccountInvoice.gas_account_id == account.id
    if came_at is None:
        return own
    came_on = local_date(came_at)
    former = _former_bill(account, write_month(came_on))
    of_bill = exists().where(former, GasBill.bill_no == AccountInvoice.bill_no)
    of_payment = exists().where(
        AccountPayment.gas_account_id == account.id,
        AccountPayment.payment_no == AccountInvoice.payment_no,
        or_(
            AccountPayment.paid_at < came_at,
            exists().where(former, GasBill.bill_no == any_(AccountPayment.bill_nos)),
        ),
    )
    return own & (AccountInvoice.issued_on > came_on) & ~of_bill & ~of_payment


def _former_bill(account: GasAccount, month: str) -> Any:  # noqa: ANN401 - a condition of SQL
    return (GasBill.gas_account_id == account.id) & (GasBill.period < month)
