"""Who is on duty for alarms: the roster of a unit, or of the nearest one above it that has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.errors import NotFound
from backend.organisation.models import DutyRoster, Staff, Unit


@dataclass(frozen=True, slots=True)
class Turn:
    """One person to call; ``call_order`` 1 first. ``phone_sealed`` has the context ``staff.phone``."""

    staff_id: int
    call_order: int
    phone_sealed: str | None


def list_on_duty(session: Session, unit_id: int, on: date) -> list[Turn]:
    """Return whom to call for an alarm of this unit on the local day ``on``, in order.

    Who is away is left out, so that the next in order is called. A unit without a turn that day relies on
    the unit above it.
    """
    above: int | None = unit_id
    while above is not None:
        turns = _list_turns_of(session, above, on)
        if turns:
            return turns
        above = _find_parent(session, above)
    return []


def list_call_chain(session: Session, unit_id: int, on: date) -> list[Turn]:
    """Return everybody to call while nobody comes: the unit's own, then those of each unit above, once."""
    chain: dict[int, Turn] = {}
    above: int | None = unit_id
    while above is not None:
        for turn in _list_turns_of(session, above, on):
            chain.setdefault(turn.staff_id, turn)
        above = _find_parent(session, above)
    return list(chain.values())


def _list_turns_of(session: Session, unit_id: int, on: date) -> list[Turn]:
    rows = session.execute(
        select(DutyRoster.staff_id, DutyRoster.call_order, Staff.phone_sealed)
        .join(Staff, Staff.id == DutyRoster.staff_id)
        .where(
            DutyRoster.unit_id == unit_id,
            DutyRoster.starts_on <= on,
            DutyRoster.ends_on >= on,
            Staff.presence == "on_duty",
        )
        .order_by(DutyRoster.call_order, DutyRoster.id)
    )
    return [Turn(row.staff_id, row.call_order, row.phone_sealed) for row in rows]


def _find_parent(session: Session, unit_id: int) -> int | None:
    return session.execute(select(Unit.parent_id).where(Unit.id == unit_id)).scalar_one_or_none()


def list_turns(session: Session, first: date | None = None) -> list[dict[str, Any]]:
    """Return all turns that end on ``first`` or later, with id, unit code and user name."""
    wanted = (
        select(DutyRoster, Unit.code, Staff.username)
        .join(Unit, Unit.id == DutyRoster.unit_id)
        .join(Staff, Staff.id == DutyRoster.staff_id)
        .order_by(Unit.code, DutyRoster.starts_on, DutyRoster.call_order)
    )
    if first is not None:
        wanted = wanted.where(DutyRoster.ends_on >= first)
    return [
        {
            "id": turn.id,
            "unit_code": code,
            "starts_on": turn.starts_on,
            "ends_on": turn.ends_on,
            "call_order": turn.call_order,
            "username": username,
        }
        for turn, code, username in session.execute(wanted)
    ]


def remove_turn(session: Session, turn_id: int) -> None:
    """Take a turn off the roster; raises NotFound."""
    turn = session.get(DutyRoster, turn_id)
    if turn is None:
        raise NotFound()
    session.delete(turn)
