"""Whom an alarm rings next, over what was rung and who is on duty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.cases.alarm_rounds import RING_AFTER, ROUNDS, NextRing, Ring, choose_next

OPENED = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def rung(staff_id: int, after: timedelta, round_no: int = 1, state: str = "sent") -> Ring:
    return Ring("person", round_no, staff_id, state, OPENED + after)


CONSOLES = Ring("console", 0, None, "done", OPENED + SECOND)
FIRST = rung(7, RING_AFTER)
NOBODY = Ring("nobody", 1, None, "done", OPENED + RING_AFTER)
REFUSED = rung(7, RING_AFTER, state="refused")


@pytest.mark.parametrize(
    ("rings", "on_duty", "after", "expected"),
    [
        ([], [7, 8], RING_AFTER - SECOND, None),
        ([], [7, 8], RING_AFTER, NextRing("person", 1, 7)),
        ([CONSOLES], [7, 8], RING_AFTER, NextRing("person", 1, 7)),
        ([CONSOLES, FIRST], [7, 8], 2 * RING_AFTER - SECOND, None),
        ([CONSOLES, FIRST], [7, 8], 2 * RING_AFTER, NextRing("person", 1, 8)),
        # A message whose outcome nobody knows may have arrived, so the next is not called at once.
        ([rung(7, RING_AFTER, state="unknown")], [7, 8], RING_AFTER + SECOND, None),
        ([rung(7, RING_AFTER, state="promised")], [7, 8], 2 * RING_AFTER, NextRing("person", 1, 8)),
        ([REFUSED], [7, 8], RING_AFTER + SECOND, NextRing("person", 1, 8)),
        ([REFUSED], [7], RING_AFTER + SECOND, None),
        ([REFUSED], [7], 2 * RING_AFTER, NextRing("person", 2, 7)),
        ([FIRST, rung(8, 2 * RING_AFTER)], [7, 8], 3 * RING_AFTER, NextRing("person", 2, 7)),
        ([rung(7, RING_AFTER, ROUNDS)], [7], 2 * RING_AFTER, NextRing("given_up", ROUNDS)),
        ([], [], RING_AFTER, NextRing("nobody", 1)),
        ([NOBODY], [], 9 * RING_AFTER, None),
        ([NOBODY], [7], RING_AFTER + SECOND, NextRing("person", 1, 7)),
        # Somebody who was called went away and came back.
        ([FIRST, NOBODY], [7], RING_AFTER + SECOND, None),
        ([FIRST, NOBODY], [7], 2 * RING_AFTER, NextRing("person", 2, 7)),
        # Somebody new on the roster is called before a new round begins.
        ([FIRST], [6, 7], 2 * RING_AFTER, NextRing("person", 1, 6)),
        ([Ring("given_up", ROUNDS, None, "done", OPENED)], [7], 9 * RING_AFTER, None),
    ],
)
def test_the_next_step(
    rings: list[Ring], on_duty: list[int], after: timedelta, expected: NextRing | None
) -> None:
    assert choose_next(rings, on_duty, OPENED, OPENED + after) == expected


def test_a_roster_without_phones_is_gone_through_once_a_minute() -> None:
    rings: list[Ring] = []
    for minute in range(1, ROUNDS + 2):
        now = OPENED + minute * RING_AFTER
        steps = []
        while step := choose_next(rings, [7, 8], OPENED, now):
            steps.append((step.kind, step.staff_id))
            state = "refused" if step.kind == "person" else "done"
            rings.append(Ring(step.kind, step.round, step.staff_id, state, now))
        expected = [("person", 7), ("person", 8)] if minute <= ROUNDS else [("given_up", None)]
        assert steps == expected
