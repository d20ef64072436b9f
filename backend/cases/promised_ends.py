"""The day by which works are done as the slip that staff filled in has it: what customers are told. Pure.

A process says by its trait ``ends_on`` at which steps and by which field. The limit of such a step is what
the company holds its own people to; a customer who read it beside the slip would have two days for one thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from backend.catalogue.definition import ProcessDefinition
from backend.core.local_time import SHANGHAI, format_day

# The day itself is still in time.
_LAST_SECOND = time(23, 59, 59)


class PromisedEnd(NamedTuple):
    """The day, and what comes of it by then, as 竣工."""

    day: date
    what: str

    @property
    def due_at(self) -> datetime:
        """The last second of the day."""
        return datetime.combine(self.day, _LAST_SECOND, SHANGHAI)


def find_promised_end(
    definition: ProcessDefinition, data: Mapping[str, Any], step: str | None = None
) -> PromisedEnd | None:
    """Return what the slip says, at this ``step`` or of the works at all; None where none was filled in."""
    ends = definition.traits.get("ends_on")
    if ends is None or (step is not None and step not in ends["steps"]):
        return None
    found = ((data.get(key), what) for key, what in ends["fields"].items())
    return next((PromisedEnd(date.fromisoformat(day), what) for day, what in found if day), None)


def write_promised_end(definition: ProcessDefinition, data: Mapping[str, Any]) -> str | None:
    """Return ``12月10日 周四 竣工``, as customers are told it; None where no slip says it."""
    end = find_promised_end(definition, data)
    return None if end is None else f"{format_day(end.day)} {end.what}"
