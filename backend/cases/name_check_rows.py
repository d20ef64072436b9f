"""Reading and writing what was said of names and ID numbers; no rule of the checks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.cases.identity_models import NameCheck
from backend.core.database import table_of
from backend.core.encryption import KeyRing

ROWS = table_of(NameCheck)
# What the provider said; everything else is worth another question.
ANSWERED = ("match", "mismatch", "no_such_number")
# Whoever asked and was never heard of again, as after a crash, has asked in vain.
LOST_AFTER = timedelta(minutes=1)


def make_person_key(keys: KeyRing, name: str, id_number: str) -> str:
    """Return what is equal for the same name and number, and tells neither."""
    return keys.fingerprint(f"{''.join(name.split())}\0{id_number.upper()}", "name_check")


def take_turn(session: Session, customer_id: int, person_key: str, provider: str, now: datetime) -> bool:
    """Note that the customer's pair is being asked now; False where it was answered, or somebody asks."""
    asking: dict[str, Any] = {
        "provider": provider, "state": "asking", "code": "", "request_id": "", "asked_at": now,
    }  # fmt: skip
    lost = (ROWS.c.state == "asking") & (ROWS.c.asked_at < now - LOST_AFTER)
    taken = session.execute(
        insert(ROWS)
        .values(customer_id=customer_id, person_key=person_key, **asking)
        .on_conflict_do_update(
            index_elements=[ROWS.c.customer_id, ROWS.c.person_key],
            set_=asking,
            where=or_(ROWS.c.state.in_(("unavailable", "limited")), lost),
        )
        .returning(ROWS.c.id)
    )
    return taken.scalar_one_or_none() is not None


def settle(session: Session, customer_id: int, person_key: str, state: str, **more: object) -> None:
    """Keep how the question ended that was being asked."""
    session.execute(
        update(ROWS)
        .where(ROWS.c.customer_id == customer_id, ROWS.c.person_key == person_key, ROWS.c.state == "asking")
        .values(state=state, **more)
    )


def find_answer(session: Session, person_key: str, customer_id: int | None = None) -> Row[Any] | None:
    """Return what is known of the pair: an answer before none, the customer's own before another's."""
    own = ROWS.c.customer_id == customer_id
    return session.execute(
        select(ROWS)
        .where(ROWS.c.person_key == person_key, or_(own, ROWS.c.state.in_(ANSWERED)))
        .order_by(ROWS.c.state.in_(ANSWERED).desc(), own.desc(), ROWS.c.id.desc())
        .limit(1)
    ).one_or_none()


def count_questions(session: Session, customer_id: int, since: datetime) -> int:
    """Return how many of the customer's pairs the provider was asked for; copies of an answer are none."""
    asked = ROWS.c.customer_id == customer_id, ROWS.c.asked_at > since, ROWS.c.state != "limited"
    return int(session.execute(select(func.count()).where(*asked)).scalar_one())


def move_name_checks(session: Session, merged_id: int, into_id: int) -> None:
    """Move one customer's answers to the other, inside the merge's transaction."""
    known = select(ROWS.c.person_key).where(ROWS.c.customer_id == into_id).scalar_subquery()
    session.execute(delete(ROWS).where(ROWS.c.customer_id == merged_id, ROWS.c.person_key.in_(known)))
    session.execute(update(ROWS).where(ROWS.c.customer_id == merged_id).values(customer_id=into_id))
