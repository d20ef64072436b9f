"""Ends the database server that a killed run left behind; needs Python alone."""

from __future__ import annotations

import os
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
