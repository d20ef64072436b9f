"""What rings in the consoles: every alarm that nobody has taken yet, for whoever is at work (law 13).

Queues belong to posts, this list to nobody: a clerk of the finance department who sits alone in the building
is told as well, and can at least ring up the hotline. What the alarm's process does not let them see they do
not see here either: they get the place without the door, and neither the words nor the phone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.alarm_ringing import IS_RINGING
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.staff_access import StaffAccess
from backend.core.database import table_of
from backend.organisation.service import Member, OrganisationService

# Of one after the other only the oldest is shown; the others are counted.
MOST = 20
_TASK, _CASE = table_of(CaseTask), table_of(ServiceCase)
_RINGING = (
    select(
        _CASE.c.case_no,
        _CASE.c.unit_id,
        _CASE.c.handler_id,
        _CASE.c.definition_version_id,
        _CASE.c.channel,
        _CASE.c.opened_at,
        _CASE.c.region,
        _CASE.c.street,
        _CASE.c.community,
        _CASE.c.building,
    )
    .join(_TASK, _TASK.c.case_id == _CASE.c.id)
    .where(IS_RINGING, _CASE.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_())
    .order_by(_TASK.c.opened_at, _CASE.c.id)
    .limit(MOST)
)


class AlarmScreen:
    """Lists the alarms that ring for somebody."""

    def __init__(
        self, sessions: sessionmaker[Session], organisation: OrganisationService, access: StaffAccess
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._access = access

    def list_ringing(self, member: Member) -> list[dict[str, Any]]:
        """Return a RingingAlarm for each that rings in the member's units, the oldest first, MOST at most."""
        with self._sessions() as session:
            rows = session.execute(_RINGING, {"units": sorted(member.units)}).all()
            units = self._organisation.name_units(session, {row.unit_id for row in rows})
            return [
                {
                    "case_no": row.case_no,
                    "opened_at": row.opened_at,
                    "channel": row.channel,
                    "unit_name": units.get(row.unit_id, ""),
                    "place": " ".join(
                        part for part in (row.region, row.street, row.community, row.building) if part
                    ),
                    "may_open": self._access.may_see(session, member, row),
                }
                for row in rows
            ]
