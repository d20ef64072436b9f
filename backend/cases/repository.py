"""Reading and writing cases: prebuilt statements, one round trip each, no rule in here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Update, bindparam, select, text, update
from sqlalchemy.orm import Session

from backend.cases.models import CaseEvent, CommandLog, ServiceCase
from backend.cases.snapshot import CaseStatus, Correction, Event, EventKind, Snapshot, Task, TaskState
from backend.core.database import table_of
from backend.core.json_text import dump_json
from backend.core.outbox import INSERT_PROMISES
from backend.core.statements import Prepared
from backend.customers.classes import CLASS_OF_CUSTOMER

_CASE = table_of(ServiceCase)


def _read(where: str, locks: bool) -> Prepared:
    """Return the statement that reads a case with its tasks and corrections.

    What stands beside a row that had to be waited for is older than the row; ``seen_version`` tells.
    """
    return Prepared(
        text(
            f"""
            SELECT c.id, c.case_no, c.definition_version_id, c.unit_id, c.unit_code, c.customer_id, c.channel,
              c.parent_case_id, c.parent_task_no, c.status, c.version, c.owed_documents, c.data,
              (SELECT v.version FROM service_case v WHERE v.id = c.id) AS seen_version,
              (SELECT json_agg(json_build_array(no, step, state, opened_at, done_at, outcome, child_process)
                               ORDER BY no) FROM case_task WHERE case_id = c.id) AS tasks,
              (SELECT json_agg(json_build_array(no, item, reason, resolved_at IS NOT NULL) ORDER BY no)
               FROM case_correction WHERE case_id = c.id) AS corrections
            FROM service_case c WHERE {where} {"FOR UPDATE OF c" if locks else ""}
            """
        ).bindparams(bindparam("case_id", type_=BigInteger))
    )


_READ = _read("c.id = :case_id", locks=False)
_LOCK = _read("c.id = :case_id", locks=True)
_LOCK_ROOT = _read("c.id = :case_id AND c.parent_case_id IS NULL", locks=True)
# A case's parent never changes, so it can be read without a lock.
_PARENT = select(_CASE.c.parent_case_id).where(_CASE.c.id == bindparam("case_id"))
_PARENT_NO = select(_CASE.c.case_no, _CASE.c.parent_case_id).where(_CASE.c.id == bindparam("case_id"))
_RUNNING_CHILDREN = Prepared(
    select(_CASE.c.id)
    .where(_CASE.c.parent_case_id == bindparam("case_id"), _CASE.c.status == CaseStatus.OPEN.value)
    .order_by(_CASE.c.id)
)
# Whom a case is about and where, beside its form.
CONTACT_AND_PLACE = (
    "contact_name_sealed", "contact_name_index", "contact_phone_sealed", "contact_phone_index", "region",
    "street", "community", "building", "place_lat", "place_lng", "place_source",
)  # fmt: skip
# What a child case shares with its parent, so that lists and look-ups need no second row.
_SHARED = ("service_key", "form_version_id", *CONTACT_AND_PLACE)
_PARENT_CASE = _CASE.alias("parent_case")


def _inherit(shared: tuple[str, ...]) -> Update:
    return (
        update(_CASE)
        .where(_CASE.c.id == bindparam("b_case_id"), _PARENT_CASE.c.id == _CASE.c.parent_case_id)
        .values({name: _PARENT_CASE.c[name] for name in shared})
    )


_INHERIT, _INHERIT_WITH_HANDLER = _inherit(_SHARED), _inherit((*_SHARED, "handler_id"))
# As text, because an insert that minds conflicts is compiled anew each time.
_CASE_COLUMNS = [
    one
    for one in _CASE.c
    if one.server_default is None and one.identity is None and one.name != "customer_class"
]
_INSERT_CASE = Prepared(
    text(
        f"INSERT INTO service_case ({', '.join(one.name for one in _CASE_COLUMNS)}, customer_class)"
        f" VALUES ({', '.join(':' + one.name for one in _CASE_COLUMNS)}, {CLASS_OF_CUSTOMER})"
        " ON CONFLICT (case_no) DO NOTHING RETURNING id"
    ).bindparams(*(bindparam(one.name, type_=one.type) for one in _CASE_COLUMNS))
)
_NO_VALUES = {one.name: None for one in _CASE_COLUMNS}
_COMMAND = table_of(CommandLog)
_FIND_COMMAND = select(_COMMAND.c.request_sha256, _COMMAND.c.answer).where(
    _COMMAND.c.actor == bindparam("actor"), _COMMAND.c.command_id == bindparam("command_id")
)
# What the command promises goes out with it.
_INSERT_COMMAND = Prepared(
    text(
        f"WITH promised AS ({INSERT_PROMISES})"
        " INSERT INTO command_log (actor, command_id, request_sha256, answer, recorded_at)"
        " VALUES (:actor, :command_id, :request_sha256, :answer, :recorded_at)"
    ).bindparams(*(bindparam(one.name, type_=one.type) for one in _COMMAND.c))
)


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
        _LOCK.one(session, {"case_id": one})


def list_running_children(session: Session, case_id: int) -> list[int]:
    """Return the ids of the cases that this one handed over to and that still run."""
    return [row.id for row in _RUNNING_CHILDREN.all(session, {"case_id": case_id})]


def list_parent_nos(session: Session, case: StoredCase) -> list[str]:
    """Return the numbers of the case that handed this one over, of that one's own, and so on."""
    found: list[str] = []
    parent_id = case.parent_case_id
    while parent_id is not None:
        parent = session.execute(_PARENT_NO, {"case_id": parent_id}).one()
        found.append(parent.case_no)
        parent_id = parent.parent_case_id
    return found


def lock_root(session: Session, case_id: int) -> StoredCase | None:
    """Lock the row of a case that has none above it and return the case, or None where it has one."""
    row = _LOCK_ROOT.first(session, {"case_id": case_id})
    return None if row is None else _complete(session, row)


def lock_case(session: Session, case_id: int) -> StoredCase:
    """Lock the row and return the case; raises NoResultFound where there is none."""
    return _complete(session, _LOCK.one(session, {"case_id": case_id}))


def read_case(session: Session, case_id: int) -> StoredCase:
    """Return the case without a lock, to look at; raises NoResultFound where there is none."""
    return _complete(session, _READ.one(session, {"case_id": case_id}))


def _complete(session: Session, row: Any) -> StoredCase:  # noqa: ANN401 - a named tuple
    if row.version != row.seen_version:
        # Somebody else had the lock; now that it is ours, all of it can be read as it stands.
        row = _READ.one(session, {"case_id": row.id})
    children: dict[int, str] = {}
    opened: list[Task] = []
    for no, step, state, opened_at, done_at, outcome, child_process in row.tasks or ():
        done = None if done_at is None else datetime.fromisoformat(done_at)
        opened.append(Task(no, step, TaskState(state), datetime.fromisoformat(opened_at), done, outcome))
        if child_process is not None:
            children[no] = child_process
    snapshot = Snapshot(
        status=CaseStatus(row.status),
        version=row.version,
        tasks=tuple(opened),
        corrections=tuple(Correction(*one) for one in row.corrections or ()),
        owed_documents=frozenset(row.owed_documents),
        children=children,
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


def insert_case(session: Session, values: dict[str, Any]) -> int | None:
    """Insert the case with ``values`` as columns and return its id, or None where its number is taken."""
    sent = {**_NO_VALUES, **values, "data": Jsonb(values["data"]), "form": Jsonb(values["form"])}
    case_id: int | None = _INSERT_CASE.scalar(session, sent)
    return case_id


def inherit_from_parent(session: Session, case_id: int, with_handler: bool) -> None:
    """Give a child case what it shares with its parent: service, contact, place and mostly the handler."""
    session.execute(_INHERIT_WITH_HANDLER if with_handler else _INHERIT, {"b_case_id": case_id})


def find_command(session: Session, stamp: Stamp) -> tuple[bytes, dict[str, Any]] | None:
    """Return the request's hash and the answer of a command already carried out, or None."""
    row = session.execute(_FIND_COMMAND, {"actor": stamp.actor, "command_id": stamp.command_id}).one_or_none()
    return None if row is None else (row.request_sha256, row.answer)


def insert_command(
    session: Session,
    stamp: Stamp,
    request_sha256: bytes,
    answer: dict[str, Any],
    promised: list[dict[str, Any]],
) -> None:
    """Keep the answer and what was promised; raises IntegrityError where a twin of the command was faster."""
    _INSERT_COMMAND.execute(
        session,
        {
            "actor": stamp.actor,
            "command_id": stamp.command_id,
            "request_sha256": request_sha256,
            "answer": dump_json(answer),
            "recorded_at": stamp.recorded_at,
            "promises": dump_json(promised),
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
