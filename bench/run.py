"""Runs the figures one after the other; one that cannot be measured is told as missed and stops no other."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.figures import Figure, Measured, Result
from bench.ground import Ground
from bench.report import write_line

# Several figures may share a costly ground, so one probe measures a group of them.
Probe = Callable[[Ground, Sequence[str]], Iterable[tuple[str, Measured]]]


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that are measured together. ``probe`` is told which of them are wanted."""

    name: str
    figures: tuple[Figure, ...]
    probe: Probe


class FigureUnknown(Exception):
    """There is no figure of that name; the message lists those there are."""


def choose(groups: Sequence[Group], only: str | None) -> list[tuple[Group, tuple[str, ...]]]:
    """Return the groups with the names wanted of each, all of them where a group is named.

    Raises FigureUnknown.
    """
    chosen = [
        (group, names)
        for group in groups
        if (names := tuple(one.name for one in group.figures if only in (None, group.name, one.name)))
    ]
    if not chosen:
        known = ", ".join(one.name for group in groups for one in group.figures)
        raise FigureUnknown(f"there is no figure {only}; there are: {known}")
    return chosen


def run_groups(
    chosen: Sequence[tuple[Group, tuple[str, ...]]],
    ground: Ground,
    say: Callable[[str], None],
    clear: Callable[[], None] = lambda: None,
) -> Iterator[Result]:
    """Measure what was chosen, saying a line for each figure as soon as it is known.

    ``clear`` comes before each group, so that none is measured with what the former left under way.
    """
    for group, names in chosen:
        wanted = [one for one in group.figures if one.name in names]
        found: dict[str, Measured] = {}
        failure = None
        clear()
        try:
            for name, measured in group.probe(ground, names):
                found[name] = measured
        except Exception as error:
            failure = f"{type(error).__name__}: {error}".splitlines()[0]
            say(traceback.format_exc())
        for figure in wanted:
            why = None if figure.name in found else failure or "not measured"
            result = Result(figure, found.get(figure.name), why)
            say(write_line(result))
            yield result
