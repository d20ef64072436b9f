"""The engine over the full table: every step × every outcome of any step × every performer."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from backend.cases.commands import (
    CUSTOMER,
    SYSTEM,
    Abandon,
    Amend,
    Cancel,
    Complete,
    CorrectionRequest,
    EndChild,
    Start,
    SupplyDocument,
    Withdraw,
)
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.guards import CASE_GUARDS
from backend.cases.snapshot import CaseStatus, Snapshot
from tests.unit.cases.definitions import (
    CLERK,
    FULL,
    NOW,
    PERFORMERS,
    STRANGER,
    UNIT,
    make_outcome,
    make_process,
    make_step,
)

STEPS = [step.key for step in FULL.steps]
OUTCOMES = sorted({outcome.key for step in FULL.steps for outcome in step.outcomes} | {"unheard_of"})
# A step entered alone does not open when it waits for others, and one that hands over has its child.
WAITING = {"join"}
RUNNING_CHILD = {"hand_over"}
ASKED: dict[str, dict[str, Any]] = {
    "pass_owing": {"owed_documents": ("proof",)},
    "return": {"corrections": (CorrectionRequest("photo", "看不清"),)},
    "refuse": {"reason": "不在供气范围"},
    "express": {"data": {"urgent": True}},
}


def enter(step: str) -> Snapshot:
    return decide(FULL, Snapshot(), Start(CUSTOMER, enter_at=step), NOW).snapshot


def refusal_of(snapshot: Snapshot, command: Any) -> str | None:
    try:
        decide(FULL, snapshot, command, NOW)
    except CommandRefused as refused:
        return refused.code
    return None


def expect(step_key: str, outcome: str, who: str) -> str | None:
    """Return the refusal that law 3 asks for, in the order in which a person would ask."""
    step = FULL.step(step_key)
    by = step.by.kind.value + (f":{step.by.key}" if step.by.key else "")
    if step_key in WAITING:
        return "task_unknown"
    if who != by:
        return "not_your_turn"
    if step_key in RUNNING_CHILD:
        return "child_running"
    return None if step.outcome(outcome) else "outcome_unknown"


@pytest.mark.parametrize(("step", "outcome", "who"), list(product(STEPS, OUTCOMES, PERFORMERS)))
def test_complete(step: str, outcome: str, who: str) -> None:
    snapshot = enter(step)
    command = Complete(PERFORMERS[who], 1, outcome, snapshot.version, **ASKED.get(outcome, {}))
    expected = expect(step, outcome, who)
    assert refusal_of(snapshot, command) == expected
    if expected is not None:
        return
    after = decide(FULL, snapshot, command, NOW).snapshot
    declared = FULL.step(step).outcome(outcome)
    assert declared is not None
    task = after.task(1)
    assert task is not None
    assert (task.state.value, task.outcome) == ("done", outcome)
    if declared.end is not None:
        assert after.status.value == declared.end.value
        assert after.open_tasks == ()
    else:
        opened = set(declared.to) - WAITING
        assert {one.step for one in after.open_tasks} == opened


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("who", PERFORMERS)
def test_withdraw_and_cancel(step: str, who: str) -> None:
    snapshot, performer = enter(step), PERFORMERS[who]
    may_withdraw = step in FULL.withdraw_at and who == "customer"
    withdraw = Withdraw(performer, snapshot.version)
    assert refusal_of(snapshot, withdraw) == (None if may_withdraw else "withdraw_not_allowed")
    may_cancel = step in FULL.cancel_at and who == "position:clerk"
    cancel = Cancel(performer, snapshot.version, "客户来电不办了")
    assert refusal_of(snapshot, cancel) == (None if may_cancel else "cancel_not_allowed")
    if may_cancel:
        assert refusal_of(snapshot, Cancel(performer, snapshot.version, "  ")) == "reason_required"


@pytest.mark.parametrize("who", PERFORMERS)
def test_what_only_the_system_says(who: str) -> None:
    expected = None if who == "system" else "not_your_turn"
    end = EndChild(PERFORMERS[who], 1, CaseStatus.COMPLETED)
    assert refusal_of(enter("hand_over"), end) == expected
    assert refusal_of(enter("review"), Abandon(PERFORMERS[who], "parent_ended")) == expected
    assert refusal_of(enter("review"), Amend(PERFORMERS[who], {"appointment_id": 5})) == expected


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("refuse", "reason_required"),
        ("return", "corrections_required"),
        ("pass_owing", "documents_required"),
        ("express", "outcome_not_open"),
    ],
)
def test_an_outcome_without_what_it_asks_for(outcome: str, code: str) -> None:
    snapshot = enter("review")
    assert refusal_of(snapshot, Complete(CLERK, 1, outcome, snapshot.version)) == code


def test_only_the_customer_supplies_what_is_owed() -> None:
    owing = Complete(CLERK, 1, "pass_owing", enter("review").version, owed_documents=("proof",))
    snapshot = decide(FULL, enter("review"), owing, NOW).snapshot
    assert snapshot.owed_documents == {"proof"}
    for performer in (CLERK, UNIT, SYSTEM, STRANGER):
        assert refusal_of(snapshot, SupplyDocument(performer, "proof")) == "not_your_turn"
    assert refusal_of(snapshot, SupplyDocument(CUSTOMER, "other")) == "document_not_owed"
    after = decide(FULL, snapshot, SupplyDocument(CUSTOMER, "proof"), NOW).snapshot
    assert after.owed_documents == frozenset()


def test_stale_unknown_and_closed() -> None:
    snapshot = enter("submit")
    assert refusal_of(snapshot, Complete(CUSTOMER, 1, "submit", snapshot.version - 1)) == "stale_version"
    assert refusal_of(snapshot, Complete(CUSTOMER, 9, "submit", snapshot.version)) == "task_unknown"
    after = decide(FULL, snapshot, Complete(CUSTOMER, 1, "submit", snapshot.version), NOW).snapshot
    assert refusal_of(after, Complete(CUSTOMER, 1, "submit", after.version)) == "task_not_open"
    assert refusal_of(after, Start(CUSTOMER)) == "case_already_started"
    assert refusal_of(Snapshot(), Withdraw(CUSTOMER, 0)) == "task_unknown"
    assert refusal_of(enter("hand_over"), EndChild(SYSTEM, 7, CaseStatus.COMPLETED)) == "child_unknown"


def test_the_join_waits_for_all() -> None:
    command = Complete(CLERK, 1, "pass", enter("review").version)
    snapshot = decide(FULL, enter("review"), command, NOW).snapshot
    pipe, papers = snapshot.open_tasks
    snapshot = decide(FULL, snapshot, Complete(UNIT, pipe.no, "checked", snapshot.version), NOW).snapshot
    assert [one.step for one in snapshot.open_tasks] == ["check_papers"]
    snapshot = decide(FULL, snapshot, Complete(CLERK, papers.no, "checked", snapshot.version), NOW).snapshot
    assert [one.step for one in snapshot.open_tasks] == ["hand_over"]
    assert list(snapshot.children.values()) == ["visit"]


def test_an_outcome_records_what_it_sets_and_calls_are_counted() -> None:
    tries = {"outcomes": ["missed", "refused"], "times": 2}
    process = make_process(
        make_step(
            "call", "position:clerk", make_outcome("missed", "count"), make_outcome("refused", "count")
        ),
        make_step(
            "count",
            "system",
            make_outcome("enough", guards=[{"name": "tried_often", "args": tries}]),
            make_outcome("again", "call_again"),
        ),
        make_step(
            "call_again", "position:clerk", make_outcome("missed", "count", sets={"level": 3, "late": True})
        ),
    )
    case = decide(process, Snapshot(), Start(SYSTEM), NOW, CASE_GUARDS).snapshot
    case = decide(process, case, Complete(CLERK, 1, "refused", case.version), NOW, CASE_GUARDS).snapshot
    assert case.status is CaseStatus.OPEN
    [task] = case.open_tasks
    wish = Complete(CLERK, task.no, "missed", case.version, data={"level": 1})
    ended = decide(process, case, wish, NOW, CASE_GUARDS).snapshot
    # What the outcome sets is not for its command to say otherwise.
    assert (ended.status, ended.data) == (CaseStatus.COMPLETED, {"level": 3, "late": True})
