"""Whom an invoice names: sealed, and kept no longer than what taxes rest on asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.core.masking import mask_name
from backend.customers.account_rights import find_transferred_at
from backend.metering.models import AccountInvoice
from backend.metering.settled_records import PERSON

# One transaction has so many; what one run leaves, the next one finds.
MOST_AT_ONCE: Final = 5000
_log = structlog.get_logger(__name__)


def seal_buyer(keys: KeyRing, invoice_no: str, buyer: str) -> str:
    """Return the title as it is kept."""
    return keys.encrypt(buyer, _context(invoice_no))


def open_buyer(keys: KeyRing, invoice: AccountInvoice) -> str | None:
    """Return the title in clear, or None where it is not kept any more."""
    sealed = invoice.buyer_sealed
    return None if sealed is None else keys.decrypt(sealed, _context(invoice.invoice_no))


def show_buyer(keys: KeyRing, invoice: AccountInvoice) -> str | None:
    """Return the title as a screen shows it: a person's masked, a company's as it is."""
    buyer = open_buyer(keys, invoice)
    return mask_name(buyer) if buyer is not None and invoice.buyer_kind == PERSON else buyer


def forget_buyers(session: Session, ended: Sequence[int], formerly: Sequence[int], now: datetime) -> None:
    """Empty whom invoices name, of accounts that ended with an erased owner and of what they had before.

    Of accounts that came to somebody else only what was issued until then goes; ``now`` is not asked.
    """
    named = AccountInvoice.buyer_sealed.is_not(None) & (AccountInvoice.buyer_kind == PERSON)
    _empty(session, named & AccountInvoice.gas_account_id.in_(ended))
    for account_id in formerly:
        came_at = find_transferred_at(session, account_id)
        if came_at is not None:
            theirs = AccountInvoice.issued_on <= local_date(came_at)
            _empty(session, named & theirs & (AccountInvoice.gas_account_id == account_id))


class BuyerRetention:
    """Empties titles ``kept_days`` after their invoice was issued, by the setting as it is now."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        kept_days: int,
        now: Callable[[], datetime],
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._sessions = sessions
        self._kept_days = kept_days
        self._now = now
        self._most = most_at_once

    def run(self) -> int:
        """Empty what is due; returns of how many invoices."""
        last = local_date(self._now()) - timedelta(days=self._kept_days)
        with self._sessions.begin() as session:
            over = AccountInvoice.buyer_sealed.is_not(None) & (AccountInvoice.issued_on < last)
            due = session.scalars(select(AccountInvoice.id).where(over).limit(self._most)).all()
            _empty(session, AccountInvoice.id.in_(due))
        if due:
            _log.info("invoice titles erased", invoices=len(due))
        return len(due)


def _empty(session: Session, which: object) -> None:
    emptied = update(AccountInvoice).where(which).values(buyer_sealed=None)  # type: ignore[arg-type]
    session.execute(emptied.execution_options(synchronize_session=False))


def _context(invoice_no: str) -> str:
    return f"account_invoice.buyer:{invoice_no}"
