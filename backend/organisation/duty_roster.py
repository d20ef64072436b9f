"""Who is on duty for alarms: the roster of a unit, or of the nearest one above it that has one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.organisation.models import DutyRoster, Staff, Unit


@dataclass(frozen=True, slots=True)
class Turn:
    """One person to call; ``call_order`` 1 first. ``phone_sealed`` has the context ``staff.phone``."""

    staff_id: int
    call_order: int
    phone_sealed: str | None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Whom an alarm of ``unit_code`` calls first; ``from_code`` is the unit whose roster says so."""

    unit_code: str
    from_code: str | None
    turns: tuple[Turn, ...]


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


def list_on_duty_everywhere(session: Session, unit_ids: Collection[int] | None, on: date) -> list[OnDuty]:
    """Return for each open unit of these, or each one at all, by code, who is on duty on ``on``."""
    units = {
        row.id: row for row in session.execute(select(Unit.id, Unit.code, Unit.parent_id, Unit.is_active))
    }
    turns = {
        unit_id: tuple(_list_turns_of(session, unit_id, on)) for unit_id in _list_with_turns(session, on)
    }
    found = []
    for unit in sorted(units.values(), key=lambda one: one.code):
        if not unit.is_active or (unit_ids is not None and unit.id not in unit_ids):
            continue
        above: int | None = unit.id
        while above is not None and not turns.get(above):
            above = units[above].parent_id
        if above is None:
            found.append(OnDuty(unit.code, None, ()))
        else:
            found.append(OnDuty(unit.code, units[above].code, turns[above]))
    return found


def _list_with_turns(session: Session, on: date) -> list[int]:
    that_day = select(DutyRoster.unit_id).where(DutyRoster.starts_on <= on, DutyRoster.ends_on >= on)
    return list(session.scalars(that_day.distinct()))


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
