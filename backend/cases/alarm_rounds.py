"""Whom an alarm rings next. Pure: what was rung so far and who is on duty in, the next step out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# How long somebody has to take the alarm before the next on the roster is called, by the company's rule.
RING_AFTER = timedelta(seconds=60)
# After that many times through the whole roster more messages change nothing: SMS platforms refuse more than
# about ten a day to one number, and one must be left for the next alarm. The consoles go on ringing.
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Ring:
    """One step of the ringing so far, as AlarmRing has it."""

    kind: str
    round: int
    staff_id: int | None
    state: str
    rung_at: datetime


@dataclass(frozen=True, slots=True)
class NextRing:
    """The step to take now; ``kind`` is person, nobody or given_up."""

    kind: str
    round: int
    staff_id: int | None = None


def choose_next(
    rings: Sequence[Ring], on_duty: Sequence[int], opened_at: datetime, now: datetime
) -> NextRing | None:
    """Return the next step for an alarm that nobody has taken, or None while there is to wait.

    ``rings`` are all steps so far in order, ``on_duty`` the staff ids of the roster in their order,
    ``opened_at`` is when the alarm came in. Whom a message cannot reach costs no time: the next is called
    at once. A new round always waits, so that a roster of people without phones is not used up in a moment.
    """
    called = [one for one in rings if one.kind != "console"]
    last = called[-1] if called else None
    if last is not None and last.kind == "given_up":
        return None
    this_round = last.round if last else 1
    reached = {one.staff_id for one in called if one.round == this_round}
    rest = [staff_id for staff_id in on_duty if staff_id not in reached]
    must_wait = now - (last.rung_at if last else opened_at) < RING_AFTER
    if last is not None and last.kind == "nobody" and not on_duty:
        # That is on record; whoever is entered on the roster from now on is called at once.
        return None
    if last is not None and rest and (last.kind == "nobody" or last.state == "refused"):
        must_wait = False
    if must_wait:
        return None
    if rest:
        return NextRing("person", this_round, rest[0])
    if not on_duty:
        return NextRing("nobody", this_round)
    if this_round >= ROUNDS:
        return NextRing("given_up", this_round)
    return NextRing("person", this_round + 1, on_duty[0])
