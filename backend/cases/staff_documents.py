"""The forms of a case's steps as staff read, fill in and look into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.disputed_forms import describe_disputed
from backend.cases.document_printing import DocumentPrinter, Printed, list_looks
from backend.cases.document_rows import is_signed_on_paper
from backend.cases.document_signing import DocumentSigning, Signing, Wish, find_signer
from backend.cases.document_views import describe_document, list_signing_parties, name_actor
from backend.cases.documents import Change, DocumentDesk, Filler, OpenedDocument
from backend.cases.filled_documents import CUSTOMER_PARTY, FilledDocument, FilledDocuments
from backend.cases.overall_limits import find_limit_day
from backend.cases.ports import RecordLook
from backend.cases.signature_views import describe_signers, find_customer_name, list_own_places
from backend.cases.staff_access import StaffAccess, list_posts, make_filler_performer, make_performer
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.organisation.service import Member, OrganisationService


class StaffDocuments:
    """Every method first checks that the member may see the case; foreign and missing are both NotFound."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        access: StaffAccess,
        organisation: OrganisationService,
        desk: DocumentDesk,
        filled: FilledDocuments,
        printer: DocumentPrinter,
        signing: DocumentSigning,
        posts: frozenset[str],
        definitions: DefinitionStore,
        keys: KeyRing,
        record_look: RecordLook,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._reading = reading
        self._access = access
        self._organisation = organisation
        self._desk = desk
        self._filled = filled
        self._printer = printer
        self._signing = signing
        self._posts = posts
        self._definitions = definitions
        self._keys = keys
        self._record_look = record_look
        self._now = now

    def read(self, member: Member, case_no: str, task: int) -> dict[str, Any]:
        """Return the document with personal values masked; raises what the desk raises."""
        with self._reading() as session:
            opened = self._open(session, member, case_no, task)
            names: Mapping[int, str] = {}
            if opened.row is not None and opened.row.filled_by is not None:
                kind, _, number = opened.row.filled_by.partition(":")
                ids = {int(number)} if kind == "staff" else set()
                names = {no: one.name for no, one in self._organisation.call_staff(session, ids).items()}
            filled_by = name_actor(opened.row.filled_by if opened.row is not None else None, names)
            described = describe_document(opened, masks=True, filled_by=filled_by)
            limit = self._find_limit(session, opened)
            disputed = describe_disputed(session, opened, self._definitions, self._keys)
            signers = self._describe_signers(session, member, opened)
            return {**described, **limit, "disputed": disputed, **signers}

    def _find_limit(self, session: Session, opened: OpenedDocument) -> dict[str, Any]:
        """Return the day past which the works of this slip are late, for who fills it in."""
        if not opened.may_fill:
            return {}
        return {"limit_day": find_limit_day(session, opened.definition, opened.case.id, opened.form)}

    def _describe_signers(self, session: Session, member: Member, opened: OpenedDocument) -> dict[str, Any]:
        if opened.row is None or opened.row.content is None or not opened.form.body.get("signers"):
            return {}
        filled = FilledDocument(opened.case, opened.step, opened.form, opened.row, {})
        signed = self._signing.list_signed(session, filled)
        may = opened.row.state == "filled" and self._signing.is_open(session, opened.case, opened.step)
        may = may and not is_signed_on_paper(opened.values)
        parties = self._list_parties(opened.form, member)
        name = find_customer_name(opened.form, opened.values)
        own = list_own_places(opened.form, list_posts(member), member.name, signed)
        signers = describe_signers(opened.form, signed, parties, own, may=may, masks=True, customer_name=name)
        return {"sha256": opened.row.sha256.hex(), "signers": signers}

    def sign(self, member: Member, case_no: str, task: int, wish: Wish) -> None:
        """Keep a signature that was drawn on this member's device: their own, or that of who stands there.

        Raises what ``DocumentSigning.check`` and ``sign`` raise; Conflict ``document_not_filled``.
        """
        with self._sessions.begin() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            filled = self._filled.find(session, case_id, task, locks=True)
            self._signing.check(
                session, filled, wish.signer, wish.sha256, self._list_parties(filled.form, member)
            )
            signer = find_signer(filled.form, wish.signer)
            signed = self._signing.list_signed(session, filled)
            is_own = wish.signer in list_own_places(filled.form, list_posts(member), member.name, signed)
            name = member.name if is_own else wish.name.strip()
            if wish.as_named and signer is not None and signer["party"] == CUSTOMER_PARTY:
                name = find_customer_name(filled.form, filled.values)
            if not name:
                raise Invalid(fields={"name": "required"})
            signing = Signing(
                wish.signer, wish.sha256, f"staff:{member.id}", name, wish.device, file_key=wish.file_key
            )
            self._signing.sign(session, filled, signing, self._now())

    def save(self, member: Member, case_no: str, task: int, change: Change, device: str = "") -> int:
        """Keep what was typed, or hand the form in; return the new revision. Raises what the desk raises."""
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            return self._desk.save(session, row.id, task, _make_filler(member, row, device), change)

    def reveal(
        self, member: Member, case_no: str, task: int, items: list[str], reason: str
    ) -> dict[str, Any]:
        """Return full values, and write down who looked at them and why.

        Raises Invalid for an item that is not there, and without a reason.
        """
        if not reason.strip():
            raise Invalid("look_reason_required", fields={"reason": "required"})
        with self._sessions.begin() as session:
            opened = self._open(session, member, case_no, task)
            unknown = [one for one in items if opened.form.field(one) is None]
            if unknown:
                raise Invalid("item_unknown", detail=unknown[0])
            subject = f"case:{opened.case.id}"
            looked = [f"{opened.form.key}.{one}" for one in items]
            self._record_look(session, member.id, subject, looked, reason, self._now())
            return {"values": {one: opened.values[one] for one in items if one in opened.values}}

    def _list_parties(self, form: Form, member: Member) -> frozenset[str]:
        return list_signing_parties(form, make_performer(member), self._posts)

    def print(self, member: Member, case_no: str, task: int) -> Printed:
        """Return the document as PDF in all its copies; the look at what it tells in full is recorded.

        Raises Conflict ``document_not_filled``; Unavailable ``printing_unavailable``.
        """
        with self._sessions.begin() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            filled = [self._filled.find(session, case_id, task)]
            bundle = self._printer.gather(session, filled, None)
            self._record_print(session, member, filled)
        return self._printer.set(bundle)

    def print_all(self, member: Member, case_no: str) -> Printed:
        """Return all filled documents of the case as one PDF; raises what ``print`` raises."""
        with self._sessions.begin() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            filled = self._filled.list_all(session, case_id)
            bundle = self._printer.gather(session, filled, None)
            self._record_print(session, member, filled)
        return self._printer.set(bundle)

    def _record_print(self, session: Session, member: Member, filled: Sequence[FilledDocument]) -> None:
        for subject, items, reason in list_looks(filled):
            self._record_look(session, member.id, subject, items, reason, self._now())

    def _open(self, session: Session, member: Member, case_no: str, task: int) -> OpenedDocument:
        row = self._access.find_staff_case(session, member, case_no)
        return self._desk.read(session, row.id, task, _make_filler(member, row))


def _make_filler(member: Member, row: Row[Any], device: str = "") -> Filler:
    performer = make_filler_performer(member, row)
    return Filler(f"staff:{member.id}", performer, {"staff_name": member.name}, device)
