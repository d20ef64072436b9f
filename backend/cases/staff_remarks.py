"""What staff write at a case: notes for each other, and messages to the customer; both sealed at rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import CaseMessage, CaseNote
from backend.cases.staff_access import StaffAccess
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.outbox import promise
from backend.core.statements import Prepared
from backend.organisation.service import Member

NOTE_CONTEXT = "case_note.text"
MESSAGE_CONTEXT = "case_message.text"
LONGEST_TEXT = 500
# The template under which a message of staff reaches the customer.
STAFF_MESSAGE = "staff_message"
_NOTE = table_of(CaseNote)
_NOTES = Prepared(
    select(_NOTE.c.staff_id, _NOTE.c.text_sealed, _NOTE.c.written_at)
    .where(_NOTE.c.case_id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_())
    .order_by(_NOTE.c.id)
)


class StaffRemarks:
    """Writes notes and messages at cases that the member may see."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        access: StaffAccess,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._keys = keys
        self._now = now

    def write_note(self, member: Member, case_no: str, text: str) -> None:
        """Keep a note that only staff read; raises NotFound, Invalid for an empty text."""
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            keep_note(session, self._keys, member, row, text, self._now())

    def send_message(self, member: Member, case_no: str, text: str) -> None:
        """Keep a message and promise that it reaches the customer; raises NotFound, Invalid."""
        said = _check_text(text)
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            message = CaseMessage(
                case_id=row.id,
                staff_id=member.id,
                text_sealed=self._keys.encrypt(said, MESSAGE_CONTEXT),
                sent_at=self._now(),
            )
            session.add(message)
            session.flush()
            named = {"case_id": row.id, "case_no": row.case_no}
            payload = {**named, "message": STAFF_MESSAGE, "case_message_id": message.id}
            promise(session, "notify_customer", [payload], self._now())


def keep_note(
    session: Session, keys: KeyRing, member: Member, row: Row[Any], text: str, now: datetime
) -> None:
    """Keep a note at the case of ``row``, which the caller has found; raises Invalid for an empty text."""
    sealed = keys.encrypt(_check_text(text), NOTE_CONTEXT)
    session.add(CaseNote(case_id=row.id, staff_id=member.id, text_sealed=sealed, written_at=now))
    session.flush()
    changed = {
        "case_id": row.id,
        "case_no": row.case_no,
        "unit_ids": [row.unit_id],
        "version": row.version,
    }
    promise(session, "case_changed", [changed], now)


def read_notes(session: Session, case_ids: Collection[int]) -> list[Row[Any]]:
    """Return the notes at these cases as they are kept, oldest first."""
    return _NOTES.all(session, {"case_ids": sorted(case_ids)})


def write_notes(notes: Iterable[Row[Any]], keys: KeyRing, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return ``{at, author, text}`` of each; ``names`` are staff by id."""
    return [
        {
            "at": one.written_at,
            "author": names.get(one.staff_id, ""),
            "text": keys.decrypt(one.text_sealed, NOTE_CONTEXT),
        }
        for one in notes
    ]


def _check_text(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_TEXT:
        raise Invalid(fields={"text": "invalid" if said else "required"})
    return said
