"""Staff's lists name a step in plain words that fit the column; the processes keep the manual's beside."""

from __future__ import annotations

from backend.catalogue.definition import ActorKind
from tests.unit.cases.test_progress import PROCESSES

STEPS = [step for process in PROCESSES.values() for step in process.steps]
# As many characters as the column of the list has room for.
ROOM = 12


def test_no_list_reads_of_supporting_an_order_or_of_a_flow() -> None:
    shown = {step.plain_name for step in STEPS if step.by.kind is not ActorKind.CUSTOMER}
    assert [name for name in shown if "支撑" in name or "流程" in name or name == "回复工单"] == []


def test_every_name_fits_its_column() -> None:
    assert sorted(name for step in STEPS if len(name := step.plain_name) > ROOM) == []


def test_an_ordinary_name_is_the_manuals_own() -> None:
    accept = PROCESSES["repair"].step("accept")
    assert accept.plain_name == accept.name == "受理申请"
