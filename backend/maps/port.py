"""What the product asks of a map platform. All positions are GCJ-02, as Chinese maps are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class GeoPoint:
    """A position in degrees, GCJ-02. A browser's position is WGS-84: see ``backend.maps.coordinates``."""

    lat: float
    lng: float


@dataclass(frozen=True)
class Arrival:
    """The way still to go: metres by road and whole minutes, at least one.

    ``is_estimate`` is true where it was reckoned from the straight line, because the platform did not answer.
    """

    distance_m: int
    minutes: int
    is_estimate: bool


class MapPort(Protocol):
    """Calls to a map platform."""

    def geocode(self, text: str) -> GeoPoint | None:
        """Return where the address ``text`` lies, or None where the platform does not know it.

        Raises PlatformUnavailable (try again later) and PlatformRefused (our key is wrong or used up).
        """

    def estimate_arrival(self, origin: GeoPoint, destination: GeoPoint) -> Arrival:
        """Return the way by car from ``origin`` to ``destination``. Raises nothing; see Arrival."""
