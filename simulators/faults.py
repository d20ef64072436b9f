"""Faults that an outside client orders for coming calls."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

FaultKind = Literal[
    "refuse", "late", "hang_before", "hang_after", "http_status", "garbage", "forged", "repeat"
]
KINDS: tuple[str, ...] = get_args(FaultKind)
FAULTS_KEPT = 200
LONGEST_MS = 600_000


@dataclass(frozen=True)
class Fault:
    """For the next ``times`` calls of ``endpoint`` ("*": any) at ``platform``:

    - ``refuse``: answer the platform's own error ``code`` and do nothing;
    - ``late``: do it, answer after ``ms``;
    - ``hang_before``: do nothing, hold the call for ``ms``, then break it off;
    - ``hang_after``: do it, hold the call for ``ms``, then break it off without an answer;
    - ``http_status``: do nothing, answer the HTTP status ``code`` with a page;
    - ``garbage``: do it, answer what nobody can read, with a good signature where there is one;
    - ``forged``: do it, sign the answer with another key (master alone);
    - ``repeat``: answer from the beginning, wherever it was asked to go on (master alone).
    """

    id: int
    platform: str
    endpoint: str
    kind: FaultKind
    code: str
    ms: int
    times: int


class FaultBook:
    """The orders still open, and the calls that are being held."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[Fault] = []
        self._last = 0
        self._held = 0
        self._release = threading.Event()

    def order(
        self, platform: str, endpoint: str, kind: FaultKind, code: str, ms: int, times: int
    ) -> Fault | None:
        """Note an order and return it; None where too many are open."""
        with self._lock:
            if len(self._open) >= FAULTS_KEPT:
                return None
            self._last += 1
            fault = Fault(self._last, platform, endpoint, kind, code, ms, times)
            self._open.append(fault)
            return fault

    def take(self, platform: str, endpoint: str) -> Fault | None:
        """Return the oldest order meant for this call, and count it down; None where there is none."""
        with self._lock:
            for place, fault in enumerate(self._open):
                if fault.platform == platform and fault.endpoint in ("*", endpoint):
                    if fault.times > 1:
                        self._open[place] = replace(fault, times=fault.times - 1)
                    else:
                        del self._open[place]
                    return fault
        return None

    def hold(self, ms: int) -> None:
        """Wait for ``ms`` milliseconds, or until the held calls are released."""
        with self._lock:
            self._held += 1
            release = self._release
        try:
            release.wait(ms / 1000)
        finally:
            with self._lock:
                self._held -= 1

    def release(self) -> int:
        """Let all held calls go on at once; returns how many there were."""
        with self._lock:
            self._release.set()
            self._release = threading.Event()
            return self._held

    def clear(self) -> None:
        """Drop all orders and let held calls go."""
        with self._lock:
            self._open.clear()
        self.release()

    def list(self) -> dict[str, Any]:
        """Return the open orders and the number of held calls."""
        with self._lock:
            return {"items": [asdict(one) for one in self._open], "held": self._held}
