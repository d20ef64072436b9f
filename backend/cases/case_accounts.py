"""The gas account that a case is about, and the customer's manager, as customers and staff see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_customer_case, find_root_id
from backend.cases.account_effects import MANAGER_FIELD
from backend.cases.account_views import describe_use
from backend.cases.case_starts import ORIGIN
from backend.cases.case_tree import Branch, list_branches, read_tree_by_id
from backend.cases.models import ServiceCase
from backend.cases.staff_access import StaffAccess
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.core.masking import mask_name, mask_phone
from backend.customers.account_records import AccountView
from backend.customers.accounts import GasAccounts, find_account
from backend.customers.addresses import PARTS
from backend.organisation.service import Member, OrganisationService

_CASE = table_of(ServiceCase)
# The number that somebody gave when the case was opened.
_GIVEN = select(_CASE.c.form["account_no"].astext).where(_CASE.c.id == bindparam("case_id"))


class CaseAccounts:
    """Reads for whoever may see the case; most cases have neither account nor manager."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        access: StaffAccess,
        accounts: GasAccounts,
        organisation: OrganisationService,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._access = access
        self._accounts = accounts
        self._organisation = organisation
        self._keys = keys
        self._now = now

    def tell_staff(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return ``{account, manager, unknown_no}`` with what is personal masked; raises NotFound.

        ``unknown_no`` is the number that was given for the case, where no account has it.
        """
        with self._reading() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            tree = read_tree_by_id(session, find_root_id(session, case_id))
            account = self._find(session, tree.branch)
            return {
                "account": None if account is None else _describe(account, local_date(self._now())),
                "manager": self._find_manager(session, tree.branch, account),
                "unknown_no": None if account is not None else _find_unknown(session, tree.branch.id),
            }

    def tell_customer(self, customer_id: int, case_no: str) -> dict[str, Any]:
        """Return ``{account_no, status, manager}``, null where there is none; raises NotFound."""
        with self._reading() as session:
            tree = find_customer_case(session, customer_id, case_no)
            account = self._find(session, tree.branch)
            return {
                "account_no": None if account is None else account.account_no,
                "status": None if account is None else account.status,
                "manager": self._find_manager(session, tree.branch, account),
            }

    def _find(self, session: Session, root: Branch) -> AccountView | None:
        account = self._accounts.find_of_case(session, root.id)
        origin = root.snapshot.data.get(ORIGIN)
        if account is None and origin is not None:
            # A case of the company's own is about the account of the case that brought it about.
            account = self._accounts.find_of_case(session, origin)
        return None if account is None else self._accounts.read(session, account)

    def _find_manager(
        self, session: Session, root: Branch, account: AccountView | None
    ) -> dict[str, str] | None:
        named = [one.snapshot.data.get(MANAGER_FIELD) for one in list_branches(root)]
        found = next((one for one in reversed(named) if one is not None), None)
        if found is None and account is not None:
            found = account.manager_id
        manager = None if found is None else self._organisation.find_contact(session, int(found))
        return None if manager is None else {"name": manager.name, "phone": manager.phone}


def _find_unknown(session: Session, case_id: int) -> str | None:
    given = (session.scalar(_GIVEN, {"case_id": case_id}) or "").strip()
    return given if given and find_account(session, given) is None else None


def _describe(account: AccountView, today: date) -> dict[str, Any]:
    record = account.record
    return {
        "account_no": account.account_no,
        "status": account.status,
        # A company's name is nobody's own; a person's is.
        "holder": mask_name(record.holder) if record.gas_use == "residential" else record.holder,
        "contact": mask_name(record.contact) if record.contact else "",
        "phone": mask_phone(record.phone) if record.phone else "",
        # The door stays hidden.
        "place": " ".join(record.address[one] for one in PARTS[:-1] if record.address[one]),
        **describe_use(record, today),
    }
