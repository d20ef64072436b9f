"""Steps a second in memory: our engine against SpiffWorkflow on the same process and story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from backend.cases.engine import decide
from backend.cases.snapshot import Snapshot
from bench.bpmn import BLANK_DATA, build_bpmn_spec
from bench.figures import Measured, compare, rate_for
from bench.ground import Ground
from bench.story import DATA, GUARDS, NOW, STEPS, make_commands, read_definition

ROUND_SECONDS = 0.25
ROUNDS = 15


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give both engines' steps a second; starting the case belongs to the story, reading BPMN does not."""
    definition = read_definition()
    commands = make_commands(definition)
    spec = build_bpmn_spec(definition)

    def walk_ours() -> int:
        snapshot = Snapshot()
        for command in commands:
            snapshot = decide(definition, snapshot, command, NOW, GUARDS).snapshot
        return len(STEPS)

    measured = compare(
        rate_for(ROUND_SECONDS, walk_ours), rate_for(ROUND_SECONDS, lambda: walk_spiff(spec)), ROUNDS
    )
    yield "engine_memory", measured


def walk_spiff(spec: BpmnProcessSpec) -> int:
    """Walk the story in SpiffWorkflow and return the number of its steps."""
    workflow = start_spiff(spec)
    for _, step, outcome, more in STEPS:
        take_spiff_step(workflow, step, outcome, list_spiff_data(more))
    if not workflow.is_completed():
        raise AssertionError("SpiffWorkflow did not come to the story's end")
    return len(STEPS)


def start_spiff(spec: BpmnProcessSpec) -> BpmnWorkflow:
    """Return a workflow that stands at the story's first step."""
    workflow = BpmnWorkflow(spec)
    workflow.task_tree.data.update({**BLANK_DATA, **DATA})
    workflow.do_engine_steps()
    return workflow


def list_spiff_data(more: dict[str, Any]) -> dict[str, Any]:
    """Return what a step of the story puts into a workflow's data."""
    data: dict[str, Any] = dict(more.get("data", {}))
    if "corrections" in more:
        data["corrections"] = [one.item for one in more["corrections"]]
    if "changed_items" in more:
        data["corrections"] = []
    return data


def take_spiff_step(workflow: BpmnWorkflow, step: str, outcome: str, data: dict[str, Any]) -> None:
    """Finish the one user task that waits, by ``outcome``."""
    task = workflow.get_next_task(state=TaskState.READY, manual=True)
    if task is None or task.task_spec.bpmn_id != step:
        raise AssertionError(f"SpiffWorkflow does not stand at {step}")
    task.data.update(data, outcome=outcome)
    task.run()
    workflow.do_engine_steps()
