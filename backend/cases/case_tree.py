"""Reading cases without a lock: one prebuilt statement brings a case with all that its customer may see.

One statement also means one moment: version, tasks and corrections always fit each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from backend.cases.progress import Line
from backend.cases.snapshot import CaseStatus, Correction, Snapshot, Task, TaskState
from backend.catalogue.definition import ProcessDefinition
from backend.core.statements import Prepared


def _tasks_of(case: str) -> str:
    return f"""(
  SELECT jsonb_agg(jsonb_build_array(t.no, t.step, t.state, t.outcome, t.opened_at, t.done_at, t.due_at)
                   ORDER BY t.no)
    FROM case_task t WHERE t.case_id = {case}.id) AS tasks"""


_CHILDREN = f"""
SELECT k.id, k.parent_case_id, k.parent_task_no, k.definition_version_id, k.status, k.version, k.data,
  k.handler_id, EXISTS (SELECT FROM service_case g WHERE g.parent_case_id = k.id) AS has_children,
  {_tasks_of("k")}
  FROM service_case k
"""
_COLUMNS = f"""
SELECT c.id, c.case_no, c.definition_version_id, c.status, c.version, c.data, c.form, c.form_version_id,
  c.service_key, c.owed_documents, c.community, c.building, c.handler_id, c.opened_at, c.updated_at,
  c.urged_at, c.erased_at,
  r.stars, r.tags, r.words_sealed, {_tasks_of("c")},
  (SELECT jsonb_agg(jsonb_build_array(n.no, n.item, n.reason, n.resolved_at IS NOT NULL) ORDER BY n.no)
     FROM case_correction n WHERE n.case_id = c.id) AS corrections,
  (SELECT jsonb_agg(to_jsonb(below)) FROM ({_CHILDREN} WHERE k.parent_case_id = c.id) below) AS children
  FROM service_case c LEFT JOIN case_rating r ON r.case_id = c.id
 WHERE """
_OWN = "c.customer_id = :customer_id AND c.parent_case_id IS NULL"
_ONE = Prepared(text(f"{_COLUMNS}{_OWN} AND c.case_no = :case_no"))
_BY_ID = Prepared(text(f"{_COLUMNS}c.id = :case_id"))
_BELOW = text(_CHILDREN + " WHERE k.parent_case_id = ANY(:parents)")
_BRANCHES = text(_CHILDREN + " WHERE k.id = ANY(:ids)")
# A number that is foreign or unknown gives NULL, and then nothing follows.
_AFTER = """
   AND (CAST(:after AS text) IS NULL
        OR c.id < (SELECT a.id FROM service_case a WHERE a.case_no = :after AND a.customer_id = :customer_id))
 ORDER BY c.id DESC LIMIT :limit
"""
_PAGES = {
    "open": text(_COLUMNS + _OWN + " AND c.status = 'open'" + _AFTER),
    "ended": text(_COLUMNS + _OWN + " AND c.status <> 'open'" + _AFTER),
    "all": text(_COLUMNS + _OWN + _AFTER),
}
# Few cases wait for their customer, however many there are above each: they are looked for from below.
_WAITING = text(
    """
WITH RECURSIVE waiting (id, parent_case_id) AS (
  SELECT w.id, w.parent_case_id FROM service_case w
   WHERE w.id = ANY(:signing)
      OR w.customer_id = :customer_id AND w.status = 'open' AND (w.data->>'appointment_id' IS NOT NULL
     OR EXISTS (SELECT FROM case_task t WHERE t.case_id = w.id AND t.state = 'open'
        AND (t.post_kind = 'customer' OR t.step = 'set_off')))
  UNION SELECT p.id, p.parent_case_id FROM service_case p JOIN waiting ON p.id = waiting.parent_case_id
)"""
    + _COLUMNS
    + _OWN
    + """
   AND c.status = 'open'
   AND (c.owed_documents <> '{}'
        OR (c.service_key = ANY(:proving) AND c.data->'identity_proof' IS NULL
            AND c.data->'identity_by_person' IS NULL)
        OR c.id IN (SELECT id FROM waiting))
 ORDER BY c.id DESC LIMIT :limit
"""
)
_COUNT_OPEN = text(
    "SELECT count(*) FROM service_case"
    " WHERE customer_id = :customer_id AND parent_case_id IS NULL AND status = 'open'"
)

# A row of this statement, or a child within one.
Row = RowMapping | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Branch:
    """A case as its progress needs it: the snapshot, when each task is due, and what it handed over to.

    ``children`` has the branch behind each task that waits, or waited, for another process; the snapshot
    itself names none.
    """

    id: int
    definition_version_id: int
    snapshot: Snapshot
    due_at: Mapping[int, datetime]
    handler_id: int | None
    children: Mapping[int, Branch]


@dataclass(frozen=True, slots=True)
class CaseTree:
    """A customer's case, with its form at rest and the branches below."""

    case_no: str
    branch: Branch
    service_key: str | None
    form_version_id: int | None
    form: Mapping[str, Any]
    community: str
    building: str
    opened_at: datetime
    updated_at: datetime
    urged_at: datetime | None
    erased_at: datetime | None
    stars: int | None
    tags: Sequence[str]
    words_sealed: str | None


def list_branches(branch: Branch) -> Iterator[Branch]:
    """Return the branch, and then all below it in the order of the tasks that handed over."""
    yield branch
    for number in sorted(branch.children):
        yield from list_branches(branch.children[number])


def follow(branch: Branch, path: Iterable[int]) -> Branch:
    """Return what stands at the end of ``path``: the tasks that handed over, from above."""
    for number in path:
        branch = branch.children[number]
    return branch


def make_line(branch: Branch, find_definition: Callable[[int], ProcessDefinition]) -> Line:
    """Return the case with all below it as a line to look at, without guards for what can be done."""
    below = {number: make_line(child, find_definition) for number, child in branch.children.items()}
    return Line(find_definition(branch.definition_version_id), branch.snapshot, branch.due_at, below)


def read_tree(session: Session, customer_id: int, case_no: str) -> CaseTree | None:
    """Return the customer's case with this number, or None where it is missing or another's."""
    row = _ONE.first(session, {"customer_id": customer_id, "case_no": case_no})
    return None if row is None else _build_tree(session, row._asdict())


def read_tree_by_id(session: Session, case_id: int) -> CaseTree:
    """Return the case with this id, whoever's it is; the caller has checked who may see it."""
    return _build_tree(session, _BY_ID.one(session, {"case_id": case_id})._asdict())


def read_branches(session: Session, case_ids: Iterable[int]) -> dict[int, Branch]:
    """Return these cases by id with all below them; of their corrections and owed papers nothing is read."""
    rows = session.execute(_BRANCHES, {"ids": sorted(case_ids)}).mappings().all()
    return {branch.id: branch for _, branch in _build_each(session, rows)}


def list_trees(
    session: Session, customer_id: int, which: str, after: str | None, limit: int
) -> list[CaseTree]:
    """Return the customer's cases, newest first; ``which`` is open, ended or all, ``after`` a case number."""
    rows = session.execute(_PAGES[which], {"customer_id": customer_id, "after": after, "limit": limit})
    return [_build_tree(session, row) for row in rows.mappings()]


def list_waiting_trees(
    session: Session, customer_id: int, limit: int, proving: Sequence[str] = (), signing: Iterable[int] = ()
) -> list[CaseTree]:
    """Return the customer's open cases in which something waits for the customer, or may: those with a visit
    that is booked, those of the services ``proving`` until it is proven who the customer is, and those that
    are or handed over to one of the cases ``signing``."""
    asked = {"customer_id": customer_id, "limit": limit, "proving": list(proving), "signing": list(signing)}
    rows = session.execute(_WAITING, asked)
    return [_build_tree(session, row) for row in rows.mappings()]


def count_open(session: Session, customer_id: int) -> int:
    """Return how many of the customer's cases are open."""
    counted: int = session.execute(_COUNT_OPEN, {"customer_id": customer_id}).scalar_one()
    return counted


def _build_tree(session: Session, row: Row) -> CaseTree:
    children = _build_children(session, row["children"] or ())
    branch = _build_branch(row, children, row["corrections"] or (), row["owed_documents"])
    return CaseTree(
        case_no=row["case_no"],
        branch=branch,
        service_key=row["service_key"],
        form_version_id=row["form_version_id"],
        form=row["form"],
        community=row["community"] or "",
        building=row["building"] or "",
        opened_at=row["opened_at"],
        updated_at=row["updated_at"],
        urged_at=row["urged_at"],
        erased_at=row["erased_at"],
        stars=row["stars"],
        tags=row["tags"] or (),
        words_sealed=row["words_sealed"],
    )


def _build_children(session: Session, rows: Sequence[Row]) -> dict[int, Branch]:
    return {row["parent_task_no"]: branch for row, branch in _build_each(session, rows)}


def _build_each(session: Session, rows: Sequence[Row]) -> Iterator[tuple[Row, Branch]]:
    """Hardly any child hands over itself; only where one did, another look is needed."""
    grown: dict[int, list[Row]] = {row["id"]: [] for row in rows if row["has_children"]}
    if grown:
        for below in session.execute(_BELOW, {"parents": list(grown)}).mappings():
            grown[below["parent_case_id"]].append(below)
    for row in rows:
        yield row, _build_branch(row, _build_children(session, grown.get(row["id"], ())))


def _build_branch(
    row: Row,
    children: Mapping[int, Branch],
    corrections: Sequence[Sequence[Any]] = (),
    owed: Sequence[str] = (),
) -> Branch:
    tasks: list[Task] = []
    due_at: dict[int, datetime] = {}
    for no, step, state, outcome, opened, done, due in row["tasks"] or ():
        tasks.append(
            Task(
                no,
                step,
                TaskState(state),
                datetime.fromisoformat(opened),
                None if done is None else datetime.fromisoformat(done),
                outcome,
            )
        )
        if due is not None:
            due_at[no] = datetime.fromisoformat(due)
    snapshot = Snapshot(
        status=CaseStatus(row["status"]),
        version=row["version"],
        tasks=tuple(tasks),
        corrections=tuple(Correction(*one) for one in corrections),
        owed_documents=frozenset(owed),
        data=row["data"],
    )
    return Branch(row["id"], row["definition_version_id"], snapshot, due_at, row["handler_id"], children)
