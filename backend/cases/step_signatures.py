"""The customer's signature that an outcome asks for, on the slip of the same step: drawn once, it is both.

A step without a form of its own may name the one whose slip it ``signs``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.commands import ASKED_DATA, SIGNED_BY_CODE, AvailableAction
from backend.cases.document_signing import DocumentSigning, Signing
from backend.cases.filled_documents import CUSTOMER_PARTY, FilledDocument
from backend.cases.repository import Stamp, StoredCase
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition, Step
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore

ASKED = "signature"


@dataclass(frozen=True, slots=True)
class Slip:
    """A step's filled form with a place for the customer; ``drawn`` is the picture that stands there.

    ``is_signed`` is true as well where the customer signed it by a code, which leaves no picture.
    """

    form: Form
    row: Row[Any]
    signer: str
    is_signed: bool
    drawn: str | None


def find_slip(
    session: Session, definitions: DefinitionStore, case_id: int, task_no: int, *, locks: bool = False
) -> Slip | None:
    """Return the form of the task that the customer signs, or None where there is none to be signed."""
    row = document_rows.find_document(session, case_id, task_no, locks=locks)
    if row is None or row.state != "filled":
        return None
    form = definitions.get_form(session, row.form_version_id)
    signers = (one["key"] for one in form.body.get("signers", ()) if one["party"] == CUSTOMER_PARTY)
    signer = next(signers, None)
    if signer is None:
        return None
    given = document_rows.list_holding(session, row.id)
    return Slip(form, row, signer, signer in given, given.get(signer))


def drop_given(
    session: Session, definitions: DefinitionStore, case_id: int, actions: Sequence[AvailableAction]
) -> list[AvailableAction]:
    """Return the actions, of which none asks for the signature that the step's form has, drawn or by code."""
    tasks = {one.task for one in actions if ASKED in one.asks and one.task is not None}
    slips = {no: find_slip(session, definitions, case_id, no) for no in tasks}
    given = {no for no, slip in slips.items() if slip is not None and slip.is_signed}
    return [
        replace(one, asks=tuple(name for name in one.asks if name != ASKED)) if one.task in given else one
        for one in actions
    ]


def share_signature(
    session: Session,
    signing: DocumentSigning,
    definitions: DefinitionStore,
    case: StoredCase,
    task_no: int,
    brought: str | None,
    base: Signing,
    stamp: Stamp,
) -> Mapping[str, Any]:
    """Return the signature for the case's data: the one on the step's form, or the one that was brought.

    What was brought is put on the form as well, where the customer has not signed it yet. The command names
    the case's version, which a form that is handed in anew changes, so that nobody signs what they did not
    see.
    """
    task = case.snapshot.task(task_no)
    process = definitions.get(session, case.definition_version_id)
    step = None if task is None else process.step(task.step)
    slip_task = _find_slip_task(case.snapshot, step, task_no)
    slip = None if slip_task is None else find_slip(session, definitions, case.id, slip_task, locks=True)
    if slip is None or step is None:
        return _write(brought)
    if slip.drawn is not None:
        return _write(slip.drawn)
    if brought is None:
        # A code leaves no picture; who confirmed by one has signed.
        return {SIGNED_BY_CODE: True} if slip.is_signed else {}
    if not slip.is_signed:
        filled = FilledDocument(case, step, slip.form, slip.row, {})
        sha256 = slip.row.sha256.hex()
        drawn = replace(base, signer=slip.signer, sha256=sha256, file_key=brought)
        signing.sign(session, filled, drawn, stamp.recorded_at)
    return _write(brought)


def _write(file_key: str | None) -> Mapping[str, Any]:
    return {ASKED_DATA[ASKED]: file_key} if file_key else {}


def list_asked_at(process: ProcessDefinition, snapshot: Snapshot) -> dict[int, int]:
    """Return, for each task whose slip is signed at another that is open now, the number of that one."""
    found = {}
    for task in snapshot.open_tasks:
        step = process.step(task.step)
        slip_task = _find_slip_task(snapshot, step, task.no)
        if step.signs is not None and slip_task is not None:
            found[slip_task] = task.no
    return found


def _find_slip_task(snapshot: Snapshot, step: Step | None, task_no: int) -> int | None:
    """Return the task whose form is signed: the step's own, or the last one of the step that it ``signs``."""
    if step is None or step.signs is None:
        return task_no
    return next((one.no for one in reversed(snapshot.tasks) if one.step == step.signs), None)
