"""What calls to outside platforms come to: sent, refused or unknown, and the errors where none was made.

A call that may have reached the platform, but whose answer did not come back, is *unknown*: never failed, and
never blindly made again (design, decision 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeVar

import structlog
from prometheus_client import Counter

from backend.core.errors import AppError, Unavailable

UNKNOWN_CODES = Counter(
    "hall_platform_unknown_codes_total", "Platforms' answers with a code that no table knows.", ("platform",)
)
_log = structlog.get_logger(__name__)
Code = TypeVar("Code", int, str)


class Verdict(Enum):
    """What a platform's code means to us; the tables of the adapters map onto this."""

    SENT = "sent"
    REFUSED = "refused"
    # The platform did not do it and asks to try again later.
    BUSY = "busy"
    # Our credential for the call has run out; a new one may make it pass.
    CREDENTIAL = "credential"
    # The customer's one-time code is wrong, used up or too old.
    CODE = "code"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SendOutcome:
    """How the sending of one message ended.

    ``state``: ``sent`` where the platform accepted it, ``refused`` where it certainly will not send it,
    ``unknown`` where nobody can say. ``platform_code`` is the platform's own code, or ours for what has none
    (``timeout``, ``http_502``, ``unreadable``). ``platform_id`` is the platform's number of the message.
    """

    state: Literal["sent", "refused", "unknown"]
    platform_code: str
    platform_id: str | None = None


class PlatformUnavailable(Unavailable):
    """503: the platform was not reached, or is busy, and did nothing. Trying again later is safe."""

    def __init__(self, platform: str, platform_code: str) -> None:
        super().__init__("platform_unavailable", detail=f"{platform} {platform_code}")
        self.platform = platform
        self.platform_code = platform_code


class PlatformRefused(AppError):
    """502: the platform refuses us, by a wrong key for instance. Trying again changes nothing."""

    def __init__(self, platform: str, platform_code: str) -> None:
        super().__init__("platform_refused", 502, detail=f"{platform} {platform_code}")
        self.platform = platform
        self.platform_code = platform_code


def judge_code(platform: str, table: Mapping[Code, Verdict], code: Code) -> Verdict:
    """Return what ``code`` means by ``table``; one that it lacks is UNKNOWN, counted and logged."""
    verdict = table.get(code)
    if verdict is None:
        UNKNOWN_CODES.labels(platform).inc()
        _log.error("platform_code_unknown", platform=platform, platform_code=str(code))
        return Verdict.UNKNOWN
    return verdict
