"""One client's connection: what it watches and what it has still to be told, bounded by its topics."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

TOPICS_AT_MOST = 50
# A client that takes nothing for so long is cut off; it comes again and looks for itself.
SEND_TIMEOUT_SECONDS = 20


class Connection:
    """Collects hints and writes them in a thread of its own, so that a slow client stalls nobody.

    Only the newest ``seq`` of a topic waits, because a hint says no more than "look again": what waits can
    never be longer than the list of topics.
    """

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._waiting: dict[str, int] = {}
        self._something = threading.Event()
        self._lock = threading.Lock()
        self._is_open = True
        # Channel of the hub → the topics under which this client knows it.
        self.watched: dict[str, set[str]] = {}

    def offer(self, channel: str, seq: int) -> None:
        """Take note that ``channel`` has changed; returns at once."""
        with self._lock:
            for topic in self.watched.get(channel, ()):
                self._waiting[topic] = max(seq, self._waiting.get(topic, 0))
        self._something.set()

    def offer_all(self) -> None:
        """Tell the client to look at everything it watches, since hints may have been lost."""
        with self._lock:
            for topics in self.watched.values():
                for topic in topics:
                    self._waiting.setdefault(topic, 0)
        self._something.set()

    def write(self) -> None:
        """Send what waits until the connection is closed or sending fails."""
        while self._is_open:
            self._something.wait()
            self._something.clear()
            with self._lock:
                ready, self._waiting = self._waiting, {}
            for topic, seq in ready.items():
                if not self._is_open:
                    return
                self._send(json.dumps({"topic": topic, "seq": seq}))

    def close(self) -> None:
        """Let ``write`` come to its end."""
        self._is_open = False
        self._something.set()
