"""Work that Ctrl-C does not cut in two: it is done and known, or it was never begun."""

from __future__ import annotations

import threading
from collections.abc import Callable


def do_unbroken(work: Callable[[], object]) -> None:
    """Do ``work`` in a thread of its own.

    A signal breaks off the main thread alone, so a process that is started here is also remembered. Whoever
    is broken off waits for work that has begun; work that has not yet begun is not done any more. Raises what
    ``work`` raises.
    """
    turn, given_up, failed = threading.Lock(), threading.Event(), list[Exception]()

    def take_turn() -> None:
        with turn:
            if given_up.is_set():
                return
            try:
                work()
            except Exception as error:
                failed.append(error)

    worker = threading.Thread(target=take_turn)
    try:
        worker.start()
        worker.join()
    finally:
        with turn:
            given_up.set()
    if failed:
        raise failed[0]
