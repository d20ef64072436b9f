"""The tiered price of homes (三档阶梯气价): where an account stands in its year. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

TIERS: Final = 3
_MONTHS: Final = 12
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices from a day on. ``limits_m3`` end the first and the second tier in a whole year, inclusive.

    ``prices_fen`` are fen per m³ of the three tiers. A year begins with ``year_month`` (1 to 12).
    ``is_by_months``: who opens within a year has the limits of the months that are left of it.
    """

    effective_on: date
    year_month: int
    limits_m3: tuple[Decimal, Decimal]
    prices_fen: tuple[Decimal, Decimal, Decimal]
    is_by_months: bool = False


@dataclass(frozen=True, slots=True)
class TierPosition:
    """Where an account stands: in which tier the last cubic metre fell, and how much is left of that tier.

    ``left_m3`` is None in the last tier. ``limits_m3`` are those of this account in this year.
    """

    year_from: str
    year_to: str
    used_m3: Decimal
    tier: int
    left_m3: Decimal | None
    limits_m3: tuple[Decimal, Decimal]
    prices_fen: tuple[Decimal, Decimal, Decimal]


def find_tariff(tariffs: Sequence[Tariff], day: date) -> Tariff | None:
    """Return the tariff of a day; of two from the same day on the later entry holds."""
    found = None
    for one in tariffs:
        if one.effective_on <= day and (found is None or one.effective_on >= found.effective_on):
            found = one
    return found


def find_position(
    tariffs: Sequence[Tariff], use_of_months: Mapping[str, Decimal], opened_on: date, today: date
) -> TierPosition | None:
    """Return where an account stands ``today`` by the prices of today; None before the first tariff.

    ``use_of_months`` is m³ by month (``2026-03``), ``opened_on`` the day on which the account was opened.
    What was used in the year counts whatever the price was then.
    """
    tariff = find_tariff(tariffs, today)
    if tariff is None:
        return None
    first = _find_year_start(tariff.year_month, today)
    last = _add_months(first, _MONTHS - 1)
    used = sum((m3 for month, m3 in use_of_months.items() if first <= month <= last), Decimal(0))
    limits = _find_limits(tariff, first, opened_on)
    tier, left = _find_tier(used, limits)
    return TierPosition(first, last, used, tier, left, limits, tariff.prices_fen)


def _find_tier(used: Decimal, limits: tuple[Decimal, Decimal]) -> tuple[int, Decimal | None]:
    for tier, limit in enumerate(limits, start=1):
        # A limit belongs to its tier: the next one begins with the first metre above it.
        if used <= limit:
            return tier, limit - used
    return TIERS, None


def _find_limits(tariff: Tariff, first: str, opened_on: date) -> tuple[Decimal, Decimal]:
    opened = write_month(opened_on)
    if not tariff.is_by_months or opened <= first:
        return tariff.limits_m3
    months = _MONTHS - _count_months(first, opened)
    one, two = ((limit * months / _MONTHS).quantize(_CENT, ROUND_HALF_UP) for limit in tariff.limits_m3)
    return one, two


def write_month(day: date) -> str:
    """Return the month of a day, as periods are written: ``2026-03``."""
    return f"{day.year:04d}-{day.month:02d}"


def list_months(last: str, count: int) -> list[str]:
    """Return ``count`` months up to ``last``, the oldest first."""
    return [_add_months(last, back) for back in range(1 - count, 1)]


def _find_year_start(year_month: int, today: date) -> str:
    year = today.year if today.month >= year_month else today.year - 1
    return f"{year:04d}-{year_month:02d}"


def _add_months(month: str, more: int) -> str:
    years, index = divmod(_number(month) + more, _MONTHS)
    return f"{years:04d}-{index + 1:02d}"


def _count_months(first: str, later: str) -> int:
    return _number(later) - _number(first)


def _number(month: str) -> int:
    year, of_year = month.split("-")
    return int(year) * _MONTHS + int(of_year) - 1
