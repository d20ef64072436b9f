"""Whether the limit of an open task may be extended, and who says yes: rules alone, nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.cases.deadlines import find_limit
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ClockKind, LimitKind, ProcessDefinition
from backend.organisation.leads import CENTRE_LEAD, UNIT_LEAD
from backend.organisation.service import Member

# Who says yes or no in their units.
EXTENDERS = frozenset({UNIT_LEAD, CENTRE_LEAD})
# Nobody needs longer; a year that was mistyped is caught by it.
FARTHEST = timedelta(days=180)


def find_objection(
    definition: ProcessDefinition, snapshot: Snapshot, task_no: int, due_at: datetime | None, now: datetime
) -> str | None:
    """Return the code of why no more time may be asked for at an open task due at ``due_at``, or None.

    An emergency has its limit for the safety of people, round the clock: nobody may lengthen it. A visit is
    due when it is booked, so it is the booking that is moved. What is late already stays late.
    """
    task = snapshot.task(task_no)
    if task is None or task not in snapshot.open_tasks or due_at is None:
        return "limit_missing"
    limit = find_limit(definition, snapshot, task.step)
    if limit is None:
        return "limit_missing"
    if definition.traits.get("is_alarm") or limit.clock is ClockKind.ROUND_THE_CLOCK:
        return "limit_fixed"
    if limit.kind is LimitKind.BY_APPOINTMENT:
        return "limit_by_appointment"
    return "limit_broken" if due_at <= now else None


def check_new_end(due_at: datetime, wanted: datetime) -> Mapping[str, str]:
    """Return what is wrong with the end that is asked for, by field; nothing where it will do."""
    if wanted <= due_at:
        return {"due_at": "extension_not_later"}
    return {"due_at": "extension_too_far"} if wanted > due_at + FARTHEST else {}


def may_answer(member: Member, asked_by: int) -> bool:
    """True for who leads the case's unit or one above, or the centre's business; never for who asked.

    That the case is one of the member's units, the fetch has checked.
    """
    return member.id != asked_by and not EXTENDERS.isdisjoint(member.positions)
