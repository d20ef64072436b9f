"""Which hours can be booked: pure arithmetic on rules, the calendar and the seats that are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.core.local_time import SHANGHAI

SLOT_LENGTH = timedelta(hours=1)
# More than a week at once is more than a phone's screen can show.
DAYS_AT_ONCE = 7


@dataclass(frozen=True, slots=True)
class Rule:
    """The capacity of one hour (0–23, Shanghai time) on working or on rest days, from and until a date."""

    area_id: int | None
    on_working_days: bool
    hour: int
    capacity: int
    effective_from: date
    effective_until: date | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Minutes before a visit for booking and for changing it, days ahead, and minutes of a hold."""

    lead: timedelta
    horizon: timedelta
    hold: timedelta
    change: timedelta


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """One hour that may be booked. ``area_id`` says whose capacity it uses, None the whole unit's."""

    start_at: datetime
    capacity: int
    area_id: int | None

    @property
    def end_at(self) -> datetime:
        """When the hour ends."""
        return self.start_at + SLOT_LENGTH


def list_open_slots(
    rules: Iterable[Rule],
    policy: Policy,
    is_working_day: Callable[[date], bool],
    now: datetime,
    first_day: date,
    days: int = DAYS_AT_ONCE,
) -> list[OpenSlot]:
    """Return the slots of ``days`` days from ``first_day`` on that lie within lead time and horizon.

    An area that has rules of its own on a day uses only these; otherwise the whole unit's rules hold.
    """
    rules = tuple(rules)
    slots: list[OpenSlot] = []
    for offset in range(days):
        day = first_day + timedelta(days=offset)
        for rule in _pick_rules(rules, day, is_working_day(day)):
            start_at = datetime.combine(day, time(rule.hour), SHANGHAI)
            if now + policy.lead <= start_at <= now + policy.horizon and rule.capacity > 0:
                slots.append(OpenSlot(start_at, rule.capacity, rule.area_id))
    return slots


def _pick_rules(rules: tuple[Rule, ...], day: date, is_working: bool) -> list[Rule]:
    valid = [
        rule
        for rule in rules
        if rule.on_working_days is is_working
        and rule.effective_from <= day
        and (rule.effective_until is None or day <= rule.effective_until)
    ]
    own = [rule for rule in valid if rule.area_id is not None]
    newest: dict[int, Rule] = {}
    # A newer rule for the same hour replaces the older one from its first day on.
    for rule in sorted(own or valid, key=lambda one: one.effective_from):
        newest[rule.hour] = rule
    return [newest[hour] for hour in sorted(newest)]


def count_left(slots: Iterable[OpenSlot], taken: Mapping[datetime, int]) -> list[tuple[OpenSlot, int]]:
    """Return each slot with the number of its free seats; ``taken`` counts live seats by start."""
    return [(slot, max(0, slot.capacity - taken.get(slot.start_at, 0))) for slot in slots]
