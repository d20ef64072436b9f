"""What the platforms received: calls and delivered messages, the newest ones up to a bound."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Generic, Literal, TypeVar

CALLS_KEPT = 2000
MESSAGES_KEPT = 2000
CHINA = timezone(timedelta(hours=8))
Channel = Literal["subscribe", "template", "sms", "wecom"]


@dataclass(frozen=True)
class Call:
    """One call: what was asked, what was answered, and the fault that was ordered for it, if any.

    ``accepted`` is true where the platform did what was asked; ``answer`` is None where none was sent.
    """

    seq: int
    at: str
    platform: str
    endpoint: str
    request: dict[str, Any]
    answer: dict[str, Any] | None
    accepted: bool
    fault: str | None


@dataclass(frozen=True)
class Message:
    """One message as it lies in somebody's phone. ``user`` is None where a number is no simulated user's."""

    seq: int
    at: str
    channel: Channel
    user: str | None
    phone: str | None
    template_id: str
    title: str
    lines: list[tuple[str, str]]
    text: str
    code: str | None
    link: str
    platform_id: str


Row = TypeVar("Row", Call, Message)


class Ledger(Generic[Row]):
    """Numbered rows, oldest dropped first. Not safe for threads: the caller holds the lock."""

    def __init__(self, kept: int) -> None:
        self._rows: deque[Row] = deque(maxlen=kept)
        self._last = 0

    def next_seq(self) -> int:
        """Return the number of the row to be added. Numbers go on after a reset: cursors stay good."""
        self._last += 1
        return self._last

    def add(self, row: Row) -> None:
        """Keep ``row``."""
        self._rows.append(row)

    def list(self, after: int = 0) -> list[Row]:
        """Return the rows with a number above ``after``, oldest first."""
        return [row for row in self._rows if row.seq > after]

    def clear(self) -> None:
        """Forget all rows."""
        self._rows.clear()


def now_text() -> str:
    """Return the present moment in China, as ISO 8601."""
    return datetime.now(CHINA).isoformat(timespec="milliseconds")
