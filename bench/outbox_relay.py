"""Outbox rows a second: the relay with its queues against the bare claim of the same rows by psycopg."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from redis import Redis
from sqlalchemy.orm import sessionmaker

from backend.core.delivery import Deliverer
from backend.core.jobs import JobQueues
from backend.core.relay import BATCH, Relay
from backend.core.topics import PromiseContext, TopicRegistry, TopicSpec
from bench.figures import Measured, compare
from bench.ground import Ground, connect_as_owner
from bench.hall import open_engine
from bench.story import NOW

ROWS = 20_000
# A round is a fifth of a second, so that many are needed where a commit now and then takes long.
ROUNDS = 21
_FILL = (
    "INSERT INTO outbox (topic, payload, state, attempt, created_at)"
    " SELECT 'of_the_bench', jsonb_build_object('case_id', n), 'pending', 0, now()"
    f" FROM generate_series(1, {ROWS}) n"
)
_CLAIM = (
    "SELECT id FROM outbox WHERE state = 'pending' AND queued_at IS NULL"
    f" ORDER BY id LIMIT {BATCH} FOR UPDATE SKIP LOCKED"
)
_MARK = "UPDATE outbox SET queued_at = now() WHERE id = ANY(%s)"


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give both sides' rows a second; filling the outbox anew is not counted."""
    url = ground.make_database("outbox_relay")
    engine, redis = open_engine(url), Redis.from_url(ground.redis_url)
    sessions = sessionmaker(engine, expire_on_commit=False)
    topics = TopicRegistry([TopicSpec("of_the_bench", "测速", "default", _keep, is_idempotent=True)])
    relay = Relay(sessions, topics, JobQueues(redis), Deliverer(sessions, topics, lambda: NOW), lambda: NOW)
    with connect_as_owner(url) as connection:

        def run_ours() -> float:
            _fill(connection, redis)
            began = time.perf_counter()
            handed = relay.run()
            return handed / (time.perf_counter() - began)

        def run_bare() -> float:
            _fill(connection, redis)
            began = time.perf_counter()
            claimed = _claim_all(connection)
            return claimed / (time.perf_counter() - began)

        measured = compare(run_ours, run_bare, ROUNDS)
    engine.dispose()
    redis.close()
    yield "outbox_relay", measured


def _keep(payload: Mapping[str, Any], context: PromiseContext) -> None:
    """Nothing is delivered: the figure ends where the queue begins."""


def _fill(connection: psycopg.Connection[Any], redis: Redis) -> None:
    redis.flushdb()
    connection.execute("TRUNCATE outbox")
    connection.execute(_FILL)
    connection.execute("ANALYZE outbox")
    connection.commit()


def _claim_all(connection: psycopg.Connection[Any]) -> int:
    total = 0
    while True:
        ids = [row[0] for row in connection.execute(_CLAIM).fetchall()]
        if ids:
            connection.execute(_MARK, (ids,))
        connection.commit()
        total += len(ids)
        if len(ids) < BATCH:
            return total
