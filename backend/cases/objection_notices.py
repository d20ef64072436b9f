"""Telling whoever wrote a paper that its customer finds something wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import BigInteger, Row, bindparam, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import PERSONAL_POSTS
from backend.cases.escalation import FindLeads
from backend.cases.forwarding import FindPresent
from backend.cases.urging import list_holders
from backend.core.topics import PromiseContext, TopicSpec
from backend.notifications.staff_notices import Matter, StaffNotices

# The purpose of the template that tells them.
KIND = "objected"
# A paper that the customer filled in has no such person: then the case's handler is asked.
_WHOSE = text(
    """
    SELECT o.id, o.case_id, c.case_no, c.unit_id, c.handler_id, t.post_kind, t.post_key,
      CASE WHEN d.filled_by LIKE 'staff:%' THEN CAST(substr(d.filled_by, 7) AS bigint) END AS writer_id
    FROM document_objection o
      JOIN case_document d ON d.id = o.document_id
      JOIN service_case c ON c.id = o.case_id
      JOIN case_task t ON t.case_id = d.case_id AND t.no = d.task_no
    WHERE o.id = :objection_id
    """
).bindparams(bindparam("objection_id", type_=BigInteger))
# Who does a member's work now: the member on duty, else the deputy on duty.
FindStandIn = Callable[[Session, int], int | None]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ObjectionNotices:
    """Keeps the promise "tell_objected"."""

    sessions: sessionmaker[Session]
    notices: StaffNotices
    find_leads: FindLeads
    find_present: FindPresent
    find_stand_in: FindStandIn

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec("tell_objected", "客户对单据有异议", "default", self.handle, is_idempotent=True)]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Tell who wrote the paper; where they are away, who holds the post of its step, else the leads."""
        with self.sessions.begin() as session:
            row = session.execute(_WHOSE, {"objection_id": payload["objection_id"]}).one()
            people = self._list_people(session, row) or self.find_leads(session, row.unit_id)
            if not people:
                _log.error("objection reaches nobody", case_id=row.case_id, unit_id=row.unit_id)
            matter = Matter(KIND, str(row.id), (row.case_no,), row.case_id)
            self.notices.tell(session, matter, people)

    def _list_people(self, session: Session, row: Row[Any]) -> list[int]:
        for one in (row.writer_id, row.handler_id):
            found = None if one is None else self.find_stand_in(session, one)
            if found is not None:
                return [found]
        if row.post_kind == "customer" or row.post_key in PERSONAL_POSTS:
            return []
        return list_holders(session, row.unit_id, row.post_key, self.find_present, self.find_leads)
