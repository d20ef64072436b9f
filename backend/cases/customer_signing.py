"""Customers sign documents of their own cases: drawn on glass, or confirmed by a code sent to their phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from backend.access.sms_codes import GOOD_FOR, RESEND_AFTER, SmsCodes
from backend.cases import document_rows
from backend.cases.access import find_root_id
from backend.cases.customer_documents import find_task
from backend.cases.document_signing import DocumentSigning, Signing, Wish, find_face_check
from backend.cases.filled_documents import CUSTOMER_PARTY, FilledDocument, FilledDocuments
from backend.cases.form_sealing import NAME_CONTEXT
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.customers.service import CustomersService

_PARTIES = frozenset({CUSTOMER_PARTY})
_NAMELESS = "客户本人"


class CustomerSigning:
    """``offers_sms`` is False where the deployment sends no codes; then signatures are drawn."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        filled: FilledDocuments,
        signing: DocumentSigning,
        customers: CustomersService,
        codes: SmsCodes,
        keys: KeyRing,
        offers_sms: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._filled = filled
        self._signing = signing
        self._customers = customers
        self._codes = codes
        self._keys = keys
        self._offers_sms = offers_sms
        self._now = now

    def send_code(
        self, customer_id: int, case_no: str, task: int, signer: str, sha256: str
    ) -> dict[str, int]:
        """Promise a code to the customer's own phone; it signs this document as it stands and nothing else.

        Raises what ``sign`` raises; Conflict ``sign_code_not_offered`` or ``phone_needed``; TooMany.
        """
        if not self._offers_sms:
            raise Conflict("sign_code_not_offered")
        with self._sessions.begin() as session:
            filled = self._find(session, customer_id, case_no, task)
            self._signing.check(session, filled, signer, sha256, _PARTIES)
            self._codes.issue(session, self._find_phone(session, customer_id), _purpose(filled), self._now())
        return {
            "resend_after_seconds": int(RESEND_AFTER.total_seconds()),
            "expires_in_seconds": int(GOOD_FOR.total_seconds()),
        }

    def sign(self, customer_id: int, case_no: str, task: int, wish: Wish) -> None:
        """Keep the customer's signature; raises NotFound, Invalid on ``code``, and what signing raises."""
        if (wish.file_key is None) == (wish.code is None):
            raise Invalid(fields={"file_key": "required"})
        fault, now = None, self._now()
        with self._sessions.begin() as session:
            filled = self._find(session, customer_id, case_no, task)
            self._signing.check(session, filled, wish.signer, wish.sha256, _PARTIES)
            phone = None
            if wish.code is not None:
                phone = self._find_phone(session, customer_id)
                fault = self._codes.find_fault(session, phone, _purpose(filled), wish.code, now)
            if fault is None:
                name = self._find_name(session, customer_id, filled)
                actor = f"customer:{customer_id}"
                checked = find_face_check(filled.case.snapshot.data)
                signing = Signing(
                    wish.signer, wish.sha256, actor, name, wish.device, wish.file_key, phone, checked
                )
                self._signing.sign(session, filled, signing, now)
        # A wrong try counts, so it is told only after the commit.
        if fault is not None:
            raise Invalid(fields={"code": fault})

    def _find(self, session: Session, customer_id: int, case_no: str, task: int) -> FilledDocument:
        case_id, number = find_task(session, customer_id, case_no, task)
        return self._filled.find(session, case_id, number, locks=True)

    def _find_phone(self, session: Session, customer_id: int) -> str:
        phone = self._customers.find_phone(session, customer_id)
        if phone is None:
            raise Conflict("phone_needed")
        return phone

    def _find_name(self, session: Session, customer_id: int, filled: FilledDocument) -> str:
        """Who is signed in signs; the contact of the case only where they have never told their name."""
        known = self._customers.describe_customer(session, customer_id).name
        if known:
            return known
        return name_applicant(session, self._keys, find_root_id(session, filled.case.id))


def name_applicant(session: Session, keys: KeyRing, root_id: int) -> str:
    """Return the name of the contact of a case, by the one at the top."""
    sealed = document_rows.read_application(session, root_id).contact_name_sealed
    return _NAMELESS if sealed is None else keys.decrypt(sealed, NAME_CONTEXT)


def _purpose(filled: FilledDocument) -> str:
    return f"sign_document:{filled.row.id}:{filled.row.sha256.hex()}"
