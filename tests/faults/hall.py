"""A hall of its own, servers included, whose processes may be killed one by one and come back as in a run."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from redis import Redis, RedisError
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from deploy.local.servers import LocalServers, ServerStartFailed
from tests.browser.stage import Stage, ask, create_database

VICTIMS = ("worker", "web", "scheduler", "valkey", "postgresql")
# A deployment may say so: the tests wait for what a dead worker left, and a held call must not end by itself.
SETTINGS = {"JOB_SECONDS": "15", "PLATFORM_ANSWER_SECONDS": "14", "PROXY_COUNT": "1", "WEB_PROCESSES": "1"}
# Nothing waits so long but for a machine that is very busy.
PATIENCE_SECONDS = 90
HOLD_MS = 60_000
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """Return what ``look`` returns as soon as that is something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs, and not merely waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class FaultyHall:
    """The hall. Only processes that it started itself are ever killed, by their ids."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers = LocalServers(folder / "servers")
        self._stopped = threading.Event()
        endpoints = self._servers.start()
        create_database(endpoints.database_url, "hall")
        address = make_url(endpoints.database_url).set(database="hall")
        self._redis_url = endpoints.redis_url
        # Each look is a connection of its own, since the server dies now and then.
        self._engine = create_engine(address, poolclass=NullPool)
        home = folder / "hall"
        home.mkdir()
        own = address.render_as_string(hide_password=False)
        self.stage = Stage(home, own, endpoints.redis_url, SETTINGS)
        self._watch = threading.Thread(
            target=self.stage.supervisor.watch, args=(self._stopped,), name="supervisor"
        )
        self.url, self.control = self.stage.url, self.stage.control

    def start(self) -> None:
        """Start all and wait until the hall is ready."""
        self.stage.start()
        self._watch.start()

    def stop(self) -> None:
        """End all, the servers last."""
        self._stopped.set()
        if self._watch.ident is not None:
            self._watch.join()
        self.stage.stop()
        self._servers.stop()

    def kill(self, victim: str) -> int:
        """Kill a process at once, the web with all that serve it; returns the id of who led them."""
        pid = self._signal(victim, signal.SIGKILL)
        wait_for(lambda: not is_alive(pid), f"the end of {victim}")
        return pid

    def restore(self, victim: str, killed: int) -> None:
        """Wait until the supervisor has started it again, or start the server again as a run does."""
        if victim in ("valkey", "postgresql"):
            wait_for(self._heal, f"the return of {victim}")
            return
        supervisor = self.stage.supervisor
        wait_for(lambda: supervisor.find_pid(victim) not in (None, killed), f"the return of {victim}")
        if victim == "web":
            wait_for(self._is_served, "the web's first answer")

    @contextmanager
    def pause(self, name: str) -> Iterator[None]:
        """Let a process stand still for a while, as one does that gets no turn."""
        pid = self._signal(name, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def empty_valkey(self) -> None:
        """Take away all that a dead Valkey has kept, as where its disk is lost with it."""
        shutil.rmtree(self._folder / "servers" / "valkey")

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a connection to the database; what is not committed is rolled back."""
        with self._engine.connect() as connection:
            yield connection

    def query(self, statement: str, **values: Any) -> list[Any]:
        """Return the rows of a statement."""
        with self.connect() as connection:
            return list(connection.execute(text(statement), values).all())

    def order_fault(self, kind: str, ms: int = HOLD_MS) -> None:
        """Let the next text message be held: hang_before and hang_after for good, late until it is let go."""
        body = {"platform": "sms", "endpoint": "SendSms", "kind": kind, "ms": ms, "times": 1}
        ask(f"{self.control}/faults", "POST", body)

    def await_held(self) -> None:
        """Wait until the simulator holds the call."""
        wait_for(lambda: ask(f"{self.control}/faults")["held"], "the call to be held")

    def release(self) -> None:
        """Let held calls go on."""
        ask(f"{self.control}/faults/release", "POST", {})

    def list_messages(self, phone: str) -> list[dict[str, Any]]:
        """Return all text messages that ``phone`` got."""
        found: list[dict[str, Any]] = ask(f"{self.control}/messages?phone={phone}")["items"]
        return found

    def redis(self) -> Redis:
        """Return a client of the queue."""
        return Redis.from_url(self._redis_url)

    def _find_pid(self, victim: str) -> int:
        if victim == "postgresql":
            with self.connect() as connection:
                own: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                # Whoever serves this connection was started by the server itself.
                return int(Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()[1])
        if victim == "valkey":
            with self.redis() as redis:
                return int(redis.info("server")["process_id"])
        return wait_for(lambda: self._find_child(victim), f"{victim} to run") or 0

    def _find_child(self, name: str) -> int | None:
        pid = self.stage.supervisor.find_pid(name)
        return pid if pid is not None and is_alive(pid) else None

    def _signal(self, victim: str, number: signal.Signals) -> int:
        """Send a signal and return who got it: a worker that lost its queue ends by itself now and then."""
        while True:
            pid = self._find_pid(victim)
            try:
                # The web dies as with its machine; its processes would else finish their requests.
                (os.killpg if victim == "web" else os.kill)(pid, number)
            except ProcessLookupError:
                continue
            return pid

    def _heal(self) -> bool:
        try:
            self._servers.heal()
            with self.redis() as redis:
                redis.ping()
            self.query("SELECT 1")
        except (ServerStartFailed, RedisError, OperationalError):
            # The dead server's own children or threads are not gone yet.
            return False
        return True

    def _is_served(self) -> bool:
        try:
            ask(f"{self.url}/healthz")
        except OSError:
            return False
        return True
