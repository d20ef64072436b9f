"""Which filled papers wait for nothing but their customer's signature, in all cases at once.

A paper whose signature a step of the customer asks for is told by that step; it is none of these. What the
customer objects to waits for staff until they answer: it can be signed, but nobody is asked to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from backend.cases.access import join_task
from backend.cases.awaited_signatures import is_signer_needed
from backend.cases.case_tree import Branch
from backend.cases.customer_actions import CustomerAction, make_signing
from backend.cases.document_models import DocumentSignature
from backend.cases.document_rows import DOCUMENT, SIGNED_ON_PAPER
from backend.cases.filled_documents import CUSTOMER_PARTY
from backend.cases.guards import awaits_approval
from backend.cases.models import ServiceCase
from backend.cases.objection_rows import is_disputed
from backend.cases.progress import Line
from backend.cases.snapshot import CaseStatus
from backend.cases.step_signatures import list_asked_at
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.statements import Prepared

_CASE = table_of(ServiceCase)
_SIGNATURE = table_of(DocumentSignature)


class PaperToSign(NamedTuple):
    """A paper that its customer has still to sign."""

    task_no: int
    name: str
    is_disputed: bool
    # False for one that can be signed without anybody's asking, other than a step that may.
    is_needed: bool


# Case → its papers that wait.
Papers = Mapping[int, Sequence[PaperToSign]]


def _ask(which: ColumnElement[bool]) -> Select[tuple[int, int, int, list[str] | None, bool]]:
    signed = (
        select(func.array_agg(_SIGNATURE.c.signer))
        .where(_SIGNATURE.c.document_id == DOCUMENT.c.id, _SIGNATURE.c.sha256 == DOCUMENT.c.sha256)
        .scalar_subquery()
    )
    on_paper = or_(*(func.coalesce(DOCUMENT.c.content[one].as_boolean(), False) for one in SIGNED_ON_PAPER))
    return (
        select(
            DOCUMENT.c.case_id, DOCUMENT.c.task_no, DOCUMENT.c.form_version_id, signed.label("signed"),
            is_disputed().label("is_disputed"),
        )
        .where(which, DOCUMENT.c.state == "filled", ~on_paper)
        .order_by(DOCUMENT.c.id)
    )  # fmt: skip


_IN_CASES = Prepared(_ask(DOCUMENT.c.case_id == func.any(bindparam("case_ids", type_=ARRAY(BigInteger)))))
_OF_CUSTOMER = Prepared(
    _ask(
        DOCUMENT.c.case_id.in_(
            select(_CASE.c.id).where(
                _CASE.c.customer_id == bindparam("b_customer_id"),
                or_(_CASE.c.status == "open", _CASE.c.parent_case_id.is_not(None)),
            )
        )
    )
)


def find_in_lines(
    session: Session, definitions: DefinitionStore, lines: Iterable[tuple[Branch, Line]]
) -> Papers:
    """Return the papers of these cases and of what they handed over; most have no forms, and ask nothing."""
    case_ids = [one for branch, line in lines for one in _list_ids(branch, line)]
    if not case_ids:
        return {}
    return _read(session, definitions, _IN_CASES.all(session, {"case_ids": case_ids}))


def find_of_customer(session: Session, definitions: DefinitionStore, customer_id: int) -> Papers:
    """Return the papers of all the customer's cases; the caller leaves out what has ended as a whole."""
    return _read(session, definitions, _OF_CUSTOMER.all(session, {"b_customer_id": customer_id}))


def list_signings(branch: Branch, line: Line, papers: Papers) -> Iterator[CustomerAction]:
    """Yield the action of signing each paper, while the case at the top goes on."""
    # Most cases have none, and then nobody looks through their steps.
    is_wanted = bool(papers) and branch.snapshot.status is CaseStatus.OPEN
    return _list(branch, line, papers, ()) if is_wanted else iter(())


def list_disputed(branch: Branch, line: Line, papers: Papers) -> frozenset[int]:
    """Return the customer's own steps, by task and way to it, whose slip they object to."""
    return frozenset(_list_disputed(branch, line, papers, ())) if papers else frozenset()


def _list_disputed(branch: Branch, line: Line, papers: Papers, path: tuple[int, ...]) -> Iterator[int]:
    asked_at = list_asked_at(line.definition, branch.snapshot)
    for one in papers.get(branch.id, ()):
        if one.is_disputed and one.task_no in asked_at:
            yield join_task((*path, asked_at[one.task_no]))
    for number, below in branch.children.items():
        yield from _list_disputed(below, line.children[number], papers, (*path, number))


def _list(branch: Branch, line: Line, papers: Papers, path: tuple[int, ...]) -> Iterator[CustomerAction]:
    asked_at = list_asked_at(line.definition, branch.snapshot)
    for one in papers.get(branch.id, ()):
        task = branch.snapshot.task(one.task_no)
        if task is None or awaits_approval(line.definition.step(task.step), branch.snapshot):
            continue
        if one.is_needed and one.task_no not in asked_at:
            yield make_signing(one.name, (*path, one.task_no), waits=not one.is_disputed)
    for number, below in branch.children.items():
        yield from _list(below, line.children[number], papers, (*path, number))


def _list_ids(branch: Branch, line: Line) -> Iterator[int]:
    if line.definition.has_step_forms:
        yield branch.id
    for number, below in branch.children.items():
        yield from _list_ids(below, line.children[number])


def _read(session: Session, definitions: DefinitionStore, rows: Iterable[Any]) -> Papers:
    found = defaultdict[int, list[PaperToSign]](list)
    for row in rows:
        form = definitions.get_form(session, row.form_version_id)
        signers = (one["key"] for one in form.body.get("signers", ()) if one["party"] == CUSTOMER_PARTY)
        signed = row.signed or ()
        is_needed = any(one not in signed and is_signer_needed(form, one) for one in signers)
        if is_needed or row.is_disputed:
            found[row.case_id].append(PaperToSign(row.task_no, form.name, row.is_disputed, is_needed))
    return found
