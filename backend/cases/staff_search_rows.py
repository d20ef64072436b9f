"""What a search over the staff's cases is narrowed by, and what belongs to a case number that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, LargeBinary, Text, bindparam, exists, select, text
from sqlalchemy.orm import Session

from backend.cases.staff_queue_rows import CASE, OF_SERVICE, ONLY, make_due
from backend.core.statements import Prepared

_UNITS = bindparam("units", type_=ARRAY(BigInteger))
_PROCESSES = bindparam("processes", type_=ARRAY(Text))
_PARENT = CASE.alias("parent")
_FAMILY = Prepared(
    text(
        """
    WITH RECURSIVE family (id) AS (
      SELECT id FROM service_case WHERE case_no = :case_no
      UNION ALL SELECT c.id FROM service_case c JOIN family f ON c.parent_case_id = f.id)
    SELECT id FROM family
    """
    )
)
_OF_NUMBER = CASE.c.case_no == bindparam("q")
# A child case shows as part of its parent, for whoever sees the parent.
_TOPMOST = CASE.c.parent_case_id.is_(None) | ~exists().where(
    _PARENT.c.id == CASE.c.parent_case_id,
    _PARENT.c.unit_id == _UNITS.any_(),
    _PARENT.c.process_key == _PROCESSES.any_(),
)

CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "service": OF_SERVICE,
    "case_no": _OF_NUMBER,
    # Customers name the number of the case at the top, also to those who see only what it was handed over to.
    "family": CASE.c.id == bindparam("family", type_=ARRAY(BigInteger)).any_(),
    "named": _OF_NUMBER | _TOPMOST,
    "topmost": _TOPMOST,
    "phone": CASE.c.contact_phone_index == bindparam("q", type_=LargeBinary),
    "words": (CASE.c.contact_name_index == bindparam("q", type_=LargeBinary))
    | CASE.c.community.like(bindparam("prefix")),
    "units": CASE.c.unit_id == _UNITS.any_(),
    "processes": CASE.c.process_key == _PROCESSES.any_(),
    # The same for a list that is walked by its index, where a parent cannot be looked at with each case.
    "whole": CASE.c.parent_case_id.is_(None),
    "handler": (CASE.c.handler_id == bindparam("handlers", type_=ARRAY(BigInteger)).any_())
    | (CASE.c.id == bindparam("helped", type_=ARRAY(BigInteger)).any_()),
    "overdue": make_due("overdue"),
    "today": make_due("today"),
    **ONLY,
}


def find_family(session: Session, case_no: str) -> list[int]:
    """Return the ids of the case with this number and of all that it was handed over to."""
    rows: list[Any] = _FAMILY.all(session, {"case_no": case_no})
    return [row.id for row in rows]


def find_unit_of(session: Session, case_no: str) -> int | None:
    """Return the unit that has the case with this number now, or None where there is no such case."""
    unit_id: int | None = session.scalar(select(CASE.c.unit_id).where(CASE.c.case_no == case_no))
    return unit_id
