"""A made-up city: any address has a place, always the same, and those of one street lie near each other."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass

CENTRE = (36.660500, 117.037000)
PROVINCE, CITY, ADCODE = "山东省", "济南市", "370100"
METRES_PER_DEGREE = 111_320.0
EARTH_RADIUS_M = 6_371_008.8
_STREET_SPREAD_M = 7_000.0
_DOOR_SPREAD_M = 450.0
_STREET = re.compile(r".*?(?:街道|大道|大街|路|街|巷|镇|乡)")
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,6}?(?:区|县)")
# A flat has no position of its own: it lies where its building lies.
_FLAT = re.compile(r"(?:\d+单元)?[\dA-Za-z-]+(?:室|号房|户)?$")


@dataclass(frozen=True)
class Place:
    """Where an address lies, GCJ-02, and its parts."""

    lat: float
    lng: float
    district: str
    street: str


def find_place(address: str) -> Place | None:
    """Return the place of ``address``, or None where it names nothing (no Chinese word of two characters)."""
    text = re.sub(r"\s+", "", address)
    if re.search(r"[\u4e00-\u9fff]{2}", text) is None:
        return None
    text = text.removeprefix(PROVINCE).removeprefix(CITY)
    found = _STREET.match(text)
    street = found[0] if found else text[:6]
    building = _FLAT.sub("", text) or text
    north, east = (
        one + other
        for one, other in zip(
            _scatter(street, _STREET_SPREAD_M), _scatter(building, _DOOR_SPREAD_M), strict=True
        )
    )
    lat = CENTRE[0] + north / METRES_PER_DEGREE
    lng = CENTRE[1] + east / (METRES_PER_DEGREE * math.cos(math.radians(CENTRE[0])))
    district = _DISTRICT.match(text)
    return Place(round(lat, 6), round(lng, 6), district[0] if district else "", street)


def measure_metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance between two positions (lat, lng)."""
    lat_1, lng_1, lat_2, lng_2 = (math.radians(value) for value in (*one, *other))
    half = math.sin((lat_2 - lat_1) / 2) ** 2
    half += math.cos(lat_1) * math.cos(lat_2) * math.sin((lng_2 - lng_1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def _scatter(text: str, spread_m: float) -> tuple[float, float]:
    digest = hashlib.sha256(text.encode()).digest()
    shares = (int.from_bytes(digest[start : start + 4], "big") / 2**31 - 1 for start in (0, 4))
    north, east = (share * spread_m for share in shares)
    return north, east
