"""Live refresh as the console has it: who watches ``queue:all`` hears when a case enters a queue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from simple_websocket import Client
from sqlalchemy import text

from backend.core.callers import Caller
from backend.core.config import Settings
from backend.realtime.tickets import SocketCaller, SocketTickets
from deploy.local.ports import find_free_ports
from tests.api.conftest import KEY
from tests.api.staff_side import Hall

ROOT = Path(__file__).parents[2]
# A whole application starts twice, which takes a busy machine its time.
PATIENCE = 180


@pytest.fixture
def socket_url(settings: Settings) -> Iterator[str]:
    """Yield the socket's address of a real web process, beside which the scheduler's relay runs."""
    [port] = find_free_ports(1)
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "ENCRYPTION_KEYS": f"1:{KEY}",
        "BLIND_INDEX_KEY": KEY,
        "POOL_SIZE": "4",
        "PORT": str(port),
        "WEB_PROCESSES": "1",
    }
    commands = [
        ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--no-control-socket", "wsgi:create_app()"],
        ["flask", "--app", "wsgi:create_app", "scheduler"],
    ]
    running = [
        subprocess.Popen([sys.executable, "-m", *one], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        for one in commands
    ]
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", running)
        yield f"ws://127.0.0.1:{port}/ws/v1"
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(PATIENCE)


def wait_until_ready(url: str, running: list[subprocess.Popen[bytes]]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            opener.open(url, timeout=10).close()
            return
        except OSError:
            assert all(one.poll() is None for one in running)
            assert time.monotonic() < deadline
            time.sleep(0.1)


def watch(url: str, ticket: str, *topics: str) -> Client:
    client = Client(f"{url}?ticket={ticket}")
    client.send(json.dumps({"watch": topics}))
    return client


def test_staff_who_watch_the_queues_hear_of_a_case_that_enters_one(
    hall: Hall, socket_url: str, settings: Settings, case_customer: int
) -> None:
    browser = hall.sign_in("remote_a")
    ticket = json.loads(browser.send("POST", "/realtime/tickets", {}).text)["ticket"]
    staff = watch(socket_url, ticket, "alarm", "queue:all")
    # The first frame says that the watch has begun.
    while (frame := json.loads(staff.receive(PATIENCE) or "{}"))["topic"] != "queue:all":
        assert frame["topic"] == "alarm"

    case_no = hall.start()
    with hall.sessions() as session:
        # Another worker's tests share the channel, so that the hint is known by the number of its promise.
        promised = set(
            session.scalars(
                text("SELECT id FROM outbox WHERE topic = 'case_changed' AND payload->>'case_no' = :case_no"),
                {"case_no": case_no},
            )
        )
    assert promised
    deadline = time.monotonic() + PATIENCE
    heard: set[int] = set()
    while not heard & promised:
        assert time.monotonic() < deadline, heard
        frame = json.loads(staff.receive(PATIENCE) or "{}")
        if frame.get("topic") == "queue:all":
            heard.add(frame["seq"])
    staff.close()

    with Redis.from_url(settings.redis_url) as redis:
        ticket = SocketTickets(redis).issue(SocketCaller(Caller.CUSTOMER, case_customer))
    # Each watch that is allowed is answered at once and in order, so that the refused one would come first.
    customer = watch(socket_url, ticket, "queue:all", f"case:{case_no}")
    assert json.loads(customer.receive(PATIENCE) or "{}")["topic"] == f"case:{case_no}"
    customer.close()
