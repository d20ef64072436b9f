"""The meeting point in one web process: hints come in from Redis and go out to those who watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

import structlog
from redis import Redis
from redis.exceptions import RedisError

from backend.realtime.connection import TOPICS_AT_MOST, Connection
from backend.realtime.hints import CHANNEL, read_hints

_RETRY_SECONDS = 1.0
_LISTEN_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class TooManyTopics(Exception):
    """A client asked to watch more than it may."""


class Hub:
    """Knows all connections of this process. It starts listening with the first of them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._watchers: dict[str, set[Connection]] = {}
        self._connections: set[Connection] = set()
        self._is_listening = False

    def join(self, connection: Connection) -> None:
        """Add a connection; the first one starts the listener, after the server has forked."""
        with self._lock:
            self._connections.add(connection)
            start = not self._is_listening
            self._is_listening = True
        if start:
            threading.Thread(target=self._listen, name="realtime-hub", daemon=True).start()

    def watch(self, connection: Connection, topic: str, channels: Iterable[str]) -> None:
        """Let the connection hear of ``channels`` under the name ``topic``; raises TooManyTopics."""
        with self._lock:
            topics = {one for names in connection.watched.values() for one in names}
            if topic not in topics and len(topics) >= TOPICS_AT_MOST:
                raise TooManyTopics(topic)
            for channel in channels:
                connection.watched.setdefault(channel, set()).add(topic)
                self._watchers.setdefault(channel, set()).add(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        with self._lock:
            self._connections.discard(connection)
            for channel in connection.watched:
                watchers = self._watchers.get(channel, set())
                watchers.discard(connection)
                if not watchers:
                    self._watchers.pop(channel, None)
        connection.close()

    def count(self) -> int:
        """Return how many connections there are."""
        return len(self._connections)

    def deliver(self, message: bytes | str) -> None:
        """Hand the hints of one message to those who watch; never waits for any of them."""
        for hint in read_hints(message):
            with self._lock:
                watchers = tuple(self._watchers.get(hint.topic, ()))
            for connection in watchers:
                connection.offer(hint.topic, hint.seq)

    def _listen(self) -> None:
        was_lost = False
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
                    subscription.subscribe(CHANNEL)
                    if was_lost:
                        self._tell_all()
                    was_lost = False
                    while True:
                        message = subscription.get_message(timeout=_LISTEN_SECONDS)
                        if message is not None:
                            self.deliver(message["data"])
            except RedisError as error:
                was_lost = True
                _log.warning("realtime lost Redis", error=type(error).__name__)
                time.sleep(_RETRY_SECONDS)

    def _tell_all(self) -> None:
        with self._lock:
            everybody = tuple(self._connections)
        for connection in everybody:
            connection.offer_all()
