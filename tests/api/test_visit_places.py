"""Where a visit goes is asked of the map once, without the door, and kept for the case and its relatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.places import PlaceFinder
from backend.cases.models import ServiceCase
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.core.topics import NotSent, PromiseContext, PromiseRefused
from backend.maps.port import GeoPoint
from tests.api.staff_side import Hall

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HERE = GeoPoint(36.66, 117.02)


@dataclass
class Map:
    """The map as seen through its port."""

    asked: list[str] = field(default_factory=list)
    answer: GeoPoint | Exception | None = HERE

    def geocode(self, text: str) -> GeoPoint | None:
        self.asked.append(text)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def case_id(hall: Hall) -> int:
    """Return the id of an application whose customer marked no point."""
    return mark(hall, hall.find_id(hall.start()), None)


def mark(hall: Hall, case_id: int, point: GeoPoint | None) -> int:
    columns = {"place_lat": point.lat, "place_lng": point.lng, "place_source": "map"} if point else {
        "place_lat": None, "place_lng": None, "place_source": None,
    }  # fmt: skip
    with hall.sessions.begin() as session:
        session.execute(update(ServiceCase).where(ServiceCase.id == case_id).values(columns))
    return case_id


def find(hall: Hall, geocode: Callable[[str], GeoPoint | None] | None, case_id: int) -> None:
    finder = PlaceFinder(hall.sessions, geocode, "济南市")
    finder.find({"case_id": case_id}, PromiseContext(1, "find_place", 1, NOW, lambda: NOW))


def read(sessions: sessionmaker[Session], case_id: int) -> tuple[float | None, float | None, str | None]:
    with sessions() as session:
        row = session.execute(
            select(ServiceCase.place_lat, ServiceCase.place_lng, ServiceCase.place_source).where(
                ServiceCase.id == case_id
            )
        ).one()
    return row.place_lat, row.place_lng, row.place_source


def test_the_building_is_looked_up_and_never_the_door(hall: Hall, case_id: int) -> None:
    platform = Map()
    find(hall, platform.geocode, case_id)
    assert platform.asked == ["济南市历下区文化路阳光小区3幢"]
    assert read(hall.sessions, case_id) == (HERE.lat, HERE.lng, "geocoder")
    find(hall, platform.geocode, case_id)
    assert len(platform.asked) == 1


def test_a_point_that_the_customer_marked_stands(hall: Hall, case_id: int) -> None:
    platform = Map()
    find(hall, platform.geocode, mark(hall, case_id, GeoPoint(36.7, 117.1)))
    assert platform.asked == []
    assert read(hall.sessions, case_id) == (36.7, 117.1, "map")


@pytest.mark.parametrize(
    ("answer", "raised"),
    [(PlatformUnavailable("map", "120"), NotSent), (PlatformRefused("map", "311"), PromiseRefused)],
)
def test_a_map_that_does_not_answer_is_asked_again_or_given_up(
    hall: Hall, case_id: int, answer: Exception, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        find(hall, Map(answer=answer).geocode, case_id)
    assert read(hall.sessions, case_id) == (None, None, None)


def test_an_unknown_address_or_no_map_leaves_it_open(hall: Hall, case_id: int) -> None:
    find(hall, Map(answer=None).geocode, case_id)
    find(hall, None, case_id)
    assert read(hall.sessions, case_id) == (None, None, None)
