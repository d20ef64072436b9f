"""Where an account stands in its year: bounds, the turn of the year, new prices, an account that is new."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metering.monthly_use import find_use
from backend.metering.tiers import Tariff, find_position, find_tariff, list_months

OLD = date(2019, 5, 1)
PRICES = (Decimal("263"), Decimal("316"), Decimal("395"))
LIMITS = (Decimal("216"), Decimal("360"))


def make_tariff(effective_on: date = date(2025, 1, 1), **changes: object) -> Tariff:
    told = {"year_month": 1, "limits_m3": LIMITS, "prices_fen": PRICES, "is_by_months": False, **changes}
    return Tariff(effective_on, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("used", "tier", "left"),
    [
        ("0", 1, "216"),
        ("215.999", 1, "0.001"),
        ("216", 1, "0"),
        ("216.001", 2, "143.999"),
        ("360", 2, "0"),
        ("360.001", 3, None),
        ("9000", 3, None),
    ],
)
def test_a_limit_belongs_to_the_tier_that_it_ends(used: str, tier: int, left: str | None) -> None:
    found = find_position([make_tariff()], {"2026-02": Decimal(used)}, OLD, date(2026, 3, 1))
    assert found is not None
    assert (found.tier, found.left_m3) == (tier, None if left is None else Decimal(left))
    assert found.prices_fen == PRICES


def test_the_year_turns_on_its_own_month() -> None:
    use = {"2025-12": Decimal(100), "2026-01": Decimal(40), "2026-06": Decimal(30)}
    by_january, by_july = make_tariff(), make_tariff(year_month=7)
    june = find_position([by_january], use, OLD, date(2026, 6, 30))
    assert june is not None and (june.year_from, june.year_to, june.used_m3) == ("2026-01", "2026-12", 70)
    june = find_position([by_july], use, OLD, date(2026, 6, 30))
    assert june is not None and (june.year_from, june.year_to, june.used_m3) == ("2025-07", "2026-06", 170)
    july = find_position([by_july], use, OLD, date(2026, 7, 1))
    assert july is not None and (july.year_from, july.used_m3, july.tier) == ("2026-07", 0, 1)


def test_a_price_that_changes_within_the_year_keeps_what_was_used() -> None:
    dearer = make_tariff(date(2026, 6, 1), prices_fen=(Decimal(280), Decimal(336), Decimal(420)))
    use = {"2026-01": Decimal(210), "2026-05": Decimal(10)}
    before = find_position([make_tariff(), dearer], use, OLD, date(2026, 5, 31))
    after = find_position([make_tariff(), dearer], use, OLD, date(2026, 6, 1))
    assert before is not None and after is not None
    assert (before.prices_fen[1], after.prices_fen[1]) == (Decimal(316), Decimal(336))
    assert (before.used_m3, before.tier) == (after.used_m3, after.tier) == (Decimal(220), 2)


def test_the_later_entry_for_the_same_day_holds_and_none_holds_before_the_first() -> None:
    wrong, right = make_tariff(), make_tariff(limits_m3=(Decimal(240), Decimal(400)))
    assert find_tariff([wrong, right], date(2026, 1, 1)) is right
    assert find_position([wrong, right], {}, OLD, date(2024, 12, 31)) is None


@pytest.mark.parametrize(
    ("opened_on", "limits"),
    [
        (date(2025, 12, 31), ("216", "360")),
        (date(2026, 1, 31), ("216", "360")),
        (date(2026, 7, 1), ("108.00", "180.00")),
        (date(2026, 12, 31), ("18.00", "30.00")),
    ],
)
def test_who_opens_within_the_year_has_the_limits_of_the_months_left(
    opened_on: date, limits: tuple[str, str]
) -> None:
    by_months = make_tariff(is_by_months=True)
    found = find_position([by_months], {}, opened_on, date(2026, 12, 31))
    assert found is not None and found.limits_m3 == tuple(map(Decimal, limits))
    whole = find_position([make_tariff()], {}, opened_on, date(2026, 12, 31))
    assert whole is not None and whole.limits_m3 == LIMITS


@given(st.lists(st.decimals("0", "500", places=3), min_size=1, max_size=12))
def test_used_and_left_always_make_the_limit(months: list[Decimal]) -> None:
    use = dict(zip(list_months("2026-12", 12), months, strict=False))
    found = find_position([make_tariff()], use, OLD, date(2026, 12, 31))
    assert found is not None and found.used_m3 == sum(months)
    if found.left_m3 is None:
        assert found.used_m3 > LIMITS[1]
    else:
        assert found.used_m3 + found.left_m3 == LIMITS[found.tier - 1] and found.left_m3 >= 0


def test_a_bill_goes_before_the_readings_and_a_new_meter_says_nothing() -> None:
    readings = {"2025-12": "100", "2026-01": "130.5", "2026-02": "150", "2026-03": "4", "2026-05": "9"}
    use = find_use({"2026-02": Decimal(20)}, {month: Decimal(m3) for month, m3 in readings.items()})
    assert use == {"2026-01": Decimal("30.5"), "2026-02": Decimal(20)}
    assert list_months("2026-02", 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
