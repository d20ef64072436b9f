"""What a case was handed over to, as staff read it on the case itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backend.cases.case_tree import Branch, list_branches
from backend.cases.commands import Performer
from backend.cases.snapshot import CaseStatus
from backend.catalogue.definition import ActorKind, ProcessDefinition, Step

FindDefinition = Callable[[int], ProcessDefinition]


def describe_handed_over(
    below: Branch, numbers: Mapping[int, str], performer: Performer, find_definition: FindDefinition
) -> dict[str, Any]:
    """Return ``{case_no, your_step, for_customer}`` of the first case at which it is the performer's turn.

    A fee stands below the part that it is paid for, two cases below the application: whoever takes it is told
    of it there. Where nothing is theirs it is the case just below. ``numbers`` are of those that they see.
    """
    for one in list_branches(below):
        steps = _list_own(one, performer, find_definition(one.definition_version_id))
        if steps and one.id in numbers:
            is_customers = steps[0].by.kind is ActorKind.CUSTOMER
            step = steps[0].name_for_helper
            return {"case_no": numbers[one.id], "your_step": step, "for_customer": is_customers}
    return {"case_no": numbers[below.id], "your_step": None, "for_customer": False}


def _list_own(branch: Branch, performer: Performer, definition: ProcessDefinition) -> list[Step]:
    if branch.snapshot.status is not CaseStatus.OPEN:
        return []
    going = (task for task in branch.snapshot.open_tasks if task.no not in branch.children)
    steps = (definition.step(task.step) for task in going)
    return [one for one in steps if performer.may_take(one, branch.snapshot.data)]
