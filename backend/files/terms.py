"""How long files are kept after the end of their case, by the settings as they are now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import Date, case, cast, func, or_, update
from sqlalchemy.orm import Session

from backend.core.local_time import local_date
from backend.files.models import StoredFile

_SIGNATURE: Final = "signature"
# Purpose → days that such a file is kept after the end of its case. Those of a drawn signature are not
# counted: it is part of the paper that it stands on, and goes when the case lets go of that.
PURPOSES: Final = {"application": 3 * 365, "visit": 3 * 365, _SIGNATURE: 5 * 365}
ID_PHOTOS_KEPT_DAYS: Final = 365


def begin_terms(session: Session, case_id: int, ended_at: datetime, scans: Collection[str]) -> None:
    """Note on which day the files of a case that has ended are to go, but for signatures and ``scans``."""
    session.execute(
        update(StoredFile)
        .where(
            StoredFile.case_id == case_id,
            StoredFile.purpose != _SIGNATURE,
            StoredFile.file_key.not_in(scans),
        )
        .values(erase_on=cast(local_date(ended_at), Date) + StoredFile.retention_days + 1)
    )


def fit_terms(session: Session, id_photo_days: int, today: date) -> None:
    """Count the days of photos of cards and faces anew where the setting was another one at their claim.

    What is to go today or has been let go of already keeps its day.
    """
    wanted = func.least(id_photo_days, case(PURPOSES, value=StoredFile.purpose))
    session.execute(
        update(StoredFile)
        .where(
            StoredFile.shows_person,
            StoredFile.erased_at.is_(None),
            StoredFile.purpose != _SIGNATURE,
            StoredFile.retention_days != wanted,
            or_(StoredFile.erase_on.is_(None), StoredFile.erase_on > today),
        )
        .values(erase_on=StoredFile.erase_on + (wanted - StoredFile.retention_days), retention_days=wanted)
        .execution_options(synchronize_session=False)
    )
