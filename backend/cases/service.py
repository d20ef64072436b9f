"""The one door to the cases: loads, locks, decides, saves and promises, in one transaction (law 1)."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import forwarded_parts, repository
from backend.cases.case_writing import save_decision
from backend.cases.commands import (
    SYSTEM,
    Abandon,
    Amend,
    Command,
    Decision,
    EffectCall,
    EndChild,
    Guard,
    Start,
)
from backend.cases.deadlines import NOTHING_DUE, DuePlan
from backend.cases.engine import NO_GUARDS, decide
from backend.cases.errors import CommandRefused, NumbersExhausted, RefusalCode
from backend.cases.guards import bind_guards
from backend.cases.repository import Stamp, StoredCase
from backend.cases.snapshot import CaseStatus, EventKind, Snapshot
from backend.cases.visiting import has_arrived
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import AppError
from backend.core.ids import make_case_no
from backend.core.local_time import local_date
from backend.core.outbox import gather_promises, promise

# Five random digits collide now and then on a busy day; a few fresh draws make that harmless.
NUMBER_DRAWS = 5
_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Request:
    """Who sends a command and how it is recognised when it comes twice."""

    actor: str
    command_id: uuid.UUID
    body: Mapping[str, Any]

    @property
    def sha256(self) -> bytes:
        """Hash of the request's body in canonical JSON."""
        text = json.dumps(self.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()


def make_request(keys: KeyRing, actor: str, command_id: uuid.UUID, body: Mapping[str, Any]) -> Request:
    """Return the request of a customer, whose ``body`` holds personal data: only a keyed print is kept."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return Request(actor, command_id, {"fingerprint": keys.fingerprint(text, "command")})


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case starts with. ``form`` holds personal values only in encrypted form.

    ``columns`` are those of the application: service, form version, contact and address.
    """

    process_key: str
    unit_id: int
    unit_code: str
    customer_id: int | None
    channel: str
    data: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """How the case stands after a command."""

    case_no: str
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class EffectContext:
    """What a named effect is told: the case before and after the command, its own call, who acted when.

    ``amend`` changes the data of a case by its id, in the same transaction, and of all that runs below it;
    ``release`` lets the case go on that handed this one over to the counter, where one did.
    """

    case: StoredCase
    call: EffectCall
    stamp: Stamp
    after: Snapshot
    amend: Callable[[int, Mapping[str, Any]], None]
    release: Callable[[], None]


# What another component does to its own rows in the case's transaction, under the case's lock, before the
# command that it returns is decided.
Prepare = Callable[[Session, StoredCase, Stamp], Command]

# A named effect works in the case's own transaction; what must happen outside it promises to the outbox.
Effect = Callable[[Session, EffectContext], None]
NO_EFFECTS: Mapping[str, Effect] = {}
# Finds which deadlines a decision sets or changes: its process, the case before it and after it.
PlanDeadlines = Callable[[Session, ProcessDefinition, Snapshot, Snapshot], DuePlan]
# Told of every decision in its own transaction: the case before it, its process, the case after it, and when.
Observer = Callable[[Session, StoredCase, ProcessDefinition, Snapshot, datetime], None]


def _plan_nothing(*_: object) -> DuePlan:
    return NOTHING_DUE


def lock_whole(session: Session, case_id: int) -> StoredCase:
    """Lock a case and all above it, and return it; raises NoResultFound where there is none."""
    root = repository.lock_root(session, case_id)
    if root is not None:
        return root
    repository.lock_ancestors(session, case_id)
    return repository.lock_case(session, case_id)


class CaseService:
    """Carries out commands. ``now`` is the clock; ``guards`` are the named guards of all components."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        definitions: DefinitionStore,
        now: Callable[[], datetime],
        guards: Mapping[str, Guard] = NO_GUARDS,
        effects: Mapping[str, Effect] = NO_EFFECTS,
        plan_deadlines: PlanDeadlines = _plan_nothing,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._sessions = sessions
        self._definitions = definitions
        self._now = now
        self._guards = guards
        self._effects = effects
        self._plan_deadlines = plan_deadlines
        self._observers = observers

    def start_case(self, request: Request, new: NewCase, start: Start) -> CaseAnswer:
        """Open a case by the newest version of its process.

        Raises CommandRefused, with ``idempotency_conflict`` where the command id came with another body.
        """
        return self.once(request, lambda session, stamp: self.start_within(session, stamp, new, start))

    def carry_out(self, request: Request, case_id: int, command: Command) -> CaseAnswer:
        """Carry out ``command`` on a case that the caller may see; raises CommandRefused."""
        return self.carry_out_prepared(request, case_id, lambda session, case, stamp: command)

    def carry_out_prepared(self, request: Request, case_id: int, prepare: Prepare) -> CaseAnswer:
        """Let ``prepare`` work under the case's lock, then carry out its command: all or nothing."""

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, case_id)
            return self.act_within(session, stamp, case, prepare(session, case, stamp))

        return self.once(request, act)

    def load(self, case_id: int) -> StoredCase:
        """Return the case as it stands."""
        with self._sessions.begin() as session:
            return repository.lock_case(session, case_id)

    def once(self, request: Request, act: Callable[[Session, Stamp], CaseAnswer]) -> CaseAnswer:
        """Run ``act`` in one transaction under the request's command id; a repeated request does nothing.

        ``act`` uses ``start_within`` and ``act_within`` and may change further rows in the same session.
        Raises what ``act`` raises, and CommandRefused with ``idempotency_conflict``.
        """
        stamp = Stamp(request.actor, request.command_id, self._now())
        try:
            with self._sessions.begin() as session:
                # Hardly any command comes twice, so nobody looks first: one that does is refused by the case
                # or, at the latest, by the unique key of its id.
                promised = gather_promises(session)
                answer = act(session, stamp)
                kept = {"case_no": answer.case_no, "version": answer.version, "status": answer.status}
                repository.insert_command(session, stamp, request.sha256, kept, promised)
                return answer
        except (AppError, IntegrityError):
            # This very command may have been carried out before; then that answer is ours too.
            known = self.recall(request)
            if known is not None:
                return known
            raise

    def recall(self, request: Request) -> CaseAnswer | None:
        """Return the answer of a request that was carried out before, or None.

        Raises CommandRefused with ``idempotency_conflict``.
        """
        with self._sessions.begin() as session:
            known = repository.find_command(session, Stamp(request.actor, request.command_id, self._now()))
        if known is None:
            return None
        sha256, answer = known
        if sha256 != request.sha256:
            raise CommandRefused(RefusalCode.IDEMPOTENCY_CONFLICT)
        return CaseAnswer(**answer)

    def start_within(
        self,
        session: Session,
        stamp: Stamp,
        new: NewCase,
        start: Start,
        *then: Callable[[Snapshot], Command],
        parent: tuple[int, int] | None = None,
        with_handler: bool = True,
    ) -> CaseAnswer:
        """Open a case in the caller's transaction, and carry out ``then`` with it, each on what came before.

        ``with_handler``: who handles the ``parent`` handles this case as well. Raises CommandRefused.
        """
        stored = self._definitions.newest(session, new.process_key)
        case_id, case_no = self._insert(session, stamp, new, stored.id, parent)
        parent_id, parent_task_no = parent or (None, None)
        case = StoredCase(
            id=case_id,
            case_no=case_no,
            definition_version_id=stored.id,
            unit_id=new.unit_id,
            unit_code=new.unit_code,
            customer_id=new.customer_id,
            channel=new.channel,
            parent_case_id=parent_id,
            parent_task_no=parent_task_no,
            snapshot=Snapshot(),
        )
        if parent is not None:
            repository.inherit_from_parent(session, case_id, with_handler)
        return self.act_within(session, stamp, case, start, *then)

    def _insert(
        self, session: Session, stamp: Stamp, new: NewCase, version_id: int, parent: tuple[int, int] | None
    ) -> tuple[int, str]:
        for _ in range(NUMBER_DRAWS):
            # A case number carries the customers' date, not the server's.
            case_no = make_case_no(local_date(stamp.recorded_at), new.unit_code, _RANDOM)
            values = {
                "case_no": case_no,
                "public_token_hash": hashlib.sha256(secrets.token_bytes(32)).digest(),
                "process_key": new.process_key,
                "definition_version_id": version_id,
                "unit_id": new.unit_id,
                "unit_code": new.unit_code,
                "customer_id": new.customer_id,
                "channel": new.channel,
                "status": "open",
                "version": 0,
                "data": new.data,
                "form": new.form,
                **new.columns,
                "owed_documents": [],
                "parent_case_id": parent[0] if parent else None,
                "parent_task_no": parent[1] if parent else None,
                "opened_at": stamp.recorded_at,
                "updated_at": stamp.recorded_at,
            }
            case_id = repository.insert_case(session, values)
            if case_id is not None:
                return case_id, case_no
        raise NumbersExhausted(new.unit_code)

    def act_within(
        self,
        session: Session,
        stamp: Stamp,
        case: StoredCase,
        command: Command,
        *then: Callable[[Snapshot], Command],
    ) -> CaseAnswer:
        """Carry out ``command``, and ``then`` what follows it, on a case that ``lock_whole`` gave.

        Raises CommandRefused.
        """
        amended: list[int] = []

        def amend(case_id: int, data: Mapping[str, Any]) -> None:
            amended.append(case_id)
            one = repository.lock_case(session, case_id)
            self.act_within(session, stamp, one, Amend(SYSTEM, dict(data)))

        def release() -> None:
            if self._is_at_counter(session, case):
                self._end_child(session, stamp, case, CaseStatus.COMPLETED)

        definition = self._definitions.get(session, case.definition_version_id)
        guards = bind_guards(session, case.id, definition, case.snapshot, self._guards, command.performer)
        decision = decide(definition, case.snapshot, command, stamp.recorded_at, guards)
        for make in then:
            more = decide(definition, decision.snapshot, make(decision.snapshot), stamp.recorded_at, guards)
            decision = Decision(decision.events + more.events, decision.effects + more.effects, more.snapshot)
        after = decision.snapshot
        due = self._plan_deadlines(session, definition, case.snapshot, after)
        save_decision(session, case, definition, decision, due, stamp)
        for observe in self._observers:
            observe(session, case, definition, after, stamp.recorded_at)
        for call in decision.effects:
            self._effects[call.name](session, EffectContext(case, call, stamp, after, amend, release))
        if amended:
            after = repository.lock_case(session, case.id).snapshot
        for event in decision.events:
            if event.kind is EventKind.CHILD_REQUESTED:
                self._start_child(session, stamp, case, definition, after, event.payload)
        if isinstance(command, Amend):
            # A running child began with its parent's values, so it hears of their change.
            for child_id in repository.list_running_children(session, case.id):
                child = repository.lock_case(session, child_id)
                # What is changed is the visit, which a forwarded part knows nothing of.
                if not forwarded_parts.is_part(definition, after, child.parent_task_no):
                    self.act_within(session, stamp, child, command)
        changed = {
            "case_id": case.id,
            "case_no": case.case_no,
            "parent_nos": repository.list_parent_nos(session, case),
            # A case that moved is looked at again where it was and where it is now.
            "unit_ids": sorted({case.unit_id, after.data.get("unit_id") or case.unit_id}),
            "version": after.version,
        }
        promise(session, "case_changed", [changed], stamp.recorded_at)
        if after.status.is_final:
            self._tell_relatives(session, stamp, case, after)
        return CaseAnswer(case.case_no, after.version, after.status.value)

    def _start_child(
        self,
        session: Session,
        stamp: Stamp,
        case: StoredCase,
        definition: ProcessDefinition,
        after: Snapshot,
        asked: Mapping[str, Any],
    ) -> None:
        # Neither another department nor the counter has anything to do with the visit or who makes it.
        elsewhere = forwarded_parts.is_done_elsewhere(definition, after, asked)
        data = forwarded_parts.leave_out_visit(after.data) if elsewhere else after.data
        if has_arrived(after):
            data = forwarded_parts.leave_out_hour(data)
        new = NewCase(
            process_key=asked["process"],
            unit_id=after.data.get("unit_id") or case.unit_id,
            unit_code=after.data.get("unit_code") or case.unit_code,
            customer_id=case.customer_id,
            channel=case.channel,
            data=data,
        )
        start = Start(SYSTEM, data=data, enter_at=asked["enter_at"])
        parent = (case.id, asked["task"])
        self.start_within(session, stamp, new, start, parent=parent, with_handler=not elsewhere)

    def _tell_relatives(self, session: Session, stamp: Stamp, case: StoredCase, after: Snapshot) -> None:
        """The parent goes on, and what this case had handed over is not worked on for nobody."""
        for child_id in repository.list_running_children(session, case.id):
            child = repository.lock_case(session, child_id)
            process = self._definitions.get(session, child.definition_version_id)
            # What the counter still does for money that is there, its receipt, is waited for by no step.
            if child.parent_task_no in after.children:
                self.act_within(session, stamp, child, Abandon(SYSTEM, "parent_ended"))
            elif left := forwarded_parts.find_left_over(process, child.snapshot):
                self.act_within(session, stamp, child, left)
        self._end_child(session, stamp, case, after.status)

    def _end_child(self, session: Session, stamp: Stamp, case: StoredCase, end: CaseStatus) -> None:
        if case.parent_case_id is None or case.parent_task_no is None:
            return
        parent = repository.lock_case(session, case.parent_case_id)
        # A parent that ended or went on meanwhile no longer waits.
        if case.parent_task_no in parent.snapshot.children and not parent.snapshot.status.is_final:
            self.act_within(session, stamp, parent, EndChild(SYSTEM, case.parent_task_no, end))

    def _is_at_counter(self, session: Session, case: StoredCase) -> bool:
        if case.parent_case_id is None:
            return False
        parent = repository.lock_case(session, case.parent_case_id)
        definition = self._definitions.get(session, parent.definition_version_id)
        process = self._definitions.get(session, case.definition_version_id).key
        asked = {"task": case.parent_task_no, "process": process}
        return forwarded_parts.is_at_counter(definition, parent.snapshot, asked)
