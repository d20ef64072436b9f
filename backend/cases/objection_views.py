"""Objections to papers as customers and staff read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from backend.cases.objection_rows import TEXT_CONTEXT
from backend.core.encryption import KeyRing

# Who has written this often what is wrong with the same paper is called, and not asked to write once more.
MOST = 5
# Version of a form → its name.
NameForm = Callable[[int], str]


def describe_own(
    rows: Sequence[Row[Any]], document_id: int, keys: KeyRing, *, may_sign: bool
) -> dict[str, Any]:
    """Return what the customer reads of their objection to a document, and whether they may write more."""
    own = [one for one in rows if one.document_id == document_id and one.is_open]
    told = None
    if own:
        texts = [keys.decrypt(one.text_sealed, TEXT_CONTEXT) for one in own]
        told = {"text": "\n".join(texts), "at": own[-1].made_at}
    return {"objection": told, "may_object": may_sign and len(own) < MOST}


def list_for_staff(rows: Iterable[Row[Any]], case_id: int, keys: KeyRing) -> list[dict[str, Any]]:
    """Return the open objections to the papers of one case, each with the task of its paper."""
    return [
        {"task": one.task_no, "text": keys.decrypt(one.text_sealed, TEXT_CONTEXT), "at": one.made_at}
        for one in rows
        if one.case_id == case_id and one.is_open
    ]


def write_objections(rows: Iterable[Row[Any]], keys: KeyRing, name_form: NameForm) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` for each, as a case's history has them."""
    return [
        {
            "at": one.made_at,
            "actor": "客户",
            "text": f"对“{name_form(one.form_version_id)}”有异议，没有签字"
            f"（{keys.decrypt(one.text_sealed, TEXT_CONTEXT)}）",
        }
        for one in rows
    ]


def pick_open(rows: Iterable[Row[Any]]) -> Mapping[int, frozenset[int]]:
    """Return of objections that were read what ``list_open`` reads: case → versions of forms."""
    found: dict[int, set[int]] = {}
    for one in rows:
        if one.is_open:
            found.setdefault(one.case_id, set()).add(one.form_version_id)
    return {case_id: frozenset(forms) for case_id, forms in found.items()}


def name_objected(objected: Mapping[int, frozenset[int]], case_id: int, name_form: NameForm) -> list[str]:
    """Return the names of the papers of a case that are objected to, for its line in a list."""
    return sorted({name_form(one) for one in objected.get(case_id, ())})
