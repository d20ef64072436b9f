"""What the cases ask of the component that keeps files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from backend.core.errors import Invalid


class CaseFiles(Protocol):
    """Binds uploaded files to a case, and tells clients where to fetch them."""

    def claim(self, session: Session, file_keys: Sequence[str], owner: str, case_id: int) -> None:
        """Bind the files of ``owner`` (as ``customer:17``) to the case, in the caller's transaction.

        Raises Invalid with ``file_unknown`` for a file that is missing, another's, or bound elsewhere;
        ``detail`` is its key.
        """

    def describe(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, Any]:
        """Return file key → what clients know of the file; unknown keys are left out."""

    def read_hashes(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, str]:
        """Return file key → the sha256 of what was uploaded; unknown keys are left out."""

    def read_pictures(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, bytes | str]:
        """Return file key → the photo itself, or the name of what is none; unknown keys are left out."""


def claim_files(
    files: CaseFiles, session: Session, keys: Mapping[str, str], owner: str, case_id: int
) -> None:
    """Claim every file of ``keys`` (file key → field); raises Invalid ``file_unknown`` with the field."""
    if not keys:
        return
    try:
        files.claim(session, list(keys), owner, case_id)
    except Invalid as error:
        if error.code != "file_unknown":
            raise
        field = keys.get(error.detail, next(iter(keys.values())))
        raise Invalid("file_unknown", fields={field: "file_unknown"}) from error
