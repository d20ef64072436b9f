"""The documents of a case as clients get them: one with its form, and the list of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.access import is_going_on
from backend.cases.awaited_signatures import is_signer_needed
from backend.cases.commands import Performer
from backend.cases.documents import OpenedDocument
from backend.cases.filled_documents import CUSTOMER_PARTY, concerns_customer
from backend.cases.guards import awaits_approval
from backend.cases.snapshot import CaseStatus, Snapshot, Task, TaskState
from backend.cases.staff_forms import is_masked, list_fields, mask_value
from backend.catalogue.definition import ActorKind, ProcessDefinition, Step
from backend.catalogue.form_lint import COMPANY
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore
from backend.organisation.service import OrganisationService

TO_FILL = "to_fill"
DOCUMENT_SIGNED = "document_signed"
_CUSTOMER_ONLY = frozenset({CUSTOMER_PARTY})
STATES = (TO_FILL, "draft", "filled", "superseded")


def describe_document(opened: OpenedDocument, *, masks: bool, filled_by: str) -> dict[str, Any]:
    """Return a document with its form; ``masks`` hides personal values, which are then named."""
    row, body, values = opened.row, opened.form.body, opened.values
    fields = [one for one in list_fields(body) if one["key"] in values]
    hidden = [one["key"] for one in fields if masks and is_masked(one)]
    return {
        "case_no": opened.case.case_no,
        "step": opened.step.key,
        "step_name": opened.step.name,
        "number": "" if row is None else row.number or "",
        "state": TO_FILL if row is None else row.state,
        "revision": 0 if row is None else row.revision,
        "has_draft": row is not None and row.draft_sealed is not None,
        "may_fill": opened.may_fill,
        "signs_first": list_signs_first(opened.step, opened.form.key),
        "awaits_approval": awaits_approval(opened.step, opened.case.snapshot),
        "form": body,
        "values": {
            one["key"]: mask_value(one, values[one["key"]]) if masks else values[one["key"]] for one in fields
        },
        "masked_items": hidden,
        "files": dict(opened.files),
        "saved_at": None if row is None else row.saved_at,
        "filled_by": filled_by,
        "filled_at": None if row is None else row.filled_at,
    }


def list_signs_first(step: Step, form_key: str) -> list[str]:
    """Return the signers without whom a way out of ``step`` stays closed."""
    asked = (use.args for way in step.outcomes for use in way.guards if use.name == DOCUMENT_SIGNED)
    return sorted(
        {signer for args in asked if args.get("form") == form_key for signer in args.get("signers", ())}
    )


def name_actor(actor: str | None, names: Mapping[int, str]) -> str:
    """Return who filled a document in; nobody yet gives nothing."""
    kind, number = _split(actor)
    return names.get(number, "工作人员") if kind == "staff" else "客户" if kind else ""


def _split(actor: str | None) -> tuple[str, int]:
    kind, _, number = (actor or "").partition(":")
    return kind, int(number) if number.isdigit() else 0


def list_signing_parties(form: Form, performer: Performer, posts: frozenset[str]) -> frozenset[str]:
    """Return for which of the form's parties ``performer`` may take a signature.

    A customer signs for themselves. On a device of staff the company signs, their own post, and who stands
    there; another of the ``posts`` signs for itself.
    """
    if performer.kind is ActorKind.CUSTOMER:
        return _CUSTOMER_ONLY
    others = posts - performer.positions - performer.departments
    return frozenset(one["party"] for one in form.body.get("signers", ())) - others


class DocumentLists:
    """Lists the documents of one case; a process whose steps have no form asks the database nothing."""

    def __init__(
        self, definitions: DefinitionStore, organisation: OrganisationService, posts: frozenset[str]
    ) -> None:
        self._definitions = definitions
        self._organisation = organisation
        self._posts = posts

    def describe(
        self,
        session: Session,
        case_id: int,
        definition: ProcessDefinition,
        snapshot: Snapshot,
        performer: Performer,
    ) -> list[dict[str, Any]]:
        """Return what is to be filled in, then what has been, the newest first."""
        if not definition.has_step_forms:
            return []
        rows = document_rows.list_lines(session, case_id)
        names = self._name(session, rows)
        begun = {row.task_no: row for row in rows}
        open_tasks = [one for one in snapshot.open_tasks if definition.step(one.step).form is not None]
        going = [
            self._write(session, definition, snapshot, performer, task, begun.get(task.no), names)
            for task in open_tasks
        ]
        numbers = {task.no for task in open_tasks}
        done = [
            self._write(session, definition, snapshot, performer, task, row, names)
            for row in reversed(rows)
            # What was only begun when its step was left has become nobody's.
            if row.filled_at is not None and row.task_no not in numbers
            for task in [snapshot.task(row.task_no)]
            if task is not None
        ]
        lines = [*going, *done]
        if snapshot.status is not CaseStatus.OPEN and any(one["may_sign"] for one in lines):
            # Of a case that has ended, only what belongs to one that goes on can still be signed.
            is_open = is_going_on(session, case_id)
            lines = [{**one, "may_sign": one["may_sign"] and is_open} for one in lines]
        return lines

    def _name(self, session: Session, rows: Sequence[Row[Any]]) -> dict[int, str]:
        found = (_split(row.filled_by) for row in rows)
        called = self._organisation.call_staff(session, {no for kind, no in found if kind == "staff"})
        return {staff_id: one.name for staff_id, one in called.items()}

    def _write(
        self,
        session: Session,
        definition: ProcessDefinition,
        snapshot: Snapshot,
        performer: Performer,
        task: Task,
        row: Row[Any] | None,
        names: Mapping[int, str],
    ) -> dict[str, Any]:
        step = definition.step(task.step)
        is_open = task.state is TaskState.OPEN and task.no not in snapshot.children
        if row is None:
            key = step.form_for(snapshot.data) or ""
            form = self._definitions.form_as_of(session, key, snapshot.tasks[0].opened_at).form
        else:
            form = self._definitions.get_form(session, row.form_version_id)
        # Nobody is asked for what nobody may sign yet.
        unsigned = [] if awaits_approval(step, snapshot) else _list_unsigned(form, row)
        parties = list_signing_parties(form, performer, self._posts)
        return {
            "task": task.no,
            "step": step.key,
            "step_name": step.name,
            "name": form.name,
            "number": "" if row is None else row.number or "",
            "state": TO_FILL if row is None else row.state,
            "has_draft": row is not None and row.has_draft,
            "may_fill": is_open and performer.may_take(step, snapshot.data),
            "needed": is_open and step.asks_form,
            "saved_at": None if row is None else row.saved_at,
            "filled_by": "" if row is None else name_actor(row.filled_by, names),
            "filled_at": None if row is None else row.filled_at,
            "is_erased": row is not None and row.is_erased,
            "unsigned": [one["label"] for one in unsigned],
            "may_sign": any(one["party"] in parties for one in unsigned),
            "own_unsigned": [
                one["label"] for one in unsigned if _is_own(form, one, step, snapshot, performer, row)
            ],
            "concerns_customer": concerns_customer(form, step),
        }


def _is_own(
    form: Form,
    signer: Mapping[str, Any],
    step: Step,
    snapshot: Snapshot,
    performer: Performer,
    row: Row[Any] | None,
) -> bool:
    """True where the place waits for ``performer``: of that post, or for the company by who filled it in.

    A colleague of the same department may sign for the company as well, but is not asked to: whoever took the
    money signs for it, and not who has the valve to close. What a customer filled in has no such person.
    """
    signers = form.body.get("signers", ())
    posts = performer.positions | performer.departments
    if signer["party"] == COMPANY:
        if any(one["party"] in posts for one in signers):
            return False
        kind, filled_by = _split(row.filled_by if row is not None else None)
        if kind == "staff":
            return performer.staff_id == filled_by
        return performer.is_staff and performer.may_take(step, snapshot.data)
    # Nobody is head and clerk of one department on the same paper.
    signed = (row.signed or ()) if row is not None else ()
    is_taken = any(one["party"] == signer["party"] and one["key"] in signed for one in signers)
    return signer["party"] in posts and not is_taken


def _list_unsigned(form: Form, row: Row[Any] | None) -> list[Mapping[str, Any]]:
    """Return the signers that a filled form still waits for; who signs only if need be is not waited for,
    nor anybody who has signed on paper, and no one on a form whose time is over."""
    if row is None or row.state != "filled" or row.is_on_paper or row.is_erased:
        return []
    signed = row.signed or ()
    signers = form.body.get("signers", ())
    return [one for one in signers if one["key"] not in signed and is_signer_needed(form, one["key"])]
