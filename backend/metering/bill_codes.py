"""The code that is printed on a bill: kept as a keyed print alone, which is bound to its account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.customers.account_rights import find_transferred_at
from backend.customers.models import GasAccount
from backend.metering.models import GasBill
from backend.metering.tiers import write_month

# An older bill may lie in anybody's waste paper by now.
_GOOD_FOR: Final = timedelta(days=365)


def print_code(keys: KeyRing, account_no: str, code: str) -> str:
    """Return what is kept of a code; nobody can tell the code from it without the key."""
    return keys.fingerprint(f"{account_no}:{code.upper()}", "bill_code")


class BillCodes:
    """Whether a code stands on a bill of an account. Works in the caller's transaction."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def fits(self, session: Session, account: GasAccount, code: str, now: datetime) -> bool:
        """True for the code of a bill of the last year; one of a former owner's time proves nothing."""
        plain = "".join(code.split())
        if not plain:
            return False
        came_at = find_transferred_at(session, account.id)
        # The month of the transfer is billed to either of the two.
        after = write_month(max(local_date(one) for one in (now - _GOOD_FOR, came_at) if one is not None))
        standing = select(GasBill.id).where(
            GasBill.gas_account_id == account.id,
            GasBill.code_print == print_code(self._keys, account.account_no, plain),
            GasBill.state != "void",
            GasBill.period > after,
        )
        return session.execute(standing.limit(1)).first() is not None
