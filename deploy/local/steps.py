"""The long steps before the start, run so that they can be followed and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_FAILED_LINES = 25


class StepFailed(Exception):
    """A step did not succeed; the message holds its last lines and the place of its log."""


def say(text: str) -> None:
    """Tell the user something at once."""
    print(text, flush=True)


def run_step(
    title: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> None:
    """Run one command to its end, its output in ``log``; a terminal sees the seconds run.

    Raises StepFailed. Its processes end with it, also when this one is interrupted.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    lively = sys.stdout.isatty()
    print(f"  {title} ...", end="" if lively else "\n", flush=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while _is_busy(process):
                if lively:
                    print(f"\r  {title} ... {time.monotonic() - began:.0f} s", end="", flush=True)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
    seconds = time.monotonic() - began
    if lively:
        print(f"\r  {title} ... {seconds:.0f} s", flush=True)
    if process.returncode != 0:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_FAILED_LINES:]
        raise StepFailed("\n".join([*last, "", f"{title}: failed. The whole log: {log}"]))


def _is_busy(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return True
    return False
