"""Whatever moment Ctrl-C comes at, work is done before anybody goes on, or is never begun."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from deploy.local.unbroken import do_unbroken


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_who_is_broken_off_at_the_start_leaves_no_work_behind(
    monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    start: Callable[[threading.Thread], None] = threading.Thread.start
    done: list[str] = []

    def start_and_break(thread: threading.Thread) -> None:
        start(thread)
        time.sleep(pause)
        raise KeyboardInterrupt

    def work() -> None:
        time.sleep(0.1)
        done.append("work")

    monkeypatch.setattr(threading.Thread, "start", start_and_break)
    with pytest.raises(KeyboardInterrupt):
        do_unbroken(work)
    known = list(done)
    time.sleep(0.3)
    assert done == known


def test_what_goes_wrong_is_told() -> None:
    with pytest.raises(OSError, match="no such program"):
        do_unbroken(lambda: (_ for _ in ()).throw(OSError("no such program")))
