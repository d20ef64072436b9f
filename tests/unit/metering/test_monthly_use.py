"""How many months nothing was used: what is unknown, late or long past is no use of nought."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backend.metering.monthly_use import count_idle_months, find_use

NOUGHT = Decimal(0)


def use(**months: float) -> dict[str, Decimal]:
    return {f"2026-{name[1:]}": Decimal(str(m3)) for name, m3 in months.items()}


@pytest.mark.parametrize(
    ("known", "count"),
    [
        (use(m08=0, m09=0, m10=0), 3),
        (use(m07=0, m08=0, m09=0, m10=0, m11=0), 5),
        # The bill of the last month is not there yet.
        (use(m07=0, m08=0, m09=0), 3),
        (use(m06=0, m08=0, m09=0, m10=0), 3),
        (use(m07=0, m08=0, m09=0.001, m10=0), 1),
        (use(m08=0, m09=0, m10=0, m11=2), 0),
        # Nobody knows how it has been since.
        (use(m05=0, m06=0, m07=0), 0),
        ({}, 0),
    ],
)
def test_months_without_gas_are_counted_back_from_the_last_known(
    known: dict[str, Decimal], count: int
) -> None:
    assert count_idle_months(known, "2026-11") == count


def test_the_turn_of_the_year_ends_no_count() -> None:
    known = {month: NOUGHT for month in ("2025-11", "2025-12", "2026-01")}
    assert count_idle_months(known, "2026-02") == 3


def test_readings_that_stand_still_are_months_without_use() -> None:
    shown = {month: Decimal(130) for month in ("2026-07", "2026-08", "2026-09", "2026-10")}
    assert count_idle_months(find_use({}, shown), "2026-11") == 3
