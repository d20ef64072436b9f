"""The organisation as somebody at the console keeps it: the centre all of it, a lead their own part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.core.masking import mask_phone
from backend.organisation.duty_roster import Turn, list_on_duty_everywhere
from backend.organisation.leads import KEEPER
from backend.organisation.roster_upkeep import RosterEntry, RosterUpkeep
from backend.organisation.service import PHONE_CONTEXT, Member, OrganisationService
from backend.organisation.staff_upkeep import StaffEntry, StaffUpkeep
from backend.organisation.unit_staff import check_entry
from backend.organisation.upkeep import OrganisationUpkeep, UnitEntry


class OrganisationDesk:
    """Reads and changes the organisation, a transaction each. What lies outside one's part looks missing."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        keys: KeyRing,
        upkeep: OrganisationUpkeep,
        staff: StaffUpkeep,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._keys = keys
        self._upkeep = upkeep
        self._staff = staff
        self._roster = RosterUpkeep(organisation)
        self._now = now

    def list_open_units(self) -> list[dict[str, Any]]:
        """Return the open units, for everybody to choose from."""
        with self._sessions.begin() as session:
            return self._upkeep.list_units(session)

    def list_units(self, member: Member) -> list[dict[str, Any]]:
        """Return the units of one's part, closed ones too."""
        with self._sessions.begin() as session:
            return self._upkeep.list_units(session, find_part(member), with_closed=True)

    def put_unit(self, entry: UnitEntry, revision: str | None) -> None:
        """Enter or change a unit; raises as ``OrganisationUpkeep.put_unit`` does."""
        with self._sessions.begin() as session:
            self._upkeep.put_unit(session, entry, revision)

    def list_staff(self, member: Member, *, with_left: bool) -> list[dict[str, Any]]:
        """Return the people of one's part."""
        with self._sessions.begin() as session:
            return self._staff.list_staff(session, find_part(member), with_left=with_left)

    def put_staff(self, member: Member, entry: StaffEntry, revision: str | None) -> str | None:
        """Enter or change somebody of one's part; returns the first password of a new account."""
        with self._sessions.begin() as session:
            check_entry(session, member, entry)
            return self._staff.put_staff(session, entry, self._now(), revision)

    def list_areas(self) -> list[dict[str, str]]:
        """Return which unit serves which place."""
        with self._sessions.begin() as session:
            return self._upkeep.list_areas(session)

    def put_area(self, place: Mapping[str, str], unit_code: str, revision: str | None) -> None:
        """Let a unit serve a place (region, street, community)."""
        with self._sessions.begin() as session:
            self._upkeep.put_area(session, **place, unit_code=unit_code, revision=revision)

    def remove_area(self, place: Mapping[str, str], revision: str | None) -> None:
        """No longer serve a place."""
        with self._sessions.begin() as session:
            self._upkeep.remove_area(session, **place, revision=revision)

    def list_turns(self, member: Member, first: date | None, last: date | None) -> list[dict[str, Any]]:
        """Return the turns of one's part that touch these days."""
        with self._sessions.begin() as session:
            return self._roster.list_turns(session, first, last, find_part(member))

    def put_turn(self, member: Member, entry: RosterEntry, revision: str | None) -> None:
        """Enter a turn, or change who has it."""
        with self._sessions.begin() as session:
            self._roster.put_turn(session, entry, revision, find_part(member))

    def change_turn(self, member: Member, turn_id: int, entry: RosterEntry, revision: str | None) -> None:
        """Change a turn, its days and order too."""
        with self._sessions.begin() as session:
            self._roster.change_turn(session, turn_id, entry, revision, find_part(member))

    def remove_turn(self, member: Member, turn_id: int, revision: str | None) -> None:
        """Take a turn off the roster."""
        with self._sessions.begin() as session:
            self._roster.remove_turn(session, turn_id, revision, find_part(member))

    def list_on_duty(self, member: Member) -> dict[str, Any]:
        """Return ``{day, items}``: today, and for each unit of one's part who is called for an alarm now."""
        today = local_date(self._now())
        with self._sessions.begin() as session:
            found = list_on_duty_everywhere(session, find_part(member), today)
            names = self._organisation.name_staff(
                session, {turn.staff_id for one in found for turn in one.turns}
            )
        items = [
            {
                "unit_code": one.unit_code,
                "from_code": one.from_code,
                "people": [self._describe(turn, names[turn.staff_id]) for turn in one.turns],
            }
            for one in found
        ]
        return {"day": today, "items": items}

    def _describe(self, turn: Turn, name: str) -> dict[str, Any]:
        sealed = turn.phone_sealed
        phone = None if sealed is None else mask_phone(self._keys.decrypt(sealed, PHONE_CONTEXT))
        return {"name": name, "call_order": turn.call_order, "phone": phone}


def find_part(member: Member) -> frozenset[int] | None:
    """Return the units that ``member`` keeps, None for all."""
    if KEEPER in member.departments:
        return None
    return member.units
