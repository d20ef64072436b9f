"""The place at which a page of a queue ends, as the client carries it to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from backend.cases.page_cursor import read_place, write_place
from backend.cases.staff_queue_rows import ALARM_QUEUE, POST_RANKS

_LAST_DAY = datetime(9000, 1, 1, tzinfo=UTC)
_BEFORE_ALL: Mapping[str, Any] = {"due": "-infinity", "opened": _LAST_DAY, "case": 0, "no": 0}
_BEHIND_ALL: Mapping[str, Any] = {"due": "infinity", "opened": _LAST_DAY, "case": 0, "no": 0}


def write_cursor(sort: str, row: Row[Any], alarms_first: bool) -> str:
    """Return the place of ``row``, the last of its page."""
    due = "infinity" if row.due_at is None else row.due_at.isoformat()
    is_urged = row.urged_at is not None
    # Only on one's own list what the customer objects to stands with what was urged.
    is_pressing = is_urged or getattr(row, "is_disputed", False)
    rank = 2 if is_pressing else 3 if getattr(row, "is_vip", False) else 4
    if alarms_first and getattr(row, "queue", None) == ALARM_QUEUE:
        rank = 0 if is_urged else 1
    return write_place(sort, due, row.waiting_since.isoformat(), row.id, row.task_no, rank)


def read_cursor(text: str, sort: str) -> dict[str, Any]:
    """Return the values of a page's start; raises Invalid for what no page has ever given out."""
    due, opened, case_id, no, here = read_place(text, sort, _read_due, datetime.fromisoformat, int, int, int)
    place = {"due": due, "opened": opened, "case": case_id, "no": no}
    # Of the ranks before that of the place nothing is left, and of those behind it all.
    places = {
        rank: _BEHIND_ALL if at < here else place if at == here else _BEFORE_ALL
        for at, rank in enumerate(POST_RANKS)
    }
    return {
        "after_due": due,
        "after_opened": opened,
        "after_case": case_id,
        "after_no": no,
        # On one's own list no class counts, so the two last ranks are one.
        "after_own_rank": min(here, 3),
        **{f"after_{rank}_{key}": value for rank, at in places.items() for key, value in at.items()},
    }


def _read_due(text: str) -> str:
    return text if text == "infinity" else datetime.fromisoformat(text).isoformat()
