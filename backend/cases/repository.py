"""Reading and writing cases: prebuilt statements, one round trip each, no rule in here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from backend.cases.commands import ASKED_DATA, PERSONAL_POSTS, Decision
from backend.cases.models import CaseCorrection, CaseEvent, CaseTask, CommandLog, ServiceCase
from backend.cases.snapshot import CaseStatus, Correction, Event, EventKind, Snapshot, Task, TaskState
from backend.catalogue.definition import ProcessDefinition, Step
from backend.core.database import table_of

HANDLER_FIELD = ASKED_DATA["handler"]
_CASE = table_of(ServiceCase)
_TASK = table_of(CaseTask)
_CORRECTION = table_of(CaseCorrection)

_READ = select(_CASE).where(_CASE.c.id == bindparam("case_id"))
_LOCK = _READ.with_for_update()
_TASKS = select(_TASK).where(_TASK.c.case_id == bindparam("case_id")).order_by(_TASK.c.no)
_CORRECTIONS = (
    select(_CORRECTION).where(_CORRECTION.c.case_id == bindparam("case_id")).order_by(_CORRECTION.c.no)
)
# A case's parent never changes, so it can be read without a lock.
_PARENT = select(_CASE.c.parent_case_id).where(_CASE.c.id == bindparam("case_id"))
_PARENT_NO = select(_CASE.c.case_no, _CASE.c.parent_case_id).where(_CASE.c.id == bindparam("case_id"))
_RUNNING_CHILDREN = (
    select(_CASE.c.id)
    .where(_CASE.c.parent_case_id == bindparam("case_id"), _CASE.c.status == CaseStatus.OPEN.value)
    .order_by(_CASE.c.id)
)
# What a child case shares with its parent, so that lists and look-ups need no second row.
_SHARED = (
    "service_key", "form_version_id", "contact_name_sealed", "contact_name_index", "contact_phone_sealed",
    "contact_phone_index", "region", "street", "community", "building", "place_lat", "place_lng",
    "place_source", "handler_id",
)  # fmt: skip
_PARENT_CASE = _CASE.alias("parent_case")
_INHERIT = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("b_case_id"), _PARENT_CASE.c.id == _CASE.c.parent_case_id)
    .values({name: _PARENT_CASE.c[name] for name in _SHARED})
)
_INSERT_CASE = insert(_CASE).returning(_CASE.c.id)
_INSERT_TASK = insert(_TASK)
_INSERT_CORRECTION = insert(_CORRECTION)
_INSERT_EVENT = insert(table_of(CaseEvent))
_UPDATE_TASK = (
    update(_TASK)
    .where(_TASK.c.case_id == bindparam("b_case_id"), _TASK.c.no == bindparam("b_no"))
    .values(state=bindparam("state"), outcome=bindparam("outcome"), done_at=bindparam("done_at"))
)
_SET_CHILD = (
    update(_TASK)
    .where(_TASK.c.case_id == bindparam("b_case_id"), _TASK.c.no == bindparam("b_no"))
    .values(child_process=bindparam("child_process"))
)
_RESOLVE = (
    update(_CORRECTION)
    .where(_CORRECTION.c.case_id == bindparam("b_case_id"), _CORRECTION.c.no == bindparam("b_no"))
    .values(resolved_at=bindparam("resolved_at"))
)
_UPDATE_CASE = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("b_id"))
    .values(
        status=bindparam("status"),
        version=bindparam("version"),
        data=bindparam("data"),
        owed_documents=bindparam("owed_documents"),
        updated_at=bindparam("updated_at"),
        ended_at=bindparam("ended_at"),
    )
)
_COMMAND = table_of(CommandLog)
_FIND_COMMAND = select(_COMMAND.c.request_sha256, _COMMAND.c.answer).where(
    _COMMAND.c.actor == bindparam("actor"), _COMMAND.c.command_id == bindparam("command_id")
)
_INSERT_COMMAND = insert(_COMMAND)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case's row, locked by the reader, with the snapshot the engine works on."""

    id: int
    case_no: str
    definition_version_id: int
    unit_id: int
    unit_code: str
    customer_id: int | None
    channel: str
    parent_case_id: int | None
    parent_task_no: int | None
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who did something, under which command, and when it happened and was recorded."""

    actor: str
    command_id: uuid.UUID
    recorded_at: datetime


def lock_ancestors(session: Session, case_id: int) -> None:
    """Lock all cases above this one from the top down, so that two commands never wait for each other."""
    above: list[int] = []
    while (parent_id := session.execute(_PARENT, {"case_id": case_id}).scalar_one_or_none()) is not None:
        above.insert(0, parent_id)
        case_id = parent_id
    for one in above:
        session.execute(_LOCK, {"case_id": one})


def list_running_children(session: Session, case_id: int) -> list[int]:
    """Return the ids of the cases that this one handed over to and that still run."""
    return list(session.execute(_RUNNING_CHILDREN, {"case_id": case_id}).scalars())


def list_parent_nos(session: Session, case: StoredCase) -> list[str]:
    """Return the numbers of the case that handed this one over, of that one's own, and so on."""
    found: list[str] = []
    parent_id = case.parent_case_id
    while parent_id is not None:
        parent = session.execute(_PARENT_NO, {"case_id": parent_id}).one()
        found.append(parent.case_no)
        parent_id = parent.parent_case_id
    return found


def lock_case(session: Session, case_id: int) -> StoredCase:
    """Lock the row and return the case; raises NoResultFound where there is none."""
    return _load(session, _LOCK, case_id)


def read_case(session: Session, case_id: int) -> StoredCase:
    """Return the case without a lock, to look at; raises NoResultFound where there is none."""
    return _load(session, _READ, case_id)


def _load(session: Session, statement: Select[Any], case_id: int) -> StoredCase:
    row = session.execute(statement, {"case_id": case_id}).one()
    tasks = session.execute(_TASKS, {"case_id": case_id}).all()
    corrections = session.execute(_CORRECTIONS, {"case_id": case_id}).all()
    snapshot = Snapshot(
        status=CaseStatus(row.status),
        version=row.version,
        tasks=tuple(
            Task(one.no, one.step, TaskState(one.state), one.opened_at, one.done_at, one.outcome)
            for one in tasks
        ),
        corrections=tuple(
            Correction(one.no, one.item, one.reason, one.resolved_at is not None) for one in corrections
        ),
        owed_documents=frozenset(row.owed_documents),
        children={one.no: one.child_process for one in tasks if one.child_process is not None},
        data=row.data,
    )
    return StoredCase(
        row.id,
        row.case_no,
        row.definition_version_id,
        row.unit_id,
        row.unit_code,
        row.customer_id,
        row.channel,
        row.parent_case_id,
        row.parent_task_no,
        snapshot,
    )


def insert_case(session: Session, values: dict[str, Any]) -> int:
    """Insert the case's row and return its id; ``values`` are the columns."""
    case_id: int = session.execute(_INSERT_CASE, values).scalar_one()
    return case_id


def inherit_from_parent(session: Session, case_id: int) -> None:
    """Give a child case what it shares with its parent: service, contact, place and handler."""
    session.execute(_INHERIT, {"b_case_id": case_id})


def save_events(
    session: Session, case: StoredCase, definition: ProcessDefinition, decision: Decision, stamp: Stamp
) -> None:
    """Write the history and bring the rows to the decision's snapshot. The caller holds the case's lock."""
    case_id, before, after = case.id, case.snapshot, decision.snapshot
    if not decision.events:
        return
    session.execute(
        _INSERT_EVENT,
        [
            {
                "case_id": case_id,
                "seq": before.version + offset,
                "recorded_at": stamp.recorded_at,
                "occurred_at": event.at,
                "kind": event.kind.value,
                "actor": stamp.actor,
                "command_id": stamp.command_id,
                "payload": event.payload,
            }
            for offset, event in enumerate(decision.events, start=1)
        ],
    )
    _save_tasks(session, case, definition, after)
    _save_corrections(session, case_id, before, after, stamp.recorded_at)
    session.execute(
        _UPDATE_CASE,
        {
            "b_id": case_id,
            "status": after.status.value,
            "version": after.version,
            "data": after.data,
            "owed_documents": sorted(after.owed_documents),
            "updated_at": stamp.recorded_at,
            "ended_at": stamp.recorded_at if after.status.is_final else None,
        },
    )


def _save_tasks(session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot) -> None:
    case_id, before = case.id, case.snapshot
    known = len(before.tasks)
    opened = [
        {
            "case_id": case_id,
            "no": task.no,
            "step": task.step,
            "state": task.state.value,
            "outcome": task.outcome,
            "post_kind": definition.step(task.step).by.kind.value,
            "post_key": definition.step(task.step).by.key,
            "unit_id": case.unit_id,
            "queue": definition.step(task.step).queue,
            "service_key": after.data.get("service"),
            "handler_id": _own_handler(definition.step(task.step), after.data),
            "child_process": after.children.get(task.no),
            "opened_at": task.opened_at,
            "done_at": task.done_at,
        }
        for task in after.tasks[known:]
    ]
    closed = [
        {
            "b_case_id": case_id,
            "b_no": new.no,
            "state": new.state.value,
            "outcome": new.outcome,
            "done_at": new.done_at,
        }
        for old, new in zip(before.tasks, after.tasks, strict=False)
        if old != new
    ]
    ended = [
        {"b_case_id": case_id, "b_no": no, "child_process": None}
        for no in sorted(before.children.keys() - after.children.keys())
    ]
    if opened:
        session.execute(_INSERT_TASK, opened)
    if closed:
        session.connection().execute(_UPDATE_TASK, closed)
    if ended:
        session.connection().execute(_SET_CHILD, ended)


def _own_handler(step: Step, data: Mapping[str, Any]) -> int | None:
    """Return whose own list the task joins: that of the handler, for his steps and those he waits for."""
    if step.queue == "mine" or step.by.key in PERSONAL_POSTS:
        return data.get(HANDLER_FIELD)
    return None


def _save_corrections(
    session: Session, case_id: int, before: Snapshot, after: Snapshot, at: datetime
) -> None:
    known = len(before.corrections)
    asked = [
        {"case_id": case_id, "no": one.no, "item": one.item, "reason": one.reason, "asked_at": at}
        for one in after.corrections[known:]
    ]
    resolved = [
        {"b_case_id": case_id, "b_no": new.no, "resolved_at": at}
        for old, new in zip(before.corrections, after.corrections, strict=False)
        if new.resolved and not old.resolved
    ]
    if asked:
        session.execute(_INSERT_CORRECTION, asked)
    if resolved:
        session.connection().execute(_RESOLVE, resolved)


def find_command(session: Session, stamp: Stamp) -> tuple[bytes, dict[str, Any]] | None:
    """Return the request's hash and the answer of a command already carried out, or None."""
    row = session.execute(_FIND_COMMAND, {"actor": stamp.actor, "command_id": stamp.command_id}).one_or_none()
    return None if row is None else (row.request_sha256, row.answer)


def insert_command(session: Session, stamp: Stamp, request_sha256: bytes, answer: dict[str, Any]) -> None:
    """Keep the answer; raises IntegrityError where a twin of the command was faster."""
    session.execute(
        _INSERT_COMMAND,
        {
            "actor": stamp.actor,
            "command_id": stamp.command_id,
            "request_sha256": request_sha256,
            "answer": answer,
            "recorded_at": stamp.recorded_at,
        },
    )


def list_events(session: Session, case_id: int) -> tuple[Event, ...]:
    """Return the whole history, oldest first."""
    rows = session.execute(
        select(CaseEvent.kind, CaseEvent.occurred_at, CaseEvent.payload)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.seq)
    )
    return tuple(Event(EventKind(row.kind), row.occurred_at, row.payload) for row in rows)
