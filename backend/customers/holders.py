"""Who holds an account, found by its number, by a whole address, or by a part of one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.customers.account_rights import is_in_term
from backend.customers.account_sealing import open_place
from backend.customers.addresses import PLACE_COLUMNS, describe_place
from backend.customers.models import AccountRole, Customer, GasAccount, Premises
from backend.customers.sealing import open_name, open_phone

# A building has fewer homes; whoever names a whole community with a door is asked for the building.
_DOORS_OPENED = 200
# Of one account or one address there are hardly more.
_MOST = 5


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as somebody finds them who enters a case for them; the door only by a whole value."""

    id: int
    name: str | None
    phone: str | None
    account_no: str | None = None
    address: Mapping[str, Any] | None = None


def find_holders(
    session: Session, keys: KeyRing, condition: ColumnElement[bool], units: Collection[int]
) -> list[KnownCustomer]:
    """Return who holds the accounts that fit in ``units``, owners first, with the whole address."""
    rows = _read_holders(session, condition, units, _MOST)
    return [_describe(row, keys, lambda place: open_place(keys, place)) for row in rows]


def find_holders_at(
    session: Session, keys: KeyRing, place: Mapping[str, Any], units: Collection[int], most: int
) -> tuple[list[KnownCustomer], bool]:
    """Return up to ``most`` who hold an account where the typed parts of an address fit; True where more do.

    They come without a door, and whoever shows them masks them: these are several homes at once.
    """
    typed = [(column, place[part]) for part, column in PLACE_COLUMNS if place[part]]
    fits = and_(*(column.startswith(words, autoescape=True) for column, words in typed))
    door = place["door"].removesuffix("室")
    found = _read_holders(session, fits, units, _DOORS_OPENED if door else most + 1)
    if door:
        # A door is sealed, so it can only be looked for behind those that fit otherwise.
        found = [row for row in found if open_place(keys, row[2])["door"].removesuffix("室") == door]
    return [_describe(row, keys, describe_place) for row in found[:most]], len(found) > most


def find_holders_named(
    session: Session, keys: KeyRing, name: str, units: Collection[int], most: int
) -> tuple[list[KnownCustomer], bool]:
    """Return up to ``most`` who hold an account in ``units`` under this whole name; True where more do.

    Many bear the same name, so they come without a door as well.
    """
    found = _read_holders(session, Customer.name_index == keys.blind_index(name, "name"), units, most + 1)
    return [_describe(row, keys, describe_place) for row in found[:most]], len(found) > most


def _read_holders(
    session: Session, condition: ColumnElement[bool], units: Collection[int], limit: int
) -> Sequence[Row[tuple[Customer, str, Premises]]]:
    return session.execute(
        select(Customer, GasAccount.account_no, Premises)
        .join(AccountRole, AccountRole.customer_id == Customer.id)
        .join(GasAccount, GasAccount.id == AccountRole.gas_account_id)
        .join(Premises, Premises.id == GasAccount.premises_id)
        .where(condition, GasAccount.unit_id.in_(units), AccountRole.revoked_at.is_(None), is_in_term())
        .order_by(AccountRole.role != "owner", AccountRole.id)
        .limit(limit)
    ).all()


def _describe(
    row: Row[tuple[Customer, str, Premises]], keys: KeyRing, tell_place: Callable[[Premises], dict[str, Any]]
) -> KnownCustomer:
    customer, account_no, place = row
    return KnownCustomer(
        customer.id, open_name(keys, customer), open_phone(keys, customer), account_no, tell_place(place)
    )
