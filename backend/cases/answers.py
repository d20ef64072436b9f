"""What a customer is told of how a matter was handled, once the process says so: 处理结果 and 答复.

An outcome of the process names what it tells: the result that was recorded up to there, its own words, or
what the forms of the case say in fields that are meant for the customer. Nothing else of a step's form or
words is ever shown: silence means no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, text
from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch
from backend.cases.commands import ASKED_DATA
from backend.cases.document_rows import list_filled
from backend.cases.form_sealing import open_value
from backend.cases.progress import Line
from backend.catalogue.definition import TellsCustomer
from backend.catalogue.field_checks import is_empty
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.statements import Prepared

_RESULT = ASKED_DATA["result"]
_LABELS = {TellsCustomer.RESULT: "处理结果", TellsCustomer.REASON: "回复"}
# In the order in which they were written, so that what was recorded last stands for a step that comes later.
_EVENTS = Prepared(
    text(
        "SELECT case_id, occurred_at, payload->>'task' AS task_no, payload->>'reason' AS reason,"
        " payload->'data'->>'result' AS result FROM case_event"
        " WHERE case_id = ANY(:case_ids)"
        " AND (kind = 'task_done' OR (kind = 'data_changed' AND payload->'data' ? 'result'))"
        " ORDER BY case_id, seq"
    ).bindparams(bindparam("case_ids", type_=ARRAY(BigInteger)))
)


class Answer(NamedTuple):
    """One thing that the customer is told."""

    label: str
    text: str
    at: datetime


class _Telling(NamedTuple):
    """A step that was done with an outcome that tells its customer something."""

    case_id: int
    task_no: int
    tells: tuple[TellsCustomer, ...]


def read_answers(
    session: Session, branch: Branch, line: Line, definitions: DefinitionStore, keys: KeyRing
) -> list[dict[str, Any]]:
    """Return ``{label, text, at}`` of all that the customer is told of, oldest first; most cases tell nothing
    yet, and then nothing is asked."""
    tellings = list(_list_tellings(branch, line))
    if not tellings:
        return []
    events = _EVENTS.all(session, {"case_ids": sorted({one.case_id for one in tellings})})
    fields = {
        case_id: _read_fields(session, case_id, definitions, keys)
        for case_id in sorted({one.case_id for one in tellings if TellsCustomer.FORM in one.tells})
    }
    answers = sorted(_write_answers(tellings, events, fields), key=lambda one: one.at)
    # Whoever copies the answer of the form into the words of the reply has not given two.
    told = {one.text: one for one in reversed(answers)}
    return [
        {"label": one.label, "text": one.text, "at": one.at.isoformat()}
        for one in answers
        if told[one.text] is one
    ]


def _list_tellings(branch: Branch, line: Line) -> Iterator[_Telling]:
    """Yield the last telling of each step of the case and of what it handed over, but not of parts beside."""
    definition, last = line.definition, dict[str, _Telling]()
    for task in line.snapshot.tasks:
        way = definition.step(task.step).outcome(task.outcome) if task.outcome else None
        if way is not None and way.tells_customer:
            last[task.step] = _Telling(branch.id, task.no, way.tells_customer)
        if task.no in line.children and task.step not in definition.steps_beside:
            yield from _list_tellings(branch.children[task.no], line.children[task.no])
    yield from last.values()


def _write_answers(
    tellings: Iterable[_Telling], events: Sequence[Row[Any]], fields: Mapping[int, Sequence[tuple[str, str]]]
) -> Iterator[Answer]:
    told = {(one.case_id, one.task_no): one for one in tellings}
    results: dict[int, str] = {}
    for event in events:
        if event.task_no is None:
            results[event.case_id] = event.result or ""
            continue
        telling = told.get((event.case_id, int(event.task_no)))
        for what in telling.tells if telling is not None else ():
            match what:
                case TellsCustomer.FORM:
                    found = fields[event.case_id]
                case TellsCustomer.RESULT:
                    found = [(_LABELS[what], results.get(event.case_id, ""))]
                case TellsCustomer.REASON:
                    found = [(_LABELS[what], event.reason or "")]
            yield from (
                Answer(label, words.strip(), event.occurred_at) for label, words in found if words.strip()
            )


def _read_fields(
    session: Session, case_id: int, definitions: DefinitionStore, keys: KeyRing
) -> list[tuple[str, str]]:
    """Return what the forms that count say in fields meant for the customer, with what these are called."""
    found: dict[str, str] = {}
    for row in list_filled(session, case_id):
        if row.state != "filled":
            continue
        for field in definitions.get_form(session, row.form_version_id).fields:
            value = (row.content or {}).get(field.key)
            if field.told_as and not is_empty(value):
                found[field.told_as] = str(open_value(keys, field.key, value))
    return list(found.items())
