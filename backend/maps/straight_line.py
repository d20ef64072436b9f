"""The way reckoned from the straight line, for when no map platform answers."""

from __future__ import annotations

from haversine import Unit, haversine

from backend.maps.port import Arrival, GeoPoint

# A street network makes the way about this much longer than the bird's flight.
DETOUR = 1.4
# 25 km/h: a service van in town, lights and parking included.
METRES_PER_MINUTE = 25_000 / 60


def measure_metres(one: GeoPoint, other: GeoPoint) -> float:
    """Return the length of the straight line between two points, in metres."""
    return float(haversine((one.lat, one.lng), (other.lat, other.lng), unit=Unit.METERS))


def estimate_by_line(origin: GeoPoint, destination: GeoPoint) -> Arrival:
    """Return the way as the straight line suggests it, marked as an estimate."""
    metres = measure_metres(origin, destination) * DETOUR
    return Arrival(round(metres), max(1, round(metres / METRES_PER_MINUTE)), is_estimate=True)
