"""What of a case was forwarded to other departments, as screens show it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backend.cases.case_tree import Branch, list_branches
from backend.cases.commands import ASKED_DATA, Complete, Performer
from backend.cases.deadlines import ANSWERS
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.cases.visiting import NO_APPOINTMENT
from backend.catalogue.definition import FORWARDED_TO, ProcessDefinition

# Case data of a forwarded part beside to whom it went: why, and the id of whoever forwarded it.
FORWARD_REASON, FORWARDED_BY = "forward_reason", "forwarded_by"
# The process that calls the customer afterwards, and its step at which the answer is written down.
REVISIT, RECORD = "revisit", "record"
# Trait of a process: step → the outcome by which it is left once the case that it was for is over.
_LEFT_WITH_PARENT = "left_with_parent"
# Case data of whoever comes to the customer and when: none of it is the department's.
_HOUR = frozenset(NO_APPOINTMENT)
_OF_THE_VISIT = _HOUR | {ASKED_DATA["handler"]}
_STATES = {CaseStatus.OPEN: "open", CaseStatus.COMPLETED: "answered", CaseStatus.REFUSED: "declined"}


class Part(NamedTuple):
    """A forwarded part: the task that stands for it, and the case that it became."""

    task_no: int
    branch: Branch

    @property
    def by(self) -> int | None:
        """Who forwarded it."""
        return self.branch.snapshot.data.get(FORWARDED_BY)


def list_parts(root: Branch, definition: ProcessDefinition) -> list[Part]:
    """Return what was forwarded from the case at the top, oldest first."""
    forwarding = definition.forwarding
    if forwarding is None:
        return []
    steps = {task.no: task.step for task in root.snapshot.tasks}
    numbers = sorted(no for no in root.children if steps.get(no) == forwarding.step)
    return [Part(no, root.children[no]) for no in numbers]


def is_part(definition: ProcessDefinition, snapshot: Snapshot, task_no: int | None) -> bool:
    """True where what the case handed over at this task is a forwarded part."""
    task = None if task_no is None else snapshot.task(task_no)
    return task is not None and task.step in definition.steps_beside


def is_at_counter(definition: ProcessDefinition, snapshot: Snapshot, asked: Mapping[str, Any]) -> bool:
    """True where the counter does what the case hands over at this ``task`` to this ``process``."""
    task = snapshot.task(asked["task"])
    return task is not None and any(
        one.at_counter for one in definition.step(task.step).children if one.process == asked["process"]
    )


def is_done_elsewhere(definition: ProcessDefinition, snapshot: Snapshot, asked: Mapping[str, Any]) -> bool:
    """True where another department or the counter does it, and not who handles the case."""
    return is_part(definition, snapshot, asked["task"]) or is_at_counter(definition, snapshot, asked)


def find_left_over(definition: ProcessDefinition, snapshot: Snapshot) -> Complete | None:
    """Return how what the counter still has open ends once the case that it was for is over.

    The process names the step at which nothing is lost by that, and its way out; None at any other.
    """
    ways: Mapping[str, str] = definition.traits.get(_LEFT_WITH_PARENT, {})
    left = [task for task in snapshot.open_tasks if task.step in ways]
    if len(left) != 1 or len(snapshot.open_tasks) != 1:
        return None
    post = definition.step(left[0].step).by
    # In the place of the post whose step it is, by which nobody is waited for any more.
    performer = Performer(post.kind, departments=frozenset({post.key}))
    return Complete(performer, left[0].no, ways[left[0].step], snapshot.version)


def leave_out_visit(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a part begins with of its case's data: the visit is not the department's."""
    return {key: value for key, value in data.items() if key not in _OF_THE_VISIT}


def leave_out_hour(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is handed over once somebody has come: their hour is no booking of what follows."""
    return {key: value for key, value in data.items() if key not in _HOUR}


def list_visit_branches(root: Branch, definition: ProcessDefinition) -> Iterator[Branch]:
    """Return the case and all below it but what was forwarded: the work of whoever comes to the customer.

    What somebody says on the telephone afterwards is not what was found on site, so calls are left out too.
    """
    beside = {one.task_no for one in list_parts(root, definition)} | set(_list_calls(root, definition))
    yield root
    for number in sorted(root.children.keys() - beside):
        yield from list_branches(root.children[number])


def find_call_result(root: Branch, definition: ProcessDefinition) -> str | None:
    """Return what was written down of the last call afterwards; None before one was answered."""
    for number in reversed(_list_calls(root, definition)):
        called = root.children[number].snapshot
        if any(task.step == RECORD and task.outcome for task in called.tasks):
            return called.data.get(ASKED_DATA["result"])
    return None


def _list_calls(root: Branch, definition: ProcessDefinition) -> list[int]:
    steps = {task.no: task.step for task in root.snapshot.tasks}
    return sorted(
        no
        for no in root.children
        if no in steps and any(one.process == REVISIT for one in definition.step(steps[no]).children)
    )


def may_forward_now(definition: ProcessDefinition, snapshot: Snapshot) -> bool:
    """True while a part can be forwarded and none is on its way."""
    forwarding = definition.forwarding
    if forwarding is None or snapshot.status is not CaseStatus.OPEN:
        return False
    open_steps = {task.step for task in snapshot.open_tasks}
    return not open_steps.isdisjoint(forwarding.at) and forwarding.step not in open_steps


def describe_part(
    root: Branch,
    part: Part,
    definition: ProcessDefinition,
    names: Mapping[str, str],
    people: Mapping[int, str],
    answerer: int | None,
    case_no: str | None,
) -> dict[str, Any]:
    """Return who forwarded what to whom, until when the answer is due, what it was and who gave it.

    ``definition`` is the part's; ``case_no`` is None for who may not see it.
    """
    snapshot, task = part.branch.snapshot, root.snapshot.task(part.task_no)
    data = snapshot.data
    due = [part.branch.due_at[one.no] for one in snapshot.open_tasks if one.no in part.branch.due_at]
    answers = definition.traits.get(ANSWERS) and snapshot.status is not CaseStatus.OPEN
    return {
        "case_no": case_no,
        "name": names.get(data.get(FORWARDED_TO, ""), definition.name),
        "reason": data.get(FORWARD_REASON, ""),
        "by": people.get(part.by or 0, ""),
        "at": task.opened_at if task is not None else None,
        "due_at": min(due, default=None),
        "state": _STATES.get(snapshot.status, "ended"),
        "answer": data.get("result") if answers else None,
        "answered_by": people.get(answerer or 0) if answers else None,
    }
