"""``make stop``: ends the run of this checkout, wherever it was started; needs Python alone.

A shell lets what it starts in the background ignore Ctrl-C (INT), and ``nohup`` a closed window (HUP); the
run itself always ends on TERM.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from deploy.local.places import find_running

ROOT = Path(__file__).parents[2]
# Each process gets ten seconds to end by itself, and the embedded servers come after them.
WAIT_SECONDS = 60.0


def main(var: Path, wait_seconds: float = WAIT_SECONDS) -> int:
    """Ask the run to end and wait until it has; returns the exit code."""
    pid = find_running(var)
    if pid is None:
        print("Nothing of this checkout runs.")
        return 0
    print(f"Stopping (process {pid}) ...", flush=True)
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError:
        print(f"Process {pid} belongs to another account; stop it as that one.")
        return 1
    except ProcessLookupError:
        # It ended by itself between the two.
        pass
    deadline = time.monotonic() + wait_seconds
    while find_running(var) is not None:
        if time.monotonic() > deadline:
            print(f"It has not ended after {wait_seconds:.0f} seconds; its last lines say what it waits for.")
            return 1
        time.sleep(0.2)
    print("Everything is stopped; the data stays in var/.")
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT / "var"))
