"""Extended limits: what may be extended, until when, and that an extension holds through what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.cases.commands import CUSTOMER, SYSTEM, Extend
from backend.cases.deadline_extending import FARTHEST, check_new_end, find_objection
from backend.cases.deadlines import APPOINTMENT_END, compute_deadlines, name_limit
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.snapshot import Snapshot, fold
from tests.unit.cases.definitions import CLERK, make_outcome, make_process, make_step
from tests.unit.cases.test_deadlines import CALENDAR, at, find, limited, make_snapshot

SHARED = make_process(
    make_step(
        "work", "position:clerk", make_outcome("on", "more"),
        limit={"kind": "working_days", "value": 3, "steps": ["more"]},
    ),
    make_step("more", "position:clerk", make_outcome("done")),
)  # fmt: skip


def extend(process: Any, snapshot: Snapshot, until: str, entry: int = 1) -> Snapshot:
    """The case after the limit that began with task ``entry`` was extended."""
    first = snapshot.task(entry)
    assert first is not None
    task = snapshot.open_tasks[-1].no
    command = Extend(CLERK, task, name_limit(first), at(until), "材料未到")
    return fold(snapshot, decide(process, snapshot, command, at("11-24 10:00")).events)


def test_the_new_end_holds_for_all_steps_that_share_the_limit() -> None:
    before = make_snapshot(("work", "11-23 10:00", None))
    old = find(SHARED, before, "work")
    later = extend(SHARED, before, "12-01 10:00")
    new = find(SHARED, later, "work")
    assert (new.due_at, new.limit_no) == (at("12-01 10:00"), 1)
    assert old.warn_at and old.due_at and new.warn_at and new.due_at
    assert new.due_at - new.warn_at == old.due_at - old.warn_at
    next_step = make_snapshot(("work", "11-23 10:00", "11-24 10:00"), ("more", "11-24 10:00", None))
    assert find(SHARED, next_step._replace(data=later.data), "more").due_at == at("12-01 10:00")


def test_an_earlier_end_changes_nothing_and_another_round_has_its_own_limit() -> None:
    before = make_snapshot(("work", "11-23 10:00", None))
    assert find(SHARED, extend(SHARED, before, "11-24 10:00"), "work") == find(SHARED, before, "work")
    again = make_snapshot(("work", "11-23 10:00", "11-23 11:00"), ("work", "11-25 10:00", None))
    extended = again._replace(data=extend(SHARED, before, "12-20 10:00").data)
    assert compute_deadlines(SHARED, extended, CALENDAR)[2].due_at == find(SHARED, again, "work").due_at


def test_only_staff_extend_and_only_what_is_open() -> None:
    before = make_snapshot(("work", "11-23 10:00", None))
    first = before.task(1)
    assert first is not None
    for performer, task, code in (
        (CUSTOMER, 1, "not_your_turn"),
        (SYSTEM, 1, "not_your_turn"),
        (CLERK, 2, "task_not_open"),
    ):
        with pytest.raises(CommandRefused) as refused:
            decide(
                SHARED,
                before,
                Extend(performer, task, name_limit(first), at("12-01 10:00")),
                at("11-24 10:00"),
            )
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("limit", "objection"),
    [
        ({"kind": "working_days", "value": 3}, None),
        ({"kind": "hours", "value": 2}, None),
        ({"kind": "none"}, "limit_missing"),
        ({"kind": "immediate", "clock": "round_the_clock"}, "limit_fixed"),
        ({"kind": "hours", "value": 3, "clock": "round_the_clock"}, "limit_fixed"),
        ({"kind": "by_appointment"}, "limit_by_appointment"),
    ],
)
def test_what_may_be_extended(limit: dict[str, Any], objection: str | None) -> None:
    data = {APPOINTMENT_END: "2026-11-30T10:00:00+08:00"}
    snapshot = make_snapshot(("work", "11-23 10:00", None), **data)
    due_at = None if limit["kind"] == "none" else at("11-30 10:00")
    assert find_objection(limited(**limit), snapshot, 1, due_at, at("11-24 10:00")) == objection


def test_what_is_late_an_alarms_or_no_open_step_is_not_extended() -> None:
    snapshot = make_snapshot(("work", "11-23 10:00", None))
    due_at = at("11-24 10:00")
    assert find_objection(SHARED, snapshot, 1, due_at, due_at) == "limit_broken"
    assert find_objection(SHARED, snapshot, 2, due_at, at("11-23 11:00")) == "limit_missing"
    alarm = make_process(
        make_step("work", "position:clerk", make_outcome("done"), limit={"kind": "hours", "value": 2}),
        traits={"is_alarm": True},
    )
    assert find_objection(alarm, snapshot, 1, due_at, at("11-23 11:00")) == "limit_fixed"


def test_the_new_end_is_later_and_no_mistyped_year() -> None:
    due_at = at("11-24 10:00")
    assert check_new_end(due_at, due_at) == {"due_at": "extension_not_later"}
    assert check_new_end(due_at, due_at + FARTHEST) == {}
    assert check_new_end(due_at, due_at + FARTHEST + timedelta(seconds=1)) == {"due_at": "extension_too_far"}
