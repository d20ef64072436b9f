"""Positions: from WGS-84, which browsers and satellites give, to GCJ-02, which Chinese maps use."""

from __future__ import annotations

import math

from backend.maps.port import GeoPoint

# The ellipsoid of the transformation (Krasovsky's) and a box round China; outside it nothing is shifted.
_AXIS, _ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
_LAT, _LNG = (0.8293, 55.8271), (72.004, 137.8347)


def convert_wgs84(lat: float, lng: float) -> GeoPoint:
    """Return the GCJ-02 point for a WGS-84 position in degrees, to within a metre.

    Raises ValueError where it is no position on earth.
    """
    if not (abs(lat) <= 90 and abs(lng) <= 180):
        raise ValueError("not a position")
    if not (_LAT[0] <= lat <= _LAT[1] and _LNG[0] <= lng <= _LNG[1]):
        return GeoPoint(lat, lng)
    x, y = lng - 105.0, lat - 35.0
    radians = math.radians(lat)
    curve = 1 - _ECCENTRICITY * math.sin(radians) ** 2
    north = math.degrees(_shift_north(x, y) * curve * math.sqrt(curve) / (_AXIS * (1 - _ECCENTRICITY)))
    east = math.degrees(_shift_east(x, y) * math.sqrt(curve) / (_AXIS * math.cos(radians)))
    return GeoPoint(lat + north, lng + east)


def _shift_north(x: float, y: float) -> float:
    plain = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    return plain + _ripple(x) + _waves(y, (20, 1), (40, 3)) + _waves(y, (160, 12), (320, 30))


def _shift_east(x: float, y: float) -> float:
    plain = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    return plain + _ripple(x) + _waves(x, (20, 1), (40, 3)) + _waves(x, (150, 12), (300, 30))


def _ripple(x: float) -> float:
    return (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3


def _waves(value: float, *waves: tuple[float, float]) -> float:
    return sum(height * math.sin(value / length * math.pi) for height, length in waves) * 2 / 3
