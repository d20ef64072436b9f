"""Keeping a promise: mark it as begun, run its handler, and write down how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from rq.timeouts import BaseTimeoutException
from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session, sessionmaker

from backend.core.database import table_of
from backend.core.errors import AppError
from backend.core.outbox import OutboxRow
from backend.core.topics import (
    NotSent,
    OutcomeUnknown,
    PromiseContext,
    PromiseRefused,
    TopicRegistry,
    TopicSpec,
)

FIRST_RETRY_AFTER = timedelta(seconds=10)
_log = structlog.get_logger(__name__)
_OUTBOX = table_of(OutboxRow)
_BEGIN = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.id == bindparam("b_id"),
        _OUTBOX.c.topic == bindparam("b_topic"),
        _OUTBOX.c.state == "pending",
        or_(_OUTBOX.c.not_before.is_(None), _OUTBOX.c.not_before <= bindparam("b_now")),
    )
    .values(state="sending", attempt=_OUTBOX.c.attempt + 1, started_at=bindparam("b_now"))
    .returning(_OUTBOX.c.payload, _OUTBOX.c.attempt, _OUTBOX.c.created_at)
)
# What comes in late still counts, as long as nobody else has begun or settled the promise meanwhile.
_END = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.id == bindparam("b_id"),
        _OUTBOX.c.attempt == bindparam("b_attempt"),
        _OUTBOX.c.state.in_(("sending", "unknown")),
    )
    .values(
        state=bindparam("b_state"),
        error=bindparam("b_error"),
        settled_at=bindparam("b_settled_at"),
        not_before=bindparam("b_not_before"),
        queued_at=None,
    )
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended: the new state, what went wrong, and when to try again."""

    state: str
    error: str | None = None
    not_before: datetime | None = None


class Deliverer:
    """Runs handlers. ``now`` is the clock."""

    def __init__(
        self, sessions: sessionmaker[Session], topics: TopicRegistry, now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._topics = topics
        self._now = now

    def deliver(self, topic: str, ids: Iterable[int]) -> None:
        """Keep the promises ``ids`` of one topic, each for itself; those begun or settled are left alone.

        A topic without a handler in this process is left to wait, for a newer worker may have one.
        """
        spec = self._topics.find(topic)
        if spec is None or spec.handler is None:
            _log.warning("topic without handler", topic=topic)
            return
        for outbox_id in ids:
            self._deliver_one(spec, outbox_id)

    def run_handler(self, spec: TopicSpec, payload: dict[str, object], context: PromiseContext) -> Ending:
        """Run a topic's handler once and return how it ended; a job that ran out of time goes on raising."""
        if spec.handler is None:
            return Ending("pending")
        try:
            spec.handler(payload, context)
        except PromiseRefused as refusal:
            return Ending("refused", describe_error(refusal))
        except BaseTimeoutException:
            raise
        except Exception as error:
            ending = self._judge(spec, error, context.attempt)
            _log.warning(
                "promise not kept",
                topic=spec.name,
                outbox_id=context.outbox_id,
                attempt=context.attempt,
                state=ending.state,
                error=ending.error,
                exc_info=ending.state in ("failed", "unknown"),
            )
            return ending
        return Ending("sent")

    def _deliver_one(self, spec: TopicSpec, outbox_id: int) -> None:
        begun = {"b_id": outbox_id, "b_topic": spec.name, "b_now": self._now()}
        with self._sessions.begin() as session:
            row = session.execute(_BEGIN, begun).one_or_none()
        if row is None:
            return
        context = PromiseContext(outbox_id, spec.name, row.attempt, row.created_at, self._now)
        try:
            ending = self.run_handler(spec, row.payload, context)
        except BaseTimeoutException as timeout:
            self._end(outbox_id, row.attempt, self._judge(spec, timeout, row.attempt))
            raise
        self._end(outbox_id, row.attempt, ending)

    def _end(self, outbox_id: int, attempt: int, ending: Ending) -> None:
        with self._sessions.begin() as session:
            session.execute(
                _END,
                {
                    "b_id": outbox_id,
                    "b_attempt": attempt,
                    "b_state": ending.state,
                    "b_error": ending.error,
                    "b_settled_at": self._now() if ending.state in ("sent", "refused") else None,
                    "b_not_before": ending.not_before,
                },
            )

    def _judge(self, spec: TopicSpec, error: BaseException, attempt: int) -> Ending:
        """Decide what a failure means: try again, give up, or admit that nobody knows."""
        what = describe_error(error)
        if isinstance(error, OutcomeUnknown) and not spec.is_idempotent:
            return Ending("unknown", what)
        if not spec.is_idempotent and not isinstance(error, NotSent):
            # Nobody can say whether it went out before it failed, so it is never sent again blindly.
            return Ending("unknown", what)
        if attempt >= spec.max_attempts:
            return Ending("failed", what)
        return Ending("pending", what, self._now() + FIRST_RETRY_AFTER * 2 ** (attempt - 1))


def describe_error(error: BaseException) -> str:
    """Return an error's class and code; messages of libraries may hold what a customer typed."""
    name = type(error).__name__
    if isinstance(error, AppError):
        return f"{name}: {error.code}"
    if isinstance(error, PromiseRefused | NotSent | OutcomeUnknown) and error.args:
        return f"{name}: {error.args[0]}"
    return name
