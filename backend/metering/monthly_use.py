"""What was used month by month: from the bills, and where there is none from what the meter showed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from backend.metering.tiers import list_months

Figures = Mapping[str, Decimal]


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
