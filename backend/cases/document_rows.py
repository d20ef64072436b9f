"""Reading and writing the forms of a case's steps; no rule in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from backend.cases.document_models import CaseDocument, DocumentSignature
from backend.cases.models import ServiceCase
from backend.core.database import table_of
from backend.core.statements import Prepared

DOCUMENT = table_of(CaseDocument)
_CASE = table_of(ServiceCase)
_SIGNATURE = table_of(DocumentSignature)
# The fields by which staff say that the parties have signed on paper: a contract for works, one of supply,
# and a slip. Each has its own, for a case that follows begins with what was said before. Beside each, the
# field that has the scan or the photos of that paper.
SCANS = {
    "signed_on_paper": "paper_contract",
    "supply_signed_on_paper": "supply_paper_contract",
    "slip_on_paper": "paper_slip",
}
SIGNED_ON_PAPER = tuple(SCANS)
_OF_CASE = DOCUMENT.c.case_id == bindparam("b_case_id")
_OF_TASK = _OF_CASE & (DOCUMENT.c.task_no == bindparam("b_task_no"))
# Asked for every command and every view at a step that asks for its form.
_FILLED = Prepared(select(DOCUMENT.c.task_no).where(_OF_CASE, DOCUMENT.c.state == "filled"))
# Only signatures that still hold: the document says what was signed.
_SIGNERS = Prepared(
    select(DOCUMENT.c.form_key, _SIGNATURE.c.signer)
    .join(_SIGNATURE, _SIGNATURE.c.document_id == DOCUMENT.c.id)
    .where(_OF_CASE, DOCUMENT.c.state == "filled", _SIGNATURE.c.sha256 == DOCUMENT.c.sha256)
)
_HOLDING = Prepared(
    select(_SIGNATURE.c.signer, _SIGNATURE.c.file_key)
    .join(DOCUMENT, _SIGNATURE.c.document_id == DOCUMENT.c.id)
    .where(DOCUMENT.c.id == bindparam("b_id"), _SIGNATURE.c.sha256 == DOCUMENT.c.sha256)
    .order_by(_SIGNATURE.c.id)
)
_SIGNED = (
    select(func.array_agg(_SIGNATURE.c.signer))
    .where(_SIGNATURE.c.document_id == DOCUMENT.c.id, _SIGNATURE.c.sha256 == DOCUMENT.c.sha256)
    .scalar_subquery()
)
_LINES = (
    select(
        DOCUMENT.c.task_no, DOCUMENT.c.step, DOCUMENT.c.form_version_id, DOCUMENT.c.state,
        DOCUMENT.c.saved_at, DOCUMENT.c.filled_by, DOCUMENT.c.filled_at, DOCUMENT.c.number,
        DOCUMENT.c.draft_sealed.is_not(None).label("has_draft"), _SIGNED.label("signed"),
        or_(*(DOCUMENT.c.content[one].as_boolean() for one in SIGNED_ON_PAPER)).label("is_on_paper"),
        # What was handed in and has no nonce any more has lost what was written on it.
        (DOCUMENT.c.content.is_not(None) & DOCUMENT.c.nonce_sealed.is_(None)).label("is_erased"),
    )
    .where(_OF_CASE)
    .order_by(DOCUMENT.c.id)
)  # fmt: skip
_FILLED_CONTENTS = select(DOCUMENT.c.content).where(_OF_CASE, DOCUMENT.c.state != "draft")
_NEWEST = Prepared(
    select(DOCUMENT.c.form_version_id, DOCUMENT.c.content)
    .where(_OF_CASE, DOCUMENT.c.form_key == bindparam("b_form_key"), DOCUMENT.c.state == "filled")
    .order_by(DOCUMENT.c.filled_at.desc(), DOCUMENT.c.id.desc())
    .limit(1)
)
_APPLICATION = select(
    _CASE.c.case_no,
    _CASE.c.form,
    _CASE.c.form_version_id,
    _CASE.c.contact_name_sealed,
    _CASE.c.contact_phone_sealed,
).where(_CASE.c.id == bindparam("b_case_id"))


def is_signed_on_paper(values: Mapping[str, Any]) -> bool:
    """Tell whether a filled document says that it was signed on paper, so that nobody is asked to."""
    return any(values.get(one) is True for one in SIGNED_ON_PAPER)


def list_scans(session: Session, case_id: int) -> frozenset[str]:
    """Return the keys of the files that are papers signed by hand, of the case's documents."""
    contents = session.scalars(_FILLED_CONTENTS, {"b_case_id": case_id})
    return frozenset(
        key
        for content in contents
        for said, scan in SCANS.items()
        if content is not None and content.get(said) is True
        for key in content.get(scan) or ()
    )


def list_filled_tasks(session: Session, case_id: int) -> frozenset[int]:
    """Return the numbers of the tasks whose form is filled in."""
    return frozenset(row.task_no for row in _FILLED.all(session, {"b_case_id": case_id}))


def list_signers(session: Session, case_id: int) -> Mapping[str, frozenset[str]]:
    """Return for each form who has signed it as it stands."""
    signed: dict[str, set[str]] = {}
    for row in _SIGNERS.all(session, {"b_case_id": case_id}):
        signed.setdefault(row.form_key, set()).add(row.signer)
    return {form: frozenset(signers) for form, signers in signed.items()}


def list_holding(session: Session, document_id: int) -> Mapping[str, str | None]:
    """Return signer → drawn picture of the signatures to the document as it stands; None for one by code."""
    return {row.signer: row.file_key for row in _HOLDING.all(session, {"b_id": document_id})}


def list_lines(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return what lists tell of the case's documents, oldest first, without their content.

    ``signed`` are the signers whose signature holds, None for no such; ``is_on_paper`` tells of what was
    signed there.
    """
    return session.execute(_LINES, {"b_case_id": case_id}).all()


def find_document(session: Session, case_id: int, task_no: int, *, locks: bool = False) -> Row[Any] | None:
    """Return the document of the task, or None where nobody has begun it."""
    asked = select(DOCUMENT).where(_OF_TASK)
    found = session.execute(
        asked.with_for_update() if locks else asked, {"b_case_id": case_id, "b_task_no": task_no}
    )
    return found.one_or_none()


def list_filled(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return the case's filled documents with their content, oldest first."""
    filled = (
        select(DOCUMENT).where(_OF_CASE, DOCUMENT.c.filled_at.is_not(None)).order_by(DOCUMENT.c.filled_at)
    )
    return session.execute(filled, {"b_case_id": case_id}).all()


def find_newest_filled(session: Session, case_id: int, form_key: str) -> Row[Any] | None:
    """Return the form that was handed in last and still counts, or None."""
    found: Row[Any] | None = _NEWEST.first(session, {"b_case_id": case_id, "b_form_key": form_key})
    return found


def read_application(session: Session, case_id: int) -> Row[Any]:
    """Return form and contact of the application that the case at the top came in by."""
    return session.execute(_APPLICATION, {"b_case_id": case_id}).one()


def insert_document(session: Session, values: Mapping[str, Any]) -> None:
    """Keep a document that was begun; raises IntegrityError where somebody began it at the same moment."""
    session.execute(insert(DOCUMENT), dict(values))


def update_document(session: Session, document_id: int, values: Mapping[str, Any]) -> None:
    """Change a document that the caller has locked."""
    session.execute(update(DOCUMENT).where(DOCUMENT.c.id == document_id).values(**values))


def supersede_others(session: Session, case_id: int, step: str, form_key: str, task_no: int) -> None:
    """What an earlier visit to the step, or an earlier step with this form, filled in counts no longer.

    It stays to be read.
    """
    session.execute(
        update(DOCUMENT)
        .where(
            DOCUMENT.c.case_id == case_id,
            or_(DOCUMENT.c.step == step, DOCUMENT.c.form_key == form_key),
            DOCUMENT.c.task_no != task_no,
            DOCUMENT.c.state == "filled",
        )
        .values(state="superseded", awaited_parties=None)
    )
