"""How often one caller may do something, counted in Redis over fixed windows."""

from __future__ import annotations

import hashlib

import structlog
from redis import Redis
from redis.exceptions import RedisError

_log = structlog.get_logger(__name__)


class RateLimit:
    """Allows ``amount`` calls of one caller in ``seconds``. Where Redis fails, everybody passes."""

    def __init__(self, redis: Redis, name: str, amount: int, seconds: int) -> None:
        self._redis = redis
        self._name = name
        self._amount = amount
        self._seconds = seconds

    def allows(self, caller: str) -> bool:
        """Count one call and tell whether it is within the limit. The caller is kept only as a hash."""
        digest = hashlib.sha256(caller.encode()).hexdigest()[:32]
        key = f"limit:{self._name}:{digest}"
        try:
            with self._redis.pipeline() as pipe:
                pipe.incr(key)
                pipe.expire(key, self._seconds, nx=True)
                counted = int(pipe.execute()[0])
        except RedisError:
            _log.warning("rate limit not counted", limit=self._name)
            return True
        return counted <= self._amount
