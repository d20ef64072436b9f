"""What a step of the customer tells of the forms before it, in plain words: the hazards, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.case_tree import Branch
from backend.cases.document_prefill import tell, tell_picked
from backend.cases.filled_documents import FilledDocument
from backend.cases.form_sealing import open_values
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.forms import FieldType
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.local_time import format_day
from backend.core.statements import Prepared

# What was said with the outcome by which a task was left.
_LEFT = Prepared(
    text(
        "SELECT payload->>'outcome' AS outcome, payload->>'reason' AS words FROM case_event"
        " WHERE case_id = :case_id AND kind = 'task_done' AND payload->'task' = to_jsonb(CAST(:task AS int))"
        " ORDER BY seq DESC LIMIT 1"
    )
)


def list_told(
    session: Session, definition: ProcessDefinition, snapshot: Snapshot, document: FilledDocument
) -> list[dict[str, str]]:
    """Return label and text of what the customer's open steps tell of a document, none where they do not.

    The words with which staff led the case there come last, under the name that the outcome gives them.
    """
    steps = [definition.step(task.step) for task in snapshot.open_tasks]
    shown = {key for one in steps for key in one.customer.shows}
    told = list(_list_fields(document, shown)) if shown else []
    if told:
        opened = {one.key for one in steps if one.customer.shows}
        told += _list_words(session, definition, document, opened)
    return told


def tell_briefly(session: Session, definitions: DefinitionStore, keys: KeyRing, branch: Branch) -> str:
    """Return in one line the first of what the open steps show, as the hazards; most cases ask nothing."""
    process = definitions.get(session, branch.definition_version_id)
    shown = [key for one in branch.snapshot.open_tasks for key in process.step(one.step).customer.shows]
    if shown:
        return tell_filled(session, definitions, keys, branch.id, shown[0])
    return next(
        (said for one in branch.children.values() if (said := tell_briefly(session, definitions, keys, one))),
        "",
    )


def tell_filled(session: Session, definitions: DefinitionStore, keys: KeyRing, case_id: int, key: str) -> str:
    """Return in one line what was filled in last under ``key`` in a form of the case that still counts."""
    for row in reversed(document_rows.list_filled(session, case_id)):
        form = definitions.get_form(session, row.form_version_id)
        if row.state == "filled" and form.field(key) is not None:
            said = str(tell(tell_picked(form, open_values(keys, row.content)).get(key, "")))
            return "；".join(line.strip() for line in said.splitlines() if line.strip())
    return ""


def _list_fields(document: FilledDocument, shown: set[str]) -> Iterator[dict[str, str]]:
    values = tell_picked(document.form, document.values)
    for one in document.form.fields:
        if one.key in shown and one.key in values:
            words = tell(values[one.key])
            if one.type is FieldType.DATE:
                words = f"{format_day(date.fromisoformat(words))}（当天也算）"
            yield {"label": one.label, "text": str(words)}


def _list_words(
    session: Session, definition: ProcessDefinition, document: FilledDocument, opened: set[str]
) -> Iterator[dict[str, str]]:
    asked = {"case_id": document.case.id, "task": document.row.task_no}
    left = _LEFT.first(session, asked)
    outcome = None if left is None else definition.step(document.row.step).outcome(left.outcome)
    if left is not None and left.words and outcome is not None and opened & set(outcome.to):
        yield {"label": outcome.reason_label or "说明", "text": left.words}
