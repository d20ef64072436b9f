"""Hints to open screens: "look again", over Redis pub/sub. A lost hint costs a little time, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable

from redis import Redis

CHANNEL = "hints"
# A topic such as ``case:<case_no>`` or ``queue:<key>``, and a number that rises.
Hint = Callable[[str, int], None]


def make_hint(redis: Redis) -> Hint:
    """Return the function that publishes ``{"topic", "seq"}``; it raises RedisError."""

    def publish(topic: str, seq: int) -> None:
        redis.publish(CHANNEL, json.dumps({"topic": topic, "seq": seq}))

    return publish
