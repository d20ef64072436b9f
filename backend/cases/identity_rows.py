"""Reading and writing what proves who somebody is, and who they say they are; no rule of the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from backend.cases.case_tree import CaseTree
from backend.cases.form_sealing import NAME_CONTEXT, open_value
from backend.cases.identity_models import IdentityCheck, IdentityDecision
from backend.cases.identity_wanted import acts_for_another
from backend.cases.models import ServiceCase
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.identity.port import Person

TRIES = 3
FAILED_STATES = ("failed", "refused")
CHECK, DECISION = table_of(IdentityCheck), table_of(IdentityDecision)
_CASE = table_of(ServiceCase)
_NAME, _NUMBER = "identity_check.name", "identity_check.id_number"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who a case says its customer is. ``acts_for_another`` is true where an agent stands in their place."""

    name: str
    id_number: str | None
    acts_for_another: bool


def read_applicant(session: Session, keys: KeyRing, tree: CaseTree) -> Applicant:
    """Return the person of the application; one that staff entered may know no ID number."""
    sealed = session.execute(select(_CASE.c.contact_name_sealed).where(_CASE.c.id == tree.branch.id)).scalar()
    number = tree.form.get("id_number")
    return Applicant(
        "" if sealed is None else keys.decrypt(sealed, NAME_CONTEXT),
        None if number is None else str(open_value(keys, "id_number", number)),
        acts_for_another(tree.form),
    )


def list_checks(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return the case's checks, oldest first."""
    return session.execute(select(CHECK).where(CHECK.c.case_id == case_id).order_by(CHECK.c.id)).all()


def list_decisions(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return the case's decisions, oldest first."""
    return session.execute(
        select(DECISION).where(DECISION.c.case_id == case_id).order_by(DECISION.c.id)
    ).all()


def find_unit_id(session: Session, case_id: int) -> int:
    """Return the unit of a case."""
    return int(session.execute(select(_CASE.c.unit_id).where(_CASE.c.id == case_id)).scalar_one())


def find_customer_id(session: Session, case_id: int) -> int | None:
    """Return the customer of a case; one that staff entered may have none."""
    found: int | None = session.execute(select(_CASE.c.customer_id).where(_CASE.c.id == case_id)).scalar_one()
    return found


def count_failed(checks: Sequence[Row[Any]]) -> int:
    """Return how many of the checks the provider, or we, did not let pass."""
    return sum(one.state in FAILED_STATES for one in checks)


def has_declined(checks: Sequence[Row[Any]]) -> bool:
    """Tell whether the customer asked for a person and has not begun a check since."""
    return bool(checks) and checks[-1].state == "declined"


def insert_check(session: Session, keys: KeyRing, person: Person | None, **values: object) -> int:
    """Keep a check that is about to begin, or without a ``person`` the wish for none; returns its id."""
    sealed = {
        "name_sealed": person and keys.encrypt(person.name, _NAME),
        "id_number_sealed": person and keys.encrypt(person.id_number, _NUMBER),
    }
    made = session.execute(insert(CHECK).values(**sealed, **values).returning(CHECK.c.id))
    return int(made.scalar_one())


def open_person(keys: KeyRing, row: Row[Any]) -> Person:
    """Return whom a check was begun for."""
    return Person(keys.decrypt(row.name_sealed, _NAME), keys.decrypt(row.id_number_sealed, _NUMBER))


def find_proven_number(session: Session, keys: KeyRing, case_id: int, reference: str) -> str | None:
    """Return the number that the case's check of this reference was about; None when it is not kept."""
    kept = select(CHECK.c.id_number_sealed).where(CHECK.c.case_id == case_id, CHECK.c.reference == reference)
    sealed = session.execute(kept).scalar_one_or_none()
    return None if sealed is None else keys.decrypt(sealed, _NUMBER)


def move_check(session: Session, check_id: int, before: str, **values: object) -> bool:
    """Change a check that is in the state ``before``; False where it no longer is, so that one move wins."""
    moved = session.execute(
        update(CHECK)
        .where(CHECK.c.id == check_id, CHECK.c.state == before)
        .values(**values)
        .returning(CHECK.c.id)
    )
    return moved.scalar_one_or_none() is not None


def list_unanswered(
    session: Session, begun_before: datetime, asked_before: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Return checks of which nobody has fetched the end, those that were begun first in front."""
    rested = CHECK.c.asked_at.is_(None) | (CHECK.c.asked_at < asked_before)
    return session.execute(
        select(CHECK)
        .where(CHECK.c.state == "begun", CHECK.c.begun_at < begun_before, rested)
        .order_by(CHECK.c.begun_at)
        .limit(limit)
    ).all()


def count_mismatches(session: Session, case_id: int) -> int:
    """Return how often what was said did not fit the record; a card that was refused is no try."""
    return int(
        session.execute(
            select(func.count())
            .select_from(DECISION)
            .where(
                DECISION.c.case_id == case_id, DECISION.c.verdict == "mismatch", DECISION.c.way == "record"
            )
        ).scalar_one()
    )


def insert_decision(session: Session, **values: object) -> int:
    """Keep a decision of staff; returns its id."""
    return int(session.execute(insert(DECISION).values(**values).returning(DECISION.c.id)).scalar_one())


def move_identity_checks(session: Session, merged_id: int, into_id: int) -> None:
    """Move one customer's checks to the other, inside the merge's transaction."""
    session.execute(update(CHECK).where(CHECK.c.customer_id == merged_id).values(customer_id=into_id))
