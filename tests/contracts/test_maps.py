"""The map adapter against the simulated map platform, over loopback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis

from backend.core.config import Settings, load_settings
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.maps.port import GeoPoint, MapPort
from backend.maps.straight_line import estimate_by_line, measure_metres
from composition.platforms import Platforms, make_platforms
from deploy.demo.applicants import HOMES
from tests.contracts.conftest import Simulators

ADDRESS = "金水区花园路88号锦绣花园3号楼2单元501"
HERE, THERE = GeoPoint(34.757975, 113.665412), GeoPoint(34.72468, 113.6401)


@pytest.fixture
def maps(platforms: Platforms) -> MapPort:
    assert platforms.maps is not None
    return platforms.maps


def test_any_address_has_its_place(maps: MapPort) -> None:
    place = maps.geocode(ADDRESS)
    assert place is not None and maps.geocode(ADDRESS) == place
    # Another flat lies in the same building, the next house near by, another street elsewhere.
    assert maps.geocode(ADDRESS.replace("501", "602")) == place
    neighbour = maps.geocode("金水区花园路90号")
    assert neighbour is not None and 0 < measure_metres(place, neighbour) < 2500


@pytest.mark.parametrize(
    ("unit", "home"), [(unit, home) for unit, homes in HOMES.items() for home in homes], ids=str
)
def test_an_address_lies_in_the_city_of_the_demonstration(
    maps: MapPort, unit: str, home: tuple[str, str, str, float, float]
) -> None:
    *names, lat, lng = home
    for city in ("济南市", ""):
        place = maps.geocode("".join([city, *map(str, names), "3号楼"]))
        # As far apart as a town is wide, so that a handler among the homes has a plausible way to go.
        assert place is not None and measure_metres(place, GeoPoint(lat, lng)) < 30_000


@pytest.mark.parametrize("text", ["12345", "?", "家"])
def test_what_is_no_address_has_no_place(maps: MapPort, text: str) -> None:
    assert maps.geocode(text) is None


def test_the_way_by_car(maps: MapPort) -> None:
    way = maps.estimate_arrival(HERE, THERE)
    assert way.is_estimate is False
    assert way.distance_m == pytest.approx(measure_metres(HERE, THERE) * 1.35, abs=2)
    assert way.minutes == round(way.distance_m / 450)
    assert maps.estimate_arrival(HERE, HERE).minutes == 1


@pytest.mark.parametrize("status", ["121", "190", "110", "112", "199"])
def test_a_refused_key(maps: MapPort, simulators: Simulators, status: str) -> None:
    simulators.order("map", "*", "refuse", code=status, times=2)
    with pytest.raises(PlatformRefused, match=status):
        maps.geocode(ADDRESS)
    assert maps.estimate_arrival(HERE, THERE) == estimate_by_line(HERE, THERE)


@pytest.mark.parametrize("status", ["120", "500", "99999"])
def test_busy_and_unknown_may_be_tried_again(maps: MapPort, simulators: Simulators, status: str) -> None:
    simulators.order("map", "geocoder", "refuse", code=status)
    with pytest.raises(PlatformUnavailable, match=status):
        maps.geocode(ADDRESS)
    assert maps.geocode(ADDRESS) is not None


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("hang_before", {"ms": 100}, "broken_off"),
        ("hang_after", {"ms": 100}, "broken_off"),
        ("late", {"ms": 3000}, "timeout"),
        ("http_status", {"code": "502"}, "http_502"),
    ],
)
def test_without_an_answer_the_way_is_estimated(
    maps: MapPort, simulators: Simulators, kind: str, more: dict[str, object], code: str
) -> None:
    simulators.order("map", "*", kind, times=2, **more)
    with pytest.raises(PlatformUnavailable, match=code):
        maps.geocode(ADDRESS)
    way = maps.estimate_arrival(HERE, THERE)
    assert way.is_estimate and way == estimate_by_line(HERE, THERE)
    simulators.post("faults/release")


def test_a_late_answer_is_waited_for(maps: MapPort, simulators: Simulators) -> None:
    simulators.order("map", "driving", "late", ms=300)
    assert maps.estimate_arrival(HERE, THERE).is_estimate is False


@pytest.mark.parametrize(("key", "status"), [("wrong", "311"), ("AAAAA-" * 5 + "AAAAA", "190")])
def test_wrong_keys(make_settings: Callable[..., Settings], redis: Redis, key: str, status: str) -> None:
    maps = make_platforms(make_settings(MAP_KEY=key), redis).maps
    assert maps is not None
    with pytest.raises(PlatformRefused, match=status):
        maps.geocode(ADDRESS)


def test_nobody_listening(make_settings: Callable[..., Settings], redis: Redis, free_port: int) -> None:
    maps = make_platforms(make_settings(MAP_BASE_URL=f"http://127.0.0.1:{free_port}"), redis).maps
    assert maps is not None
    with pytest.raises(PlatformUnavailable, match="not_reached"):
        maps.geocode(ADDRESS)
    assert maps.estimate_arrival(HERE, THERE).is_estimate


def test_what_is_not_set_up_is_none(database_settings: dict[str, str], redis: Redis) -> None:
    none = make_platforms(load_settings(database_settings), redis)
    assert (none.wechat, none.sms, none.maps) == (None, None, None)
