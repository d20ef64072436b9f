"""Where a local run keeps what cannot lie in the checkout, and the lock that tells whether it runs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """The hall of this checkout runs; the message says how to stop it."""


def find_sockets_folder(var: Path) -> Path:
    """Return the folder of the embedded servers' sockets for the data folder ``var``.

    A socket's path may have 107 bytes at most, so it stands in a short folder named after the long one.
    """
    name = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hall-{os.getuid()}-{name}"


def find_outside_data(var: Path) -> Path:
    """Return where the database lies when its account cannot enter ``var``."""
    return Path(f"{find_sockets_folder(var)}-data")


@contextmanager
def hold_run_lock(var: Path) -> Iterator[None]:
    """Hold the lock of this checkout, which the kernel lets go of when this process ends in whatever way.

    Raises AlreadyRunning.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(
                "The hall of this checkout runs already. Stop it with Ctrl-C in its window,"
                f" with: make stop, or with: kill {lock.read().strip()}"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def find_running(var: Path) -> int | None:
    """Return the process that holds the lock of this checkout, or None where nothing runs."""
    try:
        with (var / "run.lock").open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                told = lock.read().strip()
                return int(told) if told.isdecimal() else None
    except FileNotFoundError:
        pass
    return None
