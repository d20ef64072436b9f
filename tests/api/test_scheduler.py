"""The scheduler: two of them tick once, a failing tick stops nothing, and SIGTERM ends both processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from backend.core.outbox import promise
from backend.core.partitions import create_month_partitions
from backend.core.scheduler import Scheduler, Tick
from backend.realtime.hints import CHANNEL, read_hints
from tests.api.conftest import KEY

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_two_schedulers_tick_once(sessions: sessionmaker[Session]) -> None:
    name, now = f"test {uuid.uuid4()}", [START]
    ran: list[datetime] = []
    tick = Tick(name, SECOND, lambda: ran.append(now[0]))
    both = [Scheduler(sessions, [tick], lambda: now[0]) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            done = list(pool.map(lambda one: one.run_due(), both))
            assert sorted(map(len, done)) == [0, 1]
            now[0] += SECOND
    assert len(ran) == 20


def test_a_tick_waits_its_time_also_over_a_restart(sessions: sessionmaker[Session]) -> None:
    tick = Tick(f"test {uuid.uuid4()}", timedelta(hours=12), lambda: None)
    assert Scheduler(sessions, [tick], lambda: START).run_due() == [tick.name]
    assert Scheduler(sessions, [tick], lambda: START + timedelta(hours=11)).run_due() == []
    assert Scheduler(sessions, [tick], lambda: START + timedelta(hours=12)).run_due() == [tick.name]


def test_a_tick_that_fails_comes_again_and_stops_no_other(sessions: sessionmaker[Session]) -> None:
    ran, now = [], [START]

    def fail() -> None:
        ran.append("failing")
        raise RuntimeError

    ticks = [Tick(f"failing {uuid.uuid4()}", SECOND, fail)]
    ticks += [Tick(f"sound {uuid.uuid4()}", SECOND, lambda: ran.append("sound"))]
    scheduler = Scheduler(sessions, ticks, lambda: now[0])
    assert scheduler.run_due() == [ticks[1].name]
    now[0] += SECOND
    assert scheduler.run_due() == [ticks[1].name]
    assert ran == ["failing", "sound"] * 2


def test_it_stops_when_told(sessions: sessionmaker[Session]) -> None:
    stop = threading.Event()
    tick = Tick(f"test {uuid.uuid4()}", timedelta(hours=1), stop.set)
    Scheduler(sessions, [tick], lambda: START).run_until(stop)
    assert stop.is_set()


def test_months_ahead_have_their_partitions(sessions: sessionmaker[Session]) -> None:
    create_month_partitions(sessions, ("case_event",))
    assert create_month_partitions(sessions, ("case_event",)) == 0


@pytest.fixture
def environment(database_url: str, redis_url: str) -> dict[str, str]:
    """Return the environment of a process as a deployment starts it."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
        "ENCRYPTION_KEYS": f"1:{KEY}",
        "BLIND_INDEX_KEY": KEY,
        "POOL_SIZE": "4",
    }


def test_worker_and_scheduler_run_as_processes_and_end_on_sigterm(
    environment: dict[str, str], sessions: sessionmaker[Session], redis_url: str
) -> None:
    start = [sys.executable, "-m", "flask", "--app", "wsgi:create_app"]
    with Redis.from_url(redis_url) as redis, redis.pubsub() as listener:
        listener.subscribe(CHANNEL)
        running = [
            subprocess.Popen(
                [*start, name], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            for name in ("worker", "scheduler")
        ]
        try:
            with sessions.begin() as session:
                changed = {"case_id": 1, "case_no": "261124301000017", "unit_ids": [3], "version": 3}
                promise(session, "case_changed", [changed], datetime.now(UTC))
            deadline = time.monotonic() + 60
            topics: list[str] = []
            expected = "case:261124301000017"
            while expected not in topics and time.monotonic() < deadline:
                message = listener.get_message(ignore_subscribe_messages=True, timeout=1)
                topics += [one.topic for one in read_hints(message["data"])] if message else []
            assert expected in topics
            while not redis.smembers("rq:workers") and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            for one in running:
                one.send_signal(signal.SIGTERM)
            ended = [one.communicate(timeout=30) for one in running]
    assert [one.returncode for one in running] == [0, 0], ended
