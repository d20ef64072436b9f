"""Which hours are offered: rules, lead time, horizon, rest days, and an area's own capacity."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.appointments.slots import Policy, Rule, count_left, list_open_slots
from backend.core.local_time import format_span

# Tuesday 10:00 in Shanghai.
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
POLICY = Policy(timedelta(hours=2), timedelta(days=14), timedelta(minutes=5), timedelta(hours=2))


def make_rule(hour: int, capacity: int = 2, **more: object) -> Rule:
    values: dict[str, object] = {
        "area_id": None, "on_working_days": True, "hour": hour, "capacity": capacity,
        "effective_from": date(2026, 1, 1), "effective_until": None,
    }  # fmt: skip
    return Rule(**{**values, **more})  # type: ignore[arg-type]


def list_hours(rules: list[Rule], day: date = TODAY) -> list[int]:
    slots = list_open_slots(rules, POLICY, lambda one: one.weekday() < 5, NOW, day, days=1)
    return [one.start_at.hour for one in slots]


def test_lead_time_and_horizon() -> None:
    rules = [make_rule(hour) for hour in (9, 11, 12, 13)]
    assert list_hours(rules) == [12, 13]
    assert list_hours(rules, TODAY + timedelta(days=1)) == [9, 11, 12, 13]
    assert list_hours(rules, TODAY + timedelta(days=14)) == [9]
    assert list_hours(rules, TODAY + timedelta(days=15)) == []


def test_rest_days_have_rules_of_their_own() -> None:
    saturday = TODAY + timedelta(days=4)
    rules = [make_rule(9), make_rule(10, on_working_days=False)]
    assert list_hours(rules, saturday) == [10]


def test_an_area_with_rules_uses_only_these() -> None:
    tomorrow = TODAY + timedelta(days=1)
    rules = [make_rule(9), make_rule(10, area_id=7)]
    assert list_hours(rules, tomorrow) == [10]
    later = [make_rule(9), make_rule(10, area_id=7, effective_from=date(2026, 12, 1))]
    assert list_hours(later, tomorrow) == [9]


def test_a_newer_rule_replaces_and_zero_closes() -> None:
    tomorrow = TODAY + timedelta(days=1)
    rules = [make_rule(9), make_rule(10), make_rule(9, capacity=0, effective_from=date(2026, 11, 1))]
    assert list_hours(rules, tomorrow) == [10]
    ended = [make_rule(9, effective_until=TODAY), make_rule(10)]
    assert list_hours(ended, tomorrow) == [10]


@pytest.mark.parametrize(("taken", "left"), [(0, 2), (1, 1), (2, 0), (5, 0)])
def test_what_is_left_is_never_negative(taken: int, left: int) -> None:
    [slot] = list_open_slots([make_rule(14)], POLICY, lambda day: True, NOW, TODAY, days=1)
    counted = count_left([slot], {slot.start_at: taken} if taken else {})
    assert counted == [(slot, left)]
    assert format_span(slot.start_at, slot.end_at) == "11月24日 周二 14:00–15:00"
