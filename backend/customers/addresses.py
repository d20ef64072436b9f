"""An address as one thing: found again by a blind index over the whole of it (design, decision 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from backend.core.encryption import KeyRing
from backend.customers.models import Premises

PARTS = ("region", "street", "community", "building", "unit", "door")
# The parts that stand in clear, by which more than one home may be found.
PLACE_COLUMNS: Final = (
    ("region", Premises.region),
    ("street", Premises.street),
    ("community", Premises.community),
    ("building", Premises.building),
    ("unit", Premises.building_unit),
)


def write_address(address: Mapping[str, Any]) -> str:
    """Return the whole address in one line, the note apart; empty where nothing is filled in."""
    return " ".join(address[one] for one in PARTS if address[one])


def index_address(keys: KeyRing, address: Mapping[str, Any]) -> bytes | None:
    """Return the blind index over the whole address, the note apart, or None where nothing is filled in."""
    text = write_address(address)
    return keys.blind_index(text, "address") if text else None


def describe_place(premises: Premises) -> dict[str, Any]:
    """Return an address without what is personal of it."""
    return {
        "region": premises.region,
        "street": premises.street,
        "community": premises.community,
        "building": premises.building,
        "unit": premises.building_unit,
        "door": "",
        "note": "",
        "point": None,
    }
