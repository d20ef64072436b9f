"""The map port on Tencent's WebService, or on whatever speaks its wire format at the base URL set."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import requests
import structlog

from backend.core.outbound import make_session, name_failure
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code
from backend.maps.port import Arrival, GeoPoint
from backend.maps.straight_line import estimate_by_line

PLATFORM = "map"
HOST = "https://apis.map.qq.com"
# People wait for these, and there is something to fall back on.
LONGEST_WAIT_SECONDS = 4.0
LONGEST_ADDRESS = 200
# CODE stands here for what is wrong with the question itself, and not with us: there is no such place.
CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        # Above the calls of this second; the back end did not answer.
        **dict.fromkeys((120, 500, 510, 520, 530), Verdict.BUSY),
        # The day's calls are used up; the key is wrong, barred, or not for this call.
        **dict.fromkeys((110, 111, 112, 113, 121, 122, 190, 199, 311), Verdict.REFUSED),
        # Nothing found; missing, wrong or overlong question; ends too far from each other or from any road.
        **dict.fromkeys((301, 306, 310, 320, 330, 332, 347, 348, 365, 373, 374, 375, 376, 377), Verdict.CODE),
    }
)
_log = structlog.get_logger(__name__)


class TencentMap:
    """MapPort on apis.map.qq.com."""

    def __init__(self, *, base_url: str, key: str, answer_seconds: float) -> None:
        self._http = make_session(base_url, min(answer_seconds, LONGEST_WAIT_SECONDS))
        self._key = key

    def geocode(self, text: str) -> GeoPoint | None:
        """See MapPort."""
        result = self._ask("ws/geocoder/v1/", {"address": text[:LONGEST_ADDRESS]})
        if result is None:
            return None
        place: Any = result.get("location")
        try:
            return GeoPoint(float(place["lat"]), float(place["lng"]))
        except (KeyError, TypeError, ValueError):
            raise PlatformUnavailable(PLATFORM, "unreadable") from None

    def estimate_arrival(self, origin: GeoPoint, destination: GeoPoint) -> Arrival:
        """See MapPort."""
        ends = {
            "from": f"{origin.lat:.6f},{origin.lng:.6f}",
            "to": f"{destination.lat:.6f},{destination.lng:.6f}",
        }
        try:
            result = self._ask("ws/direction/v1/driving/", ends)
            route = result["routes"][0] if result else None
            if route:
                return Arrival(int(route["distance"]), max(1, int(route["duration"])), is_estimate=False)
        except (PlatformUnavailable, PlatformRefused) as error:
            _log.warning("map_arrival_estimated", platform_code=error.platform_code)
        except (KeyError, IndexError, TypeError, ValueError):
            _log.warning("map_arrival_estimated", platform_code="unreadable")
        return estimate_by_line(origin, destination)

    def _ask(self, path: str, asked: dict[str, str]) -> dict[str, Any] | None:
        params = {**asked, "key": self._key, "output": "json"}
        try:
            response = self._http.get(f"{HOST}/{path}", params=params)
            answer = response.json() if response.status_code == 200 else {}
        except requests.RequestException as error:
            # The error's text and cause hold the address with our key; nothing of them goes on.
            raise PlatformUnavailable(PLATFORM, name_failure(error)) from None
        status = answer.get("status") if isinstance(answer, dict) else None
        if not isinstance(status, int):
            raise PlatformUnavailable(PLATFORM, f"http_{response.status_code}")
        verdict = judge_code(PLATFORM, CODES, status)
        if verdict is Verdict.CODE:
            return None
        if verdict is Verdict.REFUSED:
            raise PlatformRefused(PLATFORM, str(status))
        result = answer.get("result")
        if verdict is not Verdict.SENT or not isinstance(result, dict):
            raise PlatformUnavailable(PLATFORM, str(status))
        return result
