"""Documents as they were handed in, for whoever prints, checks or signs them: no drafts, no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.cases import document_rows, repository
from backend.cases.commands import CUSTOMER
from backend.cases.contract_wording import ContractWordings, ReadContract
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.form_sealing import open_values
from backend.cases.repository import StoredCase
from backend.catalogue.definition import Step
from backend.catalogue.forms import Form, Values
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict

CUSTOMER_PARTY = "customer"


@dataclass(frozen=True, slots=True)
class FilledDocument:
    """What was handed in at a step, in clear, with its row and form."""

    case: StoredCase
    step: Step
    form: Form
    row: Row[Any]
    values: Values
    contract: ReadContract | None = None

    @property
    def concerns_customer(self) -> bool:
        """True where the customer fills it in, signs it, or keeps a copy of it."""
        return concerns_customer(self.form, self.step)


def concerns_customer(form: Form, step: Step) -> bool:
    """True for a form of a step that the customer fills in, signs, or keeps a copy of."""
    parties = (one["party"] for place in ("signers", "copies") for one in form.body.get(place, ()))
    return CUSTOMER.holds(step.by) or CUSTOMER_PARTY in parties


class FilledDocuments:
    """Finds filled documents of a case that the caller has found to be theirs to see."""

    def __init__(self, definitions: DefinitionStore, keys: KeyRing, wordings: ContractWordings) -> None:
        self._definitions = definitions
        self._keys = keys
        self._wordings = wordings

    def find(self, session: Session, case_id: int, task_no: int, *, locks: bool = False) -> FilledDocument:
        """Return the task's document as it was handed in.

        Raises CommandRefused for a task that is not there; Conflict ``document_not_filled`` where the form
        has not been handed in yet, ``document_erased`` where its time is over.
        """
        case = repository.read_case(session, case_id)
        task = case.snapshot.task(task_no)
        if task is None:
            raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(task_no))
        row = document_rows.find_document(session, case_id, task_no, locks=locks)
        if row is None or row.content is None:
            raise Conflict("document_not_filled")
        if row.nonce_sealed is None:
            raise Conflict("document_erased")
        step = self._definitions.get(session, case.definition_version_id).step(task.step)
        return self._write(session, case, step, row)

    def find_kept(self, session: Session, case_id: int, task_no: int) -> FilledDocument | None:
        """Return the task's document as ``find`` does, or None where its time is over."""
        row = document_rows.find_document(session, case_id, task_no)
        is_kept = row is not None and row.nonce_sealed is not None
        return self.find(session, case_id, task_no) if is_kept else None

    def list_all(self, session: Session, case_id: int) -> list[FilledDocument]:
        """Return all that was handed in, still counts and is still kept, the oldest first."""
        case = repository.read_case(session, case_id)
        definition = self._definitions.get(session, case.definition_version_id)
        rows = document_rows.list_filled(session, case_id)
        return [
            self._write(session, case, definition.step(row.step), row)
            for row in rows
            if row.state == "filled" and row.nonce_sealed is not None
        ]

    def _write(self, session: Session, case: StoredCase, step: Step, row: Row[Any]) -> FilledDocument:
        form = self._definitions.get_form(session, row.form_version_id)
        values = open_values(self._keys, row.content)
        return FilledDocument(case, step, form, row, values, self._wordings.read(session, row, form, values))
