"""A customer urges a case (催办): a step once in so many office hours, and who has it sees it first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import BigInteger, DateTime, Row, bindparam, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import CUSTOMER, PERSONAL_POSTS, Urge
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.escalation import FindLeads
from backend.cases.forwarding import FindPresent
from backend.cases.models import ServiceCase
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseAnswer, CaseService
from backend.core.calendar_service import CalendarService
from backend.core.database import table_of
from backend.core.local_time import format_moment
from backend.core.outbox import promise
from backend.core.statements import Prepared
from backend.core.topics import PromiseContext, TopicSpec
from backend.notifications.staff_notices import Matter, StaffNotices

# The purpose of the template that tells the handler.
KIND = "urged"
_CASE = table_of(ServiceCase)
# All that is under way below the case, itself included.
_BELOW = """
    WITH RECURSIVE below AS (
      SELECT id FROM service_case WHERE id = :case_id
      UNION ALL
      SELECT c.id FROM service_case c JOIN below b ON c.parent_case_id = b.id WHERE c.status = 'open'
    )
"""
# When a step that is still waited for was urged: one that was handed over waits for those below.
_LAST = Prepared(
    text(
        _BELOW
        + """
    SELECT max(urged_at) FROM case_task
     WHERE case_id IN (SELECT id FROM below) AND state = 'open'
       AND post_kind <> 'customer' AND child_process IS NULL
    """
    ).bindparams(bindparam("case_id", type_=BigInteger))
)
_MARK = text(
    _BELOW
    + """
    , marked AS (
      UPDATE case_task SET urged_at = :at WHERE state = 'open' AND case_id IN (SELECT id FROM below)
    )
    UPDATE service_case SET urged_times = urged_times + 1, urged_at = :at WHERE id IN (SELECT id FROM below)
    """
).bindparams(bindparam("case_id", type_=BigInteger), bindparam("at", type_=DateTime(timezone=True)))
_TURNS = text(
    _BELOW
    + """
    SELECT DISTINCT t.post_key, c.unit_id, c.handler_id
      FROM case_task t JOIN service_case c ON c.id = t.case_id
     WHERE t.case_id IN (SELECT id FROM below) AND t.state = 'open'
       AND t.post_kind IN ('position', 'department') AND t.child_process IS NULL
     ORDER BY t.post_key, c.unit_id
    """
).bindparams(bindparam("case_id", type_=BigInteger))
# Where more could do it, each leaves it to another, so whoever leads the unit is told instead.
_MOST_TOLD = 5
_WHOSE = select(_CASE.c.id, _CASE.c.case_no, _CASE.c.unit_id, _CASE.c.urged_times).where(
    _CASE.c.id == bindparam("case_id"), _CASE.c.status == "open"
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UrgeLimit:
    """How soon one may urge again: ``hours`` of office time after the last time."""

    calendar: CalendarService
    hours: int
    now: Callable[[], datetime]

    def find_next(self, session: Session, urged_at: datetime | None) -> datetime | None:
        """Return from when on a step last urged at ``urged_at`` may be urged again, or None for now."""
        if urged_at is None:
            return None
        next_at = self.calendar.current(session).add_working_hours(urged_at, self.hours)
        return next_at if next_at > self.now() else None

    def bind(
        self, session: Session, urged_at: datetime | None
    ) -> tuple[Callable[[], datetime | None], Callable[[datetime, datetime | None], bool]]:
        """Return ``find_next`` and ``is_ripe`` as a customer's page asks them."""
        return partial(self.find_next, session, urged_at), partial(self.is_ripe, session)

    def is_ripe(self, session: Session, opened_at: datetime, due_at: datetime | None) -> bool:
        """Tell whether a customer has waited long enough for a step to be asked whether they will urge it.

        Half of its limit is gone, or it is late. One without a limit is as one that was urged when it began.
        """
        if due_at is not None:
            return self.now() >= opened_at + max(due_at - opened_at, timedelta()) / 2
        return self.find_next(session, opened_at) is None


def write_too_soon(next_at: datetime) -> str:
    """Return what the customer reads beside the button that is not ready yet."""
    return f"已经催过了，您的办件已排到最前面。{format_moment(next_at)} 后可以再催"


def urge(
    session: Session, cases: CaseService, limit: UrgeLimit, stamp: Stamp, case: StoredCase
) -> CaseAnswer:
    """Record that the customer urges the case, which the caller has locked, and promise that staff hear it.

    Raises CommandRefused where it is too soon, or nobody but the customer is waited for.
    """
    if limit.find_next(session, _LAST.scalar(session, {"case_id": case.id})) is not None:
        raise CommandRefused(RefusalCode.URGED_LATELY)
    answer = cases.act_within(session, stamp, case, Urge(CUSTOMER))
    session.execute(_MARK, {"case_id": case.id, "at": stamp.recorded_at})
    promise(session, "tell_urged", [{"case_id": case.id, "case_no": case.case_no}], stamp.recorded_at)
    return answer


def list_holders(
    session: Session, unit_id: int, post: str, find_present: FindPresent, find_leads: FindLeads
) -> list[int]:
    """Return who holds the post nearest to the unit, on duty; where that is nobody or many, the leads."""
    present = find_present(session, unit_id, [post])
    return present if 0 < len(present) <= _MOST_TOLD else find_leads(session, unit_id)


@dataclass(frozen=True, slots=True)
class UrgeNotices:
    """Keeps the promise "tell_urged"."""

    sessions: sessionmaker[Session]
    notices: StaffNotices
    find_leads: FindLeads
    find_present: FindPresent

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec("tell_urged", "客户催办通知经办人", "default", self.handle, is_idempotent=True)]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Tell whose turn it is: the handler, or who holds the post; of nobody or of many, the leads."""
        with self.sessions.begin() as session:
            case = session.execute(_WHOSE, {"case_id": payload["case_id"]}).one_or_none()
            if case is None:
                return
            turns = session.execute(_TURNS, {"case_id": case.id}).all()
            people = sorted({who for turn in turns for who in self._list_people(session, turn)})
            people = people or self.find_leads(session, case.unit_id)
            if not people:
                _log.error("urging reaches nobody", case_id=case.id, unit_id=case.unit_id)
            matter = Matter(KIND, f"{case.id}/{case.urged_times}", (case.case_no,), case.id)
            self.notices.tell(session, matter, people)

    def _list_people(self, session: Session, turn: Row[Any]) -> list[int]:
        if turn.post_key in PERSONAL_POSTS and turn.handler_id is not None:
            return [turn.handler_id]
        return list_holders(session, turn.unit_id, turn.post_key, self.find_present, self.find_leads)
