"""Deadlines at moments that a test needs, as the keeper of deadlines would have written them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from backend.cases.models import CaseTask


def set_due(session: Session, tasks: ColumnElement[bool], due_at: datetime | None) -> None:
    """Let ``tasks`` be due at ``due_at``, each by a limit of its own and the first calendar."""
    session.execute(
        update(CaseTask).where(tasks).values(due_at=due_at, limit_no=CaseTask.no, calendar_version=1)
    )
