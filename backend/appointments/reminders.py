"""When a booked hour begins, who is to come is asked to set off.

From setting off to arriving the customer sees how far they are, and not before (law 12).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import Appointment
from backend.appointments.states import AppointmentState
from backend.cases.models import ServiceCase
from backend.core.database import table_of
from backend.notifications.staff_notices import Matter

KIND = "visit_due"
# An hour that passed while nobody ran the clock is no news any more.
STILL_NEWS = timedelta(hours=1)
_APPOINTMENT, _CASE = table_of(Appointment), table_of(ServiceCase)
_DUE = (
    select(_APPOINTMENT.c.id, _CASE.c.id.label("case_id"), _CASE.c.case_no, _CASE.c.handler_id)
    .join(_CASE, _CASE.c.id == _APPOINTMENT.c.case_id)
    .where(
        _APPOINTMENT.c.state == AppointmentState.BOOKED.value,
        _APPOINTMENT.c.start_at > bindparam("since"),
        _APPOINTMENT.c.start_at <= bindparam("now"),
        _CASE.c.status == "open",
        _CASE.c.handler_id.is_not(None),
    )
    .order_by(_APPOINTMENT.c.id)
)
# Tells each of these people of a matter once, however often it is told.
TellStaff = Callable[[Session, Matter, Collection[int]], int]


class VisitReminders:
    """Reminds handlers whose booked hour has begun and who have not set off."""

    def __init__(self, sessions: sessionmaker[Session], tell: TellStaff, now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._tell = tell
        self._now = now

    def run(self) -> int:
        """Remind everybody who has not been reminded; returns how many that were."""
        now = self._now()
        with self._sessions.begin() as session:
            due = session.execute(_DUE, {"now": now, "since": now - STILL_NEWS}).all()
            matters = [
                (Matter(KIND, str(one.id), (one.case_no,), one.case_id), one.handler_id) for one in due
            ]
            return sum(self._tell(session, matter, [handler]) for matter, handler in matters)
