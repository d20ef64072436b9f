"""What the demonstration's units work by: staff phones, bookable hours, and who is on duty."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import SlotRule
from backend.organisation.roster_upkeep import RosterEntry, RosterUpkeep
from backend.organisation.service import OrganisationService
from backend.organisation.staff_upkeep import StaffEntry, StaffUpkeep
from deploy.demo.organisation import PEOPLE, UNITS
from deploy.demo.stories import HISTORY

_HOURS = ((9, 12), (12, 13), (13, 17))
# Code of the unit → visits an hour on working days and on rest days.
_CAPACITY = {"301": (4, 2), "302": (3, 1), "303": (3, 1)}
_MIDDAY, _MIDDAY_CAPACITY = (12, 13), 2
# Code of the unit → who is called for an alarm, in the order of the first half of a month.
_ON_DUTY = {
    "100": ("hotline1", "manager1"),
    "301": ("lead301", "handler301", "inspector301"),
    "302": ("lead302", "handler302"),
    "303": ("lead303", "handler303"),
}


def add_phones(sessions: sessionmaker[Session], upkeep: StaffUpkeep, now: datetime) -> int:
    """Enter the phones of the demonstration's people who have none; returns how many."""
    phones = {one.username: one.phone for one in PEOPLE}
    added = 0
    with sessions.begin() as session:
        for row in upkeep.list_staff(session):
            if row["phone"] is not None or row["username"] not in phones:
                continue
            entry = StaffEntry(
                row["username"],
                row["name"],
                row["unit_code"],
                tuple(row["positions"]),
                tuple(row["departments"]),
                phones[row["username"]],
                row["presence"],
            )
            upkeep.put_staff(session, entry, now)
            added += 1
    return added


def add_hours(sessions: sessionmaker[Session], organisation: OrganisationService, today: date) -> int:
    """Enter bookable hours for units without any; returns the number of rules."""
    added = 0
    with sessions.begin() as session:
        for code, capacities in _CAPACITY.items():
            unit_id = organisation.find_unit(session, code).id
            if session.execute(select(SlotRule.id).where(SlotRule.unit_id == unit_id)).first() is not None:
                continue
            rules = [
                SlotRule(
                    unit_id=unit_id,
                    day_kind=kind,
                    from_hour=hours[0],
                    until_hour=hours[1],
                    capacity=min(capacity, _MIDDAY_CAPACITY) if hours == _MIDDAY else capacity,
                    # The history before today has visits too.
                    effective_from=today - HISTORY - timedelta(days=10),
                )
                for kind, capacity in zip(("working", "rest"), capacities, strict=True)
                for hours in _HOURS
            ]
            session.add_all(rules)
            added += len(rules)
    return added


def add_turns(sessions: sessionmaker[Session], upkeep: RosterUpkeep, today: date) -> int:
    """Enter the duty roster of this and the next month where a unit has none; returns the turns."""
    added = 0
    with sessions.begin() as session:
        known = {
            (turn["unit_code"], day.replace(day=1))
            for turn in upkeep.list_turns(session)
            for day in (turn["starts_on"], turn["ends_on"])
        }
        first = today.replace(day=1)
        for month in (first, (first + timedelta(days=31)).replace(day=1)):
            for code in [
                one.code for one in UNITS if one.code in _ON_DUTY and (one.code, month) not in known
            ]:
                for entry in _list_month(code, month):
                    upkeep.put_turn(session, entry)
                    added += 1
    return added


def _list_month(code: str, month: date) -> Iterator[RosterEntry]:
    """Two halves of a month; in the second one the others are called first."""
    last = calendar.monthrange(month.year, month.month)[1]
    halves = ((1, 15, _ON_DUTY[code]), (16, last, _ON_DUTY[code][::-1]))
    for starts, ends, people in halves:
        for order, username in enumerate(people, start=1):
            yield RosterEntry(code, month.replace(day=starts), month.replace(day=ends), order, username)
