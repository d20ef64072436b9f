"""A paper that is written anew while its customer objects to it: the new one answers them.

They are told once, and read their words beside the new paper, with what it says otherwise than the last one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from backend.cases.document_rows import DOCUMENT
from backend.cases.filled_documents import FilledDocument
from backend.cases.notices import PAPER_REMADE
from backend.cases.objection_rows import ANSWER_CONTEXT, TEXT_CONTEXT, is_disputed
from backend.cases.repository import Stamp, StoredCase
from backend.cases.signed_facts import list_facts
from backend.catalogue.forms import Form
from backend.core.encryption import KeyRing
from backend.core.outbox import promise


class Disputed(NamedTuple):
    """A paper to which an objection stands open, as it is before it is written anew."""

    task_no: int
    sha256: bytes


def list_disputed(session: Session, case_id: int, step: str, form_key: str) -> list[Disputed]:
    """Return the papers to which an objection stands open and that another of this step or form voids."""
    asked = select(DOCUMENT.c.task_no, DOCUMENT.c.sha256).where(
        DOCUMENT.c.case_id == case_id,
        or_(DOCUMENT.c.step == step, DOCUMENT.c.form_key == form_key),
        is_disputed(),
    )
    return [Disputed(row.task_no, row.sha256) for row in session.execute(asked)]


def tell_remade(
    session: Session,
    case: StoredCase,
    form: Form,
    written: Disputed,
    disputed: Collection[Disputed],
    stamp: Stamp,
) -> None:
    """Promise the customer a message where ``written`` says something else than a paper they objected to.

    What was handed in once more without a change leaves the objection as it was.
    """
    if all(one == written for one in disputed):
        return
    told = {
        "case_id": case.id,
        "case_no": case.case_no,
        "message": PAPER_REMADE,
        "items": form.body.get("title") or form.name,
    }
    promise(session, "notify_customer", [told], stamp.recorded_at)


def find_remade(rows: Sequence[Row[Any]], document: Row[Any], signed: Collection[str]) -> list[Row[Any]]:
    """Return what was objected to the paper before ``document``; ``signed`` are those who agreed to this one.

    None any more once the customer has something to say of the new paper.
    """
    if any(one.document_id == document.id and one.is_current for one in rows):
        return []
    before = [one for one in rows if _is_before(one, document) and one.signer not in signed]
    last = before[-1:]
    return [one for one in before if (one.document_id, one.sha256) == (last[0].document_id, last[0].sha256)]


def _is_before(objection: Row[Any], document: Row[Any]) -> bool:
    is_same = objection.step == document.step or objection.form_key == document.form_key
    is_void = not objection.is_current and not objection.is_signed
    return is_same and is_void and objection.made_at <= document.filled_at


def describe_remade(
    rows: Sequence[Row[Any]], document: FilledDocument, before: FilledDocument | None, keys: KeyRing
) -> dict[str, Any] | None:
    """Return the words of ``rows``, what was answered to them, and the facts that have changed since.

    ``before`` is the paper that they were said of; None where it was changed itself, or is kept no longer.
    """
    if not rows:
        return None
    answer = rows[-1].answer_sealed
    return {
        "said": "\n".join(keys.decrypt(one.text_sealed, TEXT_CONTEXT) for one in rows),
        "at": document.row.filled_at,
        "answer": keys.decrypt(answer, ANSWER_CONTEXT) if answer else None,
        "changes": [] if before is None else list_changes(before, document),
    }


def list_changes(before: FilledDocument, document: FilledDocument) -> list[dict[str, str]]:
    """Return ``{label, before, now}`` of the main facts that both papers have and do not have alike."""
    former = {one["label"]: one["text"] for one in list_facts(before.form, before.values)}
    return [
        {"label": one["label"], "before": former[one["label"]], "now": one["text"]}
        for one in list_facts(document.form, document.values)
        if one["label"] in former and former[one["label"]] != one["text"]
    ]
