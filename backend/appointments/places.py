"""Where a visit goes: the address looked up on the map, for a case whose customer marked no point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ServiceCase
from backend.core.database import table_of
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.core.topics import NotSent, PromiseContext, PromiseRefused, TopicSpec
from backend.maps.port import GeoPoint

# What no point was marked for and the map was asked about.
SOURCE = "geocoder"
# An address on the map, or None where there is no such; raises PlatformUnavailable and PlatformRefused.
Geocode = Callable[[str], GeoPoint | None]
_CASE = table_of(ServiceCase)
_PLACE = select(_CASE.c.place_lat, _CASE.c.region, _CASE.c.street, _CASE.c.community, _CASE.c.building).where(
    _CASE.c.id == bindparam("case_id")
)
# A case and what it was handed over from or to are at one place.
_RELATED = or_(
    _CASE.c.id == bindparam("b_case_id"),
    _CASE.c.parent_case_id == bindparam("b_case_id"),
    _CASE.c.id
    == select(_CASE.c.parent_case_id).where(_CASE.c.id == bindparam("b_case_id")).scalar_subquery(),
)
_SAVE = update(_CASE).where(_RELATED, _CASE.c.place_lat.is_(None))
_log = structlog.get_logger(__name__)


class PlaceFinder:
    """Looks addresses up. ``geocode`` is None where no map is set up; ``city`` stands before the district."""

    def __init__(self, sessions: sessionmaker[Session], geocode: Geocode | None, city: str) -> None:
        self._sessions = sessions
        self._geocode = geocode
        self._city = city

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec("find_place", "查找上门地址的位置", "default", self.find, is_idempotent=True)]

    def find(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Look up where the case is, and keep it; raises NotSent and PromiseRefused.

        The door and the customer's own words stay in the house: the map is asked for the building.
        """
        case_id = payload["case_id"]
        with self._sessions() as session:
            case = session.execute(_PLACE, {"case_id": case_id}).one()
        named = [one for one in (case.region, case.street, case.community, case.building) if one]
        if case.place_lat is not None or not named or self._geocode is None:
            return
        try:
            point = self._geocode("".join([self._city, *named]))
        except PlatformUnavailable as error:
            raise NotSent(error.platform_code) from error
        except PlatformRefused as error:
            raise PromiseRefused(error.platform_code) from error
        if point is None:
            _log.warning("address not on the map", case_id=case_id)
            return
        found = {"place_lat": point.lat, "place_lng": point.lng, "place_source": SOURCE}
        with self._sessions.begin() as session:
            session.execute(_SAVE.values(found), {"b_case_id": case_id})
