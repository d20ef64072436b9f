"""Reading and writing objections to papers and answers to them; the one rule is which of them stand open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Text,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from backend.cases.document_models import DocumentObjection, DocumentSignature, ObjectionAnswer
from backend.cases.document_rows import DOCUMENT, SIGNED_ON_PAPER
from backend.cases.models import CaseTask, ServiceCase
from backend.core.database import table_of
from backend.core.statements import Prepared

TEXT_CONTEXT = "document_objection.text"
ANSWER_CONTEXT = "objection_answer.text"
# As many cases as one list has of them; the oldest come first.
MOST_OWING = 200
_OBJECTION = table_of(DocumentObjection)
_SIGNATURE = table_of(DocumentSignature)
_ANSWER = table_of(ObjectionAnswer)
_CASE = table_of(ServiceCase)
_TASK = table_of(CaseTask)
_IDS = bindparam("case_ids", type_=ARRAY(BigInteger))
_SIGNED_AFTER_ALL = exists().where(
    _SIGNATURE.c.document_id == _OBJECTION.c.document_id,
    _SIGNATURE.c.signer == _OBJECTION.c.signer,
    _SIGNATURE.c.sha256 == _OBJECTION.c.sha256,
)
_SETTLES = (_ANSWER.c.document_id == _OBJECTION.c.document_id) & (_ANSWER.c.objection_id >= _OBJECTION.c.id)
_IS_ANSWERED = exists().where(_SETTLES)
_ON_PAPER = or_(*(func.coalesce(DOCUMENT.c.content[one].as_boolean(), False) for one in SIGNED_ON_PAPER))
_IS_CURRENT = (DOCUMENT.c.state == "filled") & (DOCUMENT.c.sha256 == _OBJECTION.c.sha256)
# Whoever writes the paper anew gives it another hash, and another visit to the step another paper.
_IS_OPEN = _IS_CURRENT & ~_SIGNED_AFTER_ALL & ~_ON_PAPER & ~_IS_ANSWERED
_ON_DOCUMENT = DOCUMENT.c.id == _OBJECTION.c.document_id
# The first one is it that settled the objection: those after it are told to what was said later.
_FIRST_ANSWER = (
    select(_ANSWER.c.id, _ANSWER.c.text_sealed, _ANSWER.c.answered_at, _ANSWER.c.staff_id)
    .where(_SETTLES)
    .order_by(_ANSWER.c.id)
    .limit(1)
    .lateral("answer")
)
_READ = (
    select(
        _OBJECTION.c.id, _OBJECTION.c.case_id, _OBJECTION.c.document_id, _OBJECTION.c.text_sealed,
        _OBJECTION.c.made_at, _OBJECTION.c.signer, _OBJECTION.c.sha256, DOCUMENT.c.task_no, DOCUMENT.c.step,
        DOCUMENT.c.form_key, DOCUMENT.c.form_version_id, DOCUMENT.c.filled_by,
        _TASK.c.post_key, _CASE.c.case_no, _CASE.c.handler_id,
        _IS_OPEN.label("is_open"), _IS_CURRENT.label("is_current"), _SIGNED_AFTER_ALL.label("is_signed"),
        _FIRST_ANSWER.c.id.label("answer_id"),
        _FIRST_ANSWER.c.text_sealed.label("answer_sealed"), _FIRST_ANSWER.c.answered_at,
        _FIRST_ANSWER.c.staff_id.label("answered_by"),
    )
    .join(DOCUMENT, _ON_DOCUMENT)
    .join(_TASK, (_TASK.c.case_id == DOCUMENT.c.case_id) & (_TASK.c.no == DOCUMENT.c.task_no))
    .join(_CASE, _CASE.c.id == _OBJECTION.c.case_id)
    .outerjoin(_FIRST_ANSWER, true())
)  # fmt: skip
_OF_CASES = Prepared(_READ.where(_OBJECTION.c.case_id == _IDS.any_()).order_by(_OBJECTION.c.id))
_ONE = Prepared(_READ.where(_OBJECTION.c.id == bindparam("objection_id", type_=BigInteger)))


def _find_open_in_trees() -> Prepared:
    """Return the statement for what is objected to anywhere in the trees of the cases at the top asked for.

    Whoever collects the sum of a paper has to hear that its customer does not agree to it.
    """
    tops = select(_CASE.c.id.label("top_id"), _CASE.c.id).where(_CASE.c.id == _IDS.any_())
    tree = tops.cte("tree", recursive=True)
    child = _CASE.alias("child")
    tree = tree.union_all(select(tree.c.top_id, child.c.id).join(child, child.c.parent_case_id == tree.c.id))
    since = func.min(_OBJECTION.c.made_at).label("since")
    found = select(tree.c.top_id, DOCUMENT.c.form_version_id, since).select_from(
        tree.join(_OBJECTION, _OBJECTION.c.case_id == tree.c.id).join(DOCUMENT, _ON_DOCUMENT)
    )
    return Prepared(found.where(_IS_OPEN).group_by(tree.c.top_id, DOCUMENT.c.form_version_id))


_OPEN = _find_open_in_trees()
_ABOVE, _TOP = _CASE.alias("above"), _CASE.alias("top")
# A part that has ended stands in nobody's list: there its paper is found by the case that goes on.
_OWING = (
    select(
        case(
            (_CASE.c.status == "open", _CASE.c.id),
            (_ABOVE.c.status == "open", _ABOVE.c.id),
            else_=_TOP.c.id,
        )
    )
    .select_from(_OBJECTION)
    .join(DOCUMENT, _ON_DOCUMENT)
    .join(_CASE, _CASE.c.id == _OBJECTION.c.case_id)
    .outerjoin(_ABOVE, _ABOVE.c.id == _CASE.c.parent_case_id)
    .outerjoin(_TOP, _TOP.c.id == _ABOVE.c.parent_case_id)
    .where(
        _IS_OPEN,
        # Each by an index of its own, for every list of work asks this.
        (_OBJECTION.c.written_by == bindparam("writers", type_=ARRAY(Text)).any_())
        | (_OBJECTION.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_()),
    )
    .distinct()
    .order_by(text("1"))
    .limit(MOST_OWING)
)
_DISPUTED = (
    select(_OBJECTION.c.case_id)
    .join(DOCUMENT, _ON_DOCUMENT)
    .where(_OBJECTION.c.case_id == _IDS.any_(), _IS_OPEN)
    .distinct()
)
_AT_PAPER = Prepared(
    select(_OBJECTION.c.id)
    .join(DOCUMENT, _ON_DOCUMENT)
    .where(DOCUMENT.c.id == bindparam("document_id", type_=BigInteger), _IS_OPEN)
    .limit(1)
)
_MADE_TO = select(func.count()).where(
    _OBJECTION.c.document_id == bindparam("document_id"),
    _OBJECTION.c.sha256 == bindparam("sha256"),
    ~_IS_ANSWERED,
)


def stands_open(case_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that an objection to a paper of this very case stands open."""
    return exists().where(_OBJECTION.c.case_id == case_id, _ON_DOCUMENT, _IS_OPEN)


def is_disputed() -> ColumnElement[bool]:
    """Return the condition that an objection to the document of the row stands open."""
    return exists().where(_ON_DOCUMENT, _IS_OPEN).correlate(DOCUMENT)


def is_open_at(session: Session, document_id: int) -> bool:
    """Tell whether an objection to this document stands open."""
    return _AT_PAPER.first(session, {"document_id": document_id}) is not None


def list_owing(session: Session, writers: Collection[int], units: Collection[int]) -> list[int]:
    """Return the cases whose customers wait for an answer by one of ``writers``, or by who leads ``units``.

    Whoever wrote the paper owes it, though their step is long done and the case waits for the customer.
    """
    values = {"writers": [f"staff:{one}" for one in writers], "units": sorted(units)}
    return [one for one in session.scalars(_OWING, values) if one is not None]


def list_disputed(session: Session, case_ids: Collection[int]) -> frozenset[int]:
    """Return those of these very cases to whose papers an objection stands open."""
    if not case_ids:
        return frozenset()
    return frozenset(session.scalars(_DISPUTED, {"case_ids": sorted(case_ids)}))


def list_of_cases(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return all objections to the papers of these cases, the oldest first; ``is_open`` tells which stand."""
    return _OF_CASES.all(session, {"case_ids": sorted(case_ids)})


def list_said(session: Session, case_id: int, document: Row[Any]) -> list[Row[Any]]:
    """Return what was objected to a document as it stands and not signed after all, answered or not."""
    rows = list_of_cases(session, [case_id])
    as_it_stands = (document.id, document.sha256)
    return [one for one in rows if (one.document_id, one.sha256) == as_it_stands and not one.is_signed]


def find_objection(session: Session, objection_id: int) -> Row[Any] | None:
    """Return one as ``list_of_cases`` does, or None."""
    found: Row[Any] | None = _ONE.first(session, {"objection_id": objection_id})
    return found


def list_open(session: Session, top_ids: Collection[int]) -> Mapping[int, Mapping[int, datetime]]:
    """Return case at the top → version of each form that is objected to, anywhere below it → since when."""
    found: dict[int, dict[int, datetime]] = {}
    for row in _OPEN.all(session, {"case_ids": sorted(top_ids)}) if top_ids else ():
        found.setdefault(row.top_id, {})[row.form_version_id] = row.since
    return found


def count_made(session: Session, document_id: int, sha256: bytes) -> int:
    """Return how often somebody objected to the document as it stands since they were answered."""
    return session.execute(_MADE_TO, {"document_id": document_id, "sha256": sha256}).scalar_one()


def insert_objection(session: Session, values: Mapping[str, Any]) -> int:
    """Keep an objection and return its id."""
    kept = insert(_OBJECTION).values(**values).returning(_OBJECTION.c.id)
    return int(session.execute(kept).scalar_one())


def insert_answer(session: Session, values: Mapping[str, Any]) -> None:
    """Keep an answer to an objection and to all before it."""
    session.execute(insert(_ANSWER).values(**values))
