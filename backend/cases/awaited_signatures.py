"""Which posts a paper still waits for, kept beside it, so that whoever is to sign finds the case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, select, text, update
from sqlalchemy.orm import Session

from backend.cases.document_rows import DOCUMENT, find_document, list_holding
from backend.cases.filled_documents import CUSTOMER_PARTY
from backend.cases.models import ServiceCase
from backend.cases.repository import StoredCase
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.form_lint import COMPANY
from backend.catalogue.forms import Form
from backend.core.database import table_of

# As many cases as the list has; those that wait longest come first.
MOST_TO_SIGN = 200
# The customer has a page of their own, and for the company whoever filled the paper in signs.
_NO_POSTS = frozenset({CUSTOMER_PARTY, COMPANY})
_CASE = table_of(ServiceCase)
_POSTS = bindparam("posts", type_=ARRAY(Text))
_TO_SIGN = (
    select(DOCUMENT.c.case_id)
    .join(_CASE, _CASE.c.id == DOCUMENT.c.case_id)
    .where(
        DOCUMENT.c.awaited_parties.op("&&")(_POSTS),
        _CASE.c.status == "open",
        _CASE.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_(),
    )
    .order_by(DOCUMENT.c.filled_at, DOCUMENT.c.id)
    .limit(MOST_TO_SIGN)
)
_NAMES_POST = text(
    """
    SELECT EXISTS (
      SELECT FROM case_document d
        JOIN definition_version v ON v.id = d.form_version_id AND jsonb_typeof(v.body->'signers') = 'array'
        CROSS JOIN jsonb_array_elements(v.body->'signers') s
       WHERE d.case_id = :case_id AND d.state = 'filled' AND s->>'party' = ANY(:posts))
    """
).bindparams(_POSTS)


def is_signer_needed(form: Form, signer: str) -> bool:
    """Some sign only in some cases, such as who gives and who takes a power of attorney."""
    return any(one.required for one in form.fields if one.signer == signer)


def list_awaited(form: Form, signed: Collection[str]) -> list[str]:
    """Return the parties of the company whose place on a filled ``form`` is still empty.

    Who signs only if need be is not waited for, and nobody is head and clerk of one department on one paper.
    """
    signers: Sequence[Mapping[str, str]] = form.body.get("signers", ())
    taken = {one["party"] for one in signers if one["key"] in signed}
    awaited = {one["party"] for one in signers if is_signer_needed(form, one["key"])}
    return sorted(awaited - taken - _NO_POSTS)


def note_awaited(session: Session, document_id: int, form: Form, *, is_asked: bool = True) -> None:
    """Keep whom the paper waits for; nobody, where it was signed by hand or may not be signed yet."""
    awaited = list_awaited(form, list_holding(session, document_id)) if is_asked else []
    changed = update(DOCUMENT).where(DOCUMENT.c.id == document_id)
    session.execute(changed.values(awaited_parties=awaited or None))


def note_filled(session: Session, case_id: int, task_no: int, form: Form, *, is_asked: bool) -> None:
    """Do the same for a form that was just handed in."""
    if form.body.get("signers"):
        row = find_document(session, case_id, task_no)
        if row is not None:
            note_awaited(session, row.id, form, is_asked=is_asked)


def forget_awaited(
    session: Session, case: StoredCase, _definition: ProcessDefinition, after: Snapshot, _at: datetime
) -> None:
    """Wait for nobody once the case is over, or the list would be looked for among the papers of years."""
    if after.status.is_final:
        waiting = (DOCUMENT.c.case_id == case.id) & DOCUMENT.c.awaited_parties.is_not(None)
        session.execute(update(DOCUMENT).where(waiting).values(awaited_parties=None))


def list_to_sign(session: Session, posts: Collection[str], units: Collection[int]) -> list[int]:
    """Return the ids of open cases of ``units`` with a paper that waits for one of ``posts``."""
    asked = {"posts": sorted(posts), "units": sorted(units)}
    return list(dict.fromkeys(session.scalars(_TO_SIGN, asked)))


def names_post(session: Session, case_id: int, posts: Collection[str]) -> bool:
    """Tell whether a filled paper of the case has a place for one of ``posts``, signed or not."""
    asked = {"case_id": case_id, "posts": sorted(posts)}
    return bool(session.scalar(_NAMES_POST, asked))
