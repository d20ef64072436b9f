"""Whether the ledger has the customer whose gas was turned on: a named guard of the visits' ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from backend.cases.case_starts import ORIGIN
from backend.cases.commands import Guard
from backend.cases.guards import Asking, BoundGuard
from backend.cases.models import ServiceCase
from backend.cases.snapshot import Snapshot
from backend.core.database import table_of
from backend.customers.models import CaseAccount
from backend.ledgers.models import LedgerEntry

_CASE, _ACCOUNT, _ENTRY = table_of(ServiceCase), table_of(CaseAccount), table_of(LedgerEntry)
# By the case at the top, under which the account was opened; it may be opened after this one was begun.
_KEPT = (
    select(_ENTRY.c.gas_account_id)
    .join(_ACCOUNT, _ACCOUNT.c.gas_account_id == _ENTRY.c.gas_account_id)
    .join(_CASE, _CASE.c.data[ORIGIN].as_integer() == _ACCOUNT.c.case_id)
    .where(_CASE.c.id == bindparam("case_id"))
)


def _bind_customer_in_ledger(session: Session, asking: Asking) -> Guard:
    is_kept = session.execute(_KEPT, {"case_id": asking.case_id}).first() is not None

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if is_kept else "customer_not_in_ledger"

    return check


LEDGER_GUARDS: dict[str, Guard] = {
    "customer_in_ledger": BoundGuard(_bind_customer_in_ledger, "customer_not_in_ledger")
}
