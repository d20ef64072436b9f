"""Units: what of an account changes as one thing, and how two ways of writing it are told to be the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.core.encryption import normalise

# An account as cells under the keys of an import's columns (docs/account-imports.md), the number apart.
Cells = Mapping[str, str]

METER: Final = "meter"
HOLDER: Final = "holder"
# Unit → its cells. An address is one place, and a meter is told by its maker and number together.
UNITS: Final[dict[str, tuple[str, ...]]] = {
    HOLDER: ("holder",),
    "id_number": ("id_number",),
    "contact": ("contact",),
    "phone": ("phone",),
    "address": ("region", "street", "community", "building", "unit", "door"),
    "note": ("note",),
    "gas_use": ("gas_use",),
    "status": ("status",),
    "opened_on": ("opened_on",),
    "monthly_use": ("monthly_use",),
    "pressure_kpa": ("pressure_kpa",),
    "use_nature": ("use_nature",),
    "use_period": ("use_period",),
    METER: ("meter_maker", "meter_no"),
    "meter_model": ("meter_model",),
    "meter_kind": ("meter_kind",),
    "inlet_side": ("inlet_side",),
    "meter_seal": ("meter_seal",),
    "meter_reading": ("meter_reading",),
}
# What is told of a meter belongs to that meter, and a telephone to the holder. Where the two sides name
# different ones it goes with them: the telephone of somebody else would let them bind the account.
METER_UNITS: Final = ("meter_model", "meter_kind", "inlet_side", "meter_seal", "meter_reading")
WITH_HOLDER: Final = ("contact", "phone", "id_number")
FOLLOWERS: Final = {METER: METER_UNITS, HOLDER: WITH_HOLDER}
# Whose account it is, where and since when: the hall changes these by a process that is signed, and a new
# holder ends everybody's bindings. Only a person can tell that from a slip that the master has mended.
CAREFUL: Final = frozenset({"holder", "id_number", "address", "opened_on"})


def pick_cells(cells: Cells, unit: str) -> dict[str, str]:
    """Return the cells of one unit; those that are not there are empty."""
    return {key: cells.get(key, "") for key in UNITS[unit]}


def pick_whole(cells: Cells, unit: str) -> dict[str, str]:
    """Return the cells of one unit with those that go with it."""
    units = (unit, *FOLLOWERS.get(unit, ()))
    return {key: one for each in units for key, one in pick_cells(cells, each).items()}


def fold(cells: Cells, unit: str) -> str:
    """Return what two ways of writing the same share; empty where the unit says nothing."""
    text = " ".join(one for one in pick_cells(cells, unit).values() if one).strip()
    if unit == HOLDER:
        return normalise(text, "name")
    if unit == "address":
        return normalise(text, "address")
    return normalise(text, "phone") if unit == "phone" else text


def without_holder(cells: Cells) -> dict[str, str]:
    """Return the cells but those that tell of a person: of an account that ended with them."""
    of_person = {key for unit in (HOLDER, *WITH_HOLDER) for key in UNITS[unit]}
    return {key: one for key, one in cells.items() if key not in of_person}
