"""A clock that the demonstration sets by hand, so that its history happens when it is said to have happened."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from backend.core.local_time import SHANGHAI

# Customers are up between these hours, Shanghai time.
_MORNING, _EVENING = time(8, 0), time(21, 0)


class WalkingClock:
    """Stands at ``at`` (aware) until it is moved; never later than ``present``, the real moment of the run."""

    def __init__(self, present: datetime) -> None:
        self.present = present
        self.at = present

    def __call__(self) -> datetime:
        """Return where the clock stands."""
        return self.at

    def set_to(self, at: datetime) -> None:
        """Move to ``at``, or to the present where that lies before it."""
        self.at = min(at, self.present)

    def walk_to(self, at: datetime) -> None:
        """Move on to ``at``; the clock does not go back."""
        self.set_to(max(at, self.at))


def delay_to_waking_hours(at: datetime) -> datetime:
    """Return ``at``, or the next morning's minute where people sleep."""
    local = at.astimezone(SHANGHAI)
    if local.time() < _MORNING:
        return datetime.combine(local.date(), _MORNING, SHANGHAI) + timedelta(minutes=local.minute)
    if local.time() >= _EVENING:
        morning = datetime.combine(local.date() + timedelta(days=1), _MORNING, SHANGHAI)
        return morning + timedelta(minutes=local.minute)
    return at


def advance_to_waking_hours(at: datetime) -> datetime:
    """Return ``at``, or a minute of the evening before where people sleep."""
    local = at.astimezone(SHANGHAI)
    if _MORNING <= local.time() < _EVENING:
        return at
    day = local.date() if local.time() >= _EVENING else local.date() - timedelta(days=1)
    return datetime.combine(day, _EVENING, SHANGHAI) - timedelta(minutes=1 + local.minute)
