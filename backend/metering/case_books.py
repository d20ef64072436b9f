"""What the books say of the account that a case is about: bills not paid yet, money paid ahead.

An account goes to another owner, stands still or is closed only once its bills are counted: the guard
``bills_counted`` holds what staff write into the check of the gas (``bills_fee``) against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import document_rows
from backend.cases.access import find_root_id
from backend.cases.commands import Guard
from backend.cases.form_sealing import open_values
from backend.cases.guards import Asking, BoundGuard
from backend.cases.snapshot import Snapshot
from backend.cases.staff_access import StaffAccess
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.customers.accounts import find_account
from backend.customers.models import CaseAccount, GasAccount
from backend.metering.models import AccountBalance, GasBill
from backend.metering.open_bills import Owed, sum_open_bills
from backend.organisation.service import Member

COUNTED: Final = "bills_counted"
_NUMBER, _BILLS = "account_no", "bills_fee"


class CaseBooks:
    """``reading`` gives sessions for single statements."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        access: StaffAccess,
        definitions: DefinitionStore,
        keys: KeyRing,
    ) -> None:
        self._reading = reading
        self._access = access
        self._definitions = definitions
        self._keys = keys

    def tell(self, member: Member, case_no: str) -> dict[str, Any] | None:
        """Return ``{account_no, owed_fen, owed_bills, balance_fen, balance_at}``, or None.

        None where no account of the hall is meant, and at every step that does not ask for its bills. The
        number is that of the check, else of the account that the case is about, else the one that the
        application names. Raises NotFound for a case that the member may not see.
        """
        with self._reading() as session:
            case = self._access.find_staff_case(session, member, case_no)
            definition = self._definitions.get(session, case.definition_version_id)
            if case.step not in definition.steps_by_guard.get(COUNTED, ()):
                return None
            account = self._find_account(session, case.id)
            if account is None:
                return None
            owed = _sum_of(session, account)
            balance = session.get(AccountBalance, account.id)
            return {
                "account_no": account.account_no,
                "owed_fen": owed.total_fen,
                "owed_bills": owed.bills,
                "balance_fen": None if balance is None else balance.balance_fen,
                "balance_at": None if balance is None else balance.as_of,
            }

    def _find_account(self, session: Session, case_id: int) -> GasAccount | None:
        told = _find_checked(session, case_id)
        if told:
            return find_account(session, str(told[_NUMBER]))
        root_id = find_root_id(session, case_id)
        linked = select(GasAccount).join(CaseAccount).where(CaseAccount.case_id == root_id)
        account = session.scalars(linked).one_or_none()
        if account is not None:
            return account
        applied = open_values(self._keys, document_rows.read_application(session, root_id).form)
        return find_account(session, str(applied.get(_NUMBER) or ""))


def _sum_of(session: Session, account: GasAccount) -> Owed:
    return sum_open_bills(session, GasBill.gas_account_id == account.id)


def _find_checked(session: Session, case_id: int) -> Mapping[str, Any]:
    """Return the newest form of the case that names an account, empty where there is none."""
    rows = document_rows.list_filled(session, case_id)
    named = [row.content for row in rows if row.state == "filled" and row.content.get(_NUMBER)]
    return named[-1] if named else {}


def _bind_bills_counted(session: Session, asking: Asking) -> Guard:
    told = _find_checked(session, asking.case_id)
    account = find_account(session, str(told.get(_NUMBER, "")))
    owed_fen = 0 if account is None else _sum_of(session, account).total_fen
    # The books may not know of the newest bill yet: more may be written than they say, less may not.
    is_counted = int(told.get(_BILLS) or 0) >= owed_fen

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if is_counted else "bills_owed"

    return check


BILL_GUARDS: Final[Mapping[str, Guard]] = {COUNTED: BoundGuard(_bind_bills_counted, "bills_owed")}
