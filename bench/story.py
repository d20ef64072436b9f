"""The story that both engines walk: an application returned twice and sent back once, up to its rating.

It is the fullest of the shipped scenarios without the process that it hands over to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.cases.commands import CUSTOMER, Command, Complete, CorrectionRequest, Guard, Performer, Start
from backend.cases.engine import decide
from backend.cases.guards import CASE_GUARDS
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.catalogue.loader import build_process, read_body

# A guard that asks the database objects until it is bound to a case; this case has no rejected marks, and
# opens no account.
GUARDS: dict[str, Guard] = {
    **CASE_GUARDS,
    "no_rejected_marks": lambda snapshot, args: None,
    "premises_clear": lambda snapshot, args: None,
}
PROCESS = Path(__file__).parents[1] / "processes" / "online_service_application.yaml"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_CLERK = Performer(ActorKind.POSITION, positions=frozenset({"remote_service"}))
_UNIT = Performer(ActorKind.DEPARTMENT, departments=frozenset({"customer_service_dept"}))

_SECOND_RETURN = (CorrectionRequest("id_number", "少一位"), CorrectionRequest("floor_area", "与房产证不符"))
# A service that has no process of its own to hand over to.
DATA = {"service": "other"}
HANDLER_ID = 7
# Who, at which step, by which outcome, with what.
STEPS: tuple[tuple[Performer, str, str, dict[str, Any]], ...] = (
    (CUSTOMER, "submit", "submit", {}),
    (_CLERK, "accept", "accept", {}),
    (_CLERK, "review", "return", {"corrections": (CorrectionRequest("id_photos", "照片看不清"),)}),
    (CUSTOMER, "complete_documents", "resubmit", {"changed_items": frozenset({"id_photos"})}),
    (_CLERK, "accept", "accept", {}),
    (_CLERK, "review", "return", {"corrections": _SECOND_RETURN}),
    (CUSTOMER, "complete_documents", "resubmit", {"changed_items": frozenset({"id_number", "floor_area"})}),
    (_CLERK, "accept", "accept", {}),
    (_CLERK, "review", "pass", {}),
    (_CLERK, "dispatch", "dispatch", {}),
    (_UNIT, "assign", "send_back", {"reason": "不在本单位辖区"}),
    (_CLERK, "dispatch", "dispatch", {}),
    (_UNIT, "assign", "assign", {"data": {"handler_id": HANDLER_ID}}),
    (CUSTOMER, "book", "book", {"data": {"appointment_id": 5}}),
    (_UNIT, "reply", "reply", {"reason": "已通气"}),
    (_CLERK, "close", "close", {}),
    (CUSTOMER, "rate", "rate", {"data": {"stars": 5}}),
)


def read_definition() -> ProcessDefinition:
    """Return the shipped process that the story follows."""
    return build_process(read_body(PROCESS))


def make_commands(definition: ProcessDefinition) -> list[Command]:
    """Return the story's commands, the start first, with task numbers and versions as a client sends them."""
    commands: list[Command] = [Start(CUSTOMER, data=DATA)]
    snapshot = decide(definition, Snapshot(), commands[0], NOW, GUARDS).snapshot
    for who, step, outcome, more in STEPS:
        (task,) = snapshot.open_tasks
        if task.step != step:
            raise ValueError(f"the story expects {step}, the process stands at {task.step}")
        command = Complete(who, task.no, outcome, snapshot.version, **more)
        snapshot = decide(definition, snapshot, command, NOW, GUARDS).snapshot
        commands.append(command)
    if not snapshot.status.is_final:
        raise ValueError("the story does not end the case")
    return commands
