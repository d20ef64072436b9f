"""1,000 sockets on one web process, against a bare handler: what they weigh, how soon a hint comes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from redis import Redis

from backend.core.callers import Caller
from backend.realtime.hints import Hint, publish_hints
from backend.realtime.tickets import SocketCaller, SocketTickets
from bench.figures import Measured
from bench.ground import Ground
from bench.socket_apps import TOPIC
from bench.socket_clients import SocketClients

CLIENTS = 1000
ROUNDS = 3
HINTS = 15
_SIDES = ("create_production", "create_bare")


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``sockets_memory`` in KiB per socket and ``sockets_hints`` in milliseconds (p95)."""
    found: dict[str, tuple[list[float], list[float]]] = {side: ([], []) for side in _SIDES}
    numbers = count(1)
    for number in range(ROUNDS):
        # Each round takes fresh processes, since memory once taken is hardly ever given back.
        for side in _SIDES if number % 2 == 0 else reversed(_SIDES):
            weight, delay = _measure_side(ground, side, numbers)
            found[side][0].append(weight)
            found[side][1].append(delay)
    medians = {side: [statistics.median(one) for one in found[side]] for side in _SIDES}
    ours, theirs = (medians[side] for side in _SIDES)
    both = {
        "sockets_memory": Measured(ours[0], theirs[0]),
        "sockets_hints": Measured(ours[1], theirs[1]),
    }
    yield from ((name, both[name]) for name in wanted)


def _measure_side(ground: Ground, side: str, numbers: count[int]) -> tuple[float, float]:
    redis = Redis.from_url(ground.redis_url)
    tickets = SocketTickets(redis)
    environment = ground.make_environment(ground.database_url)
    with ground.serve(f"bench.socket_apps:{side}()", environment, workers=1) as web:
        (worker,) = web.list_workers()
        clients = SocketClients(web, TOPIC)
        try:
            before = _read_resident_kib(worker)
            clients.connect([tickets.issue(SocketCaller(Caller.STAFF, one)) for one in range(CLIENTS)])
            delays: list[float] = []
            for _ in range(HINTS):
                seq, began = next(numbers), time.perf_counter()
                publish_hints(redis, [Hint(TOPIC, seq)])
                delays += [at - began for at in clients.collect(seq)]
            weight = (_read_resident_kib(worker) - before) / CLIENTS
        finally:
            clients.close()
            redis.close()
    return weight, statistics.quantiles(delays, n=20)[-1] * 1000


def _read_resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)
