"""The visit as staff see it with a case: whose hour it is, and when somebody came. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from backend.cases.case_tree import Branch, follow, list_branches
from backend.cases.progress import Line
from backend.cases.visiting import find_booked_hour, find_hour_path, find_visit_made


class ShownVisit(NamedTuple):
    """The case that has the hour of a visit to come, or None, and when somebody came last, or None."""

    booked_case_id: int | None
    made_at: datetime | None


def find_shown_visit(root: Branch, line: Line, handler_id: int | None) -> ShownVisit:
    """Return the visit to come and the visit made of a case with all below it.

    ``handler_id`` is in whose day the case stands for who looks, None for all others: whoever surveyed does
    not come to let the gas on where somebody else does, so that hour is none of theirs.
    """
    path = find_hour_path(line)
    holder = follow(root, path)
    is_anothers = (
        bool(path) and None not in (handler_id, holder.handler_id) and holder.handler_id != handler_id
    )
    left_out = {one.id for one in list_branches(holder)} if is_anothers else set()
    booked = find_booked_hour(line) is not None and not is_anothers
    return ShownVisit(
        holder.id if booked else None,
        find_visit_made(one.snapshot for one in list_branches(root) if one.id not in left_out),
    )
