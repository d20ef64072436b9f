"""What an application adds to a case's row: form, contact, address, rating. Prebuilt statements, no rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from backend.cases.models import CaseCorrection, CaseRating, ServiceCase
from backend.core.database import table_of
from backend.core.statements import Prepared

_CASE = table_of(ServiceCase)
_CORRECTION = table_of(CaseCorrection)

_FORM = select(_CASE.c.form, _CASE.c.form_version_id, _CASE.c.service_key, _CASE.c.unit_id).where(
    _CASE.c.id == bindparam("case_id")
)
# Advisory, since there is no row to lock before the first application for an address.
_HOLD_ADDRESS = Prepared(select(func.pg_advisory_xact_lock(bindparam("key"))))
_OWN_DUPLICATE = Prepared(
    select(_CASE.c.case_no)
    .where(
        _CASE.c.address_index == bindparam("address_index"),
        _CASE.c.service_key == bindparam("service_key"),
        _CASE.c.status == "open",
        _CASE.c.address_index.is_not(None),
        _CASE.c.customer_id == bindparam("customer_id"),
        _CASE.c.parent_case_id.is_(None),
    )
    .order_by(_CASE.c.id.desc())
    .limit(1)
)
_ID_OF = select(_CASE.c.id).where(_CASE.c.case_no == bindparam("case_no"))
_OPENED_AT = select(_CASE.c.opened_at).where(_CASE.c.case_no == bindparam("case_no"))
_COUNT_RETURN = Prepared(
    update(_CASE).where(_CASE.c.id == bindparam("case_id")).values(returned_times=_CASE.c.returned_times + 1)
)
_KEEP_PREVIOUS = (
    update(_CORRECTION)
    .where(
        _CORRECTION.c.case_id == bindparam("b_case_id"),
        _CORRECTION.c.item == bindparam("b_item"),
        _CORRECTION.c.resolved_at.is_(None),
    )
    .values(previous_value=bindparam("previous_value"))
)
_RATING = table_of(CaseRating)
_INSERT_RATING = insert(_RATING)


@dataclass(frozen=True, slots=True)
class StoredForm:
    """The form of a case as it stands at rest: personal values sealed."""

    form: Mapping[str, Any]
    form_version_id: int | None
    service_key: str | None
    unit_id: int


def read_form(session: Session, case_id: int) -> StoredForm:
    """Return the form of a case whose lock the caller holds."""
    row = session.execute(_FORM, {"case_id": case_id}).one()
    return StoredForm(row.form, row.form_version_id, row.service_key, row.unit_id)


def hold_address(session: Session, address_index: bytes, service_key: str) -> None:
    """Let one application for this address and service pass at a time, until the transaction ends."""
    key = int.from_bytes(address_index[:7]) * 256 + sum(service_key.encode()) % 256
    _HOLD_ADDRESS.first(session, {"key": key - 2**63})


def find_own_duplicate(
    session: Session, address_index: bytes, service_key: str, customer_id: int
) -> str | None:
    """Return the number of this customer's open case for the same service at the same address, or None."""
    case_no: str | None = _OWN_DUPLICATE.scalar(
        session,
        {"address_index": address_index, "service_key": service_key, "customer_id": customer_id},
    )
    return case_no


def find_id(session: Session, case_no: str) -> int:
    """Return the id behind a number that was just given out."""
    case_id: int = session.execute(_ID_OF, {"case_no": case_no}).scalar_one()
    return case_id


def find_opened_at(session: Session, case_no: str) -> datetime:
    """Return when the case of this number was opened."""
    opened_at: datetime = session.execute(_OPENED_AT, {"case_no": case_no}).scalar_one()
    return opened_at


def update_application(session: Session, case_id: int, columns: Mapping[str, Any]) -> None:
    """Write ``columns`` of the case's row, ``form`` among them."""
    session.execute(update(_CASE).where(_CASE.c.id == case_id).values(dict(columns)))


def update_forms_below(session: Session, case_id: int, form: Mapping[str, Any]) -> None:
    """Write the form of the cases that this one handed over to and that still run."""
    session.execute(
        update(_CASE)
        .where(_CASE.c.parent_case_id == case_id, _CASE.c.status == "open")
        .values(form=dict(form))
    )


def keep_previous_values(session: Session, case_id: int, former: Mapping[str, Any]) -> None:
    """Keep beside each pending correction what stood in its item before (law 4)."""
    rows = [{"b_case_id": case_id, "b_item": item, "previous_value": value} for item, value in former.items()]
    if rows:
        session.connection().execute(_KEEP_PREVIOUS, rows)


def count_return(session: Session, case_id: int) -> None:
    """Count one more return of the application to its customer."""
    _COUNT_RETURN.execute(session, {"case_id": case_id})


def is_rated(session: Session, case_id: int) -> bool:
    """Tell whether the case has been judged."""
    found = session.execute(select(CaseRating.case_id).where(CaseRating.case_id == case_id))
    return found.first() is not None


def find_rating(session: Session, case_id: int) -> Row[Any] | None:
    """Return the judgement of a case with where it was given, or None."""
    return session.execute(select(_RATING).where(_RATING.c.case_id == case_id)).one_or_none()


def insert_rating(
    session: Session,
    case_id: int,
    stars: int,
    tags: list[str],
    words_sealed: str | None,
    at: datetime,
    counter: tuple[int, str] | None = None,
) -> None:
    """Keep the customer's judgement; raises IntegrityError where the case has one.

    ``counter`` has who asked for it at the counter, and on what device.
    """
    row = {"case_id": case_id, "stars": stars, "tags": tags, "words_sealed": words_sealed, "rated_at": at}
    staff_id, device = counter or (None, None)
    given = {"channel": "counter" if counter else "client", "staff_id": staff_id, "device": device}
    session.execute(_INSERT_RATING, {**row, **given})
