"""The way back to a disputed paper, and why a case was sent back, by the processes themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.cases.remaking_ways import RemakingWay, find_remaking_way, is_to_be_remade
from backend.cases.sent_back import find_sent_back
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.cases.staff_history import HistoryEvent
from tests.unit.cases.test_progress import PROCESSES

PROCESS = PROCESSES["suspension_removal"]
NOW = datetime(2026, 11, 29, 1, tzinfo=UTC)
STAFF = {7: "张主任（片区负责人）", 8: "王师傅"}


def stand(step: str, *, has_child: bool = False) -> Snapshot:
    task = Task(4, step, TaskState.OPEN, NOW)
    return Snapshot(CaseStatus.OPEN, 9, (task,), children={4: "fee"} if has_child else {})


@pytest.mark.parametrize(
    ("step", "has_child", "way"),
    [
        ("check_paid", False, ("recheck", False)),
        # What is being collected by the old slip is ended first.
        ("pay_arrears", True, ("recheck", True)),
        # The slip itself lies open: it is filled in once more.
        ("check_gas", False, None),
        # The valve is closed, and nothing leads back.
        ("sign", False, None),
        ("suspend", False, None),
    ],
)
def test_where_the_slip_is_made_anew(step: str, has_child: bool, way: tuple[str, bool] | None) -> None:
    found = find_remaking_way(PROCESS, stand(step, has_child=has_child), "check_gas")
    assert way == (None if found is None else (found.outcome, found.ends_child))
    if found is not None:
        assert found == RemakingWay(
            4, found.outcome, PROCESS.step("check_paid").outcome("recheck").name, way[1]
        )


def done(step: str, outcome: str, after: int, **more: Any) -> HistoryEvent:
    payload = {"step": step, "outcome": outcome, **more}
    at = NOW + timedelta(minutes=after)
    return HistoryEvent(at, "task_done", more.pop("actor", "staff:7"), payload, PROCESS, False, 1)


def test_a_paper_counts_no_more_once_staff_are_on_the_way_back_to_it() -> None:
    def stand_at(step: str) -> bool:
        return is_to_be_remade(PROCESS, stand(step), "check_gas")

    assert stand_at("set_off") and stand_at("arrive")
    assert not any(map(stand_at, ("check_gas", "check_paid", "pay_arrears", "suspend", "sign")))


SENT = done("check_paid", "recheck", 1, reason=" 客户说读数不对 ")


def test_why_it_was_sent_back_is_told_until_it_is_done() -> None:
    told = find_sent_back([SENT], 1, STAFF)
    assert told == {
        "name": PROCESS.step("check_paid").outcome("recheck").name,
        "text": "客户说读数不对", "at": SENT.at, "by": "张主任（片区负责人）",
        "ends_part": False,
    }  # fmt: skip
    # Another case of the same tree reads nothing of it.
    assert find_sent_back([SENT], 2, STAFF) is None
    on_the_way = [SENT, done("set_off", "set_off", 2), done("arrive", "arrive", 3)]
    assert find_sent_back(on_the_way, 1, STAFF) == told
    assert find_sent_back([*on_the_way, done("check_gas", "clear", 4)], 1, STAFF) is None


def test_who_finds_nobody_at_home_and_comes_again_still_reads_their_own_reason() -> None:
    missed = done("check_gas", "not_home", 2, reason="没人")
    told = find_sent_back(
        [SENT, missed, done("set_off", "set_off", 3), done("arrive", "arrive", 4)], 1, STAFF
    )
    assert told is not None and told["text"] == "没人"
    assert find_sent_back([SENT, missed, done("check_gas", "clear", 5)], 1, STAFF) is not None


@pytest.mark.parametrize(
    "event",
    [
        done("check_paid", "suspend", 1),
        # It goes to the customer, who is told by a message.
        done("check_paid", "unpaid", 1, reason="还差一点"),
        # The customer's own words are told as what they did not agree to.
        done("confirm_refund", "object", 1, reason="金额不对"),
    ],
)
def test_what_sends_nobody_back_tells_nothing(event: HistoryEvent) -> None:
    assert find_sent_back([event], 1, STAFF) is None
