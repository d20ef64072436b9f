"""Objections to papers as customers and staff read them, with what was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from backend.cases.commands import PERSONAL_POSTS
from backend.cases.objection_rows import ANSWER_CONTEXT, TEXT_CONTEXT
from backend.cases.remaking_ways import RemakingWay
from backend.cases.staff_access import LOOKERS_ON, list_posts, tell_part
from backend.core.encryption import KeyRing
from backend.organisation.service import Member

# Who has written this often what is wrong with the same paper is called, and not asked to write once more.
MOST = 5
# Version of a form → its name.
NameForm = Callable[[int], str]
# Step of a paper → the way by which it is made anew.
FindWay = Callable[[str], RemakingWay | None]


def may_answer(member: Member, case: Row[Any], objection: Row[Any]) -> bool:
    """Tell whether a member who sees the case may answer: its handler, who wrote the paper, or who leads.

    Deputies, co-handlers and who holds the post of the paper's step do it as well: where the writer is away
    it is they who are told.
    """
    own = {f"staff:{one}" for one in (member.id, *member.stands_for)}
    posts = list_posts(member)
    if tell_part(member, case) is not None or objection.filled_by in own or posts & LOOKERS_ON:
        return True
    return objection.post_key in posts - PERSONAL_POSTS.keys()


def describe_own(
    rows: Sequence[Row[Any]], document_id: int, keys: KeyRing, *, may_sign: bool
) -> dict[str, Any]:
    """Return what the customer reads of their objection to a document, and whether they may write more.

    What was answered stays beside the paper, with their own words, for as long as it says the same.
    """
    current = [one for one in rows if one.document_id == document_id and one.is_current]
    own = [one for one in current if one.is_open]
    told = None
    if own:
        texts = [keys.decrypt(one.text_sealed, TEXT_CONTEXT) for one in own]
        told = {"text": "\n".join(texts), "at": own[-1].made_at}
    answered = [one for one in current if one.answer_id is not None]
    answer = None
    if answered:
        last = answered[-1]
        said = [one for one in answered if one.answer_id == last.answer_id]
        answer = {
            "said": "\n".join(keys.decrypt(one.text_sealed, TEXT_CONTEXT) for one in said),
            "text": keys.decrypt(last.answer_sealed, ANSWER_CONTEXT),
            "at": last.answered_at,
        }
    return {"objection": told, "objection_answer": answer, "may_object": may_sign and len(own) < MOST}


def describe_objections(
    rows: Sequence[Row[Any]],
    case: Row[Any],
    member: Member,
    keys: KeyRing,
    name_form: NameForm,
    find_way: FindWay,
    staff: Mapping[int, str],
) -> dict[str, Any]:
    """Return what a case's view tells of objections: to its own papers, and to those beside it."""
    return {
        "objections": _list_open(rows, case, member, keys, name_form, find_way),
        "objections_settled": _list_settled(rows, case, keys),
        "objections_beside": _list_beside(rows, case, member, keys, name_form, staff),
    }


def _list_open(
    rows: Iterable[Row[Any]],
    case: Row[Any],
    member: Member,
    keys: KeyRing,
    name_form: NameForm,
    find_way: FindWay,
) -> list[dict[str, Any]]:
    """Return the open objections to the papers of one case, each with the task of its paper."""
    return [
        {
            "id": one.id,
            "task": one.task_no,
            "paper": name_form(one.form_version_id),
            "text": keys.decrypt(one.text_sealed, TEXT_CONTEXT),
            "at": one.made_at,
            "may_answer": may_answer(member, case, one),
            "way": None if way is None else way._asdict(),
        }
        for one in rows
        if one.case_id == case.id and one.is_open
        for way in [find_way(one.step)]
    ]


def _list_settled(rows: Iterable[Row[Any]], case: Row[Any], keys: KeyRing) -> list[dict[str, Any]]:
    """Return the other objections to the papers of one case, and how each came to its end.

    ``way``: answered, signed after all, or remade, by a paper that says something else.
    """
    return [
        {
            "task": one.task_no,
            "text": keys.decrypt(one.text_sealed, TEXT_CONTEXT),
            "at": one.made_at,
            "way": _name_way(one),
            "answer": keys.decrypt(one.answer_sealed, ANSWER_CONTEXT) if one.answer_sealed else None,
        }
        for one in rows
        if one.case_id == case.id and not one.is_open
    ]


def _name_way(row: Row[Any]) -> str:
    if row.is_signed:
        return "signed"
    return "answered" if row.answer_id is not None else "remade"


def list_people(rows: Iterable[Row[Any]]) -> set[int]:
    """Return who has answered, and of what stands open who wrote the paper."""
    answered = {one.answered_by for one in rows if one.answered_by is not None}
    return answered | {writer for one in rows if one.is_open and (writer := _find_writer(one)) is not None}


def _find_writer(objection: Row[Any]) -> int | None:
    kind, _, number = str(objection.filled_by).partition(":")
    return int(number) if kind == "staff" else None


def _list_beside(
    rows: Iterable[Row[Any]],
    case: Row[Any],
    member: Member,
    keys: KeyRing,
    name_form: NameForm,
    staff: Mapping[int, str],
) -> list[dict[str, Any]]:
    """Return the open objections to papers of other parts of the application, with who answers and where."""
    return [
        {
            "case_no": one.case_no,
            "paper": name_form(one.form_version_id),
            "text": keys.decrypt(one.text_sealed, TEXT_CONTEXT),
            "at": one.made_at,
            "may_answer": may_answer(member, one, one),
            "answered_by": staff.get(_find_writer(one) or 0, ""),
        }
        for one in rows
        if one.case_id != case.id and one.is_open
    ]


def write_objections(
    rows: Iterable[Row[Any]], keys: KeyRing, name_form: NameForm, staff: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` for each and for each answer, as a case's history has them."""
    lines, answers = [], {}
    for one in rows:
        name, said = name_form(one.form_version_id), keys.decrypt(one.text_sealed, TEXT_CONTEXT)
        lines.append({"at": one.made_at, "actor": "客户", "text": f"对“{name}”有异议，没有签字（{said}）"})
        if one.answer_id is not None:
            told = keys.decrypt(one.answer_sealed, ANSWER_CONTEXT)
            answers[one.answer_id] = {
                "at": one.answered_at,
                "actor": staff.get(one.answered_by, ""),
                "text": f"答复了客户对“{name}”的异议（{told}）",
            }
    return [*lines, *answers.values()]


def pick_open(rows: Sequence[Row[Any]]) -> dict[int, datetime]:
    """Return version of a form → since when it is objected to, of those that stand open."""
    return {one.form_version_id: one.made_at for one in reversed(rows) if one.is_open}


def name_objected(objected: Iterable[int], name_form: NameForm) -> list[str]:
    """Return the names of the papers that are objected to, for a line in a list."""
    return sorted({name_form(one) for one in objected})
