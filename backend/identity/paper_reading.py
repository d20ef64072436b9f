"""A photo of a paper, read for the form that it belongs to: to fill in, to compare, to tell.

Nothing that was read is kept: whoever took the photo, a customer or staff, gets it back and looks it over.
Where no provider is set up, or it is away, people type as they always did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.field_checks import BadValue, check_credit_code, check_id_number
from backend.core.errors import Invalid, NotFound
from backend.core.local_time import local_date
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.files.models import StoredFile
from backend.files.service import FileService
from backend.identity.papers import PaperFault, PaperKind, PaperReader, PaperRefused, ReadPaper

READ, BY_HAND = "read", "by_hand"
NAME_DIFFERS, NUMBER_DIFFERS = "paper_name_differs", "paper_number_differs"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form so far; it is compared with what is read, and never replaced."""

    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read; with BY_HAND nothing was. ``differs`` has the codes of what was typed otherwise."""

    state: Literal["read", "by_hand"]
    name: str = ""
    number: str = ""
    valid_until: date | None = None
    differs: tuple[str, ...] = ()


class PaperReading:
    """``reader`` is None where no provider is set up."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        files: FileService,
        reader: PaperReader | None,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._files = files
        self._reader = reader
        self._now = now

    def read(self, owner: str, file_key: str, kind: PaperKind, typed: Typed) -> Reading:
        """Read the owner's photo (``owner`` as ``customer:17`` or ``staff:3``).

        Raises NotFound for what is no photo of theirs; Invalid ``paper_not_document``, ``paper_unclear`` and
        ``paper_expired``.
        """
        reader, picture = self._reader, self._find_picture(owner, file_key)
        if reader is None:
            return Reading("by_hand")
        try:
            paper = reader.read(kind, picture)
        except PaperRefused as refused:
            unclear = refused.args[0] is PaperFault.UNCLEAR
            raise Invalid("paper_unclear" if unclear else "paper_not_document") from None
        except (PlatformUnavailable, PlatformRefused) as error:
            _log.error("paper_not_read", code=error.platform_code)
            return Reading("by_hand")
        _log.info("paper_read", paper=kind.value, provider=reader.key, provider_request=paper.request_id)
        if paper.valid_until is not None and paper.valid_until < local_date(self._now()):
            raise Invalid("paper_expired")
        number = _check_number(kind, paper)
        return Reading("read", paper.name, number, paper.valid_until, _compare(paper.name, number, typed))

    def _find_picture(self, owner: str, file_key: str) -> bytes:
        own = select(StoredFile.id).where(StoredFile.file_key == file_key, StoredFile.owner == owner)
        with self._sessions() as session:
            found = session.execute(own).scalar_one_or_none()
            picture = None if found is None else self._files.read_pictures(session, [file_key]).get(file_key)
        if not isinstance(picture, bytes):
            raise NotFound
        return picture


def _check_number(kind: PaperKind, paper: ReadPaper) -> str:
    """Return the number that was read, which fits its own check digit; raises Invalid ``paper_unclear``."""
    if not paper.number:
        return ""
    check = check_id_number if kind is PaperKind.ID_CARD else check_credit_code
    try:
        return check(paper.number)
    except BadValue:
        # A digit was taken for another one: whoever looks at it again sees that better than anybody.
        raise Invalid("paper_unclear") from None


def _compare(name: str, number: str, typed: Typed) -> tuple[str, ...]:
    pairs = ((NAME_DIFFERS, name, typed.name), (NUMBER_DIFFERS, number, typed.number))
    return tuple(code for code, read, given in pairs if read and given and _plain(read) != _plain(given))


def _plain(text: str) -> str:
    return "".join(text.split()).upper()
