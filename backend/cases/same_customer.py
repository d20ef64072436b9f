"""What else goes on, or went on lately, with a case's customer: looked at beside the case itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.staff_access import TOLD_TASK, StaffAccess
from backend.cases.staff_rows import RowWriter
from backend.core.statements import Prepared
from backend.organisation.service import Member

# The manual asks for three months (complaints, step 03); the longest three are meant.
LOOKED_BACK = timedelta(days=92)
_MOST = 30
# A caller who never signed in is known by the phone alone, and each half walks its own index. Every case is
# read with the task that its line tells, as the queues' lists have it.
_OTHERS = Prepared(
    text(
        f"""
    WITH this AS (SELECT * FROM service_case WHERE id = :case_id),
    found AS (
      (SELECT c.id FROM this JOIN service_case c ON c.customer_id = this.customer_id
       WHERE c.opened_at >= :since ORDER BY c.id DESC LIMIT :most)
      UNION
      (SELECT c.id FROM this JOIN service_case c ON c.contact_phone_index = this.contact_phone_index
       WHERE c.opened_at >= :since ORDER BY c.id DESC LIMIT :most)
    )
    SELECT c.*, t.no AS task_no, t.step, t.opened_at AS waiting_since, t.due_at
    FROM found JOIN service_case c USING (id) CROSS JOIN this JOIN {TOLD_TASK}
    WHERE c.parent_case_id IS NULL AND c.id <> this.id AND c.id IS DISTINCT FROM this.parent_case_id
    ORDER BY (c.status = 'open') DESC, c.id DESC LIMIT :most
    """
    )
)


class SameCustomer:
    """Lists the other cases of a case's customer, as far as the member may see them."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        access: StaffAccess,
        rows: RowWriter,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._rows = rows
        self._now = now

    def list_others(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return ``{items}`` of the last three months, open ones first; raises NotFound for the case."""
        with self._sessions.begin() as session:
            case = self._access.find_staff_case(session, member, case_no)
            values = {"case_id": case.id, "since": self._now() - LOOKED_BACK, "most": _MOST}
            found = [
                row for row in _OTHERS.all(session, values) if self._access.may_see(session, member, row)
            ]
            return {"items": self._rows.write(session, found)}
