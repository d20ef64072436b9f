"""The relay hands promises to the queues in batches; the sweep picks up what was lost on the way (law 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ARRAY, DateTime, Row, Text, and_, bindparam, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.database import table_of
from backend.core.delivery import Deliverer, Ending
from backend.core.metrics import OUTBOX_ROWS
from backend.core.outbox import OutboxRow
from backend.core.statements import Prepared
from backend.core.topics import QUEUES, PromiseContext, TopicRegistry, TopicSpec

BATCH = 1000
# A row in an idle queue was lost; one in a busy queue may just be waiting, and a second job would do no
# harm but add to the load.
LOST_AFTER_IDLE = timedelta(seconds=10)
LOST_AFTER_BUSY = timedelta(minutes=10)
# Longer than any job may run (backend/core/jobs), so that what is older has no worker any more.
SENDING_LIMIT = timedelta(minutes=5)
# So many times as long as the setting of the job's own limit.
_SENDING_FACTOR = 5 / 3
_log = structlog.get_logger(__name__)
_OUTBOX = table_of(OutboxRow)
# Claimed and marked at one go; joined instead, the planner would read a small table whole. No payload: a job
# carries ids, and reading what it does not need would halve the relay's speed.
_CLAIM = Prepared(
    text(
        f"""
        WITH claimed AS (
          UPDATE outbox SET queued_at = :now
          WHERE id = ANY(ARRAY(
            SELECT id FROM outbox
            WHERE state = 'pending' AND queued_at IS NULL AND (not_before IS NULL OR not_before <= :now)
              AND topic = ANY(:topics)
            ORDER BY id LIMIT {BATCH} FOR UPDATE SKIP LOCKED))
          RETURNING id, topic)
        SELECT topic, array_agg(id ORDER BY id) AS ids FROM claimed GROUP BY topic ORDER BY min(id)
        """
    ).bindparams(bindparam("now", type_=DateTime(timezone=True)), bindparam("topics", type_=ARRAY(Text)))
)
_READ = (
    select(_OUTBOX.c.id, _OUTBOX.c.payload, _OUTBOX.c.attempt, _OUTBOX.c.created_at)
    .where(_OUTBOX.c.id == func.any(bindparam("ids")))
    .order_by(_OUTBOX.c.id)
)
_MARK_SENT = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == func.any(bindparam("ids")))
    .values(state="sent", attempt=_OUTBOX.c.attempt + 1, settled_at=bindparam("now"), error=None)
)
_UNQUEUE = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.state == "pending",
        _OUTBOX.c.queued_at < bindparam("before"),
        _OUTBOX.c.topic == func.any(bindparam("topics")),
    )
    .values(queued_at=None)
)
_STUCK = (
    select(_OUTBOX.c.id, _OUTBOX.c.topic, _OUTBOX.c.attempt)
    .where(_OUTBOX.c.state == "sending", _OUTBOX.c.started_at < bindparam("before"))
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Batch:
    """One job: promises of one topic for one queue."""

    queue: str
    topic: str
    ids: tuple[int, ...]


class Queues(Protocol):
    """Where the relay hands batches to."""

    def enqueue(self, batches: Iterable[Batch]) -> None:
        """Hand over all batches, or raise."""

    def is_idle(self, queue: str) -> bool:
        """Tell whether nothing waits in ``queue`` and nothing from it is being worked on."""


class Relay:
    """Claims pending rows; any number of relays may run at once, each row is claimed by one.

    What has been sending for ``sending_limit`` has lost its worker.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        topics: TopicRegistry,
        queues: Queues,
        deliverer: Deliverer,
        now: Callable[[], datetime],
        sending_limit: timedelta = SENDING_LIMIT,
    ) -> None:
        self._sending_limit = sending_limit
        self._sessions = sessions
        self._topics = topics
        self._queues = queues
        self._deliverer = deliverer
        self._now = now

    def run(self) -> int:
        """Hand over all that is pending and return how many rows that was."""
        total = 0
        while True:
            with self._sessions.begin() as session:
                claimed = self._claim(session)
            total += claimed
            if claimed < BATCH:
                return total

    def _claim(self, session: Session) -> int:
        now = self._now()
        by_topic = _CLAIM.all(session, {"now": now, "topics": self._topics.handled})
        batches: list[Batch] = []
        for name, ids in by_topic:
            spec = self._topics.find(name)
            if spec is None:
                continue
            if spec.queue is None:
                self._run_here(session, spec, ids)
            else:
                batches += cut_batches(spec.queue, name, ids)
        if batches:
            # Handed over before the commit: a job that comes too early waits for the row's lock, and one
            # whose claim is rolled back comes a second time and finds its row taken.
            self._queues.enqueue(batches)
        return sum(len(ids) for _, ids in by_topic)

    def _run_here(self, session: Session, spec: TopicSpec, ids: list[int]) -> None:
        """Keep cheap promises on the spot, in the claim's own transaction."""
        sent: list[int] = []
        for row in session.execute(_READ, {"ids": ids}).all():
            context = PromiseContext(row.id, spec.name, row.attempt + 1, row.created_at, self._now)
            ending = self._deliverer.run_handler(spec, row.payload, context)
            if ending.state == "sent":
                sent.append(row.id)
            else:
                _write_ending(session, row.id, row.attempt + 1, ending)
        if sent:
            session.execute(_MARK_SENT, {"ids": sent, "now": self._now()})

    def sweep(self) -> int:
        """Pick up rows that a queue lost or a worker died over; returns how many."""
        now, lost = self._now(), 0
        for queue in QUEUES:
            patience = LOST_AFTER_IDLE if self._queues.is_idle(queue) else LOST_AFTER_BUSY
            asked = {"before": now - patience, "topics": self._topics.list_of_queue(queue)}
            with self._sessions.begin() as session:
                lost += session.connection().execute(_UNQUEUE, asked).rowcount
        with self._sessions.begin() as session:
            stuck = session.execute(_STUCK, {"before": now - self._sending_limit}).all()
            for row in stuck:
                _write_ending(session, row.id, row.attempt, self._judge_stuck(row))
        if lost or stuck:
            _log.warning("promises swept", lost=lost, stuck=len(stuck))
        return lost + len(stuck)

    def _judge_stuck(self, row: Row[Any]) -> Ending:
        spec = self._topics.find(row.topic)
        if spec is None or not spec.is_idempotent:
            return Ending("unknown", "worker lost")
        return Ending("failed" if row.attempt >= spec.max_attempts else "pending", "worker lost")

    def report(self) -> dict[str, int]:
        """Measure what waits, and log the topics whose promises nobody handles; returns these."""
        counted = (
            select(_OUTBOX.c.topic, _OUTBOX.c.state, func.count())
            .where(_OUTBOX.c.state.in_(("pending", "sending", "unknown", "failed")))
            .group_by(_OUTBOX.c.topic, _OUTBOX.c.state)
        )
        with self._sessions.begin() as session:
            rows = session.execute(counted).all()
        OUTBOX_ROWS.clear()
        handled = set(self._topics.handled)
        unhandled: dict[str, int] = {}
        for topic, state, count in rows:
            OUTBOX_ROWS.labels(topic, state).set(count)
            if state == "pending" and topic not in handled:
                unhandled[topic] = count
        if unhandled:
            _log.warning("promises without handler wait", topics=unhandled)
        return unhandled


def limit_sending(job_seconds: int) -> timedelta:
    """Return after what time in hand a promise has no worker, where a job may take ``job_seconds``."""
    return timedelta(seconds=job_seconds) * _SENDING_FACTOR


def cut_batches(queue: str, topic: str, ids: Sequence[int]) -> list[Batch]:
    """Cut ``ids`` into jobs of the queue's size."""
    size = QUEUES[queue]
    return [Batch(queue, topic, tuple(ids[at : at + size])) for at in range(0, len(ids), size)]


def _write_ending(session: Session, outbox_id: int, attempt: int, ending: Ending) -> None:
    session.execute(
        update(_OUTBOX)
        .where(_OUTBOX.c.id == outbox_id, and_(_OUTBOX.c.state.in_(("pending", "sending"))))
        .values(
            state=ending.state,
            attempt=attempt,
            error=ending.error,
            not_before=ending.not_before,
            queued_at=None,
        )
    )
