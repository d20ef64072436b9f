"""What is paid is one step of the progress wherever it is taken, and no limit of staff's stands there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.cases.commands import SYSTEM, EndChild
from backend.cases.engine import decide
from backend.cases.progress import Line, make_progress
from backend.cases.snapshot import CaseStatus, Snapshot
from tests.unit.cases.test_progress import NOW, PROCESSES, find_process, run, start

FEE, WORKS = PROCESSES["fee_collection"], PROCESSES["install_residential_individual"]
TAKEN = (("apply", "apply"), ("accept", "at_counter"))


def show(
    fee: Snapshot | None, *more: tuple[str, str], works: Snapshot | None = None
) -> list[tuple[str, str]]:
    """Return name and state of each step from the payment to what follows it."""
    works = run(WORKS, start(WORKS, "pay"), ("pay", "paid")) if works is None else works
    fee = fee and run(FEE, fee, *more)
    late = {task.no: NOW + timedelta(hours=1) for task in fee.open_tasks} if fee else {}
    children = {2: Line(FEE, fee, late)} if fee else {}
    steps = make_progress(Line(WORKS, works, children=children), find_process)
    shown = [(one.name, one.state.value) for one in steps]
    assert len([one for one in steps if one.name == "缴费" and one.due_at is not None]) == 0
    return shown[: [name for name, _ in shown].index("安排施工")]


def test_the_payment_is_one_step_from_before_it_to_the_receipt() -> None:
    waiting = [("缴费", "now"), ("核对到账", "next"), ("缴费完成", "next")]
    assert show(None, works=start(WORKS, "pay")) == waiting
    fee = start(FEE)
    assert show(fee) == show(fee, TAKEN[0]) == show(fee, *TAKEN) == waiting
    to_finance = (*TAKEN, ("counter", "paid"))
    assert show(fee, *to_finance) == [("缴费", "done"), ("核对到账", "now"), ("缴费完成", "next")]
    assert show(fee, *to_finance, ("collect", "received")) == [
        ("缴费", "done"), ("核对到账", "done"), ("缴费完成", "now")
    ]  # fmt: skip


def test_the_slip_for_money_that_is_there_is_nothing_that_the_customer_waits_for() -> None:
    works = run(WORKS, start(WORKS, "pay"), ("pay", "paid"))
    works = decide(WORKS, works, EndChild(SYSTEM, 2, CaseStatus.COMPLETED), NOW).snapshot
    fee = run(FEE, start(FEE), *TAKEN, ("counter", "paid"), ("collect", "received"))
    steps = make_progress(Line(WORKS, works, children={2: Line(FEE, fee)}), find_process)
    present = [one.name for one in steps if one.state.value == "now"]
    assert present == ["安排施工"]
    assert show(fee, works=works) == [("缴费", "done"), ("核对到账", "done"), ("缴费完成", "done")]


def test_money_that_did_not_come_is_another_payment() -> None:
    back = (*TAKEN, ("counter", "paid"), ("collect", "not_received"))
    round_two = [("缴费", "done"), ("核对到账", "done"), ("缴费", "now")]
    assert show(start(FEE), *back)[:3] == show(start(FEE), *back, ("accept", "by_transfer"))[:3] == round_two


def test_a_collection_that_was_ended_leaves_the_payment_where_it_was() -> None:
    works = run(WORKS, start(WORKS, "pay"), ("pay", "paid"))
    works = decide(WORKS, works, EndChild(SYSTEM, 2, CaseStatus.CANCELLED), NOW).snapshot
    fee = run(FEE, start(FEE), *TAKEN)._replace(status=CaseStatus.CANCELLED)
    assert show(fee, works=works)[0] == ("缴费", "now")


@pytest.mark.parametrize(
    ("process", "step", "name"),
    [
        ("suspension_removal", "pay_arrears", "补缴气款"),
        ("account_closing", "pay_arrears", "补缴气款"),
        ("repair", "charge", "缴费"),
        ("card_replacement", "collect", "缴费"),
        ("account_opening", "collect", "缴费"),
        ("ownership_transfer", "collect", "缴清欠费"),
    ],
)
def test_a_process_that_hands_over_at_once_keeps_its_own_name_for_it(
    process: str, step: str, name: str
) -> None:
    definition = PROCESSES[process]
    line = Line(definition, start(definition, step), children={1: Line(FEE, run(FEE, start(FEE), *TAKEN))})
    first, second, *_ = make_progress(line, find_process)
    assert (first.name, first.state.value, first.text) == (
        name,
        "now",
        "请在营业厅缴费；已经缴了的，营业厅正在登记",
    )
    assert second.name == "核对到账"


@pytest.mark.parametrize("slip", ["receipt", "invoice", "none_wanted"])
def test_what_is_paid_is_told_without_a_receipt_that_nobody_wanted(slip: str) -> None:
    paid = run(FEE, start(FEE), *TAKEN, ("counter", "paid"), ("collect", "received"))
    rated = run(FEE, paid, ("invoice", slip))
    due = {task.no: NOW + timedelta(days=1) for one in (paid, rated) for task in one.open_tasks}
    works = run(WORKS, start(WORKS, "pay"), ("pay", "paid"))
    for fee in (paid, rated):
        steps = make_progress(Line(WORKS, works, children={2: Line(FEE, fee, due)}), find_process)
        [now] = [one for one in steps if one.state.value == "now"]
        # Nobody reads tomorrow's hour beside what has come already.
        assert (now.name, now.due_at) == ("缴费完成", None)
    assert now.text == "费用已收到，不用再缴"
