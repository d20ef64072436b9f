"""Works have one last day for their customer: the one on the slip that staff filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.cases.progress import Line, ProgressStep, make_progress
from backend.cases.promised_ends import find_promised_end, write_promised_end
from backend.cases.snapshot import CaseStatus
from backend.cases.wording import find_current, write_due, write_headline, write_step_due
from tests.unit.cases.test_progress import NOW, PROCESSES, find_process, start

HOME = PROCESSES["install_residential_individual"]
# As NOW is in November, and the limit of the step ends before the works do.
DAY = "2026-12-10"


def show(step: str, **data: str) -> tuple[ProgressStep, tuple[ProgressStep, ...]]:
    works = start(HOME, step)
    works = works._replace(data={**works.data, **data})
    limits = {task.no: NOW + timedelta(days=2) for task in works.open_tasks}
    steps = make_progress(Line(HOME, works, limits), find_process)
    current = find_current(steps)
    assert current is not None
    return current, steps


@pytest.mark.parametrize("step", ["design", "purchase", "construct"])
def test_the_customer_reads_the_day_of_the_slip(step: str) -> None:
    current, steps = show(step, completion_on=DAY)
    assert write_step_due(current, NOW) == "预计 12月10日 周四 竣工"
    said = write_headline(CaseStatus.OPEN, steps, owes_documents=False, now=NOW)
    assert said.endswith("，预计 12月10日 周四 竣工")
    assert current.due_at is not None
    # The day itself is in time, the next is late.
    later = current.due_at + timedelta(seconds=1)
    assert write_step_due(current, current.due_at) == "预计 12月10日 周四 竣工"
    assert write_step_due(current, later) == "原定 12月10日 周四 竣工"
    assert "比预计的晚了" in write_headline(CaseStatus.OPEN, steps, owes_documents=False, now=later)


def test_before_the_works_and_without_a_slip_it_is_the_limit_of_the_step() -> None:
    for step, data in (("scheme", {"completion_on": DAY}), ("purchase", {})):
        current, _ = show(step, **data)
        assert current.due_at == NOW + timedelta(days=2), step
        told = write_step_due(current, NOW) or ""
        # A limit over several steps says so, and neither names what comes of the works.
        assert told == write_due(current.due_at, NOW) + ("全部办完" if current.is_due_shared else "")


def test_each_slip_says_what_comes_on_its_day() -> None:
    for process, data, said in (
        ("install_residential_group", {"contract_completion_on": DAY}, "12月10日 周四 竣工"),
        ("install_non_residential", {"contract_gas_on_date": DAY}, "12月10日 周四 通气"),
        ("alteration", {"completion_on": DAY}, "12月10日 周四 竣工"),
        ("alteration", {"contract_gas_on_date": DAY}, "12月10日 周四 通气"),
        ("alteration", {}, None),
        ("repair", {"completion_on": DAY}, None),
    ):
        assert write_promised_end(PROCESSES[process], data) == said
    assert find_promised_end(HOME, {"completion_on": DAY}, "survey") is None
