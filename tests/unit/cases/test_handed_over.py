"""What goes on below a case is told where it waits for the reader, however far below it is."""

from __future__ import annotations

from backend.cases.case_tree import Branch
from backend.cases.commands import Performer
from backend.cases.handed_over import describe_handed_over
from backend.catalogue.definition import ActorKind, ProcessDefinition
from tests.unit.cases.test_progress import PROCESSES
from tests.unit.cases.test_second_visits import make_branch

KEYS = ("suspension_removal", "fee_collection")
DESK = Performer(ActorKind.DEPARTMENT, departments=frozenset({"customer_service_dept"}))
CREW = Performer(ActorKind.POSITION, positions=frozenset({"case_handler"}))


def find_definition(number: int) -> ProcessDefinition:
    return PROCESSES[KEYS[number]]


def make_stopped() -> Branch:
    fee = make_branch(1, {}, 0, "apply", "accept")
    return make_branch(0, {}, 0, "check_gas", "pay_arrears", below=fee)


def test_a_fee_two_cases_below_is_named_to_whoever_takes_it() -> None:
    told = describe_handed_over(make_stopped(), {0: "S", 1: "F"}, DESK, find_definition)
    assert told == {"case_no": "F", "your_step": "受理申请", "for_customer": False}


def test_whoever_may_not_see_it_or_has_nothing_to_do_there_reads_on_from_the_case_below() -> None:
    plain = {"case_no": "S", "your_step": None, "for_customer": False}
    assert describe_handed_over(make_stopped(), {0: "S"}, DESK, find_definition) == plain
    assert describe_handed_over(make_stopped(), {0: "S", 1: "F"}, CREW, find_definition) == plain
