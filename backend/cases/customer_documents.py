"""The forms of a customer's own steps: read in clear, kept while typing, handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import access, objection_rows, papers_remade
from backend.cases.case_files import CaseFiles
from backend.cases.case_tree import Branch
from backend.cases.commands import CUSTOMER
from backend.cases.document_printing import DocumentPrinter, Printed
from backend.cases.document_rows import is_signed_on_paper
from backend.cases.document_signing import DocumentSigning, Signed
from backend.cases.document_views import describe_document, name_actor
from backend.cases.documents import Change, DocumentDesk, Filler
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.filled_documents import CUSTOMER_PARTY, FilledDocument, FilledDocuments
from backend.cases.objection_views import describe_own
from backend.cases.remaking_ways import is_to_be_remade
from backend.cases.signature_views import describe_signers
from backend.cases.signed_facts import list_facts, list_pictures
from backend.cases.step_signatures import list_asked_at
from backend.cases.told_values import list_told
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import NotFound

_OWN = frozenset({CUSTOMER_PARTY})


class CustomerDocuments:
    """A task's number is the one from the case's actions, which tells the way through handed-over cases."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        desk: DocumentDesk,
        filled: FilledDocuments,
        printer: DocumentPrinter,
        signing: DocumentSigning,
        definitions: DefinitionStore,
        keys: KeyRing,
        files: CaseFiles,
    ) -> None:
        self._sessions = sessions
        self._reading = reading
        self._definitions = definitions
        self._desk = desk
        self._filled = filled
        self._printer = printer
        self._signing = signing
        self._keys = keys
        self._files = files

    def read(self, customer_id: int, case_no: str, task: int) -> dict[str, Any]:
        """Return the document; raises NotFound for a foreign case and for a step that is not theirs."""
        with self._reading() as session:
            case_id, number = find_task(session, customer_id, case_no, task)
            opened = self._desk.read(session, case_id, number, _make_filler(customer_id))
            if not CUSTOMER.holds(opened.step.by):
                raise NotFound
            filled_by = name_actor(opened.row.filled_by if opened.row is not None else None, {})
            written = describe_document(opened, masks=False, filled_by=filled_by)
            # Customers know their own case only, not the number of what it handed over to.
            return {**written, "case_no": case_no}

    def save(self, customer_id: int, case_no: str, task: int, change: Change, device: str = "") -> int:
        """Keep what was typed, or hand the form in; return the new revision. Raises what the desk raises."""
        with self._sessions.begin() as session:
            case_id, number = find_task(session, customer_id, case_no, task)
            return self._desk.save(session, case_id, number, _make_filler(customer_id, device), change)

    def print(self, customer_id: int, case_no: str, task: int) -> Printed:
        """Return the document as PDF in the customer's copy.

        Raises NotFound for a foreign case and for a document that is none of theirs; Conflict
        ``document_not_filled``; Unavailable ``printing_unavailable``.
        """
        with self._reading() as session:
            case_id, number = find_task(session, customer_id, case_no, task)
            filled = self._filled.find(session, case_id, number)
            if not filled.concerns_customer:
                raise NotFound
            bundle = self._printer.gather(session, [filled], CUSTOMER_PARTY)
        return self._printer.set(bundle)

    def read_wording(self, customer_id: int, case_no: str, task: int) -> dict[str, Any]:
        """Return all words of a contract as it was handed in: the very lines that its hash covers.

        ``sha256`` is what is signed; whoever signs something else than what is shown is refused. Raises
        NotFound for a foreign case, for a document that is none of theirs, and for one that is no contract;
        Conflict ``document_not_filled``.
        """
        with self._reading() as session:
            case_id, number = find_task(session, customer_id, case_no, task)
            filled = self._filled.find(session, case_id, number)
            if not filled.concerns_customer or filled.contract is None:
                raise NotFound
            return {"sha256": filled.row.sha256.hex(), "lines": list(filled.contract.clauses)}

    def list_filled(self, customer_id: int, case_no: str) -> list[dict[str, Any]]:
        """Return what was handed in and concerns the customer, in the case and in what it handed over to."""
        with self._reading() as session:
            tree = access.find_customer_case(session, customer_id, case_no)
            return list(self._list_branch(session, tree.branch, ()))

    def _list_branch(
        self, session: Session, branch: Branch, path: tuple[int, ...]
    ) -> Iterator[dict[str, Any]]:
        process = self._definitions.get(session, branch.definition_version_id)
        asked_at = list_asked_at(process, branch.snapshot)
        objections = objection_rows.list_of_cases(session, [branch.id])
        for one in self._filled.list_all(session, branch.id):
            if one.concerns_customer:
                signed = self._signing.list_signed(session, one)
                may = (
                    self._signing.is_open(session, one.case, one.step)
                    and not is_signed_on_paper(one.values)
                    and not is_to_be_remade(process, branch.snapshot, one.row.step)
                )
                asked = asked_at.get(one.row.task_no)
                signers = tell_signers(one.form, signed, may)
                may_sign = any(signer["may_sign"] for signer in signers)
                signs = asked is not None or may_sign
                agreed = {said.signer for said in signed if said.holds}
                remade = papers_remade.find_remade(objections, one.row, agreed)
                yield {
                    "task": access.join_task((*path, one.row.task_no)),
                    "name": one.form.name,
                    "number": one.row.number,
                    "filled_at": one.row.filled_at,
                    "sha256": one.row.sha256.hex(),
                    "has_wording": one.contract is not None,
                    "asked_at": access.join_task((*path, asked)) if asked is not None else None,
                    "signers": signers,
                    "told": list_told(session, process, branch.snapshot, one),
                    "facts": list_facts(one.form, one.values) if signs else [],
                    "photos": self._list_photos(session, one),
                    **describe_own(objections, one.row.id, self._keys, may_sign=may_sign),
                    "remade": self._describe_remade(session, one, remade),
                }
        for waiting, below in branch.children.items():
            yield from self._list_branch(session, below, (*path, waiting))

    def _list_photos(self, session: Session, filled: FilledDocument) -> list[dict[str, Any]]:
        """Whoever signs a reading sees the meter that it was read from, and may look again later."""
        pictures = list_pictures(filled.form, filled.values)
        views = self._files.describe(session, [key for _, keys in pictures for key in keys])
        return [
            {"label": label, "files": [views[key] for key in keys if key in views]}
            for label, keys in pictures
        ]

    def _describe_remade(
        self, session: Session, document: FilledDocument, rows: Sequence[Row[Any]]
    ) -> dict[str, Any] | None:
        """Return what became of the objection to the paper before; most papers have had none."""
        task = rows[-1].task_no if rows else document.row.task_no
        before = None
        if task != document.row.task_no:
            before = self._filled.find_kept(session, document.case.id, task)
        return papers_remade.describe_remade(rows, document, before, self._keys)


def tell_signers(form: Form, signed: Sequence[Signed], may: bool) -> list[dict[str, Any]]:
    """Return who signs as the customer is told it: not what the company leaves open, or never signed."""
    own = frozenset(one["key"] for one in form.body.get("signers", ()) if one["party"] == CUSTOMER_PARTY)
    described = describe_signers(form, signed, _OWN, own, may=may, masks=False)
    return [
        one for one in described if one["key"] in own or one["signed_at"] or (may and not one["optional"])
    ]


def _make_filler(customer_id: int, device: str = "") -> Filler:
    return Filler(f"customer:{customer_id}", CUSTOMER, device=device)


def find_task(session: Session, customer_id: int, case_no: str, task: int) -> tuple[int, int]:
    """Return the case that the task belongs to, and its number there."""
    case_id = access.find_customer_case_id(session, customer_id, case_no)
    *above, number = access.split_task(task)
    for waiting in above:
        child_id = access.find_child_id(session, case_id, waiting)
        if child_id is None:
            raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(task))
        case_id = child_id
    return case_id, number
