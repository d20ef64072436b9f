"""Which accounts a customer follows in their client, what proves a right to it, and whom an owner lets in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, case, exists, select
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing, normalise
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.local_time import local_date
from backend.customers.account_rights import HOME, find_parts, is_in_term
from backend.customers.account_sealing import open_holder, open_place
from backend.customers.accounts import CLOSED, find_owner
from backend.customers.models import AccountRole, Customer, CustomerIdentity, GasAccount, Premises
from backend.customers.sealing import open_id_number, open_name, open_phone
from backend.customers.service import CustomersService, read_mobile

# The strongest first: who has two roles at one account is shown by the first of them.
ROLES: Final = ("owner", "tenant", "agent", "payer")
GRANTED_ROLES: Final = ROLES[1:]
OWN_PHONE, SMS_CODE, IDENTITY, BILL, GRANT = "own_phone", "sms_code", "identity", "bill", "grant"
# How much of an identity number proves; a bill or a meter shows none of it.
TAIL = 6
# A household with its tenants, or a company with its agents, has fewer.
MOST_PEOPLE = 20
_RANK = case({role: place for place, role in enumerate(ROLES)}, value=AccountRole.role)


@dataclass(frozen=True, slots=True)
class BoundAccount:
    """An account in a customer's client; ``parts`` are those of its page that they see.

    Without ``home`` among them the ``place`` comes without its door. ``ends_on`` is an agent's last day.
    """

    account_no: str
    role: str
    status: str
    gas_use: str
    place: Mapping[str, Any]
    granted_at: datetime
    parts: frozenset[str]
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """Whom an owner lets in: ``name`` is what the owner calls them; scope and term are an agent's alone."""

    name: str
    phone: str
    role: str
    scope: tuple[str, ...] | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class AccountPerson:
    """Who else follows an account, in clear: callers mask what their screen does not need (law 12).

    ``called`` is what the owner called them, ``name`` what the company knows them by.
    """

    id: int
    called: str
    name: str
    phone: str
    role: str
    granted_at: datetime
    scope: tuple[str, ...] | None
    starts_on: date | None
    ends_on: date | None


class AccountBindings:
    """Works in the caller's transaction."""

    def __init__(self, keys: KeyRing, customers: CustomersService) -> None:
        self._keys = keys
        self._customers = customers

    def list_bound(self, session: Session, customer_id: int) -> list[BoundAccount]:
        """Return what the customer follows, each account once, the latest first."""
        rows = session.execute(_select_held(customer_id).order_by(_RANK, AccountRole.id)).all()
        strongest = {account.id: (role, account, place) for role, account, place in reversed(rows)}
        found = [self._describe(role, account, place) for role, account, place in strongest.values()]
        return sorted(found, key=lambda one: one.granted_at, reverse=True)

    def find_bound(
        self, session: Session, customer_id: int, account_no: str
    ) -> tuple[BoundAccount, GasAccount]:
        """Return one account that the customer follows; raises NotFound for any other."""
        row = self._find(session, customer_id, account_no)
        return self._describe(*row), row[1]

    def find_part(self, session: Session, customer_id: int, account_no: str, part: str) -> GasAccount:
        """Return the account where the customer's role sees ``part`` of its page; raises NotFound."""
        bound, account = self.find_bound(session, customer_id, account_no)
        if part not in bound.parts:
            raise NotFound
        return account

    def list_people(self, session: Session, account: GasAccount) -> list[AccountPerson]:
        """Return everybody with a role at the account, the owner first."""
        rows = session.execute(
            select(AccountRole, Customer)
            .join(Customer, Customer.id == AccountRole.customer_id)
            .where(AccountRole.gas_account_id == account.id, AccountRole.revoked_at.is_(None))
            .order_by(_RANK, AccountRole.id)
        ).all()
        holder = open_holder(self._keys, account)[0]
        return [
            AccountPerson(
                role.id,
                open_called(self._keys, role),
                open_name(self._keys, customer) or (holder if role.role == "owner" else ""),
                open_phone(self._keys, customer) or "",
                role.role,
                role.granted_at,
                None if role.scope is None else tuple(role.scope),
                role.starts_on,
                role.ends_on,
            )
            for role, customer in rows
        ]

    def find_open(self, session: Session, account_no: str) -> GasAccount | None:
        """Return the account with this number, locked, unless it is closed or there is none."""
        found = select(GasAccount).where(GasAccount.account_no == account_no, GasAccount.status != CLOSED)
        return session.scalars(found.with_for_update()).one_or_none()

    def find_phone(self, account: GasAccount) -> str | None:
        """Return the mobile that the company has on file for the account, or None."""
        try:
            return read_mobile(open_holder(self._keys, account)[2])
        except Invalid:
            return None

    def fits_identity(self, session: Session, account: GasAccount, name: str, tail: str) -> bool:
        """Tell whether ``name`` is the holder's and ``tail`` the last six of their identity number.

        An organisation's is its credit code. An account of which no number is known fits nobody.
        """
        owner = find_owner(session, account.id)
        if owner is None:
            return False
        customer = session.get_one(Customer, owner.customer_id)
        names = {open_holder(self._keys, account)[0], open_name(self._keys, customer) or ""} - {""}
        numbers = {open_id_number(self._keys, customer) or "", customer.credit_code or ""} - {""}
        told_name, told_tail = normalise(name, "name"), normalise(tail, "id_number")
        return any(normalise(one, "name") == told_name for one in names) and any(
            len(one) >= TAIL and one[-TAIL:].upper() == told_tail for one in numbers
        )

    def bind(
        self, session: Session, customer_id: int, account: GasAccount, proof: str, now: datetime
    ) -> BoundAccount:
        """Let the customer follow an account to which they have just proved a right.

        Who holds a role at it keeps that one. Of an account that nobody owns, whoever proves it is the owner;
        so is who answers at the telephone on file, while the owner on paper has never signed in. Anybody else
        may see and pay its bills, until the owner lets them do more.
        """
        self._end_over(session, customer_id, account.id, now)
        held = self._list_roles(session, customer_id, account.id)
        if not any(_holds(one, local_date(now)) for one in held):
            role = self._choose_role(session, account, proof, now)
            session.add(_make_role(customer_id, account, role, proof, now))
        for one in held:
            one.unbound_at = None
        session.flush()
        return self._describe(*self._find(session, customer_id, account.account_no))

    def unbind(self, session: Session, customer_id: int, account_no: str, now: datetime) -> None:
        """Take the account out of the customer's client; an owner stays its owner. Raises NotFound."""
        _, account, _ = self._find(session, customer_id, account_no)
        for one in self._list_roles(session, customer_id, account.id):
            if one.role == "owner":
                one.unbound_at = now
            else:
                one.revoked_at = now
        session.flush()

    def grant(self, session: Session, owner_id: int, account_no: str, told: Granted, now: datetime) -> None:
        """Let whoever has a phone follow the owner's account.

        The answer is the same whether or not the phone is known. Raises NotFound, Forbidden for who is not
        the owner, Invalid on ``phone`` and ``ends_on``, Conflict ``account_people_full`` and
        ``account_person_known``.
        """
        account = self._lock_own(session, owner_id, account_no)
        if told.ends_on is not None and told.ends_on < max(told.starts_on or told.ends_on, local_date(now)):
            raise Invalid(fields={"ends_on": "term_over"})
        customer_id = self._customers.find_or_enter(session, told.name, read_mobile(told.phone), now)
        if customer_id is None:
            raise Invalid(fields={"phone": "mobile_invalid"})
        self._end_over(session, customer_id, account.id, now)
        if self._list_roles(session, customer_id, account.id):
            raise Conflict("account_person_known")
        if len(self.list_people(session, account)) >= MOST_PEOPLE:
            raise Conflict("account_people_full")
        given = _make_role(customer_id, account, told.role, GRANT, now, granted_by=owner_id)
        given.scope = None if told.scope is None else list(told.scope)
        given.starts_on, given.ends_on = told.starts_on, told.ends_on
        session.add(given)
        session.flush()
        given.called_sealed = self._keys.encrypt(told.name, _called(given))
        session.flush()

    def revoke(self, session: Session, owner_id: int, account_no: str, role_id: int, now: datetime) -> None:
        """End somebody's role at the owner's account; an ended one stays ended.

        Raises NotFound for what is no role of this account, Forbidden for who is not the owner, and
        Conflict ``account_owner_stays``: whose account it is changes by a transfer alone.
        """
        account = self._lock_own(session, owner_id, account_no)
        role = session.get(AccountRole, role_id)
        if role is None or role.gas_account_id != account.id:
            raise NotFound
        if role.role == "owner":
            raise Conflict("account_owner_stays")
        role.revoked_at = role.revoked_at or now
        session.flush()

    def _choose_role(self, session: Session, account: GasAccount, proof: str, now: datetime) -> str:
        if proof == BILL:
            # It lies in a letter box; whose account it is it does not prove, also where nobody owns it yet.
            return "payer"
        owner = find_owner(session, account.id)
        if owner is None:
            return "owner"
        signs_in = exists().where(CustomerIdentity.customer_id == owner.customer_id)
        if proof == IDENTITY or session.scalars(select(signs_in)).one():
            return "payer"
        owner.revoked_at = now
        session.flush()
        return "owner"

    def _lock_own(self, session: Session, owner_id: int, account_no: str) -> GasAccount:
        found = self._find(session, owner_id, account_no)
        role: AccountRole = found[0]
        account: GasAccount = found[1]
        if role.role != "owner":
            raise Forbidden("account_not_owner")
        # Two grants at once must see each other.
        session.refresh(account, with_for_update=True)
        return account

    def _end_over(self, session: Session, customer_id: int, account_id: int, now: datetime) -> None:
        """Write down the end of a term that is over, so that the same person may come anew."""
        for one in self._list_roles(session, customer_id, account_id):
            if one.ends_on is not None and one.ends_on < local_date(now):
                one.revoked_at = now
        session.flush()

    @staticmethod
    def _list_roles(session: Session, customer_id: int, account_id: int) -> list[AccountRole]:
        held = select(AccountRole).where(
            AccountRole.customer_id == customer_id,
            AccountRole.gas_account_id == account_id,
            AccountRole.revoked_at.is_(None),
        )
        return list(session.scalars(held))

    @staticmethod
    def _find(
        session: Session, customer_id: int, account_no: str
    ) -> Row[tuple[AccountRole, GasAccount, Premises]]:
        held = _select_held(customer_id).where(GasAccount.account_no == account_no).order_by(_RANK).limit(1)
        row = session.execute(held).one_or_none()
        if row is None:
            raise NotFound
        return row

    def _describe(self, role: AccountRole, account: GasAccount, place: Premises) -> BoundAccount:
        told, parts = open_place(self._keys, place), find_parts(role.role, role.scope)
        if HOME not in parts:
            told["door"] = told["note"] = ""
        return BoundAccount(
            account.account_no,
            role.role,
            account.status,
            account.gas_use,
            told,
            role.granted_at,
            parts,
            role.ends_on,
        )


def _select_held(customer_id: int) -> Select[tuple[AccountRole, GasAccount, Premises]]:
    return (
        select(AccountRole, GasAccount, Premises)
        .join(GasAccount, GasAccount.id == AccountRole.gas_account_id)
        .join(Premises, Premises.id == GasAccount.premises_id)
        .where(
            AccountRole.customer_id == customer_id,
            AccountRole.revoked_at.is_(None),
            AccountRole.unbound_at.is_(None),
            is_in_term(),
        )
    )


def _holds(role: AccountRole, today: date) -> bool:
    # A term that has not begun leaves room for what one proves oneself meanwhile.
    return role.starts_on is None or role.starts_on <= today


def open_called(keys: KeyRing, role: AccountRole) -> str:
    """Return what the owner calls them in clear; empty where nobody named them."""
    return keys.decrypt(role.called_sealed, _called(role)) if role.called_sealed else ""


def _called(role: AccountRole) -> str:
    return f"account_role.called:{role.id}"


def _make_role(
    customer_id: int,
    account: GasAccount,
    role: str,
    proof: str,
    now: datetime,
    granted_by: int | None = None,
) -> AccountRole:
    return AccountRole(
        customer_id=customer_id,
        gas_account_id=account.id,
        unit_id=account.unit_id,
        role=role,
        granted_at=now,
        proof=proof,
        granted_by=granted_by,
    )
