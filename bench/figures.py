"""What a figure is: a ratio with its bar, taken from two things measured in turn within one run."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# A measurement returns how much it achieved: operations a second, seconds, or kibibytes, as the figure says.
Measure = Callable[[], float]


class Bar(StrEnum):
    """Which side of the bar is the good one."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of both sides. ``ours`` and ``theirs`` are in the figure's ``unit``."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.ours / self.theirs


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ``ours`` is compared with ``theirs``, both named for the reader."""

    name: str
    ours: str
    theirs: str
    unit: str
    bar: Bar
    limit: float


@dataclass(frozen=True, slots=True)
class Result:
    """A figure that was measured, or ``failure``: why it could not be."""

    figure: Figure
    measured: Measured | None
    failure: str | None = None

    @property
    def holds(self) -> bool:
        """True when the figure keeps its bar; one that was not measured does not."""
        if self.measured is None:
            return False
        if self.figure.bar is Bar.AT_LEAST:
            return self.measured.ratio >= self.figure.limit
        return self.measured.ratio <= self.figure.limit


def compare(ours: Measure, theirs: Measure, rounds: int) -> Measured:
    """Measure both sides in turn, ``rounds`` times, and return the medians.

    Each round begins with the other side, so that a machine that grows busy or warm weighs on both alike.
    A first round of each warms caches and is not counted. The ratio is the medians' ratio.
    """
    found: tuple[list[float], list[float]] = ([], [])
    sides = (ours, theirs)
    for measure in sides:
        measure()
    for number in range(rounds):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            found[side].append(sides[side]())
    return Measured(statistics.median(found[0]), statistics.median(found[1]))


def rate_for(seconds: float, work: Callable[[], int]) -> Measure:
    """Return what repeats ``work`` for ``seconds`` and gives its operations a second.

    ``work`` returns how many operations it did.
    """

    def measure() -> float:
        gc.collect()
        done, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            done += work()
        return done / spent

    return measure
