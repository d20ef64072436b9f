"""Positions are converted as the published pairs say, and straight lines measured."""

from __future__ import annotations

import pytest

from backend.maps.coordinates import convert_wgs84
from backend.maps.port import Arrival, GeoPoint
from backend.maps.straight_line import estimate_by_line, measure_metres


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
        ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ],
)
def test_known_pairs(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    point = convert_wgs84(*wgs84)
    assert (point.lat, point.lng) == pytest.approx(gcj02, abs=1e-9)
    assert 100 < measure_metres(GeoPoint(*wgs84), point) < 800


@pytest.mark.parametrize("abroad", [(48.8584, 2.2945), (-33.8568, 151.2153)])
def test_nothing_is_shifted_abroad(abroad: tuple[float, float]) -> None:
    assert convert_wgs84(*abroad) == GeoPoint(*abroad)


@pytest.mark.parametrize("wrong", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 113.0), (34.0, float("inf"))])
def test_what_is_no_position_is_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not a position"):
        convert_wgs84(*wrong)


def test_the_straight_line_is_marked_as_an_estimate() -> None:
    one = GeoPoint(34.0, 113.0)
    assert estimate_by_line(one, one) == Arrival(0, 1, is_estimate=True)
    # One degree of latitude is 111.2 km; 1.4 times as far by road, at 25 km/h.
    assert estimate_by_line(one, GeoPoint(35.0, 113.0)) == Arrival(155673, 374, is_estimate=True)
