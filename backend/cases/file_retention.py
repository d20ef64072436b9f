"""The end of a case begins the time for which its files are kept; scans of signed papers go with these."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from backend.cases.case_files import CaseFiles
from backend.cases.document_rows import list_scans
from backend.cases.repository import StoredCase
from backend.cases.service import Observer
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition


def make_file_keeper(files: CaseFiles) -> Observer:
    """Return the observer that lets the time of a case's files begin with the end of the case."""

    def observe(
        session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot, at: datetime
    ) -> None:
        if after.status.is_final:
            files.begin_retention(session, case.id, at, list_scans(session, case.id))

    return observe
