"""What a search over the staff's cases is narrowed by, and what belongs to a case number that was typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, LargeBinary, Text, bindparam, exists, select, text
from sqlalchemy.orm import Session

from backend.cases.staff_queue_rows import CASE, OF_SERVICE, ONLY, TASK, make_due
from backend.core.statements import Prepared

_UNITS = bindparam("units", type_=ARRAY(BigInteger))
_PROCESSES = bindparam("processes", type_=ARRAY(Text))
_PARENT = CASE.alias("parent")
_ABOVE, _TOP = CASE.alias("above"), CASE.alias("top")
_SHORTEST_PART, _MOST_OF_PART = 4, 200
_MOBILE_DIGITS = 11
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


def _has_part(case_no: ColumnElement[str]) -> ColumnElement[bool]:
    return case_no.like(bindparam("head")) | case_no.like(bindparam("tail"))


# Customers read out the number of the case at the top, and what they are asked about stands one or two below.
PART_OF_NUMBER: ColumnElement[bool] = (
    _has_part(CASE.c.case_no)
    | exists().where(_ABOVE.c.id == CASE.c.parent_case_id, _has_part(_ABOVE.c.case_no))
    | exists().where(
        _ABOVE.c.id == CASE.c.parent_case_id, _TOP.c.id == _ABOVE.c.parent_case_id, _has_part(_TOP.c.case_no)
    )
)
_IN_PART = CASE.c.id == bindparam("part", type_=ARRAY(BigInteger)).any_()
# No index finds a part of a number, so only the cases with an open step in one's units are looked through.
_PART = Prepared(
    select(CASE.c.id)
    .distinct()
    .select_from(TASK.join(CASE, CASE.c.id == TASK.c.case_id))
    .outerjoin(_ABOVE, _ABOVE.c.id == CASE.c.parent_case_id)
    .outerjoin(_TOP, _TOP.c.id == _ABOVE.c.parent_case_id)
    .where(
        TASK.c.state == "open",
        TASK.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_(),
        _has_part(CASE.c.case_no) | _has_part(_ABOVE.c.case_no) | _has_part(_TOP.c.case_no),
    )
    .order_by(CASE.c.id.desc())
    .limit(_MOST_OF_PART)
)
_OF_PHONE = CASE.c.contact_phone_index == bindparam("q", type_=LargeBinary)
_OF_WORDS = (CASE.c.contact_name_index == bindparam("q", type_=LargeBinary)) | CASE.c.community.like(
    bindparam("prefix")
)

CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "service": OF_SERVICE,
    "case_no": _OF_NUMBER,
    # Customers name the number of the case at the top, also to those who see only what it was handed over to.
    "family": CASE.c.id == bindparam("family", type_=ARRAY(BigInteger)).any_(),
    "named": _OF_NUMBER | _TOPMOST,
    "topmost": _TOPMOST,
    "phone": _OF_PHONE,
    "words": _OF_WORDS,
    "phone_or_part": _OF_PHONE | _IN_PART,
    "words_or_part": _OF_WORDS | _IN_PART,
    "part_shown": _has_part(CASE.c.case_no) | _TOPMOST,
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


def read_part(typed: str) -> dict[str, str] | None:
    """Return the values of PART_OF_NUMBER, or None where this is no beginning or end of a case number."""
    is_mobile = len(typed) == _MOBILE_DIGITS and typed.startswith("1")
    is_part = len(typed) >= _SHORTEST_PART and typed.isascii() and typed.isdigit() and not is_mobile
    return {"head": f"{typed}%", "tail": f"%{typed}"} if is_part else None


def find_part(session: Session, part: Mapping[str, str], units: Collection[int]) -> list[int]:
    """Return the newest open cases in ``units`` whose number, or that of one above, has this part."""
    rows: list[Any] = _PART.all(session, {**part, "units": sorted(units)})
    return [row.id for row in rows]


def find_unit_of(session: Session, case_no: str) -> int | None:
    """Return the unit that has the case with this number now, or None where there is no such case."""
    unit_id: int | None = session.scalar(select(CASE.c.unit_id).where(CASE.c.case_no == case_no))
    return unit_id
