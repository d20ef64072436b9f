"""Who did which step of a case, and who could review it: nobody is to approve the own work."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text
from sqlalchemy.orm import Session

from backend.cases.commands import PERSONAL_POSTS
from backend.core.statements import Prepared
from backend.organisation.leads import list_present

# Of what the case handed over, the work is what handlers did there: to choose one of them is none.
_DOERS = Prepared(
    text(
        """
    WITH RECURSIVE below (id, task_no) AS (
      SELECT id, parent_task_no FROM service_case WHERE parent_case_id = :case_id
      UNION ALL
      SELECT k.id, b.task_no FROM service_case k JOIN below b ON k.parent_case_id = b.id
    ), done (task_no, actor) AS (
      SELECT CAST(payload->>'task' AS int), actor FROM case_event
       WHERE case_id = :case_id AND kind = 'task_done'
      UNION
      SELECT b.task_no, e.actor FROM below b
        JOIN case_event e ON e.case_id = b.id AND e.kind = 'task_done'
        JOIN case_task t ON t.case_id = b.id AND t.no = CAST(e.payload->>'task' AS int)
       WHERE t.post_key = ANY(:personal)
    )
    SELECT task_no, CAST(substr(actor, 7) AS bigint) AS staff_id FROM done WHERE actor LIKE 'staff:%'
    """
    ).bindparams(bindparam("case_id", type_=BigInteger), bindparam("personal", type_=ARRAY(Text)))
)
_UNIT = Prepared(
    text("SELECT unit_id FROM service_case WHERE id = :case_id").bindparams(
        bindparam("case_id", type_=BigInteger)
    )
)


def find_doers(session: Session, case_id: int) -> dict[int, set[int]]:
    """Return the ids of the staff who did each task, by its number."""
    doers: dict[int, set[int]] = {}
    for row in _DOERS.all(session, {"case_id": case_id, "personal": list(PERSONAL_POSTS)}):
        doers.setdefault(row.task_no, set()).add(row.staff_id)
    return doers


def list_reviewers(session: Session, case_id: int, posts: Collection[str]) -> frozenset[int]:
    """Return the ids of those on duty who hold one of ``posts`` and whose work the case's unit is."""
    return list_present(session, _UNIT.scalar(session, {"case_id": case_id}), posts)
