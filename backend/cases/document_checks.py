"""What anybody may learn who holds a printed document: whether its number and hash are those on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.document_printing import SHORT_HASH
from backend.cases.document_rows import DOCUMENT
from backend.catalogue.service import DefinitionStore
from backend.core.errors import NotFound

_BY_TOKEN = select(
    DOCUMENT.c.number, DOCUMENT.c.state, DOCUMENT.c.sha256, DOCUMENT.c.filled_at, DOCUMENT.c.form_version_id
).where(DOCUMENT.c.check_token == bindparam("token"))


class PaperState(StrEnum):
    """How a paper stands against what is on record."""

    VALID = "valid"
    CHANGED = "changed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class CheckedPaper:
    """What the public page tells; nothing in it says whose the document is."""

    state: PaperState
    name: str
    number: str
    filled_at: datetime
    sha256: str


class DocumentChecks:
    """Looks papers up by the token in their QR code."""

    def __init__(self, reading: sessionmaker[Session], definitions: DefinitionStore) -> None:
        self._reading = reading
        self._definitions = definitions

    def check(self, token: str, short_hash: str) -> CheckedPaper:
        """Compare a paper's hash with the one on record; raises NotFound for a token never given out."""
        with self._reading() as session:
            row = session.execute(_BY_TOKEN, {"token": token}).one_or_none()
            if row is None or row.sha256 is None:
                raise NotFound
            form = self._definitions.get_form(session, row.form_version_id)
        sha256 = row.sha256.hex()
        state = (
            PaperState.SUPERSEDED
            if row.state == "superseded"
            else PaperState.VALID
            if short_hash == sha256[:SHORT_HASH]
            else PaperState.CHANGED
        )
        return CheckedPaper(state, form.body.get("title", form.name), row.number, row.filled_at, sha256)
