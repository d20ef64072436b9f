"""Whether a case still wants proof of who its customer is: told by its process, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backend.cases.case_tree import Branch
from backend.cases.guards import IDENTITY_BY_PERSON, IDENTITY_PROOF, IDENTITY_VERIFIED
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.catalogue.conditions import evaluate
from backend.catalogue.definition import ProcessDefinition

FindDefinition = Callable[[int], ProcessDefinition]
Foretell = Callable[[str], ProcessDefinition]


# What a case's page says: nothing to prove, proven, the customer is asked, or a person looks at it.
IDENTITY_STATES = ("none", "proven", "wanted", "by_person")


def acts_for_another(form: Mapping[str, Any]) -> bool:
    """Tell whether an agent applied; either field of the forms says so."""
    return "agent" in (form.get("applicant"), form.get("in_person"))


def tell_identity(
    root: Branch, form: Mapping[str, Any], offers_face_check: bool, find: FindDefinition, foretell: Foretell
) -> str:
    """Return one of IDENTITY_STATES; no statement is sent for it beyond what definitions cost."""
    data = root.snapshot.data
    if data.get(IDENTITY_PROOF):
        return "proven"
    if not is_identity_wanted(root, find, foretell):
        return "none"
    can_check = offers_face_check and not acts_for_another(form) and not data.get(IDENTITY_BY_PERSON)
    return "wanted" if can_check else "by_person"


def is_identity_wanted(root: Branch, find: FindDefinition, foretell: Foretell) -> bool:
    """Tell whether a step that asks for proof is open or still to come, here or where the case hands over.

    ``find`` returns the definition of a version, ``foretell`` that of a process that has not begun.
    """
    if root.snapshot.data.get(IDENTITY_PROOF):
        return False
    return _is_wanted(root, find, foretell)


def _is_wanted(branch: Branch, find: FindDefinition, foretell: Foretell) -> bool:
    snapshot = branch.snapshot
    if snapshot.status is not CaseStatus.OPEN:
        return False
    definition = find(branch.definition_version_id)
    if _awaits(definition, snapshot) or any(
        _is_wanted(child, find, foretell) for child in branch.children.values()
    ):
        return True
    visited = {task.step for task in snapshot.tasks}
    for step in definition.steps_handing_over:
        if step.key in visited:
            continue
        chosen = next(
            (one for one in step.children if one.when is None or evaluate(one.when, snapshot.data)), None
        )
        if chosen is not None:
            child = foretell(chosen.process)
            if _lies_ahead(child, chosen.enter_at or child.first_step):
                return True
    return False


def _awaits(definition: ProcessDefinition, snapshot: Snapshot) -> bool:
    guarded = definition.steps_by_guard.get(IDENTITY_VERIFIED, ())
    if not guarded or not snapshot.tasks:
        return False
    if any(task.step in guarded for task in snapshot.open_tasks):
        return True
    been = any(task.step in guarded for task in snapshot.tasks)
    return not been and _lies_ahead(definition, snapshot.tasks[0].step)


def _lies_ahead(definition: ProcessDefinition, entry: str) -> bool:
    """A case that enters behind the steps that ask never comes to them; processes go in order."""
    guarded = definition.steps_by_guard.get(IDENTITY_VERIFIED, ())
    order = [one.key for one in definition.steps]
    return any(order.index(entry) <= order.index(one) for one in guarded)
