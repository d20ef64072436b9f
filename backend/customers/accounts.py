"""Gas accounts: entered once by the case that brings them, whoever sends it twice; read and found again."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.customers.account_devices import (
    find_meter,
    hang_meter,
    keep_appliances,
    keep_safety_devices,
    list_appliances,
    list_safety_devices,
)
from backend.customers.account_numbers import make_account_no
from backend.customers.account_records import AccountRecord, AccountView, Origin
from backend.customers.account_sealing import open_holder, open_place, seal_holder, seal_place
from backend.customers.addresses import index_address
from backend.customers.models import AccountRole, CaseAccount, GasAccount, Premises
from backend.customers.service import CustomersService

# Any fixed number serves. Whoever enters an account holds it with the address to the end of the transaction,
# so that two people cannot open one at the same place at once.
PLACE_LOCK = 96602_11
_RANDOM = secrets.SystemRandom()
PENDING, ACTIVE, SUSPENDED, CLOSED = "pending", "active", "suspended", "closed"


class GasAccounts:
    """Works in the caller's transaction, under the lock of the case that it is done for."""

    def __init__(self, keys: KeyRing, customers: CustomersService) -> None:
        self._keys = keys
        self._customers = customers

    def enter(
        self, session: Session, origin: Origin, record: AccountRecord, status: str, now: datetime
    ) -> str:
        """Enter the account of a case, or change what was entered before; return its number.

        The account of a case stays the same, however often it is entered; ``active`` wakes one that waits
        (``pending``) or stands still (``suspended``), and never the other way round. Raises Conflict
        ``premises_taken`` where another customer has an account at the address, ``meter_taken`` for a meter
        that hangs elsewhere; Invalid ``address_incomplete``.
        """
        account = self.find_of_case(session, origin.case_id) or self._open(session, origin, record, now)
        if account.status == PENDING or (account.status == SUSPENDED and status == ACTIVE):
            account.status = status
        seal_holder(self._keys, account, record.holder, record.contact, record.phone)
        account.gas_use, account.monthly_use = record.gas_use, record.monthly_use
        account.pressure_kpa = record.pressure_kpa
        account.use_nature, account.use_period = record.use_nature, record.use_period
        if origin.manager_id is not None:
            account.manager_id = origin.manager_id
        session.flush()
        keep_appliances(session, account, record.appliances, now)
        keep_safety_devices(session, account, record.safety_devices, now)
        if record.meter is not None:
            hang_meter(session, account, record.meter, now)
        self._give_owner(session, account, origin, record, now)
        return account.account_no

    def find_of_case(self, session: Session, case_id: int) -> GasAccount | None:
        """Return the account that a case is about, by the case at the top, or None."""
        of_case = select(GasAccount).join(CaseAccount).where(CaseAccount.case_id == case_id)
        return session.scalars(of_case).one_or_none()

    def find_by_number(self, session: Session, account_no: str) -> GasAccount:
        """Return the account with this number, locked; raises Invalid ``account_unknown``."""
        found = select(GasAccount).where(GasAccount.account_no == account_no.strip()).with_for_update()
        account = session.scalars(found).one_or_none()
        if account is None:
            raise Invalid("account_unknown")
        return account

    def link(self, session: Session, case_id: int, account: GasAccount, now: datetime) -> None:
        """Note that a case is about this account; a case is about one, and a second time changes nothing."""
        row = insert(CaseAccount).values(case_id=case_id, gas_account_id=account.id, linked_at=now)
        session.execute(row.on_conflict_do_nothing(index_elements=["case_id"]))

    def read(self, session: Session, account: GasAccount) -> AccountView:
        """Return the account in clear. Whoever calls this answers for who gets to see it."""
        premises = session.get_one(Premises, account.premises_id)
        holder, contact, phone = open_holder(self._keys, account)
        record = AccountRecord(
            holder,
            contact,
            phone,
            open_place(self._keys, premises),
            account.gas_use,
            account.monthly_use,
            account.pressure_kpa,
            account.use_nature,
            account.use_period,
            list_appliances(session, account.id),
            find_meter(session, account.id),
            list_safety_devices(session, account.id),
        )
        return AccountView(account.id, account.account_no, account.status, account.manager_id, record)

    def _open(self, session: Session, origin: Origin, record: AccountRecord, now: datetime) -> GasAccount:
        index = index_address(self._keys, record.address)
        if index is None:
            raise Invalid("address_incomplete")
        session.execute(
            select(func.pg_advisory_xact_lock(PLACE_LOCK, int.from_bytes(index[:4], signed=True)))
        )
        account = self._find_at(session, index, origin.customer_id)
        if account is None:
            premises_id = self._find_premises(session, index, origin, record, now)
            account = self._draw(session, origin, premises_id, record.gas_use, now)
        self.link(session, origin.case_id, account, now)
        return account

    def _find_at(self, session: Session, index: bytes, customer_id: int | None) -> GasAccount | None:
        """Return the customer's own account at the address; another's there is a conflict."""
        standing = (
            select(GasAccount)
            .join(Premises, Premises.id == GasAccount.premises_id)
            .where(Premises.address_index == index, GasAccount.status != CLOSED)
        )
        for account in session.scalars(standing.order_by(GasAccount.id)):
            owner = find_owner(session, account.id)
            if owner is not None and owner.customer_id != customer_id:
                raise Conflict("premises_taken")
            return account
        return None

    def _find_premises(
        self, session: Session, index: bytes, origin: Origin, record: AccountRecord, now: datetime
    ) -> int:
        known = select(Premises.id).where(Premises.address_index == index).order_by(Premises.id).limit(1)
        premises_id = session.execute(known).scalar_one_or_none()
        if premises_id is not None:
            return premises_id
        address = record.address
        point = address.get("point")
        premises = Premises(
            unit_id=origin.unit_id,
            region=address["region"],
            street=address["street"],
            community=address["community"],
            building=address["building"],
            building_unit=address["unit"],
            door_sealed="",
            address_index=index,
            place_lat=point["lat"] if point else None,
            place_lng=point["lng"] if point else None,
            place_source=point["source"] if point else None,
            created_at=now,
        )
        session.add(premises)
        session.flush()
        seal_place(self._keys, premises, address)
        session.flush()
        return premises.id

    @staticmethod
    def _draw(session: Session, origin: Origin, premises_id: int, gas_use: str, now: datetime) -> GasAccount:
        while True:
            drawn = insert(GasAccount).values(
                unit_id=origin.unit_id,
                account_no=make_account_no(origin.unit_code, _RANDOM),
                premises_id=premises_id,
                status=PENDING,
                gas_use=gas_use,
                opened_at=now,
            )
            written = drawn.on_conflict_do_nothing(index_elements=["account_no"]).returning(GasAccount)
            account = session.scalars(written).one_or_none()
            if account is not None:
                return account

    def _give_owner(
        self, session: Session, account: GasAccount, origin: Origin, record: AccountRecord, now: datetime
    ) -> None:
        """Make the case's customer the owner, or who is told by the contact's phone, unless there is one."""
        if find_owner(session, account.id) is not None:
            return
        customer_id = origin.customer_id
        if customer_id is None:
            customer_id = self._customers.find_or_enter(session, record.contact, record.phone, now)
        if customer_id is not None:
            grant_owner(session, account, customer_id, now)


class AccountThere(NamedTuple):
    """An account at a place, open or closed; ``owner_id`` is the customer whose it is, if anybody's."""

    id: int
    status: str
    owner_id: int | None

    @property
    def is_closed(self) -> bool:
        """True where nobody uses it any more."""
        return self.status == CLOSED

    @property
    def is_active(self) -> bool:
        """True where gas is used by it."""
        return self.status == ACTIVE


def list_accounts_there(session: Session, address_index: bytes) -> list[AccountThere]:
    """Return all accounts at the address, the oldest first."""
    owned = (
        (AccountRole.gas_account_id == GasAccount.id)
        & (AccountRole.role == "owner")
        & AccountRole.revoked_at.is_(None)
    )
    there = (
        select(GasAccount.id, GasAccount.status, AccountRole.customer_id)
        .join(Premises, Premises.id == GasAccount.premises_id)
        .outerjoin(AccountRole, owned)
        .where(Premises.address_index == address_index)
        .order_by(GasAccount.id)
    )
    return [AccountThere(*row) for row in session.execute(there).tuples()]


def find_account(session: Session, account_no: str) -> GasAccount | None:
    """Return the account with this number, or None; it is not locked."""
    return session.scalars(select(GasAccount).where(GasAccount.account_no == account_no)).one_or_none()


def find_owner(session: Session, account_id: int) -> AccountRole | None:
    """Return the role of whose account it is now, or None."""
    held = (AccountRole.gas_account_id == account_id) & AccountRole.revoked_at.is_(None)
    return session.scalars(select(AccountRole).where(held, AccountRole.role == "owner")).one_or_none()


def grant_owner(session: Session, account: GasAccount, customer_id: int, now: datetime) -> None:
    """Make a customer the owner of an account that has none."""
    session.add(
        AccountRole(
            customer_id=customer_id,
            gas_account_id=account.id,
            unit_id=account.unit_id,
            role="owner",
            granted_at=now,
        )
    )
    session.flush()
