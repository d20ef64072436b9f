"""The customers' one door: who they are, by which identities they are known, and when two are one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing, normalise
from backend.core.errors import Invalid, NotFound
from backend.customers.holders import KnownCustomer, find_holders, find_holders_at, find_holders_named
from backend.customers.merging import MergeFollower, merge_customers
from backend.customers.models import Customer, CustomerIdentity, GasAccount, Premises
from backend.customers.sealing import (
    open_id_number,
    open_name,
    open_phone,
    seal_id_number,
    seal_name,
    seal_phone,
)

# Any fixed number serves. Whoever adds an identity or joins two customers holds it to the end of the
# transaction, so that the same person cannot come into being twice; a plain sign-in does not take it.
_JOIN_LOCK = 96602_10
# A carrier leaves a number unused for 90 days before somebody else gets it: who holds it within that time of
# its being told is whoever told it.
TOLD_PHONE_HOLDS = timedelta(days=90)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Proof:
    """An identity that a platform vouches for: ``kind`` is ``wechat_mini`` or ``wechat_official``."""

    kind: str
    appid: str
    subject: str
    unionid: str | None = None


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer entered without any sign-in, by staff or as demonstration data."""

    kind: str = "resident"
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer in clear: callers mask what their screen does not need (law 12)."""

    id: int
    kind: str
    name: str | None
    phone: str | None
    phone_verified: bool


def read_mobile(typed: str) -> str:
    """Return the 11 digits of a mainland mobile number, however typed; raises Invalid on ``phone``."""
    plain = normalise(typed, "phone")
    if _MOBILE.fullmatch(plain) is None:
        raise Invalid(fields={"phone": "mobile_invalid"})
    return plain


class CustomersService:
    """Finds, joins and describes customers. Each call works inside the caller's transaction.

    ``followers`` move what other components keep of a customer when it is merged into another.
    """

    def __init__(self, keys: KeyRing, followers: Sequence[MergeFollower] = ()) -> None:
        self._keys = keys
        self._followers = tuple(followers)

    def enter(self, session: Session, new: NewCustomer, now: datetime) -> int:
        """Enter a customer whose phone, if any, nobody has verified yet; returns the id."""
        customer = Customer(kind=new.kind, created_at=now)
        session.add(customer)
        session.flush()
        if new.name:
            seal_name(self._keys, customer, new.name)
        if new.phone:
            seal_phone(self._keys, customer, read_mobile(new.phone))
            customer.phone_told_at = now
        session.flush()
        return customer.id

    def set_name(self, session: Session, customer_id: int, name: str) -> None:
        """Keep the name by which the customer applies; raises NotFound."""
        seal_name(self._keys, self._get(session, customer_id), name)

    def find_or_create(self, session: Session, proof: Proof, now: datetime) -> int:
        """Return the id of the customer behind ``proof``.

        Identities with one unionid are one person's, across mini-program and official account: customers who
        turn out to share one are merged, the older one stays.
        """
        known = self._find_identity(session, proof.kind, proof.appid, proof.subject)
        if known is not None and proof.unionid in (None, known.unionid):
            return known.customer_id
        self._lock(session)
        known = self._find_identity(session, proof.kind, proof.appid, proof.subject)
        owners = set() if known is None else {known.customer_id}
        if proof.unionid is not None:
            owners |= set(
                session.scalars(
                    select(CustomerIdentity.customer_id).where(CustomerIdentity.unionid == proof.unionid)
                )
            )
        owner = min(owners) if owners else self.enter(session, NewCustomer(), now)
        for other in sorted(owners - {owner}):
            self._merge(session, other, owner, "unionid", now)
        if known is None:
            self._add_identity(session, proof, owner, now)
        else:
            session.execute(
                update(CustomerIdentity)
                .where(CustomerIdentity.id == known.id)
                .values(unionid=proof.unionid, customer_id=owner)
            )
        return owner

    def find_or_create_by_phone(self, session: Session, phone: str, now: datetime) -> int:
        """Return the id of the customer who just proved to hold ``phone`` (11 digits)."""
        known = self._find_identity(session, "phone", "", self._index(phone).hex())
        if known is not None:
            return known.customer_id
        self._lock(session)
        known = self._find_identity(session, "phone", "", self._index(phone).hex())
        if known is not None:
            return known.customer_id
        owner = self.enter(session, NewCustomer(phone=phone), now)
        self._get(session, owner).phone_verified_at = now
        self._add_identity(session, Proof("phone", "", self._index(phone).hex()), owner, now)
        self._adopt(session, phone, owner, now)
        return owner

    def bind_phone(self, session: Session, customer_id: int, phone: str, now: datetime) -> int:
        """Give ``phone`` (11 digits, just proved) to the customer and return the customer's id.

        Whoever had this phone verified before is the same person and is merged into this customer. A former
        phone no longer signs in, because its number may belong to somebody else soon.
        """
        self._lock(session)
        customer = self._get(session, customer_id)
        subject = self._index(phone).hex()
        known = self._find_identity(session, "phone", "", subject)
        if known is not None and known.customer_id != customer.id:
            self._merge(session, known.customer_id, customer.id, "phone", now)
        session.execute(
            delete(CustomerIdentity).where(
                CustomerIdentity.customer_id == customer.id,
                CustomerIdentity.kind == "phone",
                CustomerIdentity.subject != subject,
            )
        )
        if known is None:
            self._add_identity(session, Proof("phone", "", subject), customer.id, now)
        self._adopt(session, phone, customer.id, now)
        session.refresh(customer)
        seal_phone(self._keys, customer, phone)
        customer.phone_verified_at = now
        session.flush()
        return customer.id

    def describe_customer(self, session: Session, customer_id: int) -> CustomerView:
        """Return the customer, or the one it was merged into; raises NotFound."""
        customer = self._get(session, customer_id)
        return CustomerView(
            customer.id,
            customer.kind,
            open_name(self._keys, customer),
            open_phone(self._keys, customer),
            customer.phone_verified_at is not None,
        )

    def find_by_phone(self, session: Session, phone: str) -> list[KnownCustomer]:
        """Return the customers with this phone, who has proved to hold it first, then the newest."""
        found = session.scalars(
            select(Customer)
            .where(Customer.phone_index == self._index(phone), Customer.merged_into_id.is_(None))
            .order_by(Customer.phone_verified_at.is_(None), Customer.id.desc())
            .limit(5)
        )
        return [
            KnownCustomer(one.id, open_name(self._keys, one), open_phone(self._keys, one)) for one in found
        ]

    def find_homes_by_phone(
        self, session: Session, phone: str, units: Collection[int]
    ) -> list[KnownCustomer]:
        """Return the same customers, each once for every account they hold in ``units``, with its address.

        Who holds none stands there once, without.
        """
        known = self.find_by_phone(session, phone)
        homes = find_holders(session, self._keys, Customer.id.in_([one.id for one in known]), units)
        return [home for one in known for home in ([each for each in homes if each.id == one.id] or [one])]

    def find_by_account(
        self, session: Session, account_no: str, units: Collection[int]
    ) -> list[KnownCustomer]:
        """Return who holds this account in ``units``, the owner first."""
        return find_holders(session, self._keys, GasAccount.account_no == account_no, units)

    def find_by_address(self, session: Session, index: bytes, units: Collection[int]) -> list[KnownCustomer]:
        """Return who holds an account at the whole address of this blind index in ``units``, owners first."""
        return find_holders(session, self._keys, Premises.address_index == index, units)

    def find_at_place(
        self, session: Session, place: Mapping[str, Any], units: Collection[int], most: int
    ) -> tuple[list[KnownCustomer], bool]:
        """Return up to ``most`` who hold an account where the parts of an address fit; True where more do."""
        return find_holders_at(session, self._keys, place, units, most)

    def find_named(
        self, session: Session, name: str, units: Collection[int], most: int
    ) -> tuple[list[KnownCustomer], bool]:
        """Return up to ``most`` of this whole name with an account in ``units``; True where more have."""
        return find_holders_named(session, self._keys, name, units, most)

    def find_or_enter(
        self, session: Session, name: str | None, phone: str | None, now: datetime
    ) -> int | None:
        """Return the customer with this phone, else a new one; None without a mobile to tell them by.

        Who proved to hold it is meant for sure; who only told it, as long as ``TOLD_PHONE_HOLDS``.
        """
        mobile = normalise(phone, "phone") if phone else ""
        if _MOBILE.fullmatch(mobile) is None:
            return None
        known = session.scalars(
            select(Customer)
            .where(
                Customer.phone_index == self._index(mobile),
                Customer.merged_into_id.is_(None),
                Customer.phone_verified_at.is_not(None) | (Customer.phone_told_at > now - TOLD_PHONE_HOLDS),
            )
            .order_by(Customer.phone_verified_at.is_(None), Customer.id.desc())
            .limit(1)
        ).one_or_none()
        if known is None:
            return self.enter(session, NewCustomer(name=name, phone=mobile), now)
        if known.phone_verified_at is None:
            known.phone_told_at = now
        return known.id

    def _adopt(self, session: Session, phone: str, owner: int, now: datetime) -> None:
        """Give the customer who just proved to hold ``phone`` what staff entered for its holder lately.

        Only who never signed in is adopted, and only while the number cannot have gone to somebody else. The
        caller holds the lock under which customers are joined.
        """
        signs_in = exists().where(CustomerIdentity.customer_id == Customer.id)
        entered = session.scalars(
            select(Customer.id)
            .where(
                Customer.phone_index == self._index(phone),
                Customer.phone_verified_at.is_(None),
                Customer.phone_told_at > now - TOLD_PHONE_HOLDS,
                Customer.merged_into_id.is_(None),
                Customer.id != owner,
                ~signs_in,
            )
            .order_by(Customer.id)
        ).all()
        for one in entered:
            self._merge(session, one, owner, "phone", now)

    def find_phone(self, session: Session, customer_id: int) -> str | None:
        """Return the customer's verified phone, or None."""
        customer = session.get(Customer, customer_id)
        if customer is None or customer.phone_verified_at is None:
            return None
        return open_phone(self._keys, customer)

    def read_identity(self, session: Session, customer_id: int) -> tuple[str | None, str | None]:
        """Return the customer's name and ID number in clear, as far as they are known; raises NotFound."""
        customer = self._get(session, customer_id)
        return open_name(self._keys, customer), open_id_number(self._keys, customer)

    def keep_id_number(self, session: Session, customer_id: int, number: str) -> None:
        """Keep the ID number that was just proved, where none is known yet; raises NotFound."""
        customer = self._get(session, customer_id)
        if customer.id_number_sealed is None:
            seal_id_number(self._keys, customer, number)
            session.flush()

    def find_openid(self, session: Session, customer_id: int, kind: str, appid: str) -> str | None:
        """Return the openid under which ``appid`` knows the customer, the latest where there are several."""
        return session.execute(
            select(CustomerIdentity.subject)
            .where(
                CustomerIdentity.customer_id == customer_id,
                CustomerIdentity.kind == kind,
                CustomerIdentity.appid == appid,
            )
            .order_by(CustomerIdentity.id.desc())
            .limit(1)
        ).scalar_one_or_none()

    def _get(self, session: Session, customer_id: int) -> Customer:
        customer = session.get(Customer, customer_id)
        if customer is not None and customer.merged_into_id is not None:
            customer = session.get(Customer, customer.merged_into_id)
        if customer is None:
            raise NotFound
        return customer

    def _merge(self, session: Session, merged_id: int, into_id: int, reason: str, now: datetime) -> None:
        merge_customers(session, self._keys, merged_id, into_id, reason, now)
        for follow in self._followers:
            follow(session, merged_id, into_id)

    def _index(self, phone: str) -> bytes:
        return self._keys.blind_index(phone, "phone")

    @staticmethod
    def _lock(session: Session) -> None:
        session.execute(select(func.pg_advisory_xact_lock(_JOIN_LOCK)))

    @staticmethod
    def _find_identity(session: Session, kind: str, appid: str, subject: str) -> CustomerIdentity | None:
        return session.execute(
            select(CustomerIdentity)
            .where(
                CustomerIdentity.kind == kind,
                CustomerIdentity.appid == appid,
                CustomerIdentity.subject == subject,
            )
            # A row read before the lock was taken may have been re-pointed meanwhile.
            .execution_options(populate_existing=True)
        ).scalar_one_or_none()

    @staticmethod
    def _add_identity(session: Session, proof: Proof, customer_id: int, now: datetime) -> None:
        session.add(
            CustomerIdentity(
                kind=proof.kind,
                appid=proof.appid,
                subject=proof.subject,
                unionid=proof.unionid,
                customer_id=customer_id,
                created_at=now,
            )
        )
        session.flush()
