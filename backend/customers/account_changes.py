"""What happens to an account that is there: it goes to another owner, stands still, or is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.core.errors import Conflict
from backend.customers.account_sealing import seal_holder
from backend.customers.accounts import ACTIVE, CLOSED, SUSPENDED, grant_owner
from backend.customers.models import AccountRole, Customer, GasAccount
from backend.customers.sealing import seal_id_number
from backend.customers.service import CustomersService, NewCustomer


@dataclass(frozen=True, slots=True)
class NewOwner:
    """Whose account it becomes."""

    name: str
    phone: str
    id_number: str = ""


class AccountChanges:
    """Works in the caller's transaction on an account that the caller has locked."""

    def __init__(self, keys: KeyRing, customers: CustomersService) -> None:
        self._keys = keys
        self._customers = customers

    def transfer(self, session: Session, account: GasAccount, owner: NewOwner, now: datetime) -> int:
        """Give the account to another owner and return whose it is; all former roles end, and stay as rows.

        Raises Conflict ``account_closed``.
        """
        if account.status == CLOSED:
            raise Conflict("account_closed")
        customer_id = self._customers.find_or_enter(session, owner.name, owner.phone, now)
        if customer_id is None:
            customer_id = self._customers.enter(session, NewCustomer(name=owner.name), now)
        end_roles(session, account, now)
        grant_owner(session, account, customer_id, now)
        seal_holder(self._keys, account, owner.name, owner.name, owner.phone)
        customer = session.get_one(Customer, customer_id)
        if owner.id_number and customer.id_number_sealed is None:
            seal_id_number(self._keys, customer, owner.id_number)
        session.flush()
        return customer_id

    @staticmethod
    def suspend(session: Session, account: GasAccount) -> None:
        """Let an account at which gas is used stand still; whoever is something to it stays so."""
        if account.status == ACTIVE:
            account.status = SUSPENDED
            session.flush()

    @staticmethod
    def close(session: Session, account: GasAccount, now: datetime) -> None:
        """Close the account and end all roles; a closed one stays as it is."""
        if account.status == CLOSED:
            return
        account.status, account.closed_at = CLOSED, now
        end_roles(session, account, now)
        session.flush()


def end_roles(session: Session, account: GasAccount, now: datetime) -> None:
    """End whatever anybody is to the account."""
    held = (AccountRole.gas_account_id == account.id) & AccountRole.revoked_at.is_(None)
    session.execute(update(AccountRole).where(held).values(revoked_at=now))
