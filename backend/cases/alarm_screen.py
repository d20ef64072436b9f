"""What rings in the consoles: every alarm that nobody has taken yet, for whoever is at work (law 13).

Given to a unit it rings once more, for those of the unit who can send somebody, until one is named.

Queues belong to posts, this list to nobody: a clerk of the finance department who sits alone in the building
is told as well, and can at least ring up the hotline. What the alarm's process does not let them see they do
not see here either: they get the place without the door, and neither the words nor the phone.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ARRAY, BigInteger, Row, Text, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.alarm_ringing import IS_RINGING, QUEUE
from backend.cases.escalation import FindLeads
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.staff_access import StaffAccess, list_posts, make_performer
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.organisation.service import Member, OrganisationService

# Of one after the other only the oldest is shown; the others are counted.
MOST = 20
# Of the steps that somebody may do, far from all name a handler.
_LOOKED_AT = 100
# What it rings for: that somebody takes it, or that somebody is sent.
RingsFor = Literal["take", "assign"]
_TASK, _CASE = table_of(CaseTask), table_of(ServiceCase)
_OPEN = (
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
        _CASE.c.data,
        _TASK.c.step,
    )
    .join(_TASK, _TASK.c.case_id == _CASE.c.id)
    .where(_CASE.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_())
    .order_by(_TASK.c.opened_at, _CASE.c.id)
)
_RINGING = _OPEN.where(IS_RINGING).limit(MOST)
_OWN_STEPS = _OPEN.where(
    _TASK.c.queue == QUEUE,
    _TASK.c.state == "open",
    _TASK.c.post_key == bindparam("posts", type_=ARRAY(Text)).any_(),
    ~IS_RINGING,
).limit(_LOOKED_AT)


class AlarmScreen:
    """Lists the alarms that ring for somebody."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        access: StaffAccess,
        definitions: DefinitionStore,
        find_leads: FindLeads,
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._access = access
        self._definitions = definitions
        self._find_leads = find_leads

    def list_ringing(self, member: Member) -> list[dict[str, Any]]:
        """Return a RingingAlarm for each that rings for the member, MOST at most.

        Those for which they can send somebody come first, for they ring with few; then what nobody has taken
        in their units, the oldest first.
        """
        with self._sessions() as session:
            found: list[tuple[RingsFor, Row[Any]]] = [
                ("assign", row) for row in self._list_to_assign(session, member)
            ]
            rows = session.execute(_RINGING, {"units": sorted(member.units)}).all()
            found = [*found, *(("take", row) for row in rows)][:MOST]
            units = self._organisation.name_units(session, {row.unit_id for _, row in found})
            return [
                {
                    "case_no": row.case_no,
                    "rings_for": rings_for,
                    "opened_at": row.opened_at,
                    "channel": row.channel,
                    "unit_name": units.get(row.unit_id, ""),
                    "place": " ".join(
                        part for part in (row.region, row.street, row.community, row.building) if part
                    ),
                    "may_open": self._access.may_see(session, member, row),
                }
                for rings_for, row in found
            ]

    def _list_to_assign(self, session: Session, member: Member) -> list[Row[Any]]:
        """Return the alarms for which the member can name who goes there: of their unit, or led by them."""
        performer = make_performer(member)
        asked = {"units": sorted(member.units), "posts": sorted(list_posts(member))}
        found = []
        for row in session.execute(_OWN_STEPS, asked).all():
            step = self._definitions.get(session, row.definition_version_id).step(row.step)
            if (
                step.chooses_handler
                and performer.may_do(step.by, row.data)
                # The same as get the text message, and those beside them.
                and (row.unit_id == member.unit_id or member.id in self._find_leads(session, row.unit_id))
            ):
                found.append(row)
        return found
