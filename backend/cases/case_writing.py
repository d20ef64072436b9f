"""Writing a decision down: history, tasks, corrections and the case's row, in one statement.

One statement because a command's cost is mostly its round trips: sent one by one, these would be half of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from backend.cases.commands import ASKED_DATA, PERSONAL_POSTS, Decision
from backend.cases.deadline_writing import save_deadlines
from backend.cases.deadlines import Deadline, DuePlan
from backend.cases.repository import Stamp, StoredCase
from backend.cases.snapshot import EventKind, Snapshot, Task
from backend.catalogue.definition import ActorKind, ProcessDefinition, Step
from backend.core.json_text import dump_json
from backend.core.statements import Prepared

HANDLER_FIELD = ASKED_DATA["handler"]
# Complaints from this level on stand in queues where classified customers do, before what is ordinary.
GRAVE_LEVEL = 2
_SAVE = Prepared(
    text(
        """
    WITH history AS (
      INSERT INTO case_event (case_id, seq, recorded_at, occurred_at, kind, actor, command_id, payload)
      SELECT :case_id, e.seq, :at, e.occurred_at, e.kind, :actor, :command_id, e.payload
      FROM jsonb_to_recordset(CAST(:events AS jsonb))
        AS e(seq int, occurred_at timestamptz, kind text, payload jsonb)
    ), opened AS (
      INSERT INTO case_task (case_id, no, step, state, outcome, post_kind, post_key, unit_id, queue,
        service_key, handler_id, child_process, opened_at, done_at, limit_no, due_at, warn_at, due_is_guess,
        calendar_version, is_vip)
      SELECT :case_id, t.no, t.step, t.state, t.outcome, t.post_kind, t.post_key, :unit_id, t.queue,
        :service_key, t.handler_id, t.child_process, t.opened_at, t.done_at, t.limit_no, t.due_at, t.warn_at,
        t.due_is_guess, t.calendar_version,
        :is_grave OR (SELECT customer_class IS NOT NULL FROM service_case WHERE id = :case_id)
      FROM jsonb_to_recordset(CAST(:opened AS jsonb))
        AS t(no int, step text, state text, outcome text, post_kind text, post_key text, queue text,
             handler_id bigint, child_process text, opened_at timestamptz, done_at timestamptz, limit_no int,
             due_at timestamptz, warn_at timestamptz, due_is_guess boolean, calendar_version int)
    ), moved AS (
      UPDATE case_task t
      SET state = m.state, outcome = m.outcome, done_at = m.done_at, child_process = m.child_process
      FROM jsonb_to_recordset(CAST(:moved AS jsonb))
        AS m(no int, state text, outcome text, done_at timestamptz, child_process text)
      WHERE t.case_id = :case_id AND t.no = m.no
    ), asked AS (
      INSERT INTO case_correction (case_id, no, item, reason, asked_at)
      SELECT :case_id, c.no, c.item, c.reason, :at
      FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS c(no int, item text, reason text)
    ), resolved AS (
      UPDATE case_correction SET resolved_at = :at WHERE case_id = :case_id AND no = ANY(:resolved)
    )
    UPDATE service_case
    SET status = :status, version = :version, data = CAST(:data AS jsonb), owed_documents = :owed_documents,
        updated_at = :at, ended_at = :ended_at
    WHERE id = :case_id
    """
    ).bindparams(
        bindparam("case_id", type_=BigInteger),
        bindparam("unit_id", type_=BigInteger),
        bindparam("service_key", type_=Text),
        bindparam("actor", type_=Text),
        bindparam("command_id", type_=Uuid),
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("ended_at", type_=DateTime(timezone=True)),
        bindparam("status", type_=Text),
        bindparam("version", type_=Integer),
        bindparam("is_grave", type_=Boolean),
        bindparam("resolved", type_=ARRAY(Integer)),
        bindparam("owed_documents", type_=ARRAY(Text)),
    )
)


def save_decision(
    session: Session,
    case: StoredCase,
    definition: ProcessDefinition,
    decision: Decision,
    due: DuePlan,
    stamp: Stamp,
) -> None:
    """Write the history and bring the rows to the decision's snapshot. The caller holds the case's lock."""
    if not decision.events:
        return
    before, after = case.snapshot, decision.snapshot
    events = [
        {
            "seq": seq,
            "occurred_at": event.at.isoformat(),
            "kind": event.kind.value,
            "payload": event.payload,
        }
        for seq, event in enumerate(decision.events, start=before.version + 1)
    ]
    asked = [
        {"no": one.no, "item": one.item, "reason": one.reason}
        for one in after.corrections[len(before.corrections) :]
    ]
    _SAVE.execute(
        session,
        {
            "case_id": case.id,
            "unit_id": case.unit_id,
            "service_key": after.data.get("service"),
            "actor": stamp.actor,
            "command_id": stamp.command_id,
            "at": stamp.recorded_at,
            "events": dump_json(events),
            "opened": dump_json(_list_opened(definition, before, after, due)),
            "moved": dump_json(_list_moved(before, after)),
            "asked": dump_json(asked),
            "resolved": [
                new.no
                for old, new in zip(before.corrections, after.corrections, strict=False)
                if new.resolved and not old.resolved
            ],
            "status": after.status.value,
            "version": after.version,
            "is_grave": int(after.data.get("complaint_level") or 0) >= GRAVE_LEVEL,
            "data": json.dumps(after.data),
            "owed_documents": sorted(after.owed_documents),
            "ended_at": stamp.recorded_at if after.status.is_final else None,
        },
    )
    # What is new came with its deadline; what stood before may have been given another.
    older = {task.no: due.deadlines[task.no] for task in before.tasks if task.no in due.deadlines}
    is_extended = bool(older) and decision.events[0].kind is EventKind.LIMIT_EXTENDED
    why = "extended" if is_extended else "case_moved"
    save_deadlines(session, case.id, DuePlan(due.calendar_version, older), why, stamp.recorded_at)


def _list_opened(
    definition: ProcessDefinition, before: Snapshot, after: Snapshot, due: DuePlan
) -> list[dict[str, Any]]:
    return [
        {
            **_write_state(task, after),
            **_write_place(definition.step(task.step), after),
            **_write_deadline(due.deadlines.get(task.no), due.calendar_version),
            "opened_at": task.opened_at.isoformat(),
        }
        for task in after.tasks[len(before.tasks) :]
    ]


def _write_place(step: Step, after: Snapshot) -> dict[str, Any]:
    return {
        "step": step.key,
        "post_kind": step.by.kind.value,
        "post_key": step.by.key,
        "queue": step.queue,
        "handler_id": _own_handler(step, after.data),
    }


def _write_deadline(deadline: Deadline | None, calendar_version: int) -> dict[str, Any]:
    if deadline is None:
        return {"due_is_guess": False}
    return {
        "limit_no": deadline.limit_no,
        "due_at": deadline.due_at.isoformat() if deadline.due_at else None,
        "warn_at": deadline.warn_at.isoformat() if deadline.warn_at else None,
        "due_is_guess": deadline.is_guess,
        "calendar_version": calendar_version,
    }


def _list_moved(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Return the tasks that are no longer as they were, among them those whose other process has ended."""
    ended = before.children.keys() - after.children.keys()
    return [
        _write_state(new, after)
        for old, new in zip(before.tasks, after.tasks, strict=False)
        if old != new or new.no in ended
    ]


def _write_state(task: Task, after: Snapshot) -> dict[str, Any]:
    return {
        "no": task.no,
        "state": task.state.value,
        "outcome": task.outcome,
        "done_at": task.done_at.isoformat() if task.done_at else None,
        "child_process": after.children.get(task.no),
    }


def _own_handler(step: Step, data: Mapping[str, Any]) -> int | None:
    """Return whose own list the task joins: that of the case's handler.

    There stand the handler's steps, those the handler waits for, and a department's: on the way to a visit
    its own people do what the department is asked, unless it is to choose a handler. Of a department's step
    that hands over, what it handed over to stands there, and not the waiting for it.
    """
    of_department = step.by.kind is ActorKind.DEPARTMENT and not (step.chooses_handler or step.children)
    if of_department or step.queue == "mine" or step.by.key in PERSONAL_POSTS:
        return data.get(HANDLER_FIELD)
    return None
