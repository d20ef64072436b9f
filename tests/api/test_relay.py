"""Promises on the real database and queue: each is kept once, and nothing that gets lost stays lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.delivery import Deliverer
from backend.core.errors import Conflict, NotFound
from backend.core.jobs import JobQueues, run_worker
from backend.core.outbox import OutboxRow, promise
from backend.core.promise_desk import PromiseDesk
from backend.core.relay import LOST_AFTER_IDLE, SENDING_LIMIT, Batch, Relay
from backend.core.topics import (
    QUEUES,
    NotSent,
    OutcomeUnknown,
    PromiseContext,
    PromiseRefused,
    Sending,
    TopicRegistry,
    TopicSpec,
    TopicsWrong,
)

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass
class World:
    """A small application of its own: topics whose handlers write down what they were given."""

    sessions: sessionmaker[Session]
    redis: Redis
    now: datetime = START
    kept: list[tuple[str, Any, int]] = field(default_factory=list)
    fault: Callable[[PromiseContext], Exception | None] = lambda _: None

    def __post_init__(self) -> None:
        specs = [("test_alarm", "alarm", False), ("test_message", "messages", False)]
        specs += [("test_repeatable", "default", True)]
        inside = [TopicSpec("test_inside", "内部", None, self.handle, is_idempotent=True, max_attempts=2)]
        unheard = [TopicSpec("test_unheard", "无人处理", "default", None, is_idempotent=False)]
        self.topics = TopicRegistry(
            [
                TopicSpec(
                    *(name, name, queue, self.handle, same),
                    max_attempts=2,
                    tell_recipient=lambda _, payload: f"138****{payload['n']:04d}",
                    tell_sending=lambda _, outbox_id, payload: Sending("短信", f"第{payload['n']}条"),
                )
                for name, queue, same in specs
            ]
            + inside
            + unheard
        )
        self.deliverer = Deliverer(self.sessions, self.topics, lambda: self.now)
        self.queues = JobQueues(self.redis)
        self.relay = self.make_relay()
        self.desk = PromiseDesk(self.sessions, self.topics, lambda: self.now)

    def make_relay(self) -> Relay:
        return Relay(self.sessions, self.topics, self.queues, self.deliverer, lambda: self.now)

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        error = self.fault(context)
        if error is not None:
            raise error
        self.kept.append((context.topic, payload["n"], context.attempt))

    def promise(self, topic: str, *numbers: int) -> None:
        with self.sessions.begin() as session:
            promise(session, topic, [{"n": n} for n in numbers], self.now)

    def work(self) -> None:
        run_worker(self.redis, self.deliverer, list(QUEUES), burst=True)

    def rows(self, topic: str) -> list[OutboxRow]:
        with self.sessions.begin() as session:
            found = select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id)
            return list(session.execute(found).scalars())

    def states(self, topic: str) -> list[str]:
        return [row.state for row in self.rows(topic)]

    def pass_time(self, much: timedelta) -> None:
        self.now += much


@pytest.fixture
def world(sessions: sessionmaker[Session], redis_url: str) -> Iterator[World]:
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        yield World(sessions, redis)
        redis.flushdb()
    with sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic.like("test\\_%")))


def test_promises_are_kept_through_the_queues_and_by_the_relay_itself(world: World) -> None:
    world.promise("test_message", *range(25))
    world.promise("test_alarm", 1)
    world.promise("test_inside", 7)
    assert world.relay.run() == 27
    assert world.kept == [("test_inside", 7, 1)]
    assert world.states("test_message") == ["pending"] * 25
    assert world.relay.run() == 0
    world.work()
    assert world.kept[1] == ("test_alarm", 1, 1)
    assert [n for topic, n, _ in world.kept if topic == "test_message"] == list(range(25))
    assert set(world.states("test_message") + world.states("test_inside")) == {"sent"}
    assert all(row.settled_at is not None and row.attempt == 1 for row in world.rows("test_message"))


def test_four_relays_at_once_claim_each_row_once(world: World) -> None:
    world.promise("test_repeatable", *range(3000))
    seen: Counter[int] = Counter()
    lock = threading.Lock()

    class Counting:
        """Queues that only count what is handed over."""

        def enqueue(self, batches: list[Batch]) -> None:
            with lock:
                seen.update(one for batch in batches for one in batch.ids)

        def is_idle(self, queue: str) -> bool:
            return False

    relays = [
        Relay(world.sessions, world.topics, Counting(), world.deliverer, lambda: world.now)  # type: ignore[arg-type]
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda one: one.run(), relays))
    assert sum(claimed) == 3000
    assert len(seen) == 3000
    assert set(seen.values()) == {1}


def test_a_job_that_comes_twice_keeps_its_promises_once(world: World) -> None:
    world.promise("test_message", 1, 2)
    world.relay.run()
    ids = tuple(row.id for row in world.rows("test_message"))
    world.queues.enqueue([Batch("messages", "test_message", ids)] * 3)
    world.work()
    assert world.kept == [("test_message", 1, 1), ("test_message", 2, 1)]


def test_the_sweep_recovers_what_redis_lost(world: World) -> None:
    world.promise("test_message", 1, 2, 3)
    world.relay.run()
    world.redis.flushdb()
    world.work()
    assert world.kept == []
    world.pass_time(LOST_AFTER_IDLE / 2)
    assert world.relay.sweep() == 0
    world.pass_time(LOST_AFTER_IDLE)
    assert world.relay.sweep() == 3
    assert world.relay.run() == 3
    world.work()
    assert world.states("test_message") == ["sent"] * 3


def test_what_waits_in_a_busy_queue_is_not_lost(world: World) -> None:
    world.promise("test_message", 1)
    world.relay.run()
    world.pass_time(LOST_AFTER_IDLE * 2)
    assert world.relay.sweep() == 0


def test_no_row_is_claimed_while_redis_is_away(world: World) -> None:
    class Away:
        """Queues out of reach."""

        def enqueue(self, batches: object) -> None:
            raise ConnectionError

        def is_idle(self, queue: str) -> bool:
            raise ConnectionError

    world.promise("test_message", 1)
    relay = Relay(world.sessions, world.topics, Away(), world.deliverer, lambda: world.now)
    with pytest.raises(ConnectionError):
        relay.run()
    assert [row.queued_at for row in world.rows("test_message")] == [None]
    assert world.relay.run() == 1


def fail_with(error: Exception, times: int = 99) -> Callable[[PromiseContext], Exception | None]:
    left = [error] * times
    return lambda _: left.pop() if left else None


def run_round(world: World) -> None:
    world.relay.run()
    world.work()
    world.pass_time(timedelta(minutes=10))


def test_a_job_that_fails_is_seen_and_can_be_tried_again(world: World) -> None:
    world.promise("test_repeatable", 5)
    world.fault = fail_with(RuntimeError("phone 13800138000"), times=2)
    run_round(world)
    assert world.states("test_repeatable") == ["pending"]
    assert world.desk.list_failed_jobs() == []
    run_round(world)
    [failed] = world.desk.list_failed_jobs()
    assert (failed.queue, failed.what, failed.error, failed.attempts) == (
        "default",
        "test_repeatable",
        "RuntimeError",
        2,
    )
    run_round(world)
    assert world.kept == []
    world.desk.retry_failed_job(failed.id, "lead")
    run_round(world)
    assert world.kept == [("test_repeatable", 5, 1)]
    assert world.desk.list_failed_jobs() == []
    with pytest.raises(Conflict, match="job_not_failed"):
        world.desk.retry_failed_job(failed.id, "lead")
    with pytest.raises(NotFound):
        world.desk.retry_failed_job(0, "lead")


def test_a_retry_waits_its_time(world: World) -> None:
    world.promise("test_repeatable", 5)
    world.fault = fail_with(RuntimeError(), times=1)
    world.relay.run()
    world.work()
    assert world.relay.run() == 0
    world.pass_time(timedelta(seconds=10))
    assert world.relay.run() == 1


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RuntimeError(), "unknown"),
        (OutcomeUnknown("timeout"), "unknown"),
        (PromiseRefused("43101"), "refused"),
        (NotSent("no route"), "failed"),
    ],
)
def test_what_is_not_idempotent_is_never_sent_again_blindly(
    world: World, error: Exception, state: str
) -> None:
    world.promise("test_message", 1)
    world.fault = fail_with(error)
    for _ in range(4):
        run_round(world)
        world.relay.sweep()
    [row] = world.rows("test_message")
    assert row.state == state
    assert row.attempt == (2 if state == "failed" else 1)
    assert world.kept == []


def test_the_relays_own_topics_are_tried_again_and_given_up_too(world: World) -> None:
    world.promise("test_inside", 1, 2)
    bad = world.rows("test_inside")[0].id
    world.fault = lambda context: RuntimeError() if context.outbox_id == bad else None
    run_round(world)
    assert world.states("test_inside") == ["pending", "sent"]
    run_round(world)
    assert world.states("test_inside") == ["failed", "sent"]
    assert [one.queue for one in world.desk.list_failed_jobs()] == ["relay"]


def die_while_sending(world: World, topic: str) -> None:
    """Begin a promise as a worker does that is killed in the middle of it."""

    class Killed(BaseException):
        """What no handler catches."""

    def die(context: PromiseContext) -> Exception | None:
        raise Killed

    world.fault = die
    [row] = world.rows(topic)
    with pytest.raises(Killed):
        world.deliverer.deliver(topic, [row.id])
    world.fault = lambda _: None


def test_what_a_dead_worker_was_sending_stands_as_unknown_before_a_person(world: World) -> None:
    world.promise("test_message", 1)
    die_while_sending(world, "test_message")
    assert world.states("test_message") == ["sending"]
    world.relay.sweep()
    assert world.states("test_message") == ["sending"]
    world.pass_time(SENDING_LIMIT + timedelta(seconds=1))
    world.relay.sweep()
    run_round(world)
    # Other tests may have left promises of their own here.
    [unknown] = [one for one in world.desk.list_unknown_promises() if one.topic == "test_message"]
    assert (unknown.topic, unknown.started_at, unknown.attempt) == ("test_message", START, 1)
    assert (unknown.recipient, unknown.channel, unknown.about) == ("138****0001", "短信", "第1条")
    assert world.kept == []
    world.desk.settle_promise(unknown.id, "refused", "lead")
    [row] = world.rows("test_message")
    assert (row.state, row.settled_by) == ("refused", "lead")
    assert unknown.id not in [one.id for one in world.desk.list_unknown_promises()]
    with pytest.raises(Conflict, match="promise_settled"):
        world.desk.settle_promise(unknown.id, "sent", "lead")
    with pytest.raises(NotFound):
        world.desk.settle_promise(0, "sent", "lead")


def test_what_a_dead_worker_was_doing_is_done_again_where_that_is_harmless(world: World) -> None:
    world.promise("test_repeatable", 1)
    die_while_sending(world, "test_repeatable")
    world.pass_time(SENDING_LIMIT + timedelta(seconds=1))
    world.relay.sweep()
    run_round(world)
    assert world.kept == [("test_repeatable", 1, 2)]


def test_a_topic_without_handler_waits_and_is_reported(world: World) -> None:
    world.promise("test_unheard", 1, 2)
    world.relay.run()
    world.deliverer.deliver("test_unheard", [row.id for row in world.rows("test_unheard")])
    world.pass_time(timedelta(hours=1))
    world.relay.sweep()
    assert world.states("test_unheard") == ["pending", "pending"]
    assert world.relay.report()["test_unheard"] == 2


@pytest.mark.parametrize(
    "specs",
    [
        [TopicSpec("one", "", "default", None, True), TopicSpec("one", "", "alarm", None, True)],
        [TopicSpec("one", "", "no such queue", None, True)],
        [TopicSpec("one", "", None, None, False)],
    ],
)
def test_contradicting_topics_stop_the_start(specs: list[TopicSpec]) -> None:
    with pytest.raises(TopicsWrong):
        TopicRegistry(specs)
