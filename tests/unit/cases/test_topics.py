"""Who is told to look again when a case has changed."""

from __future__ import annotations

from datetime import UTC, datetime

from backend.cases.topics import list_case_topics
from backend.core.topics import PromiseContext
from backend.realtime.hints import Hint

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_screens_of_a_case_its_parents_and_its_units_are_told() -> None:
    told: list[Hint] = []
    [changed, *_] = list_case_topics(told.extend)
    assert changed.handler is not None
    payload = {"case_id": 2, "case_no": "B", "parent_nos": ["A"], "unit_ids": [7, 8], "version": 3}
    changed.handler(payload, PromiseContext(41, "case_changed", 1, NOW, lambda: NOW))
    assert told == [Hint(topic, 41) for topic in ("case:B", "case:A", "unit:7", "unit:8")]
