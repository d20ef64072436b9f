"""What a person sees and decides about promises: those that failed, and those that nobody knows about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql.dml import ReturningUpdate

from backend.core.errors import Conflict, NotFound
from backend.core.outbox import OutboxRow
from backend.core.topics import Sending, TopicRegistry

SHOWN = 200
SENT, REFUSED, AGAIN = OUTCOMES = ("sent", "refused", "again")


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A promise that was given up: nothing went out. ``what`` is its topic in the person's words."""

    id: int
    queue: str
    what: str
    failed_at: datetime
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class UnknownPromise:
    """A promise that may have been kept or not.

    ``what`` is its topic in the person's words, ``case_no`` the case that it is about, where there is one;
    ``recipient`` whom it is for, masked, where no case tells it;
    ``channel`` is by which it went, and ``about`` what was to go out, where the topic tells it;
    ``may_repeat`` tells whether it can be sent again once it is sure that it did not go out.
    """

    id: int
    topic: str
    what: str
    case_no: str | None
    recipient: str | None
    channel: str | None
    about: str | None
    created_at: datetime
    started_at: datetime | None
    attempt: int
    may_repeat: bool


class PromiseDesk:
    """Lists and settles. ``now`` is the clock; ``author`` is the user name of who decides."""

    def __init__(
        self, sessions: sessionmaker[Session], topics: TopicRegistry, now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._topics = topics
        self._now = now

    def list_failed_jobs(self) -> list[FailedJob]:
        """Return what failed, the newest first, at most 200."""
        return [
            FailedJob(
                row.id,
                (spec.queue or "relay") if spec else "",
                spec.title if spec else row.topic,
                row.started_at or row.created_at,
                row.error or "",
                row.attempt,
            )
            for row in self._list("failed")
            for spec in [self._topics.find(row.topic)]
        ]

    def retry_failed_job(self, outbox_id: int, author: str) -> None:
        """Send a failed promise out again; raises NotFound, or Conflict (``job_not_failed``)."""
        again = {"state": "pending", "attempt": 0, "queued_at": None, "not_before": None}
        self._move(outbox_id, "failed", {**again, "settled_by": author}, "job_not_failed")

    def list_unknown_promises(self) -> list[UnknownPromise]:
        """Return what a person has to settle, the newest first, at most 200."""
        rows = self._list("unknown")
        with self._sessions.begin() as session:
            return [self._describe_unknown(session, row) for row in rows]

    def _describe_unknown(self, session: Session, row: OutboxRow) -> UnknownPromise:
        spec = self._topics.find(row.topic)
        tell = spec.tell_recipient if spec else None
        look_up = spec.tell_sending if spec else None
        sending = look_up(session, row.id, row.payload) if look_up else Sending(None)
        return UnknownPromise(
            row.id,
            row.topic,
            spec.title if spec else row.topic,
            row.payload.get("case_no"),
            tell(session, row.payload) if tell else None,
            sending.channel,
            sending.about,
            row.created_at,
            row.started_at,
            row.attempt,
            may_repeat=spec is not None and spec.reopen is not None,
        )

    def settle_promise(self, outbox_id: int, as_: str, author: str) -> None:
        """Write down how an unknown promise ended: ``sent``, ``refused``, or not and send it ``again``.

        Raises NotFound, Conflict (``promise_settled``, ``promise_not_repeatable``), or ValueError for another
        outcome.
        """
        if as_ not in OUTCOMES:
            raise ValueError(f"a promise cannot be settled as {as_}")
        if as_ == AGAIN:
            self._send_again(outbox_id, author)
            return
        settled = {"state": as_, "settled_at": self._now(), "settled_by": author}
        self._move(outbox_id, "unknown", settled, "promise_settled")

    def _send_again(self, outbox_id: int, author: str) -> None:
        # The attempts go on counting: a worker that was slow and not dead must not end the new one.
        again: dict[str, object] = {"state": "pending", "queued_at": None, "settled_by": author}
        with self._sessions.begin() as session:
            topic = session.execute(_move_row(outbox_id, "unknown", again)).scalar_one_or_none()
            if topic is not None:
                spec = self._topics.find(topic)
                if spec is None or spec.reopen is None:
                    raise Conflict("promise_not_repeatable")
                spec.reopen(session, outbox_id)
                return
            self._refuse(session, outbox_id, "promise_settled")

    def _list(self, state: str) -> list[OutboxRow]:
        found = select(OutboxRow).where(OutboxRow.state == state).order_by(OutboxRow.id.desc()).limit(SHOWN)
        with self._sessions.begin() as session:
            return list(session.execute(found).scalars())

    def _move(self, outbox_id: int, expected: str, values: dict[str, object], otherwise: str) -> None:
        with self._sessions.begin() as session:
            if session.execute(_move_row(outbox_id, expected, values)).one_or_none() is None:
                self._refuse(session, outbox_id, otherwise)

    @staticmethod
    def _refuse(session: Session, outbox_id: int, otherwise: str) -> NoReturn:
        known = session.execute(select(OutboxRow.id).where(OutboxRow.id == outbox_id)).one_or_none()
        raise NotFound if known is None else Conflict(otherwise)


def _move_row(outbox_id: int, expected: str, values: dict[str, object]) -> ReturningUpdate[tuple[str]]:
    """Return the compare-and-set of one row; its result is the row's topic."""
    found = (OutboxRow.id == outbox_id, OutboxRow.state == expected)
    return update(OutboxRow).where(*found).values(values).returning(OutboxRow.topic)
