"""What the cases ask of the component that keeps files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from backend.catalogue.forms import Form
from backend.core.errors import Invalid

# What shows somebody's identity card or face, in the words of the forms.
_OF_IDENTITY = ("id_number", "face")


class CaseFiles(Protocol):
    """Binds uploaded files to a case, and tells clients where to fetch them."""

    def claim(
        self,
        session: Session,
        file_keys: Sequence[str],
        owner: str,
        case_id: int,
        id_photos: Collection[str] = (),
    ) -> None:
        """Bind the files of ``owner`` (as ``customer:17``) to the case, in the caller's transaction.

        ``id_photos``, which show an identity card or a face, are kept for a shorter time.

        Raises Invalid with ``file_unknown`` for a file that is missing, another's, or bound elsewhere;
        ``detail`` is its key.
        """

    def begin_retention(
        self, session: Session, case_id: int, ended_at: datetime, scans: Collection[str] = ()
    ) -> None:
        """Begin to count the time for which the files of an ended case are kept.

        ``scans`` are papers signed by hand: they have no day of their own and go when those do.
        """

    def describe(self, session: Session, file_keys: Sequence[str], viewer: str = "") -> Mapping[str, Any]:
        """Return file key → what clients know of the file; unknown keys are left out.

        One of staff (``viewer`` is ``staff:<id>``) sees photos of identity cards with their name over them.
        """

    def read_hashes(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, str]:
        """Return file key → the sha256 of what was uploaded; unknown keys are left out."""

    def read_pictures(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, bytes | str]:
        """Return file key → the photo itself, or the name of what is none; unknown keys are left out."""


def claim_files(
    files: CaseFiles,
    session: Session,
    keys: Mapping[str, str],
    owner: str,
    case_id: int,
    form: Form | None = None,
) -> None:
    """Claim every file of ``keys`` (file key → field of ``form``).

    Raises Invalid ``file_unknown`` with the field.
    """
    if not keys:
        return
    fields = {key: form.field(name) for key, name in keys.items()} if form is not None else {}
    id_photos = [key for key, one in fields.items() if one is not None and one.personal in _OF_IDENTITY]
    try:
        files.claim(session, list(keys), owner, case_id, id_photos)
    except Invalid as error:
        if error.code != "file_unknown":
            raise
        field = keys.get(error.detail, next(iter(keys.values())))
        raise Invalid("file_unknown", fields={field: "file_unknown"}) from error
