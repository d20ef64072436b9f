"""The StaffCaseView, written from what was read of a case: no statement is sent from here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from backend.cases.cancelling import tells
from backend.cases.case_tree import Branch, list_branches
from backend.cases.choices import find_told, weigh
from backend.cases.commands import AvailableAction, Performer
from backend.cases.deadline_extending import find_objection
from backend.cases.promised_times import FindProcess, find_grade, grades, tell_way
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.cases.staff_forms import (
    FormReader,
    is_masked,
    label_fields,
    list_fields,
    list_file_keys,
    list_owable,
    mask_value,
)
from backend.cases.staff_rows import CONTACT_NAME_CONTEXT, CONTACT_PHONE_CONTEXT
from backend.catalogue.definition import ProcessDefinition, Step
from backend.core.encryption import KeyRing
from backend.core.masking import mask_name, mask_phone
from backend.core.staff_texts import tell_staff
from backend.organisation.service import CalledStaff

Body = Mapping[str, Any]
Views = Mapping[str, Any]
# Trait of a process: step → outcomes of which what they need is not here yet.
_NOT_OFFERED = "not_offered"
# Trait of a process: steps that one person does in a row, while the caller is on the telephone.
_IN_ONE_GO = "in_one_go"


def find_branch(root: Branch, case_id: int) -> Branch:
    """Return the branch of the case with this id, which the tree of ``root`` has."""
    return next(one for one in list_branches(root) if one.id == case_id)


def make_snapshot(branch: Branch) -> Snapshot:
    """Return the branch's snapshot with the tasks that wait for another process, as the engine needs it."""
    running = {
        number: str(child.definition_version_id)
        for number, child in branch.children.items()
        if child.snapshot.status is CaseStatus.OPEN
    }
    return branch.snapshot._replace(children=running) if running else branch.snapshot


def describe_customer(row: Row[Any], keys: KeyRing) -> dict[str, Any]:
    """Return the contact, masked."""
    name, phone = row.contact_name_sealed, row.contact_phone_sealed
    return {
        "name": mask_name(keys.decrypt(name, CONTACT_NAME_CONTEXT)) if name else "",
        "phone": mask_phone(keys.decrypt(phone, CONTACT_PHONE_CONTEXT)) if phone else "",
        "masked": True,
    }


def describe_corrections(rows: Sequence[Row[Any]], form: Body, reader: FormReader) -> dict[str, Any]:
    """Corrections, and what was mended since the last return with what stood there before."""
    fields = {one["key"]: one for one in list_fields(form)}
    last = max((one.asked_at for one in rows), default=None)
    mended = [one for one in rows if one.asked_at == last and one.resolved_at is not None]
    return {
        "corrections": [
            {
                "no": one.no,
                "item": one.item,
                "label": fields[one.item]["label"] if one.item in fields else one.item,
                "reason": one.reason,
                "resolved": one.resolved_at is not None,
                "asked_at": one.asked_at,
                "resolved_at": one.resolved_at,
            }
            for one in sorted(rows, key=lambda one: one.resolved_at is not None)
        ],
        "changed_items": [one.item for one in mended],
        "previous_values": {
            one.item: mask_value(fields[one.item], reader.open_value(one.item, one.previous_value))
            for one in mended
            if one.previous_value is not None and one.item in fields
        },
    }


def list_form_files(form: Body, values: Mapping[str, Any], previous: Mapping[str, Any]) -> list[str]:
    """Return the keys of the form's files; a second review looks at what a new photo replaced as well."""
    keys = [list_file_keys(form, some, some.keys()) for some in (values, previous)]
    return list(dict.fromkeys([*keys[0], *keys[1]]))


def describe_form(
    form: Body, values: Mapping[str, Any], files: Sequence[str], views: Views, owed: Iterable[str]
) -> dict[str, Any]:
    """Return the form with its masked ``values``, its ``files``, and what is owed."""
    labels = label_fields(form)
    return {
        "form": form,
        "values": values,
        "masked_items": [one["key"] for one in list_fields(form) if is_masked(one) and one["key"] in values],
        "files": {key: views[key] for key in files if key in views},
        "owed_documents": [{"key": key, "label": labels.get(key, key)} for key in sorted(owed)],
        "may_be_owed": list_owable(form),
    }


def describe_tasks(
    definition: ProcessDefinition,
    branch: Branch,
    names: Mapping[str, str],
    performer: Performer,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the open tasks of a case with what is due when, and the ``names`` of who takes part.

    Whose turn it is may ask for more time (``may_extend``) where nothing speaks against it.
    """
    return [
        {
            "no": task.no,
            "step": task.step,
            "name": definition.step(task.step).plain_name,
            "queue": definition.step(task.step).queue,
            "party_name": _name_party(definition.step(task.step), names),
            "due_at": branch.due_at.get(task.no),
            "in_one_go": task.step in definition.traits.get(_IN_ONE_GO, ()),
            "may_extend": performer.may_do(definition.step(task.step).by, branch.snapshot.data)
            and find_objection(definition, branch.snapshot, task.no, branch.due_at.get(task.no), now) is None,
            "attended_by": [names.get(key, key) for key in definition.step(task.step).attended_by],
        }
        for task in branch.snapshot.open_tasks
    ]


def _name_party(step: Step, names: Mapping[str, str]) -> str:
    return names.get(step.by.key or step.by.kind, "系统")


def gather_visit(branches: Iterable[Branch]) -> dict[str, Any]:
    """Return the data of a case and of what it handed over to, the later over the earlier."""
    return {key: value for one in branches for key, value in one.snapshot.data.items() if value}


def list_visit_files(data: Mapping[str, Any]) -> Iterator[str]:
    """Return the keys of a visit's photos and its signature."""
    yield from data.get("visit_photos") or ()
    if data.get("signature_file"):
        yield data["signature_file"]


def describe_visit(
    data: Mapping[str, Any], views: Views, made_at: datetime | None, call_result: str | None
) -> dict[str, Any]:
    """Return photos, result and signature of a visit, when somebody came, and what a call afterwards gave."""
    signature = data.get("signature_file")
    return {
        "photos": [views[key] for key in data.get("visit_photos") or () if key in views],
        "result": data.get("result"),
        "made_at": made_at,
        "call_result": call_result,
        "signature": views.get(signature) if signature else None,
    }


def name_called(called: Mapping[int, CalledStaff], post_names: Mapping[str, str]) -> dict[int, str]:
    """Return name and first post of each, as ``王小明（远程服务岗）``."""
    return {
        staff_id: f"{one.name}（{post_names.get(one.post, one.post)}）" if one.post else one.name
        for staff_id, one in called.items()
    }


def describe_actions(
    definition: ProcessDefinition,
    actions: Sequence[AvailableAction],
    data: Mapping[str, Any],
    now: datetime,
    find_process: FindProcess,
    *,
    cancel_is_told: bool,
) -> list[dict[str, Any]]:
    """Return the actions as clients draw their buttons, each with the time that is promised by taking it.

    Each says whether the customer gets a message by it, which of stopping the case the caller knows.
    What a process does not offer yet (its trait ``not_offered``) has none (``not_yet``). Of several that
    weigh the same each says whether it was told before (``choice``).
    """
    unoffered = definition.traits.get(_NOT_OFFERED, {})
    offered: dict[tuple[int | None, str], list[str]] = defaultdict(list)
    for one in actions:
        if one.step and one.outcome not in unoffered.get(one.step, ()):
            offered[one.task, one.step].append(one.outcome or "")
    choices = {at: _weigh(definition, at[1], shown, data) for at, shown in offered.items()}
    return [
        _describe_action(
            one,
            tell_way(definition, one.step or "", one.outcome or "", now, find_process),
            choices.get((one.task, one.step or ""), {}).get(one.outcome or ""),
            is_told=cancel_is_told if one.kind == "cancel" else _is_told(definition, one),
            not_yet=one.outcome in unoffered.get(one.step, ()),
        )
        for one in actions
    ]


def _is_told(definition: ProcessDefinition, action: AvailableAction) -> bool:
    return action.step is not None and tells(definition.step(action.step).outcome(action.outcome or ""))


def _weigh(
    definition: ProcessDefinition, key: str, shown: Sequence[str], data: Mapping[str, Any]
) -> dict[str, str]:
    step = definition.step(key)
    told = find_grade(definition, data) if grades(definition, key) else find_told(step, data)
    return weigh(step, shown, told)


def _describe_action(
    action: AvailableAction, promise: str, choice: str | None, *, is_told: bool, not_yet: bool
) -> dict[str, Any]:
    unmet = action.unmet
    return {
        "kind": action.kind,
        "task": action.task,
        "step": action.step,
        "outcome": action.outcome,
        "name": f"{action.name}（{promise}）" if promise else action.name,
        "unmet": None if unmet is None else {"code": str(unmet), "text": tell_staff(unmet) or ""},
        "needs_reason": action.needs_reason,
        "reason_label": action.reason_label,
        "needs_corrections": action.needs_corrections,
        "needs_owed_documents": action.needs_owed_documents,
        "asks": list(action.asks),
        "for_customer": action.for_customer,
        "is_told": is_told,
        "not_yet": not_yet,
        "choice": choice,
        "demands": [{"field": one.field, "filled": one.filled} for one in action.demands],
    }
