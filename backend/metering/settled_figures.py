"""Payments and invoices of an account, as who follows it reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.page_cursor import read_place, write_place
from backend.core.encryption import KeyRing
from backend.customers.account_rights import INVOICES
from backend.customers.bindings import AccountBindings
from backend.customers.models import GasAccount
from backend.metering.invoice_buyers import open_buyer, show_buyer
from backend.metering.models import AccountInvoice, AccountPayment, GasBill
from backend.metering.owned import own_invoices, own_payments

INVOICES_A_PAGE: Final = 12
_CURSOR: Final = "invoices"
# When it was paid, the rank of its list, and its id.
PaymentPlace = tuple[datetime, int, int]


def list_booked(
    session: Session, account: GasAccount, rank: int, before: PaymentPlace | None, most: int
) -> Sequence[AccountPayment]:
    """Return payments of the present owner, the newest first, that come after the place ``before``.

    ``rank`` orders this list among others whose payments were made at the same moment.
    """
    asked = select(AccountPayment).where(own_payments(session, account))
    if before is not None:
        place = tuple_(AccountPayment.paid_at, literal(rank), AccountPayment.id)
        asked = asked.where(place < tuple_(*(literal(one) for one in before)))
    newest = asked.order_by(AccountPayment.paid_at.desc(), AccountPayment.id.desc())
    return session.scalars(newest.limit(most)).all()


def find_months(session: Session, account: GasAccount, bill_nos: Iterable[str]) -> dict[str, str]:
    """Return number → month of those bills that are the account's and here."""
    of_account = GasBill.gas_account_id == account.id
    asked = select(GasBill.bill_no, GasBill.period).where(of_account, GasBill.bill_no.in_(set(bill_nos)))
    return {number: month for number, month in session.execute(asked).tuples()}


class AccountInvoices:
    """``reading`` gives sessions for single statements."""

    def __init__(self, reading: sessionmaker[Session], bindings: AccountBindings, keys: KeyRing) -> None:
        self._reading = reading
        self._bindings = bindings
        self._keys = keys

    def list_page(self, customer_id: int, account_no: str, after: str | None) -> dict[str, Any]:
        """Return ``{items, next}``, the newest first; a person's name is masked.

        Raises NotFound for who does not see invoices, Invalid ``cursor_invalid``.
        """
        before = None if after is None else read_place(after, _CURSOR, date.fromisoformat, int)
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, INVOICES)
            asked = select(AccountInvoice).where(own_invoices(session, account))
            if before is not None:
                place = tuple_(AccountInvoice.issued_on, AccountInvoice.id)
                asked = asked.where(place < tuple_(*(literal(one) for one in before)))
            newest = asked.order_by(AccountInvoice.issued_on.desc(), AccountInvoice.id.desc())
            rows = session.scalars(newest.limit(INVOICES_A_PAGE + 1)).all()
            page = rows[:INVOICES_A_PAGE]
            months = find_months(session, account, (one.bill_no for one in page if one.bill_no))
        last = page[-1] if len(rows) > INVOICES_A_PAGE else None
        return {
            "items": [self._write(one, months) for one in page],
            "next": None if last is None else write_place(_CURSOR, last.issued_on.isoformat(), last.id),
        }

    def list_in_full(
        self, session: Session, account: GasAccount, most: int
    ) -> list[tuple[AccountInvoice, str | None]]:
        """Return the newest invoices with whom they name in clear, for the copy of one's own data."""
        asked = select(AccountInvoice).where(own_invoices(session, account))
        newest = asked.order_by(AccountInvoice.issued_on.desc(), AccountInvoice.id.desc()).limit(most)
        return [(one, open_buyer(self._keys, one)) for one in session.scalars(newest)]

    def _write(self, one: AccountInvoice, months: dict[str, str]) -> dict[str, Any]:
        return {
            "invoice_no": one.invoice_no,
            "issued_on": one.issued_on,
            "amount_fen": one.amount_fen,
            "buyer": show_buyer(self._keys, one),
            "kind": one.invoice_kind,
            "state": one.state,
            "check_code": one.check_code or None,
            "month": months.get(one.bill_no or ""),
            "payment_no": one.payment_no,
        }
