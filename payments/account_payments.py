"""What was paid for an account's cases at the counter, as who follows the account reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.offers import Offers
from backend.cases.page_cursor import read_place, write_place
from backend.customers.account_rights import PAYMENTS, find_transferred_at
from backend.customers.bindings import AccountBindings

PAYMENTS_A_PAGE: Final = 12
_CURSOR: Final = "account_payments"
_UNNAMED: Final = "费用"
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
       AND (CAST(:last_at AS timestamptz) IS NULL OR (c.settled_at, c.id) < (:last_at, :last_id))
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
        """Return ``{items, next}`` of what is settled, the newest first.

        Raises NotFound for who does not see payments, Invalid ``cursor_invalid``.
        """
        last_at, last_id = (
            (None, None) if after is None else read_place(after, _CURSOR, datetime.fromisoformat, int)
        )
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, PAYMENTS)
            asked = {
                "account_id": account.id,
                "since": find_transferred_at(session, account.id),
                "last_at": last_at,
                "last_id": last_id,
                "most": PAYMENTS_A_PAGE + 1,
            }
            rows = session.execute(_PAID, asked).all()
        page = rows[:PAYMENTS_A_PAGE]
        last = page[-1] if len(rows) > PAYMENTS_A_PAGE else None
        return {
            "items": [
                {
                    "what": self._offers.name_of(row.kind) or _UNNAMED,
                    "amount_fen": row.amount_fen,
                    "paid_at": row.settled_at,
                    "receipt_no": row.receipt_no,
                }
                for row in page
            ],
            "next": None if last is None else write_place(_CURSOR, last.settled_at.isoformat(), last.id),
        }
