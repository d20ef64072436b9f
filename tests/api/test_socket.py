"""The socket on a real web process: tickets, hints, foreign topics, a client that never reads, Redis lost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from redis import Redis
from simple_websocket import Client, ConnectionClosed

from backend.core.callers import Caller
from backend.core.errors import Unauthenticated
from backend.realtime.hints import Hint, publish_hints
from backend.realtime.tickets import SocketCaller, SocketTickets

PATIENCE = 10


@dataclass
class SocketServer:
    """A running web process and the Valkey behind it. ``name`` marks its connections there."""

    port: int
    redis: Redis
    name: str

    def connect(self, ticket: str | None = None, customer_id: int = 1) -> Client:
        if ticket is None:
            ticket = SocketTickets(self.redis).issue(SocketCaller(Caller.CUSTOMER, customer_id))
        # Byte by byte: this client loses what comes in one packet with the answer to its handshake.
        return Client(f"ws://127.0.0.1:{self.port}/ws/v1?ticket={ticket}", receive_bytes=1)

    def watch(self, topic: str, customer_id: int = 1) -> Client:
        """Connect, watch ``topic`` and take the first frame, which says that the watch has begun."""
        client = self.connect(customer_id=customer_id)
        client.send(json.dumps({"watch": [topic]}))
        assert json.loads(client.receive(PATIENCE) or "{}") == {"topic": topic, "seq": 0}
        return client

    def publish(self, topic: str, seq: int) -> None:
        publish_hints(self.redis, [Hint(topic, seq)])


@pytest.fixture(scope="module")
def server(redis_url: str) -> Iterator[SocketServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name = f"socket-test-{uuid.uuid4().hex}"
    command = [
        sys.executable, "-m", "gunicorn", "-k", "gevent", "--no-control-socket", "--graceful-timeout", "1",
        "-b", f"127.0.0.1:{port}", "tests.api.socket_server:create_app()",
    ]  # fmt: skip
    environment = {**os.environ, "REDIS_URL": f"{redis_url}&client_name={name}"}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield SocketServer(port, Redis.from_url(redis_url), name)
    process.terminate()
    process.wait(PATIENCE)


def test_a_hint_reaches_who_watches(server: SocketServer) -> None:
    topic = f"case:1-{uuid.uuid4().hex}"
    client = server.watch(topic)
    server.publish(topic, 7)
    assert json.loads(client.receive(PATIENCE) or "") == {"topic": topic, "seq": 7}
    client.close()


def test_a_foreign_topic_says_nothing(server: SocketServer) -> None:
    own, foreign = f"case:1-{uuid.uuid4().hex}", f"case:2-{uuid.uuid4().hex}"
    client = server.watch(own)
    client.send(json.dumps({"watch": [foreign]}))
    server.publish(foreign, 3)
    server.publish(own, 4)
    frames = []
    while not frames or frames[-1]["seq"] != 4:
        frames.append(json.loads(client.receive(PATIENCE) or ""))
    assert {frame["topic"] for frame in frames} == {own}
    client.close()


def test_a_ticket_admits_once(server: SocketServer) -> None:
    tickets = SocketTickets(server.redis)
    ticket = tickets.issue(SocketCaller(Caller.STAFF, 5))
    assert tickets.redeem(ticket) == SocketCaller(Caller.STAFF, 5)
    with pytest.raises(Unauthenticated):
        tickets.redeem(ticket)
    client = server.connect(ticket)
    with pytest.raises(ConnectionClosed) as closed:
        client.receive(PATIENCE)
    assert (closed.value.reason, closed.value.message) == (4401, "ticket_used")


@pytest.mark.parametrize("message", ["not json", "[]", '{"watch": "case:1"}', '{"watch": [1]}'])
def test_a_malformed_message_ends_the_connection(server: SocketServer, message: str) -> None:
    client = server.connect()
    client.send(message)
    with pytest.raises(ConnectionClosed) as closed:
        client.receive(PATIENCE)
    assert closed.value.reason == 4403


def test_too_many_topics_end_the_connection(server: SocketServer) -> None:
    client = server.connect()
    client.send(json.dumps({"watch": [f"case:1-{number}" for number in range(51)]}))
    with pytest.raises(ConnectionClosed) as closed:
        client.receive(PATIENCE)
    assert closed.value.reason == 4408


def test_one_that_never_reads_stalls_nobody(server: SocketServer) -> None:
    topic = f"case:1-{uuid.uuid4().hex}"
    ticket = SocketTickets(server.redis).issue(SocketCaller(Caller.CUSTOMER, 1))
    deaf = socket.create_connection(("127.0.0.1", server.port))
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    request = (
        f"GET /ws/v1?ticket={ticket} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    deaf.sendall(request.encode())
    assert deaf.recv(1024).startswith(b"HTTP/1.1 101")
    watch = json.dumps({"watch": [topic]}).encode()
    # A text frame with an empty mask.
    deaf.sendall(bytes([0x81, 0x80 | len(watch)]) + bytes(4) + watch)
    client = server.watch(topic)
    for seq in range(1, 2001):
        server.publish(topic, seq)
    newest = 0
    while newest < 2000:
        newest = json.loads(client.receive(PATIENCE) or "")["seq"]
    deaf.close()
    client.close()


def test_after_redis_was_lost_everybody_looks_again(server: SocketServer) -> None:
    topic = f"case:1-{uuid.uuid4().hex}"
    client = server.watch(topic)
    for one in server.redis.client_list():
        if one["name"] == server.name:
            server.redis.client_kill_filter(_id=one["id"])
    assert json.loads(client.receive(PATIENCE) or "") == {"topic": topic, "seq": 0}
    server.publish(topic, 9)
    assert json.loads(client.receive(PATIENCE) or "") == {"topic": topic, "seq": 9}
    client.close()
