"""``make reset``: ends what a killed run left behind and deletes all local data; needs Python alone."""

from __future__ import annotations

import contextlib
import shutil
import socket
import sys
from pathlib import Path

from deploy.local.leftovers import end_postgresql
from deploy.local.places import AlreadyRunning, find_outside_data, find_sockets_folder, hold_run_lock
from deploy.local.supervisor import end_leftovers

ROOT = Path(__file__).parents[2]
_WAIT_SECONDS = 20


def main(var: Path) -> int:
    """Delete ``var`` and what belongs to it elsewhere; returns the exit code."""
    try:
        with hold_run_lock(var):
            end_leftovers(var / "run.json")
            _end_valkey(find_sockets_folder(var) / "valkey.sock")
            for place in (var, find_outside_data(var)):
                end_postgresql(place / "postgresql")
            for place in (find_sockets_folder(var), find_outside_data(var), var):
                shutil.rmtree(place, ignore_errors=True)
    except AlreadyRunning as error:
        print(error)
        return 1
    if var.exists():
        print(f"Not all of {var} could be deleted; some files belong to another account.")
        return 1
    print("All local data is deleted; the next start begins afresh.")
    return 0


def _end_valkey(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one, contextlib.suppress(OSError):
        one.settimeout(_WAIT_SECONDS)
        one.connect(str(path))
        one.sendall(b"SHUTDOWN NOSAVE\r\n")
        # It closes the connection when it ends.
        one.recv(1)


if __name__ == "__main__":
    sys.exit(main(ROOT / "var"))
