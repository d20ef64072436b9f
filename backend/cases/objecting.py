"""A customer finds something wrong with a paper and does not sign it (有不对的地方): kept, and told at once.

The paper stays open for signing after all. Whoever wrote it puts it right, which closes the objection.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import objection_rows, repository
from backend.cases.awaited_signatures import is_signer_needed
from backend.cases.customer_documents import find_task
from backend.cases.document_rows import is_signed_on_paper
from backend.cases.document_signing import DocumentSigning
from backend.cases.filled_documents import CUSTOMER_PARTY, FilledDocument, FilledDocuments
from backend.cases.leak_words import sounds_like_leak
from backend.cases.objection_rows import TEXT_CONTEXT
from backend.cases.objection_views import MOST
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, make_request
from backend.cases.staff_remarks import LONGEST_TEXT
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.core.outbox import promise

_PARTIES = frozenset({CUSTOMER_PARTY})


@dataclass(frozen=True, slots=True)
class Objection:
    """What a client sends: what is wrong, and the hash of the paper that was seen."""

    command_id: uuid.UUID
    sha256: str
    text: str

    def list_body(self, case_no: str, task: int) -> dict[str, Any]:
        """Return all that makes this objection differ from another one with the same id."""
        return {"object_to": [case_no, task], "sha256": self.sha256, "text": self.text}


class CustomerObjections:
    """Keeps what customers object to the papers of their own cases."""

    def __init__(
        self, cases: CaseService, filled: FilledDocuments, signing: DocumentSigning, keys: KeyRing
    ) -> None:
        self._cases = cases
        self._filled = filled
        self._signing = signing
        self._keys = keys

    def object(self, customer_id: int, case_no: str, task: int, objection: Objection) -> bool:
        """Keep the objection and promise that whoever wrote the paper hears of it; once for a command id.

        Returns whether the words sound like a leak: then the client asks at once, as where an application
        is written, since nobody reads an objection at night.

        Raises NotFound for a foreign case; Invalid on ``text``; Conflict ``objection_after_signing`` where
        the customer has nothing left to sign, ``objected_often``; and what signing the paper raises.
        """
        said = objection.text.strip()
        if not said or len(said) > LONGEST_TEXT:
            raise Invalid(fields={"text": "invalid" if said else "required"})
        actor = f"customer:{customer_id}"
        body = objection.list_body(case_no, task)
        request = make_request(self._keys, actor, objection.command_id, body)

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case_id, number = find_task(session, customer_id, case_no, task)
            filled = self._filled.find(session, case_id, number, locks=True)
            signer = self._find_signer(session, filled)
            self._signing.check(session, filled, signer, objection.sha256, _PARTIES)
            if objection_rows.count_made(session, filled.row.id, filled.row.sha256) >= MOST:
                raise Conflict("objected_often")
            self._keep(session, filled, signer, said, stamp)
            return CaseAnswer(case_no, filled.case.snapshot.version, filled.case.snapshot.status.value)

        self._cases.once(request, act)
        return sounds_like_leak({"text": said})

    def _find_signer(self, session: Session, filled: FilledDocument) -> str:
        """Return the customer's place for signing that is still empty, a needed one before the others."""
        signed = {one.signer for one in self._signing.list_signed(session, filled) if one.holds}
        signers = [str(one["key"]) for one in filled.form.body.get("signers", ()) if one["party"] in _PARTIES]
        empty = [one for one in signers if one not in signed]
        if not empty or is_signed_on_paper(filled.values):
            raise Conflict("objection_after_signing")
        return min(empty, key=lambda one: not is_signer_needed(filled.form, one))

    def _keep(self, session: Session, filled: FilledDocument, signer: str, text: str, stamp: Stamp) -> None:
        case, row, at = filled.case, filled.row, stamp.recorded_at
        values = {
            "document_id": row.id,
            "case_id": case.id,
            "unit_id": row.unit_id,
            "signer": signer,
            "sha256": row.sha256,
            "text_sealed": self._keys.encrypt(text, TEXT_CONTEXT),
            "actor": stamp.actor,
            "written_by": row.filled_by,
            "made_at": at,
        }
        objection_id = objection_rows.insert_objection(session, values)
        named = {"case_id": case.id, "case_no": case.case_no}
        promise(session, "tell_objected", [{**named, "objection_id": objection_id}], at)
        promise(session, "case_changed", [_describe_change(session, filled, named)], at)


def _describe_change(session: Session, filled: FilledDocument, named: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **named,
        "parent_nos": repository.list_parent_nos(session, filled.case),
        "unit_ids": [filled.case.unit_id],
        "version": filled.case.snapshot.version,
    }
