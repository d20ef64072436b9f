"""Ends what a killed run left behind of its database; needs Python alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

_WAIT_SECONDS = 20


def end_postgresql(data: Path) -> bool:
    """End the server whose data lies in ``data``, if one runs; returns whether none runs now."""
    note = data / "postmaster.pid"
    try:
        pid = int(note.read_text().splitlines()[0])
        # Ids are given again, so the command has to name this very folder.
        if os.fsencode(data.resolve()) not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return True
        # It writes its data and ends, without waiting for those who are connected.
        os.kill(pid, signal.SIGINT)
    except (OSError, ValueError, IndexError):
        return True
    deadline = time.monotonic() + _WAIT_SECONDS
    while note.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def remove_unfinished(folder: Path) -> None:
    """Remove a database folder that was never finished, with the initdb that may still be at work in it."""
    named = os.fsencode(folder.resolve())
    deadline = time.monotonic() + _WAIT_SECONDS
    while folder.exists():
        at_work = _list_pids(named)
        for pid in at_work:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        is_late = time.monotonic() > deadline
        if is_late or not at_work:
            # One born while the others were listed is missed; what it writes keeps the folder: once more.
            shutil.rmtree(folder, ignore_errors=True)
        if is_late:
            break
        time.sleep(0.02)


def _list_pids(named: bytes) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if named in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found
