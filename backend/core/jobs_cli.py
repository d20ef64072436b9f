"""``flask worker`` and ``flask scheduler``: the two long-running processes beside the web."""

from __future__ import annotations

import signal
import threading
from collections.abc import Collection
from types import FrameType

import click
from redis import Redis

from backend.core.delivery import Deliverer
from backend.core.jobs import run_worker
from backend.core.scheduler import Scheduler
from backend.core.topics import QUEUES


def make_jobs_commands(redis: Redis, deliverer: Deliverer, scheduler: Scheduler) -> list[click.Command]:
    """Return both commands. ``redis`` must wait for answers as long as they take."""

    @click.command("worker")
    @click.option("--queue", "queues", multiple=True, type=click.Choice(list(QUEUES)), help="All by default.")
    @click.option("--burst", is_flag=True, help="Stop once nothing waits.")
    def worker(queues: tuple[str, ...], burst: bool) -> None:
        """Keep what was promised, until SIGTERM; then the job in hand is finished first."""
        # Until the library's own handlers stand, nothing has begun that would have to be finished.
        signal.signal(signal.SIGTERM, _leave)
        run_worker(redis, deliverer, choose_queues(queues), burst)

    @click.command("scheduler")
    def run_scheduler() -> None:
        """Run the ticks, until SIGTERM; a second scheduler stands by and doubles nothing."""
        stop = threading.Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, ask_to_stop)
        scheduler.run_until(stop)

    return [worker, run_scheduler]


def choose_queues(asked: Collection[str]) -> list[str]:
    """Return the queues that a worker serves which was asked for these; all of them without any.

    The order of the table is the order of importance, whatever the order on the command line.
    """
    return [name for name in QUEUES if not asked or name in asked]


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
