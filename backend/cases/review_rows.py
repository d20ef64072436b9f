"""Reading what a reviewer marked, and what the customer was asked to mend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from backend.cases.models import CaseCorrection, CaseReview
from backend.core.database import table_of
from backend.core.statements import Prepared

_CORRECTION = table_of(CaseCorrection)
_REVIEW = table_of(CaseReview)
_CORRECTIONS = (
    select(_CORRECTION).where(_CORRECTION.c.case_id == bindparam("case_id")).order_by(_CORRECTION.c.no)
)
_MARKS = Prepared(
    select(_REVIEW.c.item, _REVIEW.c.verdict, _REVIEW.c.reason).where(
        _REVIEW.c.case_id == bindparam("case_id")
    )
)


def read_corrections(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return all that the customer was asked to mend, in the order of asking."""
    return session.execute(_CORRECTIONS, {"case_id": case_id}).all()


def read_marks(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return the reviewer's marks on the items of an application."""
    return _MARKS.all(session, {"case_id": case_id})
