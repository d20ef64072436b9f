"""What the files do when two customers turn out to be one person."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.files.models import StoredFile


def move_files(session: Session, merged_id: int, into_id: int) -> None:
    """Let the files of one customer be the other's, inside the merge's transaction."""
    session.execute(
        update(StoredFile)
        .where(StoredFile.owner == f"customer:{merged_id}")
        .values(owner=f"customer:{into_id}")
        .execution_options(synchronize_session=False)
    )
