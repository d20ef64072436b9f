"""What happens by the clock. Two schedulers may run: a row per tick lets one of them have each turn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from redis import RedisError
from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from backend.core.database import Base
from backend.core.metrics import TICKS

# How long the loop sleeps between looks at the clock; also the longest it takes to notice a stop.
LOOK_EVERY_SECONDS = 0.2
_log = structlog.get_logger(__name__)


class ScheduleTick(Base):
    """When a tick ran last."""

    __tablename__ = "schedule_tick"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    last_run_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that happens every ``every``; it must bear running beside itself on another machine."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Scheduler:
    """Runs ticks when they are due. ``now`` is the clock."""

    def __init__(
        self, sessions: sessionmaker[Session], ticks: Sequence[Tick], now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._ticks = tuple(ticks)
        self._now = now
        self._next_look: dict[str, datetime] = {}

    def run_due(self) -> list[str]:
        """Run every tick whose turn this scheduler gets, and return their names.

        A tick that fails is logged and counted, and comes again at its next turn; the others go on.
        """
        ran: list[str] = []
        for tick in self._ticks:
            now = self._now()
            if now < self._next_look.get(tick.name, now):
                continue
            self._next_look[tick.name] = now + tick.every
            try:
                if not self._take_turn(tick, now):
                    continue
                tick.run()
            except Exception as error:
                TICKS.labels(tick.name, "failed").inc()
                # A server out of reach says so each second, so its long traceback stays away.
                with_trace = not isinstance(error, SQLAlchemyError | RedisError)
                _log.error("tick failed", tick=tick.name, error=type(error).__name__, exc_info=with_trace)
                continue
            TICKS.labels(tick.name, "done").inc()
            ran.append(tick.name)
        return ran

    def run_until(self, stop: threading.Event) -> None:
        """Run ticks until ``stop`` is set; the tick in hand is finished first."""
        while not stop.is_set():
            self.run_due()
            stop.wait(LOOK_EVERY_SECONDS)

    def _take_turn(self, tick: Tick, now: datetime) -> bool:
        """Compare and set: true for the one scheduler whose write moved the row."""
        taken = insert(ScheduleTick).values(name=tick.name, last_run_at=now)
        moved = taken.on_conflict_do_update(
            index_elements=["name"],
            set_={"last_run_at": now},
            where=ScheduleTick.last_run_at <= now - tick.every,
        ).returning(ScheduleTick.name)
        with self._sessions.begin() as session:
            return session.execute(moved).one_or_none() is not None
