"""Electronic signatures of filled documents: each is bound to the hash of what its signer saw.

A document that is changed afterwards has another hash, so what was signed before shows as no longer holding,
and nobody can sign what they have not seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from backend.cases.access import is_going_on
from backend.cases.awaited_signatures import note_awaited
from backend.cases.case_files import CaseFiles, claim_files
from backend.cases.document_models import DocumentSignature
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.filled_documents import FilledDocument
from backend.cases.guards import IDENTITY_PROOF, awaits_approval
from backend.cases.repository import StoredCase
from backend.cases.snapshot import CaseStatus
from backend.catalogue.definition import Step
from backend.catalogue.forms import FieldType, Form, Values
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Forbidden, Invalid

WAYS = ("drawn", "sms_code")
_SIGNATURE = table_of(DocumentSignature)
_NAME_CONTEXT = "document_signature.name"
_PHONE_CONTEXT = "document_signature.phone"
_LONGEST_DEVICE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client sends: the signer of the form, the hash that was seen, a picture or a code, the device.

    ``name`` is who signs where that is not who is signed in; ``as_named`` says that it is whom the document
    names as the customer.
    """

    signer: str
    sha256: str
    device: str
    file_key: str | None = None
    code: str | None = None
    name: str = ""
    as_named: bool = False


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs what: the signer of the form, the hash that was seen, and how.

    A drawn one brings the file of the picture, one by code the phone that the code was sent to.
    """

    signer: str
    sha256: str
    actor: str
    name: str
    device: str
    file_key: str | None = None
    phone: str | None = None
    face_check_id: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it is read. ``holds`` tells whether the document still says what was signed."""

    signer: str
    field: str | None
    way: str
    file_key: str | None
    name: str
    phone: str | None
    signed_at: datetime
    device: str
    sha256: bytes
    holds: bool
    face_check_id: str


class DocumentSigning:
    """Works in the caller's transaction on a document that the caller has found to be theirs to see."""

    def __init__(self, keys: KeyRing, files: CaseFiles) -> None:
        self._keys = keys
        self._files = files

    @staticmethod
    def is_open(session: Session, case: StoredCase, step: Step) -> bool:
        """True while what was written at the step may be signed: until the case has ended, and all that it is
        part of, and a contract only once it is approved."""
        return not awaits_approval(step, case.snapshot) and _is_going_on(session, case)

    def check(
        self, session: Session, filled: FilledDocument, signer: str, sha256: str, parties: Collection[str]
    ) -> None:
        """Refuse what cannot be signed; ``filled`` was found with a lock.

        Raises CommandRefused where the case has ended; Conflict ``contract_unapproved``; Invalid
        ``signer_unknown``; Forbidden ``signer_not_yours`` for a signer of another party; Conflict
        ``signature_document_changed``.
        """
        if not _is_going_on(session, filled.case):
            raise CommandRefused(RefusalCode.CASE_ENDED)
        if awaits_approval(filled.step, filled.case.snapshot):
            raise Conflict("contract_unapproved")
        found = find_signer(filled.form, signer)
        if found is None:
            raise Invalid("signer_unknown")
        if found["party"] not in parties:
            raise Forbidden("signer_not_yours")
        if filled.row.state != "filled" or filled.row.sha256.hex() != sha256:
            raise Conflict("signature_document_changed")

    def sign(self, session: Session, filled: FilledDocument, signing: Signing, now: datetime) -> None:
        """Keep a signature; the same one sent again does nothing more.

        Raises Invalid ``file_unknown``; Conflict ``already_signed`` where this signer has signed the
        document as it stands.
        """
        for one in self.list_signed(session, filled):
            if one.signer == signing.signer and one.holds:
                if signing.file_key is not None and one.file_key == signing.file_key:
                    return
                raise Conflict("already_signed")
        if signing.file_key is not None:
            named = {signing.file_key: "file_key"}
            claim_files(self._files, session, named, signing.actor, filled.case.id)
        field = _find_place(filled.form, signing.signer)
        session.execute(insert(_SIGNATURE).values(self._write(filled.row, field, signing, now)))
        note_awaited(session, filled.row.id, filled.form)

    def keep_early(
        self, session: Session, row: Row[Any], form: Form, values: Values, base: Signing, now: datetime
    ) -> None:
        """Keep the signatures that were drawn while the form was filled in, of those who signed it then."""
        for one in form.fields:
            given = values.get(one.key)
            if one.type is not FieldType.SIGNATURE or one.signer is None or not given:
                continue
            signing = replace(base, signer=one.signer, file_key=given)
            session.execute(
                insert_or_leave(_SIGNATURE)
                .values(self._write(row, one.key, signing, now))
                .on_conflict_do_nothing()
            )

    def list_signed(self, session: Session, filled: FilledDocument) -> list[Signed]:
        """Return all signatures of the document, the oldest first."""
        rows = session.execute(
            select(_SIGNATURE).where(_SIGNATURE.c.document_id == filled.row.id).order_by(_SIGNATURE.c.id)
        )
        return [self._read(row, filled.row.sha256) for row in rows]

    def _write(self, row: Row[Any], field: str | None, signing: Signing, now: datetime) -> Mapping[str, Any]:
        phone = signing.phone
        return {
            "document_id": row.id,
            "unit_id": row.unit_id,
            "signer": signing.signer,
            "field": field,
            "sha256": row.sha256,
            "way": WAYS[0] if signing.file_key is not None else WAYS[1],
            "file_key": signing.file_key,
            "phone_sealed": None if phone is None else self._keys.encrypt(phone, _PHONE_CONTEXT),
            "name_sealed": self._keys.encrypt(signing.name, _NAME_CONTEXT),
            "actor": signing.actor,
            "signed_at": now,
            "device": signing.device[:_LONGEST_DEVICE],
            "face_check_id": signing.face_check_id,
        }

    def _read(self, row: Row[Any], sha256: bytes) -> Signed:
        return Signed(
            signer=row.signer,
            field=row.field,
            way=row.way,
            file_key=row.file_key,
            name=self._keys.decrypt(row.name_sealed, _NAME_CONTEXT),
            phone=None if row.phone_sealed is None else self._keys.decrypt(row.phone_sealed, _PHONE_CONTEXT),
            signed_at=row.signed_at,
            device=row.device,
            sha256=row.sha256,
            holds=row.sha256 == sha256,
            face_check_id=row.face_check_id or "",
        )


def _is_going_on(session: Session, case: StoredCase) -> bool:
    return case.snapshot.status is CaseStatus.OPEN or (
        case.parent_case_id is not None and is_going_on(session, case.id)
    )


def name_present(staff: str) -> str:
    """Return what stands for the name of who signed on a device of staff and was not asked for it."""
    return f"在{staff}的设备上当面签"


def find_face_check(data: Mapping[str, Any]) -> str | None:
    """Return our reference of the face check that proved who a case's customer is, or None without one."""
    how, _, reference = str(data.get(IDENTITY_PROOF) or "").partition(":")
    return reference if how == "face" else None


def find_signer(form: Form, signer: str) -> Mapping[str, Any] | None:
    """Return who signs the form under this key, or None."""
    found: Sequence[Mapping[str, Any]] = form.body.get("signers", ())
    return next((one for one in found if one["key"] == signer), None)


def label_signer(form: Form, signer: str) -> str:
    """Return what the form calls the signer."""
    found = find_signer(form, signer)
    return signer if found is None else str(found["label"])


def _find_place(form: Form, signer: str) -> str | None:
    """Where a signer's name stands on the paper: not in the place of the seal where there is another."""
    fields = [one for section in form.body["sections"] for one in section["fields"]]
    places = [one for one in fields if one["type"] == "signature" and one.get("signer") == signer]
    places.sort(key=lambda one: one.get("mark") == "seal")
    return places[0]["key"] if places else None


def drop_stale_signatures(form: Form, former: Values, values: Values) -> Values:
    """Return ``values`` without the signatures that were given to another content.

    Who corrects a form that was handed in changes what had been signed; whoever signed has to sign anew.
    """
    signed = {one.key for one in form.fields if one.type is FieldType.SIGNATURE}
    beside = {one.key for one in form.fields if one.off_paper}
    if all(former.get(key) == values.get(key) for key in {*former, *values} - signed - beside):
        return values
    return {key: value for key, value in values.items() if key not in signed or value != former.get(key)}
