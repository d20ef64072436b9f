"""THE engine: ``decide(definition, snapshot, command, now, guards) -> Decision``.

Pure by law 1: no framework, database, clock or I/O. A command that is not declared for this step, actor and
state raises CommandRefused (law 3), and then nothing has happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, assert_never

from backend.cases.commands import (
    ASKED_ANEW,
    Abandon,
    Amend,
    Aside,
    Cancel,
    Command,
    Complete,
    Decision,
    EffectCall,
    EndChild,
    Extend,
    FillForm,
    Forward,
    Guard,
    HandOver,
    Performer,
    Start,
    SupplyDocument,
    Urge,
    Withdraw,
)
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.permitting import may_stop, may_urge, unmet
from backend.cases.snapshot import (
    CaseStatus,
    Event,
    EventKind,
    Folding,
    Snapshot,
    Task,
    TaskState,
    make_tuple,
)
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import FORWARDED_TO, ActorKind, EffectUse, Outcome, ProcessDefinition, Step

NO_GUARDS: Mapping[str, Guard] = {}
# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call; these are frequent.
_CASE_OPEN, _TASK_OPEN, _SYSTEM = CaseStatus.OPEN, TaskState.OPEN, ActorKind.SYSTEM
_TASK_OPENED, _TASK_DONE, _DATA_CHANGED = EventKind.TASK_OPENED, EventKind.TASK_DONE, EventKind.DATA_CHANGED


def decide(
    definition: ProcessDefinition,
    snapshot: Snapshot,
    command: Command,
    now: datetime,
    guards: Mapping[str, Guard] = NO_GUARDS,
) -> Decision:
    """Return what ``command`` does to the case, or raise CommandRefused with the reason."""
    draft = _Draft(definition, snapshot, now, guards)
    if isinstance(command, Start):
        _start(draft, command)
    else:
        if snapshot.status is not _CASE_OPEN:
            draft_only = snapshot.status is CaseStatus.DRAFT
            raise CommandRefused(RefusalCode.TASK_UNKNOWN if draft_only else RefusalCode.CASE_ENDED)
        if isinstance(command, Complete):
            _complete(draft, command)
        else:
            _carry_out(draft, command)
    return make_tuple(Decision, (tuple(draft.events), tuple(draft.effects), draft.take()))


def _carry_out(draft: _Draft, command: Aside) -> None:
    """Do what is asked of the case beside finishing a task."""
    match command:
        case Withdraw():
            _withdraw(draft, command)
        case Cancel():
            _cancel(draft, command)
        case SupplyDocument():
            _supply(draft, command)
        case Urge():
            _urge(draft, command)
        case EndChild():
            _end_child(draft, command)
        case Abandon():
            _abandon(draft, command)
        case FillForm():
            _fill_form(draft, command)
        case Amend() | HandOver():
            _change_data(draft, command)
        case Extend():
            _extend(draft, command)
        case Forward():
            _forward(draft, command)
        case _:
            assert_never(command)


class _Draft(Folding):
    """The decision while it is being made: a case to which each event is added as soon as it is recorded."""

    __slots__ = ("definition", "effects", "events", "guards", "now")

    def __init__(
        self, definition: ProcessDefinition, snapshot: Snapshot, now: datetime, guards: Mapping[str, Guard]
    ) -> None:
        super().__init__(snapshot)
        self.definition = definition
        self.now = now
        self.guards = guards
        self.events: list[Event] = []
        self.effects: list[EffectCall] = []

    def record(self, kind: EventKind, payload: dict[str, Any]) -> None:
        event = make_tuple(Event, (kind, self.now, payload))
        self.events.append(event)
        self.add(event)

    def call_effects(self, uses: Iterable[EffectUse], task: Task) -> None:
        self.effects.extend(EffectCall(use.name, use.args, task.no, task.step) for use in uses)

    def unmet(self, outcome: Outcome) -> str | None:
        """Return the first objection to ``outcome``. Most have nothing to object, and need no snapshot."""
        if outcome.when is None and not outcome.guards:
            return None
        return unmet(outcome, self.take(), self.guards)


def _start(draft: _Draft, command: Start) -> None:
    if draft.status is not CaseStatus.DRAFT:
        raise CommandRefused(RefusalCode.CASE_ALREADY_STARTED)
    entry = command.enter_at or draft.definition.first_step
    draft.record(EventKind.CASE_STARTED, {"data": command.data, "process": draft.definition.key})
    _open(draft, entry)


def _complete(draft: _Draft, command: Complete) -> None:
    task = draft.task(command.task)
    if task is None:
        raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(command.task))
    # Asked first, so that the slower of two people hears that somebody was faster.
    _check_version(draft, command.expected_version)
    step = _check_turn(draft, task, command.performer)
    outcome = step.outcome(command.outcome)
    if outcome is None:
        raise CommandRefused(RefusalCode.OUTCOME_UNKNOWN, f"{step.key}/{command.outcome}")
    data = command.data
    if outcome.asks:
        data = {**_forget_what_is_asked_anew(draft, outcome), **data}
    if outcome.sets:
        data = {**data, **outcome.sets}
    if data:
        draft.record(_DATA_CHANGED, {"data": data})
    if step.mends:
        _mend(draft, command)
    _check_what_it_asks(draft, step, outcome, command)
    refusal = draft.unmet(outcome)
    if refusal is not None:
        raise CommandRefused(refusal, f"{step.key}/{outcome.key}")
    _leave(draft, task, outcome, command.reason)


def _check_turn(draft: _Draft, task: Task, performer: Performer) -> Step:
    """Return the step of ``task`` where it is open and the performer's to do."""
    if task.state is not _TASK_OPEN:
        raise CommandRefused(RefusalCode.TASK_NOT_OPEN, task.step)
    step = draft.definition.step(task.step)
    if not performer.may_take(step, draft.data):
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN, step.key)
    if task.no in draft.children:
        raise CommandRefused(RefusalCode.CHILD_RUNNING, step.key)
    return step


def _fill_form(draft: _Draft, command: FillForm) -> None:
    task = draft.task(command.task)
    if task is None:
        raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(command.task))
    step = _check_turn(draft, task, command.performer)
    if step.form is None:
        raise CommandRefused(RefusalCode.FORM_UNKNOWN, step.key)
    draft.record(EventKind.FORM_FILLED, {"task": task.no, "step": step.key, "name": command.name})
    changed = {key: value for key, value in command.data.items() if draft.data.get(key) != value}
    if changed:
        draft.record(_DATA_CHANGED, {"data": changed})
    draft.call_effects(step.form_effects, task)


def _forget_what_is_asked_anew(draft: _Draft, outcome: Outcome) -> dict[str, None]:
    fields = [field for one in outcome.asks for field in ASKED_ANEW.get(one, ())]
    return {field: None for field in fields if draft.data.get(field) is not None}


def _check_what_it_asks(draft: _Draft, step: Step, outcome: Outcome, command: Complete) -> None:
    """Reason, corrections and owed documents: what the outcome asks of the one who chooses it."""
    if outcome.needs_reason and not command.reason.strip():
        raise CommandRefused(RefusalCode.REASON_REQUIRED, outcome.key)
    if outcome.corrections:
        _ask_corrections(draft, command)
    elif draft.has_pending_corrections and not _may_pass_pending(draft.definition, outcome):
        raise CommandRefused(RefusalCode.CORRECTIONS_PENDING, step.key)
    if outcome.owes_documents:
        if not command.owed_documents:
            raise CommandRefused(RefusalCode.DOCUMENTS_REQUIRED, outcome.key)
        for document in command.owed_documents:
            draft.record(EventKind.DOCUMENT_OWED, {"document": document})


def _mend(draft: _Draft, command: Complete) -> None:
    pending = {one.item: one.no for one in draft.corrections if not one.resolved}
    foreign = sorted(command.changed_items - pending.keys())
    if foreign:
        raise CommandRefused(RefusalCode.FIELD_NOT_RETURNED, foreign[0])
    for one in tuple(draft.corrections):
        if not one.resolved and one.item in command.changed_items:
            draft.record(EventKind.CORRECTION_RESOLVED, {"correction": one.no, "item": one.item})


def _ask_corrections(draft: _Draft, command: Complete) -> None:
    if not command.corrections:
        raise CommandRefused(RefusalCode.CORRECTIONS_REQUIRED, command.outcome)
    for asked in command.corrections:
        if not asked.reason.strip():
            raise CommandRefused(RefusalCode.REASON_REQUIRED, asked.item)
        number = len(draft.corrections) + 1
        draft.record(
            EventKind.CORRECTION_ASKED, {"correction": number, "item": asked.item, "reason": asked.reason}
        )


def _may_pass_pending(definition: ProcessDefinition, outcome: Outcome) -> bool:
    """A refusal ends the case and a way to the mending step is what corrections are for; all else waits."""
    if outcome.end is not None:
        return True
    return bool(outcome.to) and all(definition.step(key).mends for key in outcome.to)


def _leave(draft: _Draft, task: Task, outcome: Outcome, reason: str = "") -> None:
    draft.record(_TASK_DONE, {"task": task.no, "step": task.step, "outcome": outcome.key, "reason": reason})
    draft.call_effects(outcome.effects, task)
    if outcome.end is not None:
        _end(draft, CaseStatus(outcome.end.value), reason)
        return
    for key in outcome.to:
        _open(draft, key)


def _open(draft: _Draft, key: str) -> None:
    step = draft.definition.step(key)
    if draft.is_open_at(key):
        # Two branches may lead to one step, and a return may reach a branch still open: one task is enough.
        return
    if step.waits_for_all and not _join_is_complete(draft, step):
        return
    number = len(draft.tasks) + 1
    draft.record(_TASK_OPENED, {"task": number, "step": key})
    for child in step.children:
        if child.when is None or evaluate(child.when, draft.data):
            draft.record(
                EventKind.CHILD_REQUESTED,
                {"task": number, "process": child.process, "enter_at": child.enter_at},
            )
            return
    if step.by.kind is _SYSTEM:
        _run_system_step(draft, number, step)


def _join_is_complete(state: Folding, step: Step) -> bool:
    """A join opens once for each round in which every step it waits for was done."""
    rounds = sum(task.step == step.key for task in state.tasks)
    return all(
        sum(task.step == key and task.state is TaskState.DONE for task in state.tasks) > rounds
        for key in step.waits_for_all
    )


def _run_system_step(draft: _Draft, number: int, step: Step) -> None:
    """A system step leaves at once by the first outcome that is open; with none it waits for the service."""
    task = draft.task(number)
    if task is None or len(draft.events) > 20 * len(draft.definition.steps):
        # Only system steps that lead to each other for ever come here; the linter refuses such a loop.
        raise CommandRefused(RefusalCode.OUTCOME_NOT_OPEN, step.key)
    for outcome in step.outcomes:
        if draft.unmet(outcome) is None:
            _leave(draft, task, outcome)
            return


def _end_child(draft: _Draft, command: EndChild) -> None:
    if command.performer.kind is not ActorKind.SYSTEM:
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
    task = draft.task(command.task)
    if task is None or task.no not in draft.children:
        raise CommandRefused(RefusalCode.CHILD_UNKNOWN, str(command.task))
    draft.record(EventKind.CHILD_ENDED, {"task": task.no, "end": command.end.value})
    step = draft.definition.step(task.step)
    named = step.outcome(f"child_{command.end.value}")
    if named is not None:
        _leave(draft, task, named)
        return
    for outcome in step.outcomes:
        if draft.unmet(outcome) is None:
            _leave(draft, task, outcome)
            return


def _withdraw(draft: _Draft, command: Withdraw) -> None:
    _check_version(draft, command.expected_version)
    if command.performer.kind is not ActorKind.CUSTOMER or not may_stop(
        draft.take(), draft.definition.withdraw_at
    ):
        raise CommandRefused(RefusalCode.WITHDRAW_NOT_ALLOWED)
    _end(draft, CaseStatus.WITHDRAWN, command.reason)


def _cancel(draft: _Draft, command: Cancel) -> None:
    _check_version(draft, command.expected_version)
    holds_post = any(command.performer.holds(actor) for actor in draft.definition.cancel_by)
    if not holds_post or not may_stop(draft.take(), draft.definition.cancel_at):
        raise CommandRefused(RefusalCode.CANCEL_NOT_ALLOWED)
    if not command.reason.strip():
        raise CommandRefused(RefusalCode.REASON_REQUIRED, "cancel")
    _end(draft, CaseStatus.CANCELLED, command.reason)


def _abandon(draft: _Draft, command: Abandon) -> None:
    if command.performer.kind is not ActorKind.SYSTEM:
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
    _end(draft, CaseStatus.CANCELLED, command.reason)


def _extend(draft: _Draft, command: Extend) -> None:
    if not command.performer.is_staff:
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
    task = draft.task(command.task)
    if task is None or task.state is not _TASK_OPEN:
        raise CommandRefused(RefusalCode.TASK_NOT_OPEN, str(command.task))
    told = {"task": task.no, "step": task.step, "limit": command.limit}
    until = {"due_at": command.due_at.isoformat(), "reason": command.reason}
    draft.record(EventKind.LIMIT_EXTENDED, {**told, **until})


def _forward(draft: _Draft, command: Forward) -> None:
    """Open what stands for the forwarded part, beside all that is open; one part at a time."""
    if not command.performer.is_staff:
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
    if not command.reason.strip():
        raise CommandRefused(RefusalCode.REASON_REQUIRED, command.to)
    forwarding = draft.definition.forwarding
    if forwarding is None or not any(draft.is_open_at(key) for key in forwarding.at):
        raise CommandRefused(RefusalCode.FORWARD_NOT_OPEN)
    if all(one.forwarded_to != command.to for one in draft.definition.step(forwarding.step).children):
        raise CommandRefused(RefusalCode.FORWARD_UNKNOWN, command.to)
    if draft.is_open_at(forwarding.step):
        raise CommandRefused(RefusalCode.FORWARD_RUNNING)
    told = {"reason": command.reason, "forwarded": command.name}
    draft.record(_DATA_CHANGED, {"data": {FORWARDED_TO: command.to, **command.data}, **told})
    _open(draft, forwarding.step)


def _change_data(draft: _Draft, command: Amend | HandOver) -> None:
    by_system = command.performer.kind is ActorKind.SYSTEM
    if not (by_system if isinstance(command, Amend) else command.performer.is_staff):
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
    if isinstance(command, Amend):
        draft.record(_DATA_CHANGED, {"data": command.data})
    else:
        draft.record(_DATA_CHANGED, {"data": {"handler_id": command.handler_id}, "reason": command.reason})


def _supply(draft: _Draft, command: SupplyDocument) -> None:
    if command.performer.kind is not ActorKind.CUSTOMER:
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN, command.document)
    if command.document not in draft.owed_documents:
        raise CommandRefused(RefusalCode.DOCUMENT_NOT_OWED, command.document)
    draft.record(EventKind.DOCUMENT_SUPPLIED, {"document": command.document})


def _urge(draft: _Draft, command: Urge) -> None:
    if command.performer.kind is not ActorKind.CUSTOMER or not may_urge(draft.definition, draft.take()):
        raise CommandRefused(RefusalCode.URGE_NOT_ALLOWED)
    draft.record(EventKind.CASE_URGED, {})


def _end(draft: _Draft, end: CaseStatus, reason: str) -> None:
    for task in draft.take().open_tasks:
        draft.record(EventKind.TASK_DROPPED, {"task": task.no, "step": task.step})
    draft.record(EventKind.CASE_ENDED, {"end": end.value, "reason": reason})


def _check_version(draft: _Draft, expected: int) -> None:
    if expected != draft.version:
        raise CommandRefused(RefusalCode.STALE_VERSION, str(draft.version))
