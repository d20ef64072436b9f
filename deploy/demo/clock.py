"""A clock that the demonstration sets by hand, so that its history has the times that it tells of."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from backend.core.local_time import SHANGHAI

# Nobody does anything before this hour, Shanghai time.
_MORNING = time(8, 0)


class WalkingClock:
    """Stands at ``at`` (aware) until moved; never later than ``present``, the real moment of the run."""

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


def delay_to_day(at: datetime, evening: int) -> datetime:
    """Return ``at``, or the next morning where it is past the hour ``evening`` or still night."""
    local = at.astimezone(SHANGHAI)
    if _MORNING <= local.time() < time(evening):
        return at
    day = local.date() + timedelta(days=1) if local.time() >= _MORNING else local.date()
    return datetime.combine(day, _MORNING, SHANGHAI) + timedelta(minutes=local.minute)


def advance_to_day(at: datetime, evening: int) -> datetime:
    """Return ``at``, or the evening before where it is past the hour ``evening`` or still night."""
    local = at.astimezone(SHANGHAI)
    if _MORNING <= local.time() < time(evening):
        return at
    day = local.date() if local.time() >= _MORNING else local.date() - timedelta(days=1)
    return datetime.combine(day, time(evening), SHANGHAI) - timedelta(minutes=1 + local.minute)
