"""What the figures stand on: an embedded PostgreSQL and Valkey of this run's own, gone with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
from sqlalchemy import create_engine, make_url, text

from backend.core.migrating import upgrade_database
from deploy.local.servers import LocalServers

ROOT = Path(__file__).parents[1]
_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
# A machine busy with other things takes its time to import everything.
START_SECONDS = 90


# What the figures made: the server's own databases stay.
_LEFT = text(
    "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> current_database()"
    " AND datname <> 'postgres'"
)


class WebDidNotStart(Exception):
    """A web process of the bench ended or did not answer; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The servers' addresses and a folder for files of this run."""

    folder: Path
    database_url: str
    redis_url: str

    def make_database(self, name: str) -> str:
        """Create an empty database ``name``, migrate it, and return its address."""
        address = make_url(self.database_url)
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        url = address.set(database=name).render_as_string(hide_password=False)
        upgrade_database(url)
        return url

    def clear(self) -> None:
        """Drop what former figures left, and write down what they changed, so that none weighs on the next.

        Otherwise the database would still tidy up their tables while the next is measured.
        """
        engine = create_engine(self.database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in connection.execute(_LEFT).scalars():
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            connection.execute(text("CHECKPOINT"))
        engine.dispose()
        # What the system still writes of them would be waited for by the next figure's commits.
        os.sync()

    def make_environment(self, database_url: str) -> dict[str, str]:
        """Return the environment of a web process: settings as a deployment gives them, and no others."""
        plain = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
        return {
            **plain,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": "of-the-bench-alone-of-the-bench-alone",
            "ENCRYPTION_KEYS": f"1:{_KEY}",
            "BLIND_INDEX_KEY": _KEY,
            "POOL_SIZE": "20",
            "FILES_DIR": str(self.folder / "files"),
        }

    @contextmanager
    def serve(self, target: str, environment: dict[str, str], workers: int) -> Iterator[Web]:
        """Run gunicorn on ``target`` with the production's own configuration while the block runs.

        ``target`` names an application factory as gunicorn takes it. Logs are written, as in production, to
        a file. Raises WebDidNotStart.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = self.folder / f"web-{port}.log"
        command = [
            sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy" / "gunicorn.conf.py"),
            "-w", str(workers), "--no-control-socket", "--graceful-timeout", "1",
            "-b", f"127.0.0.1:{port}", target,
        ]  # fmt: skip
        with log.open("wb") as written:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=written)
        try:
            _wait_for(process, port, log)
            yield Web(port, process.pid, log)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(frozen=True, slots=True)
class Web:
    """A running web server of the bench; ``pid`` is gunicorn's, its workers are children of it."""

    port: int
    pid: int
    log: Path

    def list_workers(self) -> list[int]:
        """Return the process ids of the workers."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(one) for one in found.split()]

    def read_faults(self) -> str:
        """Return the last unexpected error of its log, or nothing."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return next((one for one in reversed(lines) if '"exception"' in one), "")


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise WebDidNotStart(log.read_text(encoding="utf-8", errors="replace")[-2000:])


@contextmanager
def open_ground() -> Iterator[Ground]:
    """Start both servers in a temporary folder; stop them and delete it afterwards, whatever happens."""
    # The database's account must be able to enter its folder, also when root runs the bench.
    with tempfile.TemporaryDirectory(prefix="hall-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        servers = LocalServers(folder)
        try:
            endpoints = servers.start()
            yield Ground(folder, endpoints.database_url, endpoints.redis_url)
        finally:
            servers.stop()


def connect_as_owner(database_url: str) -> psycopg.Connection[Any]:
    """Return a plain connection of psycopg, under the database's owner."""
    address = make_url(database_url)
    return psycopg.connect(dbname=address.database, host=str(address.query["host"]), user=address.username)
