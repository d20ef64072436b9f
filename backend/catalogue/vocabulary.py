"""The names that processes may use beside their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The named guards and effects that the composition root has registered.

    ``parameters`` are those of processes that code reads by their name.
    """

    guards: frozenset[str]
    effects: frozenset[str]
    parameters: frozenset[str] = frozenset()
