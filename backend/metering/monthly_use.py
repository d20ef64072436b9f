"""What was used month by month: from the bills, and where there is none from what the meter showed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from backend.metering.tiers import list_months

Figures = Mapping[str, Decimal]
# A month's bill or reading may come so many months late, the month that runs included.
_LATE_MONTHS: Final = 3


def find_use(billed: Figures, readings: Figures) -> dict[str, Decimal]:
    """Return m³ by month; a month about which nothing is known is missing.

    ``billed`` is what bills say. ``readings`` are the meter's at each month's end: two that follow each other
    give the month between them. A meter that shows less than before was changed, and says nothing.
    """
    found = dict(billed)
    for month, reading in readings.items():
        before = readings.get(list_months(month, 2)[0])
        if month not in found and before is not None and reading >= before:
            found[month] = reading - before
    return found


def count_idle_months(use: Figures, this_month: str) -> int:
    """Return for how many months on end nothing was used, up to the last month that is known.

    A month about which nothing is known ends the count, and so does one of use. Where the last known month is
    long past, nobody can say how it is now, and the count is nought.
    """
    back = list(reversed(list_months(this_month, len(use) + _LATE_MONTHS)))
    late = [month not in use for month in back[:_LATE_MONTHS]]
    if all(late):
        return 0
    count = 0
    for month in back[late.index(False) :]:
        if use.get(month) != 0:
            break
        count += 1
    return count
