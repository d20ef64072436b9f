"""Who says on the telephone to be a customer, and what is known of them once enough of it agrees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.customers.account_rights import is_in_term
from backend.customers.models import AccountRole, Customer, GasAccount, Meter, Premises
from backend.customers.sealing import open_id_number, open_name, open_phone

_MOST = 5


@dataclass(frozen=True, slots=True)
class ToldIdentity:
    """What the caller says; empty where nothing is said. The address comes as its blind index."""

    id_number: str = ""
    meter_no: str = ""
    name: str = ""
    address_index: bytes | None = None

    def count(self) -> int:
        """Return how many things are said."""
        return sum(map(bool, (self.id_number, self.meter_no, self.name, self.address_index)))


@dataclass(frozen=True, slots=True)
class KnownMeter:
    """A meter at an account."""

    meter_no: str
    maker: str
    model: str
    kind: str
    installed_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account that the customer holds; the place without the door."""

    account_no: str
    role: str
    status: str
    gas_use: str
    classification: str
    place: str
    opened_at: datetime
    meters: list[KnownMeter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class VerifiedCustomer:
    """A customer in clear, with the accounts by which everything agreed or that they hold besides."""

    id: int
    kind: str
    name: str
    phone: str
    id_number: str
    accounts: list[KnownAccount]


def find_verified(
    session: Session, keys: KeyRing, units: Collection[int], told: ToldIdentity
) -> list[VerifiedCustomer]:
    """Return the customers with an account in ``units`` of whom everything that was told is true."""
    conditions: list[ColumnElement[bool]] = []
    if told.id_number:
        conditions.append(Customer.id_number_index == keys.blind_index(told.id_number, "id_number"))
    if told.name:
        conditions.append(Customer.name_index == keys.blind_index(told.name, "name"))
    if told.address_index:
        conditions.append(Premises.address_index == told.address_index)
    if told.meter_no:
        its_meter = (Meter.gas_account_id == GasAccount.id) & (Meter.meter_no == told.meter_no)
        conditions.append(exists().where(its_meter, Meter.removed_at.is_(None)))
    found = session.scalars(
        select(Customer)
        .join(AccountRole, AccountRole.customer_id == Customer.id)
        .join(GasAccount, GasAccount.id == AccountRole.gas_account_id)
        .join(Premises, Premises.id == GasAccount.premises_id)
        .where(
            *conditions,
            GasAccount.unit_id.in_(units),
            AccountRole.revoked_at.is_(None),
            is_in_term(),
            Customer.merged_into_id.is_(None),
        )
        .distinct()
        .order_by(Customer.id)
        .limit(_MOST)
    ).all()
    return [_describe(session, keys, units, one) for one in found]


def _describe(
    session: Session, keys: KeyRing, units: Collection[int], customer: Customer
) -> VerifiedCustomer:
    rows = session.execute(
        select(AccountRole.role, GasAccount, Premises)
        .join(GasAccount, GasAccount.id == AccountRole.gas_account_id)
        .join(Premises, Premises.id == GasAccount.premises_id)
        .where(
            AccountRole.customer_id == customer.id,
            AccountRole.revoked_at.is_(None),
            is_in_term(),
            GasAccount.unit_id.in_(units),
        )
        .order_by(GasAccount.account_no)
    ).all()
    accounts = [
        KnownAccount(
            account_no=account.account_no,
            role=role,
            status=account.status,
            gas_use=account.gas_use,
            classification=account.classification,
            place=f"{place.community} {place.building}".strip(),
            opened_at=account.opened_at,
            meters=_list_meters(session, account.id),
        )
        for role, account, place in rows
    ]
    return VerifiedCustomer(
        customer.id,
        customer.kind,
        open_name(keys, customer) or "",
        open_phone(keys, customer) or "",
        open_id_number(keys, customer) or "",
        accounts,
    )


def _list_meters(session: Session, account_id: int) -> list[KnownMeter]:
    at_account = (Meter.gas_account_id == account_id) & Meter.removed_at.is_(None)
    rows = session.scalars(select(Meter).where(at_account).order_by(Meter.meter_no))
    return [KnownMeter(one.meter_no, one.maker, one.model, one.kind, one.installed_at) for one in rows]
