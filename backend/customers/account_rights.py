"""What somebody with a role at an account may see and do there, and for how long an agent may."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Date, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from backend.core.local_time import SHANGHAI
from backend.customers.models import AccountRole

# The parts of an account's page. ``home`` is the door, the meter and the devices.
HOME, USE, BILLS, PAYMENTS, INVOICES, SAFETY, CASES, PAPERS = (
    "home", "use", "bills", "payments", "invoices", "safety", "cases", "papers",
)  # fmt: skip
PARTS: Final = (HOME, USE, BILLS, PAYMENTS, INVOICES, SAFETY, CASES, PAPERS)
# What an owner may let an agent do: see the bills, pay them, apply for the owner.
SEE_BILLS, PAY, APPLY = "bills", "pay", "apply"
SCOPES: Final = (SEE_BILLS, PAY, APPLY)
_OF_ROLE: Final = {
    "owner": frozenset(PARTS),
    # Whoever lives there has nothing to do with the papers that the owner signed.
    "tenant": frozenset({HOME, USE, BILLS, PAYMENTS, INVOICES, SAFETY, CASES}),
    "payer": frozenset({BILLS, PAYMENTS, INVOICES}),
}
# By a case or by the master the company itself has made somebody the owner.
_GIVEN: Final = ("case", "import")
_OF_SCOPE: Final = {
    SEE_BILLS: frozenset({USE, BILLS}),
    PAY: frozenset({BILLS, PAYMENTS, INVOICES}),
    APPLY: frozenset({HOME, SAFETY, CASES, PAPERS}),
}


def find_parts(role: str, scope: Collection[str] | None) -> frozenset[str]:
    """Return the parts of an account's page that a role sees; an agent without a scope may do all of it."""
    if role != "agent":
        return _OF_ROLE[role]
    return frozenset().union(*(_OF_SCOPE[one] for one in (SCOPES if scope is None else scope)))


def is_in_term() -> ColumnElement[bool]:
    """Return the condition that a role's term, if it has one, has begun and is not over.

    It is asked in every statement that lets somebody at an account, so that a term ends by itself.
    """
    today = cast(func.timezone(SHANGHAI.key, func.now()), Date)
    return or_(AccountRole.starts_on.is_(None), AccountRole.starts_on <= today) & or_(
        AccountRole.ends_on.is_(None), AccountRole.ends_on >= today
    )


def find_transferred_at(session: Session, account_id: int) -> datetime | None:
    """Return when the account came to its present owner from another one, or None where it never did.

    What was used, owed and done before is the former owner's. Who took the place of an owner on paper by
    proving a right to the account is the same household, and no transfer.
    """
    former = aliased(AccountRole)
    had_another = exists().where(
        former.gas_account_id == AccountRole.gas_account_id,
        former.role == "owner",
        former.revoked_at <= AccountRole.granted_at,
    )
    came = select(func.max(AccountRole.granted_at)).where(
        AccountRole.gas_account_id == account_id,
        AccountRole.role == "owner",
        AccountRole.proof.in_(_GIVEN),
        had_another,
    )
    return session.execute(came).scalar_one()
