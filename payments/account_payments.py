"""What was paid for an account, as who follows it reads it: at the counter for its cases, and for its gas.

The first are charges of the hall; the second is told by the customer system that stays the master, and later
written by the hall's own channels. Both stand in one list.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.offers import Offers
from backend.cases.page_cursor import read_place, write_place
from backend.customers.account_rights import PAYMENTS, find_transferred_at
from backend.customers.bindings import AccountBindings
from backend.customers.models import GasAccount
from backend.metering.models import AccountPayment
from backend.metering.settled_figures import PaymentPlace, find_months, list_booked

PAYMENTS_A_PAGE: Final = 12
_CURSOR: Final = "account_payments"
_UNNAMED: Final = "费用"
_GAS: Final = "燃气费"
# Of two payments at the same moment, that of the higher rank comes first.
_CHARGE, _BOOKED = 0, 1
_PAID = text(
    """
    WITH RECURSIVE tree (id) AS (
      SELECT case_id FROM case_account WHERE gas_account_id = :account_id
      UNION
      SELECT k.id FROM service_case k JOIN tree ON k.parent_case_id = tree.id
    )
    SELECT c.id, c.kind, c.amount_fen, c.settled_at, r.receipt_no
      FROM charge c LEFT JOIN counter_receipt r ON r.charge_id = c.id
     WHERE c.case_id IN (SELECT id FROM tree) AND c.state = 'settled'
       AND (CAST(:since AS timestamptz) IS NULL OR c.settled_at >= :since)
       AND (CAST(:last_at AS timestamptz) IS NULL
            OR (c.settled_at, 0, c.id) < (:last_at, :last_rank, :last_id))
     ORDER BY c.settled_at DESC, c.id DESC LIMIT :most
    """
)


class AccountPayments:
    """``reading`` gives sessions for single statements."""

    def __init__(self, reading: sessionmaker[Session], bindings: AccountBindings, offers: Offers) -> None:
        self._reading = reading
        self._bindings = bindings
        self._offers = offers

    def list_page(self, customer_id: int, account_no: str, after: str | None) -> dict[str, Any]:
        """Return ``{items, next}`` of what was paid, the newest first.

        Raises NotFound for who does not see payments, Invalid ``cursor_invalid``.
        """
        before: PaymentPlace | None = None
        if after is not None:
            at, rank, number = read_place(after, _CURSOR, datetime.fromisoformat, int, int)
            before = (at, rank, number)
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, PAYMENTS)
            found = self.list_newest(session, account, before, PAYMENTS_A_PAGE + 1)
        page = found[:PAYMENTS_A_PAGE]
        last = page[-1][0] if len(found) > PAYMENTS_A_PAGE else None
        return {
            "items": [item for _, item in page],
            "next": None if last is None else write_place(_CURSOR, last[0].isoformat(), *last[1:]),
        }

    def list_newest(
        self, session: Session, account: GasAccount, before: PaymentPlace | None, most: int
    ) -> list[tuple[PaymentPlace, dict[str, Any]]]:
        """Return what was paid after the place ``before`` in the list, each with its own place.

        ``months`` of an item are those of the bills that it settled, as far as these are here.
        """
        last_at, last_rank, last_id = before or (None, None, None)
        asked = {
            "account_id": account.id,
            "since": find_transferred_at(session, account.id),
            "last_at": last_at,
            "last_rank": last_rank,
            "last_id": last_id,
            "most": most,
        }
        charges = session.execute(_PAID, asked).all()
        booked = list_booked(session, account, _BOOKED, before, most)
        months = find_months(session, account, (no for one in booked for no in one.bill_nos))
        found = [((one.settled_at, _CHARGE, one.id), self._write_charge(one)) for one in charges]
        found += [((one.paid_at, _BOOKED, one.id), _write_booked(one, months)) for one in booked]
        return sorted(found, key=lambda one: one[0], reverse=True)[:most]

    def _write_charge(self, row: Row[Any]) -> dict[str, Any]:
        return {
            "what": self._offers.name_of(row.kind) or _UNNAMED,
            "amount_fen": row.amount_fen,
            "paid_at": row.settled_at,
            "channel": "counter",
            "state": "paid",
            "receipt_no": row.receipt_no,
            "months": [],
        }


def _write_booked(one: AccountPayment, months: dict[str, str]) -> dict[str, Any]:
    return {
        "what": _GAS,
        "amount_fen": one.amount_fen,
        "paid_at": one.paid_at,
        "channel": one.channel,
        "state": one.state,
        "receipt_no": one.payment_no,
        "months": sorted(months[no] for no in one.bill_nos if no in months),
    }
