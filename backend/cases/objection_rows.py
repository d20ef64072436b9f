"""Reading and writing what customers object to papers; no rule but the one that says which stand open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from backend.cases.document_models import DocumentObjection, DocumentSignature
from backend.cases.document_rows import DOCUMENT, SIGNED_ON_PAPER
from backend.core.database import table_of
from backend.core.statements import Prepared

TEXT_CONTEXT = "document_objection.text"
_OBJECTION = table_of(DocumentObjection)
_SIGNATURE = table_of(DocumentSignature)
_IN_CASES = _OBJECTION.c.case_id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_()
_SIGNED_AFTER_ALL = exists().where(
    _SIGNATURE.c.document_id == _OBJECTION.c.document_id,
    _SIGNATURE.c.signer == _OBJECTION.c.signer,
    _SIGNATURE.c.sha256 == _OBJECTION.c.sha256,
)
_ON_PAPER = or_(*(func.coalesce(DOCUMENT.c.content[one].as_boolean(), False) for one in SIGNED_ON_PAPER))
# Whoever writes the paper anew gives it another hash, and another visit to the step another paper.
_IS_OPEN = (
    (DOCUMENT.c.state == "filled")
    & (DOCUMENT.c.sha256 == _OBJECTION.c.sha256)
    & ~_SIGNED_AFTER_ALL
    & ~_ON_PAPER
)
_OF_CASES = Prepared(
    select(
        _OBJECTION.c.case_id, _OBJECTION.c.document_id, _OBJECTION.c.text_sealed, _OBJECTION.c.made_at,
        DOCUMENT.c.task_no, DOCUMENT.c.form_version_id, _IS_OPEN.label("is_open"),
    )
    .join(DOCUMENT, DOCUMENT.c.id == _OBJECTION.c.document_id)
    .where(_IN_CASES)
    .order_by(_OBJECTION.c.id)
)  # fmt: skip
_OPEN = Prepared(
    select(_OBJECTION.c.case_id, DOCUMENT.c.form_version_id)
    .join(DOCUMENT, DOCUMENT.c.id == _OBJECTION.c.document_id)
    .where(_IN_CASES, _IS_OPEN)
    .distinct()
)
_MADE_TO = select(func.count()).where(
    _OBJECTION.c.document_id == bindparam("document_id"), _OBJECTION.c.sha256 == bindparam("sha256")
)


def list_of_cases(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return all objections to the papers of these cases, the oldest first; ``is_open`` tells which stand."""
    return _OF_CASES.all(session, {"case_ids": sorted(case_ids)})


def list_open(session: Session, case_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Return case → versions of the forms of its papers that an open objection is made to."""
    found: dict[int, set[int]] = {}
    for row in _OPEN.all(session, {"case_ids": sorted(case_ids)}) if case_ids else ():
        found.setdefault(row.case_id, set()).add(row.form_version_id)
    return {case_id: frozenset(forms) for case_id, forms in found.items()}


def count_made(session: Session, document_id: int, sha256: bytes) -> int:
    """Return how often somebody objected to the document as it stands."""
    return session.execute(_MADE_TO, {"document_id": document_id, "sha256": sha256}).scalar_one()


def insert_objection(session: Session, values: Mapping[str, Any]) -> int:
    """Keep an objection and return its id."""
    kept = insert(_OBJECTION).values(**values).returning(_OBJECTION.c.id)
    return int(session.execute(kept).scalar_one())
