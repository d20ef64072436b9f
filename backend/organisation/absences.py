"""When somebody is away: from a day on, until a day or until they are back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.errors import Invalid
from backend.core.local_time import local_date
from backend.organisation.models import Staff


def note_presence(
    staff: Staff,
    presence: str,
    today: date,
    first: date | None = None,
    last: date | None = None,
    deputy_id: int | None = None,
) -> None:
    """Let somebody be ``on_duty`` from now on, or ``absent`` from ``first`` (else today) to ``last``.

    ``deputy_id`` is who stands in meanwhile; they no longer do once the absence ends. An absence that lies
    ahead leaves them on duty until its first day. Without ``last`` it has no end. Raises Invalid where the
    last day lies before the first one or before today.
    """
    if presence != "absent":
        staff.presence, staff.absent_from, staff.absent_until = presence, None, None
        staff.deputy_id = None
        return
    begins = first or today
    if last is not None and (last < begins or last < today):
        raise Invalid(fields={"absent_until": "absence_ends_early"})
    staff.absent_from, staff.absent_until, staff.deputy_id = begins, last, deputy_id
    staff.presence = "absent" if begins <= today else "on_duty"


class AbsenceKeeper:
    """Turns people's presence when the first day of an absence has come, and when its last one is over."""

    def __init__(self, sessions: sessionmaker[Session], now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = now

    def run(self) -> None:
        """Bring everybody's presence up to today; running it again changes nothing."""
        today = local_date(self._now())
        is_over = Staff.absent_until < today
        with self._sessions.begin() as session:
            back = update(Staff).where(is_over, Staff.presence == "absent")
            nothing = {"absent_from": None, "absent_until": None, "deputy_id": None}
            session.execute(back.values(presence="on_duty", **nothing))
            # One that was over before anybody looked left the person on duty all along.
            session.execute(update(Staff).where(is_over).values(**nothing))
            away = update(Staff).where(
                Staff.presence == "on_duty",
                Staff.absent_from <= today,
                or_(Staff.absent_until.is_(None), Staff.absent_until >= today),
            )
            session.execute(away.values(presence="absent"))
