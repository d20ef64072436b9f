"""Keeping the duty roster: whose turn it is for the alarms of a unit, and who stands in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.errors import Conflict, Invalid, NotFound
from backend.organisation.models import DutyRoster, Staff, Unit
from backend.organisation.revisions import check_revision, make_revision, take_edit_turn
from backend.organisation.service import OrganisationService

MOST_CALLED = 20


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person's turn for the alarms of a unit; order 1 is called first, the others are substitutes."""

    unit_code: str
    starts_on: date
    ends_on: date
    call_order: int
    username: str


class RosterUpkeep:
    """Enters, changes and removes turns. ``unit_ids`` are the units somebody may keep, None means all.

    ``revision`` is what the list gave for the turn, empty for a new one, None where it does not matter.
    """

    def __init__(self, organisation: OrganisationService) -> None:
        self._organisation = organisation

    def list_turns(
        self,
        session: Session,
        first: date | None = None,
        last: date | None = None,
        unit_ids: Collection[int] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the turns that touch the days from ``first`` to ``last``, by unit, day and order."""
        wanted = (
            select(DutyRoster, Unit.code, Staff.username)
            .join(Unit, Unit.id == DutyRoster.unit_id)
            .join(Staff, Staff.id == DutyRoster.staff_id)
            .order_by(Unit.code, DutyRoster.starts_on, DutyRoster.call_order)
        )
        if first is not None:
            wanted = wanted.where(DutyRoster.ends_on >= first)
        if last is not None:
            wanted = wanted.where(DutyRoster.starts_on <= last)
        if unit_ids is not None:
            wanted = wanted.where(DutyRoster.unit_id.in_(unit_ids))
        rows = session.execute(wanted).all()
        names = self._organisation.name_staff(session, {turn.staff_id for turn, _, _ in rows})
        return [
            {
                "id": turn.id,
                "unit_code": code,
                "starts_on": turn.starts_on,
                "ends_on": turn.ends_on,
                "call_order": turn.call_order,
                "username": username,
                "name": names[turn.staff_id],
                "revision": _revise(turn),
            }
            for turn, code, username in rows
        ]

    def put_turn(
        self,
        session: Session,
        entry: RosterEntry,
        revision: str | None = None,
        unit_ids: Collection[int] | None = None,
    ) -> None:
        """Enter a turn, or change who has it and until when; raises Invalid, Conflict ``roster_taken``.

        A turn is known by unit, first day and order; two people cannot have one order on one day.
        """
        take_edit_turn(session)
        unit_id, staff_id = self._check(session, entry, unit_ids)
        turn = session.execute(
            select(DutyRoster).where(
                DutyRoster.unit_id == unit_id,
                DutyRoster.call_order == entry.call_order,
                DutyRoster.starts_on == entry.starts_on,
            )
        ).scalar_one_or_none()
        check_revision(revision, None if turn is None else _revise(turn), "roster_taken")
        if turn is None:
            turn = DutyRoster(unit_id=unit_id)
        _write(session, turn, unit_id, staff_id, entry)

    def change_turn(
        self,
        session: Session,
        turn_id: int,
        entry: RosterEntry,
        revision: str | None = None,
        unit_ids: Collection[int] | None = None,
    ) -> None:
        """Change a turn, its days and order too; raises NotFound, Invalid, Conflict ``roster_taken`` and
        ``changed_meanwhile``."""
        take_edit_turn(session)
        turn = self._find(session, turn_id, revision, unit_ids)
        unit_id, staff_id = self._check(session, entry, unit_ids)
        _write(session, turn, unit_id, staff_id, entry)

    def remove_turn(
        self,
        session: Session,
        turn_id: int,
        revision: str | None = None,
        unit_ids: Collection[int] | None = None,
    ) -> None:
        """Take a turn off the roster; raises NotFound, Conflict ``changed_meanwhile``."""
        take_edit_turn(session)
        session.delete(self._find(session, turn_id, revision, unit_ids))

    def _check(
        self, session: Session, entry: RosterEntry, unit_ids: Collection[int] | None
    ) -> tuple[int, int]:
        """Return the ids of the unit and of the person; raises Invalid."""
        if entry.ends_on < entry.starts_on:
            raise Invalid(fields={"ends_on": "invalid"})
        if not 1 <= entry.call_order <= MOST_CALLED:
            raise Invalid(fields={"call_order": "invalid"})
        unit_id = self._organisation.find_unit(session, entry.unit_code).id
        if unit_ids is not None and unit_id not in unit_ids:
            raise Invalid("unit_unknown", detail=entry.unit_code)
        wanted = select(Staff.id).where(
            Staff.username == entry.username.strip().lower(), Staff.presence != "left"
        )
        if unit_ids is not None:
            wanted = wanted.where(Staff.unit_id.in_(unit_ids))
        staff_id = session.execute(wanted).scalar_one_or_none()
        if staff_id is None:
            raise Invalid("staff_unknown", fields={"username": "invalid"})
        return unit_id, staff_id

    @staticmethod
    def _find(
        session: Session, turn_id: int, revision: str | None, unit_ids: Collection[int] | None
    ) -> DutyRoster:
        turn = session.get(DutyRoster, turn_id)
        if turn is None or (unit_ids is not None and turn.unit_id not in unit_ids):
            raise NotFound()
        check_revision(revision, _revise(turn), "changed_meanwhile")
        return turn


def _write(session: Session, turn: DutyRoster, unit_id: int, staff_id: int, entry: RosterEntry) -> None:
    overlapping = select(DutyRoster.id).where(
        DutyRoster.unit_id == unit_id,
        DutyRoster.call_order == entry.call_order,
        DutyRoster.starts_on <= entry.ends_on,
        DutyRoster.ends_on >= entry.starts_on,
    )
    if turn.id is not None:
        overlapping = overlapping.where(DutyRoster.id != turn.id)
    if session.execute(overlapping).first() is not None:
        raise Conflict("roster_taken")
    turn.unit_id, turn.staff_id, turn.call_order = unit_id, staff_id, entry.call_order
    turn.starts_on, turn.ends_on = entry.starts_on, entry.ends_on
    session.add(turn)
    session.flush()


def _revise(turn: DutyRoster) -> str:
    return make_revision(turn.unit_id, turn.staff_id, turn.starts_on, turn.ends_on, turn.call_order)
