"""Which differences a process has explained (``because:``), which wait for something, and which are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.catalogue.conformance.manual import Flow, Manual, Row
from backend.catalogue.conformance.steps import Difference, What, compare_steps
from backend.catalogue.folder import ProcessesFolder

Reasons = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """One row of the manual: what differs for a reason, what waits, and what is wrong."""

    row: Row
    present: bool
    explained: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """True where the step is here and nothing of it is wrong or waited for."""
        return self.present and not self.waiting and not self.wrong


@dataclass(frozen=True, slots=True)
class FlowVerdict:
    """A process of the manual; ``faults`` are those of its ``because:`` lines."""

    flow: Flow
    present: bool
    steps: tuple[StepVerdict, ...]
    faults: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything the author has to mend before the process agrees with the manual."""
        return (*self.faults, *(f"{step.row.no}: {one}" for step in self.steps for one in step.wrong))


def judge_flow(flow: Flow, manual: Manual, content: ProcessesFolder) -> FlowVerdict:
    """Compare one process of the manual with ours of the same key."""
    body = content.processes.get(flow.key)
    if body is None:
        return FlowVerdict(flow, False, tuple(StepVerdict(row, False) for row in flow.rows))
    differences = compare_steps(flow, body, manual, content)
    reasons, faults = _read_reasons(body)
    for no, what in sorted(reasons):
        if not any((one.no, one.what) == (no, what) and not one.waits for one in differences):
            faults.append(f"{no}: because {what} explains nothing, there is no such difference")
    known = {row.no for row in flow.rows}
    faults += [f"{one.no}: {one.message}" for one in differences if one.no not in known]
    steps = tuple(_judge_step(row, differences, reasons) for row in flow.rows)
    return FlowVerdict(flow, True, steps, tuple(faults))


def _read_reasons(body: Mapping[str, Any]) -> tuple[Reasons, list[str]]:
    """Read the reasons of the steps, and at the top of the process those for steps that are not there."""
    reasons: Reasons = {(no, What.STEP): why for no, why in body.get("because", {}).items()}
    faults = []
    for step in body["steps"]:
        for what, why in step.get("because", {}).items():
            place = (step.get("manual_no", ""), what)
            if place in reasons:
                faults.append(f"{place[0]}: because {what} stands twice")
            reasons[place] = why
    return reasons, faults


def _judge_step(row: Row, differences: list[Difference], reasons: Reasons) -> StepVerdict:
    explained: dict[str, None] = {}
    waiting, wrong = [], []
    present = True
    for one in differences:
        if one.no != row.no:
            continue
        present = present and one.what is not What.STEP
        why = reasons.get((one.no, one.what))
        if one.waits:
            waiting.append(one.message)
        elif why is None:
            wrong.append(f"{one.message} [{one.what}]")
        elif one.drops and not _is_doubtful(row, one.what):
            wrong.append(f"{one.message} [{one.what}]; a reason does not do, the manual has no doubt there")
        else:
            explained[f"{one.what}: {why}"] = None
    # A row that is left out for a good reason is as good as there.
    left_out = not present and not wrong
    return StepVerdict(row, present or left_out, tuple(explained), tuple(waiting), tuple(wrong))


def _is_doubtful(row: Row, what: What) -> bool:
    # A post that was inferred from an empty cell is itself the manual's doubt.
    return row.doubt or (what is What.BY and row.by_inferred)
