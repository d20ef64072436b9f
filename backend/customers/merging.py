"""Two customers proved to be one person: one stays, the other becomes a sign-post to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from backend.core.encryption import KeyRing
from backend.customers.models import AccountRole, Customer, CustomerIdentity, CustomerMerge
from backend.customers.sealing import (
    open_id_number,
    open_name,
    open_phone,
    seal_id_number,
    seal_name,
    seal_phone,
)

# Moves what a component keeps of the first customer to the second, in the same transaction.
MergeFollower = Callable[[Session, int, int], None]


def merge_customers(
    session: Session, keys: KeyRing, merged_id: int, into_id: int, reason: str, now: datetime
) -> None:
    """Re-point identities and roles of ``merged_id``, fill what ``into_id`` lacks, and record the merge.

    ``reason`` is ``unionid`` or ``phone``. The caller holds the lock under which customers are joined.
    """
    rows = session.scalars(
        select(Customer)
        .where(Customer.id.in_((merged_id, into_id)))
        .order_by(Customer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    customers = {one.id: one for one in rows}
    merged, into = customers[merged_id], customers[into_id]
    # Sign-posts stay one step long. This comes before the phone is taken over: of the customers that are not
    # merged only one may have it.
    session.execute(
        update(Customer).where(Customer.merged_into_id == merged_id).values(merged_into_id=into_id)
    )
    merged.merged_into_id = into_id
    session.flush()
    _fill(keys, merged, into)
    session.execute(
        update(CustomerIdentity)
        .where(CustomerIdentity.customer_id == merged_id)
        .values(customer_id=into_id)
        .execution_options(synchronize_session=False)
    )
    _move_roles(session, merged_id, into_id, now)
    session.add(CustomerMerge(merged_id=merged_id, into_id=into_id, reason=reason, merged_at=now))
    session.flush()


def _fill(keys: KeyRing, merged: Customer, into: Customer) -> None:
    name, phone, number = open_name(keys, merged), open_phone(keys, merged), open_id_number(keys, merged)
    if name is not None and into.name_sealed is None:
        seal_name(keys, into, name)
    if number is not None and into.id_number_sealed is None:
        seal_id_number(keys, into, number)
    takes_verified = merged.phone_verified_at is not None and into.phone_verified_at is None
    if phone is not None and (into.phone_sealed is None or takes_verified):
        seal_phone(keys, into, phone)
        into.phone_verified_at = merged.phone_verified_at


def _move_roles(session: Session, merged_id: int, into_id: int, now: datetime) -> None:
    held = aliased(AccountRole)
    has_it = select(held.id).where(
        held.customer_id == into_id,
        held.gas_account_id == AccountRole.gas_account_id,
        held.role == AccountRole.role,
        held.revoked_at.is_(None),
    )
    roles = update(AccountRole).where(AccountRole.customer_id == merged_id)
    # A role that both hold would stand twice, so the merged one's ends.
    session.execute(
        roles.where(AccountRole.revoked_at.is_(None), has_it.exists())
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(roles.values(customer_id=into_id).execution_options(synchronize_session=False))
