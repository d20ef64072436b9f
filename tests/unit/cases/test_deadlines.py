"""When tasks are due: a table over every kind of limit, spans, pauses and 调休; and properties of pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.deadlines import APPOINTMENT_END, PLAN_UNTIL, Deadline, compute_deadlines
from backend.cases.overall_limits import Overall, compute_overall
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.catalogue.definition import LimitKind
from backend.core.local_time import SHANGHAI
from backend.core.working_calendar import WorkingCalendar
from tests.unit.cases.definitions import make_outcome, make_process, make_step

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
CALENDAR = WorkingCalendar(1, {day: chinese_calendar.is_workday(day) for day in YEAR})


def at(text: str) -> datetime:
    """Read ``MM-DD HH:MM`` of 2026 in Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def limited(**limit: Any) -> Any:
    """A process whose first step has this limit."""
    return make_process(
        make_step("work", "position:clerk", make_outcome("on", "other"), limit=limit),
        make_step("other", "position:clerk", make_outcome("done")),
    )


def make_snapshot(*tasks: tuple[str, str, str | None], **data: Any) -> Snapshot:
    """A case with tasks (step, opened, done), numbered in this order."""
    return Snapshot(
        status=CaseStatus.OPEN,
        tasks=tuple(
            Task(
                no,
                step,
                TaskState.OPEN if done is None else TaskState.DONE,
                at(opened),
                None if done is None else at(done),
            )
            for no, (step, opened, done) in enumerate(tasks, start=1)
        ),
        data=data,
    )


def find(process: Any, snapshot: Snapshot, step: str) -> Deadline:
    [task] = [one for one in snapshot.open_tasks if one.step == step]
    return compute_deadlines(process, snapshot, CALENDAR)[task.no]


DAY_AND_NIGHT = {"clock": "round_the_clock"}
TABLE: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "immediate"}, "11-23 10:00", "11-23 10:15"),
    ({"kind": "immediate"}, "11-23 11:50", "11-23 13:35"),
    ({"kind": "immediate"}, "11-28 22:00", "11-30 08:45"),
    ({"kind": "immediate", **DAY_AND_NIGHT}, "11-28 22:00", "11-28 22:05"),
    ({"kind": "minutes", "value": 20}, "11-27 17:20", "11-30 08:40"),
    ({"kind": "minutes", "value": 20, **DAY_AND_NIGHT}, "11-27 17:20", "11-27 17:40"),
    ({"kind": "hours", "value": 2}, "11-23 11:00", "11-23 14:30"),
    ({"kind": "hours", "value": 2, **DAY_AND_NIGHT}, "11-23 23:00", "11-24 01:00"),
    ({"kind": "days", "value": 1}, "11-23 10:00", "11-24 10:00"),
    ({"kind": "days", "value": 1}, "11-27 17:00", "11-30 17:00"),
    ({"kind": "days", "value": 1}, "11-23 22:00", "11-25 08:30"),
    ({"kind": "days", "value": 1, **DAY_AND_NIGHT}, "11-27 17:00", "11-28 17:00"),
    ({"kind": "working_days", "value": 0.5}, "11-23 10:00", "11-23 15:15"),
    ({"kind": "working_days", "value": 0.5}, "09-30 15:15", "10-08 10:00"),
    ({"kind": "working_days", "value": 3}, "09-30 10:00", "10-10 10:00"),
    ({"kind": "working_days", "value": 1}, "09-18 17:30", "09-20 17:30"),
    ({"kind": "daily_window", "due": "08:00-21:00", **DAY_AND_NIGHT}, "11-28 20:59", "11-28 21:00"),
    ({"kind": "daily_window", "due": "08:00-21:00", **DAY_AND_NIGHT}, "11-28 21:00", "11-29 21:00"),
    ({"kind": "daily_window", "due": "08:00-21:00"}, "11-28 20:59", "11-30 21:00"),
    ({"kind": "calendar_date", "due": "11-28"}, "11-23 10:00", "11-30 17:30"),
    ({"kind": "calendar_date", "due": "quarter-02"}, "11-23 10:00", "11-30 17:30"),
    ({"kind": "calendar_date", "due": "quarter-03"}, "07-01 10:00", "09-30 17:30"),
    ({"kind": "calendar_date", "due": "quarter-01"}, "04-30 10:00", "04-30 17:30"),
    ({"kind": "calendar_date", "due": "quarter-01"}, "05-01 10:00", "07-31 17:30"),
    # Without a year that it plans for, the case has the date's next coming.
    ({"kind": "calendar_date", "due": "previous-12-18"}, "11-23 10:00", "12-18 17:30"),
    ({"kind": "calendar_date", "due": "2026-11-28", **DAY_AND_NIGHT}, "11-23 10:00", "11-29 00:00"),
]


@pytest.mark.parametrize(("limit", "opened", "due"), TABLE)
def test_every_kind_of_limit(limit: dict[str, Any], opened: str, due: str) -> None:
    deadline = find(limited(**limit), make_snapshot(("work", opened, None)), "work")
    assert deadline.due_at == at(due)
    assert deadline.warn_at is not None
    assert deadline.warn_at < deadline.due_at
    assert not deadline.is_guess


@pytest.mark.parametrize(
    ("limit", "opened", "due"),
    [
        # A Sunday night leaves the Monday; whoever is asked in the morning has the next day as well.
        ({"kind": "immediate"}, "11-29 23:00", "11-30 17:30"),
        ({"kind": "immediate"}, "11-23 10:00", "11-24 17:30"),
        ({"kind": "working_days", "value": 0.5}, "11-27 16:00", "11-30 17:30"),
        ({"kind": "working_days", "value": 3}, "11-23 10:00", "11-26 10:00"),
        ({"kind": "days", "value": 30}, "10-23 10:00", "11-23 10:00"),
        ({"kind": "immediate", **DAY_AND_NIGHT}, "11-28 22:00", "11-28 22:05"),
    ],
)
def test_the_customers_own_turn_leaves_a_whole_opening_day(
    limit: dict[str, Any], opened: str, due: str
) -> None:
    process = make_process(make_step("sign", "customer", make_outcome("done"), limit=limit))
    deadline = find(process, make_snapshot(("sign", opened, None)), "sign")
    assert deadline.due_at == at(due)
    assert deadline.warn_at is not None and deadline.warn_at < deadline.due_at


def test_the_table_knows_every_kind() -> None:
    elsewhere = {
        LimitKind.NONE, LimitKind.BY_APPOINTMENT, LimitKind.BY_PLAN, LimitKind.WITH_STEP, LimitKind.FORM_DATE,
    }  # fmt: skip
    assert {LimitKind(limit["kind"]) for limit, *_ in TABLE} | elsewhere == set(LimitKind)


def test_no_limit_no_deadline() -> None:
    assert (
        compute_deadlines(limited(kind="none"), make_snapshot(("work", "11-23 10:00", None)), CALENDAR) == {}
    )


@pytest.mark.parametrize("opened", ["11-23 10:00", "12-24 10:00"])
def test_a_date_of_the_year_before_the_plans_own_stands_however_late_it_is_begun(opened: str) -> None:
    process = limited(kind="calendar_date", due="previous-12-18")
    snapshot = make_snapshot(("work", opened, None), plan_year=2027)
    assert find(process, snapshot, "work").due_at == at("12-18 17:30")


def test_a_visit_is_due_at_the_end_of_its_hour_and_follows_a_new_booking() -> None:
    process = limited(kind="by_appointment")
    open_visit = ("work", "11-23 10:00", None)
    assert find(process, make_snapshot(open_visit), "work").due_at is None
    for booked in ("2026-11-26T10:00:00+08:00", "2026-11-28T16:00:00+08:00"):
        deadline = find(process, make_snapshot(open_visit, **{APPOINTMENT_END: booked}), "work")
        assert deadline.due_at == datetime.fromisoformat(booked)
        assert deadline.warn_at == datetime.fromisoformat(booked) - timedelta(minutes=30)


@pytest.mark.parametrize(("last_day", "due"), [("2026-11-27", "11-27 17:30"), ("2026-11-28", "11-30 17:30")])
def test_what_a_plan_started_is_due_when_the_office_closes_on_its_last_day(last_day: str, due: str) -> None:
    process, open_visit = limited(kind="by_plan"), ("work", "11-23 10:00", None)
    assert find(process, make_snapshot(open_visit), "work").due_at is None
    assert find(process, make_snapshot(open_visit, **{PLAN_UNTIL: last_day}), "work").due_at == at(due)


def test_a_day_that_a_form_names_is_the_last_one_and_another_day_moves_it() -> None:
    process = limited(kind="form_date", field="mend_by", **{"else": {"kind": "days", "value": 30}})
    waiting = ("work", "11-23 10:00", None)
    # A free day stays what the paper says.
    for named, last in (("2026-11-28", "11-28 23:59"), ("2026-12-03", "12-03 23:59")):
        deadline = find(process, make_snapshot(waiting, mend_by=named), "work")
        assert deadline.due_at == at(last) + timedelta(seconds=59)
        assert deadline.warn_at is not None and deadline.warn_at < at(last) - timedelta(hours=20)
        assert not deadline.is_guess
    for nothing in ({}, {"mend_by": None}):
        assert find(process, make_snapshot(waiting, **nothing), "work").due_at == at("12-23 10:00")


def test_a_day_that_was_over_before_the_step_began_is_late_at_once() -> None:
    process = limited(kind="form_date", field="mend_by", **{"else": {"kind": "days", "value": 30}})
    late = find(process, make_snapshot(("work", "11-23 10:00", None), mend_by="2026-11-22"), "work")
    assert late.due_at == at("11-22 23:59") + timedelta(seconds=59)
    assert late.warn_at is not None


def test_a_limit_together_with_another_step() -> None:
    one_day, same_day = {"kind": "working_days", "value": 1}, {"kind": "with_step", "with_step": "survey"}
    process = make_process(
        make_step("survey", "position:clerk", make_outcome("on", "draw"), limit=one_day),
        make_step("draw", "position:clerk", make_outcome("done"), limit=same_day),
    )
    snapshot = make_snapshot(("survey", "11-23 10:00", "11-23 11:00"), ("draw", "11-23 11:00", None))
    assert find(process, snapshot, "draw") == Deadline(1, at("11-24 10:00"), at("11-23 17:30"))
    alone = make_snapshot(("draw", "11-23 11:00", None))
    assert find(process, alone, "draw").due_at is None


LEVELS = make_process(
    make_step("support", "position:clerk", make_outcome("on", "reply"),
              limit={"kind": "hours", "value": 24, "clock": "round_the_clock", "steps": ["support", "reply"],
                     "cases": [
                         {"when": {"field": "level", "op": "eq", "value": 3}, "kind": "hours", "value": 3},
                         {"when": {"field": "level", "op": "eq", "value": 1}, "kind": "none"},
                     ]}),
    make_step("reply", "position:clerk", make_outcome("done", "note")),
    make_step("note", "position:clerk", make_outcome("done"),
              limit={"kind": "with_step", "with_step": "support"}),
)  # fmt: skip


@pytest.mark.parametrize("step", ["support", "reply", "note"])
@pytest.mark.parametrize(
    ("level", "due"), [(2, "11-24 20:00"), (3, "11-23 23:00"), (1, None), (None, "11-24 20:00")]
)
def test_a_limit_differs_by_the_cases_data(step: str, level: int | None, due: str | None) -> None:
    before = ("support", "reply", "note")[: ("support", "reply", "note").index(step)]
    tasks = [(one, "11-23 20:00", "11-23 20:30") for one in before]
    data = {} if level is None else {"level": level}
    deadline = find(
        LEVELS,
        make_snapshot(*tasks, (step, "11-23 20:00" if step == "support" else "11-23 20:30", None), **data),
        step,
    )
    assert deadline.due_at == (None if due is None else at(due))
    assert deadline.limit_no == 1


WORKS = make_process(
    make_step("draw", "position:clerk", make_outcome("on", "build")),
    make_step("build", "position:clerk", make_outcome("on", "take_over")),
    make_step("take_over", "position:clerk", make_outcome("done")),
    overall=[
        {"when": {"field": "kind", "op": "eq", "value": "shop"}, "kind": "working_days", "value": 30,
         "from": "build", "until": "take_over"},
        {"kind": "working_days", "value": 10, "from": "build", "until": "take_over"},
    ],
)  # fmt: skip
BUILT_TWICE = (("build", "11-23 08:30", "11-24 08:30"), ("build", "11-25 08:30", None))


@pytest.mark.parametrize(
    ("tasks", "data", "expected"),
    [
        ([("draw", "11-23 08:30", None)], {}, None),
        (BUILT_TWICE, {}, Overall(1, at("12-04 17:30"))),
        (BUILT_TWICE, {"kind": "shop"}, Overall(1, at("12-31 17:30") + timedelta(days=1))),
        ([*BUILT_TWICE[:1], ("take_over", "11-24 08:30", None)], {}, None),
    ],
)  # fmt: skip
def test_a_limit_over_the_whole_works(tasks: Any, data: dict[str, Any], expected: Overall | None) -> None:
    snapshot = make_snapshot(*tasks, **data)
    assert compute_overall(WORKS, snapshot, CALENDAR) == expected
    assert compute_overall(WORKS, snapshot._replace(status=CaseStatus.CANCELLED), CALENDAR) is None


SPAN = make_process(
    make_step("assign", "position:clerk", make_outcome("on", "book"), make_outcome("back", "dispatch"),
              limit={"kind": "working_days", "value": 2, "steps": ["assign", "book", "visit"]}),
    make_step("book", "customer", make_outcome("on", "visit")),
    make_step("visit", "position:clerk", make_outcome("on", "close"), make_outcome("again", "assign")),
    make_step("close", "position:clerk", make_outcome("done"), make_outcome("redo", "assign")),
    make_step("dispatch", "position:clerk", make_outcome("on", "assign")),
)  # fmt: skip


def test_steps_that_share_a_limit_share_its_deadline_and_the_customers_time_does_not_count() -> None:
    assigned = ("assign", "11-23 08:30", "11-23 10:00")
    assert find(SPAN, make_snapshot((*assigned[:2], None)), "assign") == Deadline(
        1, at("11-24 17:30"), at("11-24 14:30")
    )
    paused = find(SPAN, make_snapshot(assigned, ("book", "11-23 10:00", None)), "book")
    assert paused == Deadline(1, None, None)
    resumed = make_snapshot(assigned, ("book", "11-23 10:00", "11-25 10:00"), ("visit", "11-25 10:00", None))
    assert find(SPAN, resumed, "visit").due_at == at("11-26 17:30")


def test_a_limit_used_up_before_a_pause_stays_where_it_was() -> None:
    late = make_snapshot(("assign", "11-23 08:30", "11-25 09:00"), ("book", "11-25 09:00", None))
    assert find(SPAN, late, "book").due_at == at("11-24 17:30")


def test_two_pauses_that_overlap_count_once() -> None:
    overlapping = make_snapshot(
        ("assign", "11-23 08:30", "11-26 08:30"),
        ("book", "11-23 10:00", "11-24 10:00"),
        ("book", "11-24 08:30", "11-25 10:00"),
        ("visit", "11-26 08:30", None),
    )
    assert find(SPAN, overlapping, "visit").due_at == at("11-26 17:30")


def test_a_limit_begins_anew_when_work_enters_it_from_outside() -> None:
    sent_back = make_snapshot(
        ("assign", "11-23 08:30", "11-23 09:00"),
        ("dispatch", "11-23 09:00", "11-24 08:30"),
        ("assign", "11-24 08:30", None),
    )
    assert find(SPAN, sent_back, "assign") == Deadline(3, at("11-25 17:30"), at("11-25 14:30"))
    within = make_snapshot(("visit", "11-23 08:30", "11-23 09:00"), ("assign", "11-23 09:00", None))
    assert find(SPAN, within, "assign").limit_no == 1


@pytest.mark.parametrize(("pauses", "due"), [(True, None), (False, at("11-24 17:30"))])
def test_a_child_case_pauses_only_where_its_entry_says_so(pauses: bool, due: datetime | None) -> None:
    large = {"field": "kind", "op": "eq", "value": "large"}
    entries = [
        {"process": "works", "when": large, "pauses_parent": not pauses},
        {"process": "visit", "pauses_parent": pauses},
    ]
    process = make_process(
        make_step("assign", "position:clerk", make_outcome("on", "hand_over"),
                  limit={"kind": "working_days", "value": 2, "steps": ["assign", "hand_over"]}),
        make_step("hand_over", "system", make_outcome("child_completed"), children=entries),
    )  # fmt: skip
    snapshot = make_snapshot(("assign", "11-23 08:30", "11-23 10:00"), ("hand_over", "11-23 10:00", None))
    assert find(process, snapshot, "hand_over").due_at == due


def test_a_customers_own_limit_is_not_paused_by_itself() -> None:
    process = make_process(
        make_step(
            "pay", "customer", make_outcome("done"), limit={"kind": "days", "value": 3, **DAY_AND_NIGHT}
        )
    )
    assert find(process, make_snapshot(("pay", "11-23 10:00", None)), "pay").due_at == at("11-26 10:00")


def test_a_deadline_beyond_the_known_days_is_marked_as_a_guess() -> None:
    snapshot = make_snapshot(("work", "12-30 10:00", None))
    assert find(limited(kind="working_days", value=5), snapshot, "work").is_guess
    assert not find(limited(kind="days", value=5, **DAY_AND_NIGHT), snapshot, "work").is_guess


# Any history of assign → book → visit, by minutes: how long each took, from any moment of the year.
MINUTES = st.integers(0, 60 * 24 * 9)


@given(st.integers(0, 60 * 24 * 330), MINUTES, MINUTES, MINUTES)
def test_pauses_only_ever_move_a_deadline_later(opened: int, worked: int, booked: int, longer: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=opened)

    def due_after(pause: int) -> datetime:
        left, back = (start + timedelta(minutes=one) for one in (worked, worked + pause))
        tasks = (
            Task(1, "assign", TaskState.DONE, start, left, "on"),
            Task(2, "book", TaskState.DONE, left, back, "on"),
            Task(3, "visit", TaskState.OPEN, back),
        )
        due = compute_deadlines(SPAN, Snapshot(CaseStatus.OPEN, 9, tasks), CALENDAR)[3].due_at
        assert due is not None
        return due

    assert due_after(0) == CALENDAR.add_working_days(start, 2)
    assert due_after(0) <= due_after(booked) <= due_after(booked + longer)
    used = CALENDAR.office_time_between(start, start + timedelta(minutes=worked))
    total = CALENDAR.working_days(start, 2)
    if used < total:
        back = start + timedelta(minutes=worked + booked)
        assert CALENDAR.office_time_between(back, due_after(booked)) == total - used
