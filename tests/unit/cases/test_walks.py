"""Random walks: whatever people do, history, snapshot and offered actions agree with each other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cases.actions import list_available_actions
from backend.cases.commands import (
    CUSTOMER,
    SYSTEM,
    AvailableAction,
    Cancel,
    Command,
    Complete,
    CorrectionRequest,
    EndChild,
    Performer,
    Start,
    SupplyDocument,
    Withdraw,
)
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.snapshot import CaseStatus, Event, Snapshot, fold
from tests.unit.cases.definitions import CLERK, FULL, NOW, PERFORMERS

Offer = tuple[Performer, AvailableAction]


def list_offers(snapshot: Snapshot) -> list[Offer]:
    return [
        (performer, action)
        for performer in PERFORMERS.values()
        for action in list_available_actions(FULL, snapshot, performer)
    ]


def make_command(offer: Offer, snapshot: Snapshot) -> Command:
    """Do what is offered, with all that it says it needs."""
    performer, action = offer
    if action.kind == "withdraw":
        return Withdraw(performer, snapshot.version)
    if action.kind == "cancel":
        return Cancel(performer, snapshot.version, "不办了")
    if action.kind == "supply_document":
        return SupplyDocument(performer, min(snapshot.owed_documents))
    assert action.task is not None
    assert action.outcome is not None
    return Complete(
        performer,
        action.task,
        action.outcome,
        snapshot.version,
        reason="原因" if action.needs_reason else "",
        corrections=(CorrectionRequest("photo", "看不清"),) if action.needs_corrections else (),
        owed_documents=("proof",) if action.needs_owed_documents else (),
        changed_items=frozenset(one.item for one in snapshot.pending_corrections)
        if action.step == "mend"
        else frozenset(),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=1000), max_size=30), st.booleans())
def test_walk(choices: list[int], urgent: bool) -> None:
    decision = decide(FULL, Snapshot(), Start(CUSTOMER, data={"urgent": urgent}), NOW)
    history: list[Event] = list(decision.events)
    snapshot = decision.snapshot
    for choice in choices:
        offers = list_offers(snapshot)
        if snapshot.children and choice % 2:
            ended = (CaseStatus.COMPLETED, CaseStatus.REFUSED)[choice % 3 == 0]
            command: Command = EndChild(SYSTEM, min(snapshot.children), ended)
        elif offers:
            command = make_command(offers[choice % len(offers)], snapshot)
        else:
            break
        decision = decide(FULL, snapshot, command, NOW)
        history.extend(decision.events)
        snapshot = decision.snapshot
        assert fold(Snapshot(), history) == snapshot
        assert snapshot.version == len(history)
        assert snapshot.status.is_final or snapshot.open_tasks
    if snapshot.status.is_final:
        assert list_offers(snapshot) == []


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([step.key for step in FULL.steps]), st.sampled_from(sorted(PERFORMERS)))
def test_what_is_not_offered_is_refused(step: str, who: str) -> None:
    snapshot = decide(FULL, Snapshot(), Start(CUSTOMER, enter_at=step), NOW).snapshot
    offered = {one.outcome for one in list_available_actions(FULL, snapshot, PERFORMERS[who])}
    for outcome in {one.key for each in FULL.steps for one in each.outcomes} - offered:
        command = Complete(PERFORMERS[who], 1, outcome, snapshot.version, reason="原因")
        try:
            decide(FULL, snapshot, command, NOW)
        except CommandRefused:
            continue
        raise AssertionError(f"{who} was not offered {outcome} at {step}, yet may do it")


def test_two_rounds_of_corrections() -> None:
    snapshot = decide(FULL, Snapshot(), Start(CUSTOMER, enter_at="review"), NOW).snapshot
    for items in (("photo",), ("photo", "address")):
        asked = tuple(CorrectionRequest(item, "看不清") for item in items)
        review = snapshot.open_tasks[0].no
        command = Complete(CLERK, review, "return", snapshot.version, corrections=asked)
        snapshot = decide(FULL, snapshot, command, NOW).snapshot
        mend = snapshot.open_tasks[0].no
        resubmit = Complete(CUSTOMER, mend, "resubmit", snapshot.version, changed_items=frozenset(items))
        if len(items) > 1:
            half = Complete(CUSTOMER, mend, "resubmit", snapshot.version, changed_items=frozenset({"photo"}))
            assert refusal(snapshot, half) == "corrections_pending"
        more = Complete(
            CUSTOMER, mend, "resubmit", snapshot.version, changed_items=frozenset({*items, "name"})
        )
        assert refusal(snapshot, more) == "field_not_returned"
        snapshot = decide(FULL, snapshot, resubmit, NOW).snapshot
    assert [one.resolved for one in snapshot.corrections] == [True, True, True]
    assert snapshot.open_tasks[0].step == "review"


def refusal(snapshot: Snapshot, command: Command) -> str | None:
    try:
        decide(FULL, snapshot, command, NOW)
    except CommandRefused as refused:
        return refused.code
    return None
