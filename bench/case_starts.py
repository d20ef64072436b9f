"""Starting a case of the slowest of all processes against the simplest one's start."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import text

from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from bench.figures import Measure, Measured, compare
from bench.ground import Ground
from bench.web_stage import set_web_stage

ROUNDS = 9
# Starts of each process by which the slowest is found, and starts in a round of the figure.
FIRST_LOOK, STARTS = 15, 60

StartCase = Callable[[str], None]


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``case_start`` in milliseconds: the whole transaction of production, on one connection."""
    hall = set_web_stage(ground, "case_starts").hall
    with hall.sessions.begin() as session:
        unit = session.execute(text("SELECT id, code FROM unit WHERE kind = 'unit' LIMIT 1")).one()
        customer_id = session.execute(text("SELECT min(id) FROM customer")).scalar_one()

    def start(key: str) -> None:
        new = NewCase(key, unit.id, unit.code, customer_id, "online")
        hall.cases.start_case(Request("system", uuid.uuid4(), {"of": "the bench"}), new, Start(SYSTEM))

    processes = hall.content.processes
    simplest = min(processes, key=lambda key: (len(processes[key]["steps"]), key))
    slowest = _find_slowest(start, sorted(processes))
    yield "case_start", compare(_time_starts(start, slowest), _time_starts(start, simplest), ROUNDS)
    hall.engine.dispose()


def _find_slowest(start: StartCase, keys: Sequence[str]) -> str:
    times: dict[str, list[float]] = {key: [] for key in keys}
    for _ in range(FIRST_LOOK):
        for key in keys:
            times[key].append(_time_one(start, key))
    return max(keys, key=lambda key: statistics.median(times[key]))


def _time_starts(start: StartCase, key: str) -> Measure:
    return lambda: statistics.median(_time_one(start, key) for _ in range(STARTS)) * 1000


def _time_one(start: StartCase, key: str) -> float:
    began = time.perf_counter()
    start(key)
    return time.perf_counter() - began
