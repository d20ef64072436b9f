"""Processes made for the engine's tests: each shows one ability, the last shows them together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend.cases.commands import CUSTOMER, SYSTEM, Performer
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.catalogue.loader import build_process

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CLERK = Performer(ActorKind.POSITION, positions=frozenset({"clerk"}))
UNIT = Performer(ActorKind.DEPARTMENT, departments=frozenset({"unit"}))
STRANGER = Performer(ActorKind.POSITION, positions=frozenset({"stranger"}))
PERFORMERS = {
    "customer": CUSTOMER,
    "position:clerk": CLERK,
    "department:unit": UNIT,
    "system": SYSTEM,
    "stranger": STRANGER,
}


def make_step(key: str, by: str, *outcomes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "name": key, "by": by, "limit": {"kind": "none"}, "outcomes": list(outcomes), **more}


def make_outcome(key: str, *to: str, **more: Any) -> dict[str, Any]:
    target = {"to": list(to)} if to else {"end": "completed"}
    return {"key": key, "name": key, **target, **more}


def make_process(*steps: dict[str, Any], **more: Any) -> ProcessDefinition:
    return build_process(
        {"key": "test", "version": 1, "name": "test", "first_step": steps[0]["key"], "steps": steps, **more}
    )


# Review with a return, documents owed, a refusal, and a condition; two parallel checks that are waited for;
# a step that hands over to another process; withdrawal and cancellation at some of them.
FULL = make_process(
    make_step("submit", "customer", make_outcome("submit", "review")),
    make_step(
        "review",
        "position:clerk",
        make_outcome("pass", "check_pipe", "check_papers"),
        make_outcome("pass_owing", "check_pipe", "check_papers", owes_documents=True),
        make_outcome("return", "mend", corrections=True),
        make_outcome("refuse", end="refused", needs_reason=True),
        make_outcome("express", "hand_over", when={"field": "urgent", "op": "eq", "value": True}),
    ),
    make_step("mend", "customer", make_outcome("resubmit", "review"), mends=True),
    make_step("check_pipe", "department:unit", make_outcome("checked", "join")),
    make_step("check_papers", "position:clerk", make_outcome("checked", "join")),
    make_step(
        "join", "system", make_outcome("joined", "hand_over"), waits_for_all=["check_pipe", "check_papers"]
    ),
    make_step(
        "hand_over",
        "system",
        make_outcome("child_completed", "rate"),
        make_outcome("child_refused", "review"),
        children=[{"process": "visit"}],
    ),
    make_step("rate", "customer", make_outcome("rate")),
    withdraw_at=["review", "mend"],
    cancel_at=["review", "check_pipe", "check_papers"],
    cancel_by=["position:clerk"],
)
