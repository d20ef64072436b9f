"""What is likely to come for a case: along the first outcomes, without loops. Pure.

Most of a line is still to come, so this is what reading a case would spend most of its time on. But cases
stand where many others have stood: a way depends on where it begins and on those of the case's data that
conditions asked along it, and one that was found is taken again where all of that is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import ChildProcess, ProcessDefinition, Step

# So many ways are remembered of one place, and so many places; then all are found anew.
MOST_WAYS, MOST_PLACES = 8, 1000
# Gives the newest definition of a process that the case may hand over to later.
FindProcess = Callable[[str], ProcessDefinition]


class StepState(StrEnum):
    """Where a step of the progress stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"
    STOPPED = "stopped"


# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call.
_NEXT = StepState.NEXT


class Visit(NamedTuple):
    """One opened step, or one to come, before the invisible ones are folded into their neighbours.

    ``is_beside`` marks what a forwarded part brings with it.
    """

    key: str
    step: Step
    state: StepState
    at: datetime | None = None
    due_at: datetime | None = None
    in_child: bool = False
    is_beside: bool = False
    # What comes by ``due_at``, where that is a day that a slip has.
    ends_with: str = ""
    # Why it stopped, in the place of the step's own words.
    why_stopped: str = ""
    # What the way to it says of it, in their place as well.
    told_instead: str = ""


@dataclass(frozen=True)
class Way:
    """What comes after a place, with all that was asked to find it: data, and processes handed over to."""

    visits: tuple[Visit, ...]
    start: ProcessDefinition
    asked: Mapping[str, Any]
    found: Mapping[str, ProcessDefinition]
    # For whoever makes something of the way that depends on little else.
    made: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def told(self) -> tuple[Visit, ...]:
        """What of it customers are told."""
        return tuple(drop_repeated(self.visits))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of what customers are told."""
        return frozenset(one.key for one in self.told)

    def holds(self, data: Mapping[str, Any], find_process: FindProcess) -> bool:
        """True where a case with these data would come along the same way."""
        return all(data.get(key) == value for key, value in self.asked.items()) and all(
            find_process(key) is process for key, process in self.found.items()
        )


class _Data(dict[str, Any]):
    """A case's data that note what conditions ask of them; what outcomes set on the way is not the case's."""

    def __init__(self, data: Mapping[str, Any], asked: dict[str, Any]) -> None:
        super().__init__(data)
        self.asked = asked
        self._set: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON value
        value = super().get(key, default)
        if key not in self._set:
            self.asked[key] = value
        return value

    def set_on_the_way(self, values: Mapping[str, Any]) -> None:
        """Enter what an outcome sets; it is then known of the way behind it."""
        self.update(values)
        self._set.update(values)

    def branch_off(self) -> _Data:
        """Return data of their own for a case that is handed over to."""
        copy = _Data(self, self.asked)
        copy._set = set(self._set)
        return copy


_ways: dict[tuple[int, tuple[str, ...], str], list[Way]] = {}


def foretell(
    definition: ProcessDefinition,
    open_steps: tuple[str, ...],
    data: Mapping[str, Any],
    prefix: str,
    find_process: FindProcess,
) -> Way:
    """Return what comes after the open steps; ``prefix`` stands before the keys, as ``support/``."""
    place = (id(definition), open_steps, prefix)
    known = _ways.get(place, ())
    for way in known:
        if way.start is definition and way.holds(data, find_process):
            return way
    if len(_ways) >= MOST_PLACES:
        _ways.clear()
    way = _find_way(definition, open_steps, data, prefix, find_process)
    # Replaced and never written to: others may be looking through it.
    _ways[place] = [way, *known[: MOST_WAYS - 1]]
    return way


def drop_repeated(visits: Sequence[Visit]) -> list[Visit]:
    """Foretell nothing twice under one name: how a sum is paid reads the same wherever it is paid.

    What nobody sees tells nothing as long as it is to come.
    """
    told: set[str] = set()
    kept = []
    for one in visits:
        if one.state is _NEXT:
            wording = one.step.customer
            if not wording.visible or wording.name in told:
                continue
            told.add(wording.name)
        kept.append(one)
    return kept


def _find_way(
    definition: ProcessDefinition,
    open_steps: tuple[str, ...],
    data: Mapping[str, Any],
    prefix: str,
    find_process: FindProcess,
) -> Way:
    asked: dict[str, Any] = {}
    found: dict[str, ProcessDefinition] = {}

    def find(key: str) -> ProcessDefinition:
        process = found[key] = find_process(key)
        return process

    known = _Data(data, asked)
    start = [to for key in open_steps for to in _list_next(definition.step(key), known)]
    visits = _walk(definition, known, start, set(open_steps), prefix, find)
    return Way(tuple(visits), definition, asked, found)


def _walk(
    definition: ProcessDefinition,
    data: _Data,
    start: list[str],
    seen: set[str],
    prefix: str,
    find_process: FindProcess,
) -> list[Visit]:
    visits: list[Visit] = []
    waiting, at = list(start), 0
    passed, in_child = set(seen), bool(prefix)
    while at < len(waiting):
        key = waiting[at]
        at += 1
        if key in passed:
            continue
        passed.add(key)
        step = definition.step(key)
        visits.append(Visit(prefix + key, step, _NEXT, None, None, in_child))
        handed = _choose_child(step, data) if step.children else None
        if handed is not None:
            process = find_process(handed.process)
            first = handed.enter_at or process.first_step
            visits += _walk(process, data.branch_off(), [first], set(), f"{prefix}{key}/", find_process)
        waiting += _list_next(step, data)
    return visits


def _choose_child(step: Step, data: Mapping[str, Any]) -> ChildProcess | None:
    return next((one for one in step.children if one.when is None or evaluate(one.when, data)), None)


def _list_next(step: Step, data: _Data) -> Sequence[str]:
    """Return where the first outcome leads whose condition holds; nowhere, where it ends the case."""
    for outcome in step.outcomes:
        if outcome.when is None or evaluate(outcome.when, data):
            data.set_on_the_way(outcome.sets)
            return outcome.to
    return ()
