"""Hints between processes: "look again at this topic", over Redis pub/sub, lost without harm (law 9)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from redis import Redis
from redis.exceptions import RedisError

CHANNEL = "hall:hints"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hint:
    """Something changed under ``topic``; ``seq`` rises with each change of that topic."""

    topic: str
    seq: int


def publish_hints(redis: Redis, hints: Iterable[Hint]) -> None:
    """Tell all web processes. A failure is logged only, for every client also asks by itself now and then."""
    messages = [[hint.topic, hint.seq] for hint in hints]
    if not messages:
        return
    try:
        redis.publish(CHANNEL, json.dumps(messages))
    except RedisError as error:
        _log.warning("hints were not published", error=type(error).__name__, hints=len(messages))


def read_hints(message: bytes | str) -> list[Hint]:
    """Return the hints of one message; one that is not ours is no hint at all."""
    try:
        return [Hint(str(topic), int(seq)) for topic, seq in json.loads(message)]
    except (ValueError, TypeError):
        return []
