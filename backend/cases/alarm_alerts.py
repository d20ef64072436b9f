"""Whoever an alarm is given to hears of it by text message: the unit's lead at dispatch, then the handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.escalation import FindLeads
from backend.cases.forwarding import FindPresent
from backend.cases.models import ServiceCase
from backend.cases.urging import list_holders
from backend.core.database import table_of
from backend.core.topics import PromiseContext, TopicSpec
from backend.notifications.staff_notices import Matter, StaffNotices

# The purpose of the template that calls the people on duty as well.
KIND = "alarm"
LEADS = "leads"
_CASE = table_of(ServiceCase)
_WHOSE = select(_CASE.c.id, _CASE.c.case_no, _CASE.c.unit_id, _CASE.c.handler_id).where(
    _CASE.c.id == bindparam("case_id"), _CASE.c.status == "open"
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AlarmAlerts:
    """Keeps the promise "alert_staff"."""

    sessions: sessionmaker[Session]
    notices: StaffNotices
    find_leads: FindLeads
    find_present: FindPresent

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec("alert_staff", "派到或有答复时通知本人", KIND, self.handle, is_idempotent=True)]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Tell whom ``payload`` names of the case as it is.

        That is ``leads``, ``handler``, who was ``drawn``, or a post: who holds it nearest to the unit, and of
        nobody or of many the leads.
        """
        with self.sessions.begin() as session:
            case = session.execute(_WHOSE, {"case_id": payload["case_id"]}).one_or_none()
            if case is None:
                return
            if payload["who"] == "handler":
                people = [] if case.handler_id is None else [case.handler_id]
            elif payload["who"] == "drawn":
                people = [payload["staff_id"]]
            elif payload["who"] == LEADS:
                people = self.find_leads(session, case.unit_id)
            else:
                people = list_holders(
                    session, case.unit_id, payload["who"], self.find_present, self.find_leads
                )
            if not people:
                _log.error("alert reaches nobody", case_id=case.id, unit_id=case.unit_id, who=payload["who"])
            subject = f"{case.id}/{payload['task']}"
            kind = payload.get("kind", KIND)
            self.notices.tell(session, Matter(kind, subject, (case.case_no,), case.id), people)
