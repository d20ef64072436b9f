"""Keeps a list of processes running: starts them, restarts what ends, and leaves nothing behind.

Each child leads a process group of its own, so that Ctrl-C reaches it only through here and its own children
end with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
# Who has run this long was healthy: the next end is a first one again.
HEALTHY_AFTER_SECONDS = 60.0
GRACE_SECONDS = 10.0
_LOOK_SECONDS = 0.2
_LARGEST_LOG = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Child:
    """A process to be kept: its name in messages and of its log, its command, and what it needs beside the
    supervisor's environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    next_wait: float = FIRST_WAIT_SECONDS
    start_again_at: float = 0.0
    ends: int = 0


class Supervisor:
    """Runs ``children`` in ``folder`` with logs under ``logs``; ``say`` is told what the user should know.

    ``record`` remembers the children for the case that the supervisor itself is killed: the next one ends
    them before it starts its own. Who keeps ending waits longer each time, ``longest_wait`` seconds at most.
    """

    def __init__(
        self,
        children: Sequence[Child],
        folder: Path,
        logs: Path,
        record: Path,
        say: Callable[[str], None],
        longest_wait: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._longest_wait = longest_wait
        self._running = [_Running(one) for one in children]
        self._folder = folder
        self._logs = logs
        self._record = record
        self._say = say

    def start(self) -> None:
        """End what a killed supervisor left behind, and start all children."""
        end_leftovers(self._record)
        self._logs.mkdir(parents=True, exist_ok=True)
        for one in self._running:
            self._launch(one)

    def look(self) -> None:
        """Restart what has ended and waited long enough; call it again and again."""
        now = time.monotonic()
        for one in self._running:
            if one.process is None:
                if now >= one.start_again_at:
                    self._launch(one)
                continue
            code = one.process.poll()
            if code is None:
                continue
            if now - one.started_at > HEALTHY_AFTER_SECONDS:
                one.next_wait = FIRST_WAIT_SECONDS
            # What the dead leader's own children still hold, such as a port, is needed again.
            _signal_group(one.process.pid, signal.SIGKILL)
            one.process = None
            one.ends += 1
            one.start_again_at = now + one.next_wait
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            self._say(
                f"{one.child.name} ended ({how}); it starts again in {one.next_wait:.0f} s."
                f" Its log: {self._log_of(one.child)}"
            )
            one.next_wait = min(one.next_wait * 2, self._longest_wait)

    def watch(self, stopped: threading.Event, also: Callable[[], None] = lambda: None) -> None:
        """Look at the children, and do ``also``, until ``stopped`` is set."""
        while not stopped.wait(_LOOK_SECONDS):
            self.look()
            also()

    def count_ends(self, name: str) -> int:
        """Return how often the child of this name has ended since the start."""
        return next(one.ends for one in self._running if one.child.name == name)

    def find_pid(self, name: str) -> int | None:
        """Return the process id of a child, which leads a group of its own; None while it is not running."""
        process = next(one.process for one in self._running if one.child.name == name)
        return None if process is None else process.pid

    def stop(self) -> None:
        """Ask all to end, wait for GRACE_SECONDS at most, and kill what is left with all its own children."""
        alive = [one.process for one in self._running if one.process is not None]
        for process in alive:
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in alive:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        for one in self._running:
            one.process = None
        self._record.unlink(missing_ok=True)

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the last lines of a child's log."""
        path = self._logs / f"{name}.log"
        found = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        return "\n".join(found[-lines:])

    def _launch(self, one: _Running) -> None:
        log = self._log_of(one.child)
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        one.process = subprocess.Popen(
            list(one.child.command),
            cwd=self._folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **one.child.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        one.started_at = time.monotonic()
        if one.process.stdout is not None:
            copying = threading.Thread(
                target=_copy_lines, args=(one.process.stdout, log, one.child.name), daemon=True
            )
            copying.start()
        self._write_record()

    def _write_record(self) -> None:
        leaders = [one.process.pid for one in self._running if one.process is not None]
        new = self._record.with_suffix(".new")
        new.write_text(json.dumps([[pid, read_start_mark(pid)] for pid in leaders]))
        new.replace(self._record)

    def _log_of(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"


def end_leftovers(record: Path) -> None:
    """End the children of a supervisor that was killed, but no stranger who merely has the same id."""
    try:
        leaders = json.loads(record.read_text())
    except (OSError, ValueError):
        return
    ours = [pid for pid, mark in leaders if mark is not None and read_start_mark(pid) == mark]
    for pid in ours:
        _signal_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(_is_alive(pid) for pid in ours) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in ours:
        _signal_group(pid, signal.SIGKILL)
    record.unlink(missing_ok=True)


def read_start_mark(pid: int) -> str | None:
    """Return when a process started, in the kernel's count, or None where there is none or no /proc."""
    fields = _read_stat(pid)
    return fields[19] if fields else None


def _is_alive(pid: int) -> bool:
    fields = _read_stat(pid)
    return bool(fields) and fields[0] != "Z"


def _read_stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the program's name, which may hold spaces itself."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _copy_lines(source: IO[bytes], log: Path, name: str) -> None:
    with source, log.open("ab", buffering=0) as out:
        for line in source:
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            out.write(f"{moment} {name} ".encode() + line)
