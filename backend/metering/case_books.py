"""What the books say of the account that a case is about: bills not paid yet, money paid ahead.

An account goes to another owner, stands still or is closed only once its bills are counted: the guard
``bills_counted`` holds what staff write into the check of the gas (``bills_fee``) against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import func, select
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
from backend.customers.models import CaseAccount, GasAccount
from backend.metering.models import AccountBalance, GasBill
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
            owed_fen, owed_bills = sum_open_bills(session, account.id)
            balance = session.get(AccountBalance, account.id)
            return {
                "account_no": account.account_no,
                "owed_fen": owed_fen,
                "owed_bills": owed_bills,
                "balance_fen": None if balance is None else balance.balance_fen,
                "balance_at": None if balance is None else balance.as_of,
            }

    def _find_account(self, session: Session, case_id: int) -> GasAccount | None:
        told = _find_checked(session, case_id)
        if told:
            return _find_by_number(session, str(told[_NUMBER]))
        root_id = find_root_id(session, case_id)
        linked = select(GasAccount).join(CaseAccount).where(CaseAccount.case_id == root_id)
        account = session.scalars(linked).one_or_none()
        if account is not None:
            return account
        applied = open_values(self._keys, document_rows.read_application(session, root_id).form)
        return _find_by_number(session, str(applied.get(_NUMBER) or ""))


def sum_open_bills(session: Session, account_id: int) -> tuple[int, int]:
    """Return what is owed by an account's bills in whole fen, and how many they are."""
    owed = func.coalesce(func.sum(GasBill.amount_fen - GasBill.paid_fen), 0)
    asked = select(owed, func.count()).where(GasBill.gas_account_id == account_id, GasBill.state == "open")
    total, count = session.execute(asked).one()
    return int(total), int(count)


def _find_checked(session: Session, case_id: int) -> Mapping[str, Any]:
    """Return the newest form of the case that names an account, empty where there is none."""
    rows = document_rows.list_filled(session, case_id)
    named = [row.content for row in rows if row.state == "filled" and row.content.get(_NUMBER)]
    return named[-1] if named else {}


def _find_by_number(session: Session, account_no: str) -> GasAccount | None:
    return session.scalars(select(GasAccount).where(GasAccount.account_no == account_no)).one_or_none()


def _bind_bills_counted(session: Session, asking: Asking) -> Guard:
    told = _find_checked(session, asking.case_id)
    account = _find_by_number(session, str(told.get(_NUMBER, "")))
    owed_fen = 0 if account is None else sum_open_bills(session, account.id)[0]
    # The books may not know of the newest bill yet: more may be written than they say, less may not.
    is_counted = int(told.get(_BILLS) or 0) >= owed_fen

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if is_counted else "bills_owed"

    return check


BILL_GUARDS: Final[Mapping[str, Guard]] = {COUNTED: BoundGuard(_bind_bills_counted, "bills_owed")}
