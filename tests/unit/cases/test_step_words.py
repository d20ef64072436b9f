"""Staff's lists name a step in plain words that fit the column; the processes keep the manual's names."""

from __future__ import annotations

from backend.cases.step_words import list_renamed, name_step
from backend.catalogue.definition import ActorKind
from tests.unit.cases.test_progress import PROCESSES

STEPS = [step for process in PROCESSES.values() for step in process.steps]
# As many characters as the column of the list has room for.
ROOM = 12


def test_every_word_stands_for_a_step_that_there_is() -> None:
    assert list_renamed() <= {step.name for step in STEPS}


def test_no_list_reads_of_supporting_an_order_or_of_a_flow() -> None:
    shown = {name_step(step) for step in STEPS if step.by.kind is not ActorKind.CUSTOMER}
    assert [name for name in shown if "支撑" in name or "流程" in name] == []


def test_every_name_fits_its_column() -> None:
    assert sorted(name for step in STEPS if len(name := name_step(step)) > ROOM) == []


def test_an_ordinary_name_is_the_manuals_own() -> None:
    accept = PROCESSES["repair"].step("accept")
    assert name_step(accept) == accept.name == "受理申请"
