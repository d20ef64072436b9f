"""The progress of a case from its own tasks: what was done, and where it stands now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from backend.cases.models import CaseTask, ServiceCase
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of

_CASE, _TASK = table_of(ServiceCase), table_of(CaseTask)
_TASKS = (
    select(_TASK, _CASE.c.definition_version_id)
    .join(_CASE, _CASE.c.id == _TASK.c.case_id)
    .where(_TASK.c.case_id == bindparam("case_id"))
    .order_by(_TASK.c.no)
)
_STATES = {"open": "now", "done": "done", "dropped": "stopped"}


class TaskProgress:
    """Reads ProgressSteps from a case's tasks, those that the customer sees."""

    def __init__(self, definitions: DefinitionStore) -> None:
        self._definitions = definitions

    def read(self, session: Session, case_id: int) -> list[dict[str, Any]]:
        """Return one ProgressStep for each visible task, oldest first."""
        steps = []
        for task in session.execute(_TASKS, {"case_id": case_id}):
            customer = self._definitions.get(session, task.definition_version_id).step(task.step).customer
            if not customer.visible:
                continue
            steps.append(
                {
                    "key": f"{task.step}#{task.no}",
                    "name": customer.name,
                    "text": customer.text,
                    "state": _STATES[task.state],
                    "at": task.done_at or task.opened_at,
                    "due_at": task.due_at,
                    "due_text": None,
                    "handler": None,
                    "overdue": task.breached_at is not None,
                }
            )
        return steps
