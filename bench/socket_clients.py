"""A thousand clients of the socket in one thread: plain sockets, so that they weigh little on the machine."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Sequence

from bench.ground import Web

PATIENCE_SECONDS = 30
_TEXT, _LONGEST_SHORT = 0x81, 125


class ClientsLost(Exception):
    """Clients were not told in time or were cut off; the message says how many."""


class SocketClients:
    """Clients that watch one topic, and one more that watches it too but never reads."""

    def __init__(self, web: Web, topic: str) -> None:
        self._web = web
        self._topic = topic
        self._selector = selectors.DefaultSelector()
        self._clients: list[socket.socket] = []
        self._deaf: socket.socket | None = None

    def connect(self, tickets: Sequence[str]) -> None:
        """Open a socket with each ticket; the last one's client never reads."""
        for ticket in tickets[:-1]:
            client = self._open(ticket)
            self._selector.register(client, selectors.EVENT_READ)
            self._clients.append(client)
        self.collect(0)
        self._deaf = self._open(tickets[-1], receive_buffer=1024)

    def collect(self, seq: int) -> list[float]:
        """Wait until every client was told ``seq`` of the topic; return when each was, by perf_counter.

        Raises ClientsLost.
        """
        expected = json.dumps({"topic": self._topic, "seq": seq}).encode()
        waiting = set(self._clients)
        arrived: list[float] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while waiting:
            if time.monotonic() > deadline:
                raise ClientsLost(f"{len(waiting)} of {len(self._clients)} clients were not told of {seq}")
            for key, _ in self._selector.select(1):
                client = key.fileobj
                if not isinstance(client, socket.socket):
                    continue
                received = client.recv(65536)
                if not received:
                    raise ClientsLost("a client was cut off")
                if expected in received:
                    arrived.append(time.perf_counter())
                    waiting.discard(client)
        return arrived

    def close(self) -> None:
        """Cut all connections."""
        for client in (*self._clients, *([self._deaf] if self._deaf else ())):
            client.close()
        self._selector.close()

    def _open(self, ticket: str, receive_buffer: int | None = None) -> socket.socket:
        client = socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(PATIENCE_SECONDS)
        client.connect(("127.0.0.1", self._web.port))
        client.sendall(
            f"GET /ws/v1?ticket={ticket} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            got = client.recv(1)
            if not got:
                raise ClientsLost("the server refused a client")
            answer += got
        watch = json.dumps({"watch": [self._topic]}).encode()
        if len(watch) > _LONGEST_SHORT:
            raise ValueError("the topic is too long for a short frame")
        # A text frame masked with zeros.
        client.sendall(bytes([_TEXT, 0x80 | len(watch)]) + bytes(4) + watch)
        return client
