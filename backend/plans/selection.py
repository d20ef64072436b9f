"""Which accounts go into a plan: those of some places, or of a list of numbers; and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select, tuple_
from sqlalchemy.orm import Session

from backend.core.database import table_of
from backend.customers.accounts import ACTIVE
from backend.customers.models import GasAccount, Premises
from backend.plans.models import AccountPlan, AccountPlanItem

MOST_ACCOUNTS = 5000
# Of accounts that are not taken as many are kept by number; the others only count.
MOST_REFUSED = 200
LONGEST_NUMBER = 40
_ACCOUNT, _PLACE = table_of(GasAccount), table_of(Premises)
_PLAN, _ITEM = table_of(AccountPlan), table_of(AccountPlanItem)
_JOINED = _ACCOUNT.join(_PLACE, _PLACE.c.id == _ACCOUNT.c.premises_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for: ``numbers`` as they were given, else all of these places and this use.

    A place is (street, community); without any all of the unit's are meant.
    """

    numbers: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    gas_use: str | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """What the plan is: accounts that another plan of this process has in the same days are not taken."""

    process: str
    unit_id: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Selection:
    """The accounts that are taken, by id, and those that are not: ``{account_no, why}``."""

    account_ids: tuple[int, ...]
    refused: tuple[dict[str, str], ...]


def select_accounts(session: Session, aim: Aim, wanted: Wanted) -> Selection:
    """Return what is taken and what is not.

    ``why`` is unknown (also a unit's of elsewhere, whose accounts are nobody's business here), planned, or
    the state of an account that is not in use.
    """
    rows = _find(session, aim, wanted)
    known = {row.account_no: row for row in rows}
    asked = list(dict.fromkeys(wanted.numbers)) if wanted.numbers else list(known)
    taken, refused = [], []
    for number in asked:
        row = known.get(number)
        why = "unknown" if row is None else _object(row)
        if row is not None and why is None:
            taken.append(row.id)
        else:
            refused.append({"account_no": number[:LONGEST_NUMBER], "why": str(why)})
    return Selection(tuple(taken), tuple(refused))


def list_places(session: Session, unit_id: int) -> list[dict[str, Any]]:
    """Return ``{street, community, accounts}`` of a unit: where it has accounts in use, and how many."""
    grouped = (
        select(_PLACE.c.street, _PLACE.c.community, func.count().label("accounts"))
        .select_from(_JOINED)
        .where(_ACCOUNT.c.unit_id == unit_id, _ACCOUNT.c.status == ACTIVE)
        .group_by(_PLACE.c.street, _PLACE.c.community)
        .order_by(_PLACE.c.street, _PLACE.c.community)
    )
    return [dict(row._mapping) for row in session.execute(grouped)]


def _find(session: Session, aim: Aim, wanted: Wanted) -> Sequence[Row[Any]]:
    """Return the unit's accounts that are meant, one more than a plan may have."""
    conditions: list[ColumnElement[bool]] = [_ACCOUNT.c.unit_id == aim.unit_id]
    if wanted.numbers:
        conditions.append(_ACCOUNT.c.account_no.in_(wanted.numbers))
    else:
        # Nobody has to hear of closed accounts whom they did not name.
        conditions.append(_ACCOUNT.c.status == ACTIVE)
        if wanted.places:
            conditions.append(tuple_(_PLACE.c.street, _PLACE.c.community).in_(wanted.places))
        if wanted.gas_use is not None:
            conditions.append(_ACCOUNT.c.gas_use == wanted.gas_use)
    found = (
        select(_ACCOUNT.c.id, _ACCOUNT.c.account_no, _ACCOUNT.c.status, _is_planned(aim).label("is_planned"))
        .select_from(_JOINED)
        .where(*conditions)
        # Neighbours stand together, as they are visited, and house 2 before house 10.
        .order_by(
            _PLACE.c.street,
            _PLACE.c.community,
            func.length(_PLACE.c.building),
            _PLACE.c.building,
            _ACCOUNT.c.account_no,
        )
    )
    return session.execute(found.limit(MOST_ACCOUNTS + 1)).all()


def _is_planned(aim: Aim) -> ColumnElement[bool]:
    return exists(
        select(_ITEM.c.id)
        .join(_PLAN, _PLAN.c.id == _ITEM.c.plan_id)
        .where(
            _ITEM.c.gas_account_id == _ACCOUNT.c.id,
            _ITEM.c.skipped.is_(None),
            _PLAN.c.process_key == aim.process,
            _PLAN.c.state != "dropped",
            _PLAN.c.first_day <= aim.last_day,
            _PLAN.c.last_day >= aim.first_day,
        )
    )


def _object(row: Row[Any]) -> str | None:
    if row.status != ACTIVE:
        return str(row.status)
    return "planned" if row.is_planned else None
