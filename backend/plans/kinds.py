"""Which processes are planned, and how a plan's case goes through its first step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanKind:
    """A process that is planned by accounts.

    A case of a plan begins at the process's first step and leaves it by ``assigning``, the outcome that asks
    for a handler alone; the account counts as done when ``done_step`` is.
    """

    process: str
    assigning: str
    done_step: str


METER_READING = "meter_reading"
KINDS: Mapping[str, PlanKind] = {METER_READING: PlanKind(METER_READING, "plan", "read")}
# Posts that make and publish plans of their unit, beside whom those who lead see them.
PLANNERS = frozenset({"customer_service_dept"})
