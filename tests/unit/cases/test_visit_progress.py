"""What the progress says of a visit: its hour, who is on the way, nobody at home, and what is foretold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.cases.commands import (
    SYSTEM,
    Amend,
    EndChild,
)
from backend.cases.deadlines import APPOINTMENT_END
from backend.cases.engine import decide
from backend.cases.foretelling import StepState
from backend.cases.progress import (
    Line,
    is_handler_awaited,
    is_with_handler,
    make_progress,
)
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.cases.visiting import (
    APPOINTMENT_START,
    NO_APPOINTMENT,
    find_booked_hour,
    find_visit_made,
    find_visit_state,
    find_visited_at,
    waits_for_hour,
)
from backend.cases.wording import (
    tell_hour,
    write_headline,
    write_step_due,
)
from tests.unit.cases.test_progress import (
    APPLICATION,
    NOW,
    PROCESSES,
    REPAIR,
    TO_BOOK,
    find_process,
    run,
    start,
)


def book(*moves: tuple[str, str]) -> Line:
    """Return an application with a booked visit and a deadline before it, its repair carried so far."""
    hour = {APPOINTMENT_START: "2026-11-25T03:00:00+00:00", APPOINTMENT_END: "2026-11-25T04:00:00+00:00"}
    parent = run(APPLICATION, start(APPLICATION), *TO_BOOK)
    parent = decide(APPLICATION, parent, Amend(SYSTEM, hour), NOW).snapshot
    parent = run(APPLICATION, parent, ("book", "book"))
    child = run(REPAIR, start(REPAIR), *moves)
    due_at = {one.no: NOW + timedelta(minutes=15) for one in child.open_tasks}
    return Line(APPLICATION, parent, children={parent.open_tasks[0].no: Line(REPAIR, child, due_at)})


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ((), "已约好 11月25日 周三 11:00–12:00 上门"),
        (
            (("accept", "accept"), ("set_off", "set_off")),
            "师傅正在路上，约好 11月25日 周三 11:00–12:00 上门",
        ),
    ],
)
def test_a_booked_visit_tells_its_hour_and_no_other(moves: tuple[tuple[str, str], ...], told: str) -> None:
    line = book(*moves)
    steps = tell_hour(make_progress(line, find_process), find_booked_hour(line))
    assert write_headline(CaseStatus.OPEN, steps, False, NOW) == told
    # The handler's own deadlines before the hour are no news for the customer.
    soon = NOW + timedelta(minutes=16)
    assert write_headline(CaseStatus.OPEN, steps, False, soon) == told
    after = datetime(2026, 11, 25, 4, 0, 1, tzinfo=UTC)
    assert write_headline(CaseStatus.OPEN, steps, False, after) == f"{told}，比约好的晚了，我们正在催办"
    [now] = [one for one in steps if one.state is StepState.NOW]
    assert write_step_due(now, NOW) == "约好 11月25日 周三 11:00–12:00 上门"


def test_a_visit_of_a_process_without_arrival_is_over_with_the_work_on_site() -> None:
    works = PROCESSES["install_residential_group"]
    parent = book().snapshot

    def find_hour(*steps: str) -> object:
        tasks = tuple(
            Task(no, step, TaskState.DONE if outcome else TaskState.OPEN, NOW, NOW, outcome or None)
            for no, (step, _, outcome) in enumerate((one.partition("/") for one in steps), start=1)
        )
        child = Line(works, Snapshot(CaseStatus.OPEN, 2, tasks))
        return find_booked_hour(Line(APPLICATION, parent, children={parent.open_tasks[0].no: child}))

    assert find_hour("take_up/take_up", "survey") is not None
    assert find_hour("take_up/take_up", "survey/fit", "scheme") is None


def test_where_nobody_was_at_home_another_hour_is_waited_for() -> None:
    on_site = (("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"))
    line = book(*on_site)
    assert find_visited_at(line) is not None
    gone = book(*on_site, ("inspect", "not_home"))
    assert (find_visit_state(gone), find_visited_at(gone)) == ("none", None)
    child = gone.children[gone.snapshot.open_tasks[0].no]
    booked = decide(REPAIR, child.snapshot, Amend(SYSTEM, {"appointment_id": 5}), NOW).snapshot
    assert not waits_for_hour(REPAIR, booked)
    unbooked = decide(REPAIR, booked, Amend(SYSTEM, NO_APPOINTMENT), NOW).snapshot
    assert waits_for_hour(REPAIR, unbooked)
    again = book(*on_site, ("inspect", "not_home"), ("set_off", "set_off"))
    assert find_visit_state(again) == "set_off"


def test_an_hour_that_was_given_back_is_booked_anew_before_the_handler_has_accepted() -> None:
    new = start(REPAIR)
    assert not waits_for_hour(REPAIR, new)
    given_back = decide(REPAIR, new, Amend(SYSTEM, NO_APPOINTMENT), NOW).snapshot
    assert waits_for_hour(REPAIR, given_back)
    # Whoever has come needs no other one.
    arrived = run(REPAIR, given_back, ("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"))
    assert not waits_for_hour(REPAIR, arrived)


def test_who_is_sent_to_let_gas_on_has_not_come_with_the_survey() -> None:
    on_site = (("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"))
    surveyed = run(REPAIR, start(REPAIR), *on_site)
    later = Task(1, "accept", TaskState.DONE, NOW + timedelta(days=30), NOW + timedelta(days=30), "send")
    gas_on = Snapshot(CaseStatus.OPEN, 2, (later,), data={"without_booking": True, "sent_anew": True})
    assert find_visit_made([surveyed]) is not None
    assert find_visit_made([surveyed, gas_on]) is None


def test_who_has_come_is_called_while_a_step_is_theirs() -> None:
    on_site = (("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"))
    turns = [book(*on_site), book(*on_site, ("inspect", "needs_engineering"))]
    assert [is_with_handler(one) for one in turns] == [True, False]


@pytest.mark.parametrize("service", ["installation", "installation_non_residential", "suspension"])
def test_nothing_is_foretold_twice(service: str) -> None:
    asked = Amend(SYSTEM, {"service": service, "stop_kind": "suspension"})
    snapshot = run(APPLICATION, decide(APPLICATION, start(APPLICATION), asked, NOW).snapshot, *TO_BOOK)
    names = [one.name for one in make_progress(Line(APPLICATION, snapshot), find_process)]
    assert len(names) == len(set(names))


def test_the_handler_is_awaited_until_the_work_is_done() -> None:
    def is_awaited(snapshot: Snapshot, *, to: str = "") -> bool:
        moves = {"reply": (("reply", "reply"),), "redo": (("reply", "reply"), ("close", "redo"))}.get(to, ())
        return is_handler_awaited(
            Line(APPLICATION, run(APPLICATION, snapshot, *moves), children={task.no: Line(REPAIR, child)}),
            find_process,
        )

    assert is_handler_awaited(Line(APPLICATION, run(APPLICATION, start(APPLICATION), *TO_BOOK)), find_process)
    parent = run(APPLICATION, start(APPLICATION), *TO_BOOK, ("book", "book"))
    [task] = parent.open_tasks
    on_site = (("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"), ("inspect", "repair_free"))
    child = run(REPAIR, start(REPAIR), *on_site, ("finish", "finish"), ("test_pressure", "passed"))
    assert is_awaited(parent)
    child = run(REPAIR, child, ("hand_over", "hand_over"), ("brief", "briefed"))
    over = decide(APPLICATION, parent, EndChild(SYSTEM, task.no, CaseStatus.COMPLETED), NOW).snapshot
    assert not is_awaited(over)
    assert not is_awaited(over, to="reply")
    # Work that has to be done again means another visit.
    assert is_awaited(over, to="redo")


def test_the_hour_is_told_until_somebody_has_come() -> None:
    line = book(("accept", "accept"), ("set_off", "set_off"), ("arrive", "arrive"))
    assert (find_visit_state(line), find_booked_hour(line)) == ("arrived", None)
    unbooked = Line(APPLICATION, run(APPLICATION, start(APPLICATION), *TO_BOOK))
    assert (find_visit_state(unbooked), find_booked_hour(unbooked)) == ("none", None)
