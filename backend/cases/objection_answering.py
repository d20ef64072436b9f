"""Telling a customer who objects to a paper what comes of it (答复客户), which settles the objection.

A paper whose step has passed cannot be written anew, so without an answer nobody could ever close it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from backend.cases import objection_rows, repository
from backend.cases.filled_documents import FilledDocument, FilledDocuments
from backend.cases.models import CaseMessage
from backend.cases.notices import ANSWERED
from backend.cases.objection_rows import ANSWER_CONTEXT
from backend.cases.objection_views import may_answer
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, make_request
from backend.cases.staff_access import StaffAccess
from backend.cases.staff_remarks import LONGEST_TEXT, MESSAGE_CONTEXT
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.outbox import promise
from backend.organisation.service import Member


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member sends: the newest objection that they saw at the paper, and what the customer hears."""

    command_id: uuid.UUID
    objection: int
    text: str


class ObjectionAnswers:
    """Keeps answers to objections; the customer reads them at the paper and as a message."""

    def __init__(
        self, cases: CaseService, access: StaffAccess, filled: FilledDocuments, keys: KeyRing
    ) -> None:
        self._cases = cases
        self._access = access
        self._filled = filled
        self._keys = keys

    def answer(self, member: Member, case_no: str, task: int, answer: Answer) -> None:
        """Keep the answer and promise that it reaches the customer; once for a command id.

        Raises NotFound for a case that the member does not see and for an objection of another paper;
        Invalid on ``text``; Forbidden ``objection_not_yours``; Conflict ``objection_settled``.
        """
        said = answer.text.strip()
        if not said or len(said) > LONGEST_TEXT:
            raise Invalid(fields={"text": "invalid" if said else "required"})
        body = {"answer": [case_no, task], "objection": answer.objection, "text": answer.text}
        request = make_request(self._keys, f"staff:{member.id}", answer.command_id, body)

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            row = self._access.find_staff_case(session, member, case_no)
            # Two who answer at once: the second one waits here, and then finds it settled.
            filled = self._filled.find(session, row.id, task, locks=True)
            made = objection_rows.find_objection(session, answer.objection)
            if made is None or made.document_id != filled.row.id:
                raise NotFound
            if not may_answer(member, row, made):
                raise Forbidden("objection_not_yours")
            if not made.is_open:
                raise Conflict("objection_settled")
            self._keep(session, member, filled, answer.objection, said, stamp)
            return CaseAnswer(case_no, row.version, row.status)

        self._cases.once(request, act)

    def _keep(
        self,
        session: Session,
        member: Member,
        filled: FilledDocument,
        objection_id: int,
        said: str,
        stamp: Stamp,
    ) -> None:
        case, at = filled.case, stamp.recorded_at
        values = {
            "document_id": filled.row.id,
            "objection_id": objection_id,
            "case_id": case.id,
            "staff_id": member.id,
            "text_sealed": self._keys.encrypt(said, ANSWER_CONTEXT),
            "answered_at": at,
        }
        objection_rows.insert_answer(session, values)
        told = f"您对“{filled.form.name}”提的异议，工作人员答复：{said}"
        message = CaseMessage(
            case_id=case.id,
            staff_id=member.id,
            text_sealed=self._keys.encrypt(told, MESSAGE_CONTEXT),
            sent_at=at,
        )
        session.add(message)
        session.flush()
        named = {"case_id": case.id, "case_no": case.case_no}
        promised = {**named, "message": ANSWERED, "case_message_id": message.id}
        promise(session, "notify_customer", [promised], at)
        changed = {
            **named,
            "parent_nos": repository.list_parent_nos(session, case),
            "unit_ids": [case.unit_id],
            "version": case.snapshot.version,
        }
        promise(session, "case_changed", [changed], at)
