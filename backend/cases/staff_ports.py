"""What the staff's side asks of other components; the composition root says who answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from backend.core.errors import Invalid

# Writes down who looked at what and why: session, staff id, subject, items, reason, moment.
RecordLook = Callable[[Session, int, str, Collection[str], str, datetime], None]


class ProgressReader(Protocol):
    """Reads the progress of a case as screens draw it."""

    def read(self, session: Session, case_id: int) -> list[dict[str, Any]]:
        """Return the ProgressSteps of the case and of what it handed over to."""


class AppointmentReader(Protocol):
    """Reads the visit that is booked for a case."""

    def read(self, session: Session, case_id: int) -> dict[str, Any] | None:
        """Return the AppointmentView, or None where no visit is booked."""


class StaffFiles(Protocol):
    """Binds uploaded files to a case, and tells clients where to fetch them."""

    def claim(self, session: Session, file_keys: Sequence[str], owner: str, case_id: int) -> None:
        """Bind the files of ``owner`` (``staff:<id>``) to the case; raises Invalid ``file_unknown``."""

    def describe(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, Any]:
        """Return file key → FileView; unknown keys are left out."""


class NoAppointments:
    """Stands where nothing books visits: none is booked."""

    def read(self, session: Session, case_id: int) -> dict[str, Any] | None:
        """Return None."""
        return None


class NoFiles:
    """Stands where nothing keeps files: none is known."""

    def claim(self, session: Session, file_keys: Sequence[str], owner: str, case_id: int) -> None:
        """Refuse any file."""
        if file_keys:
            raise Invalid("file_unknown", detail=file_keys[0])

    def describe(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, Any]:
        """Know no file."""
        return {}
