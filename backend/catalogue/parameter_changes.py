"""What the company set of the processes' parameters, looked at anew every few seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.catalogue.models import ParameterChange
from backend.catalogue.parameters import Change, Changes, Figure

# So long may a program work by the figures before a change.
CACHED_FOR = timedelta(seconds=5)
_LAST = select(func.max(ParameterChange.id))
_ALL = select(ParameterChange).order_by(ParameterChange.id)
_NONE: Changes = {}


class ParameterChanges:
    """Hands out the changes of a process; ``now`` is the clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._cached: tuple[datetime, int, Mapping[str, Changes]] | None = None

    def find(self, session: Session, process: str) -> Changes:
        """Return the changes of a process by parameter, the oldest first.

        It is the same object until somebody changes a parameter.
        """
        cached, now = self._cached, self._now()
        if cached is None or abs(now - cached[0]) >= CACHED_FOR:
            last = session.execute(_LAST).scalar_one() or 0
            known = cached[2] if cached is not None and cached[1] == last else _read(session)
            self._cached = cached = (now, last, known)
        return cached[2].get(process, _NONE)

    def forget(self) -> None:
        """Look anew the next time: somebody has just changed something here."""
        self._cached = None


def read_figure(value: Decimal | None) -> Figure | None:
    """Return a stored value as a process has it: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _read(session: Session) -> Mapping[str, Changes]:
    found: dict[str, dict[str, list[Change]]] = {}
    for one in session.scalars(_ALL):
        changes = found.setdefault(one.process_key, {}).setdefault(one.parameter, [])
        changes.append(Change(one.changed_at, read_figure(one.value)))
    return found
