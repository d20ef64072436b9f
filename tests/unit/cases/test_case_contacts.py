"""Whom a customer calls: whoever comes or came, the hotline where it calls, else the unit."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.cases.case_contacts import CaseContacts, choose_contact, is_visitor_called
from backend.cases.case_tree import make_line
from backend.organisation.service import StaffContact
from tests.unit.cases.test_progress import PROCESSES
from tests.unit.cases.test_second_visits import SURVEYOR, make_branch

SURVEY = ("take_up", "set_off", "arrive", "survey")
UNIT = StaffContact("东城客服部 李组长", "13900001111")
PERSON = StaffContact("王师傅", "13900002222")


class Organisation:
    """Knows one unit and one handler."""

    def find_contact(self, _session: Session, _staff_id: int) -> StaffContact:
        return PERSON

    def find_unit_contact(self, _session: Session, _unit_id: int) -> StaffContact:
        return UNIT


CONTACTS = CaseContacts(Organisation(), "96602")  # type: ignore[arg-type]


def find(process: str, data: dict[str, Any], *steps: str) -> StaffContact | None:
    branch = make_branch(0, data, SURVEYOR, *steps)
    line = make_line(branch, lambda _: PROCESSES[process])
    found = CONTACTS.find_all(Session(), branch, line, lambda _, one: is_visitor_called(one))
    return found.get("")


@pytest.mark.parametrize("later", [("scheme",), ("scheme", "sign_sketch"), ("scheme", "sign_sketch", "pay")])
def test_who_surveyed_is_asked_about_the_sketch(later: tuple[str, ...]) -> None:
    assert find("install_residential_individual", {"unit_id": 1}, *SURVEY, *later) == PERSON


def test_who_found_the_hazard_is_asked_how_to_mend_it() -> None:
    seen = ("set_off", "arrive", "inspect", "notice")
    assert find("inspection", {"unit_id": 1}, *seen, "rectify") == PERSON
    # Back at the desk of the unit, its lead answers.
    assert find("inspection", {"unit_id": 1}, *seen, "charge") == UNIT


@pytest.mark.parametrize("step", ["call", "ask", "call_again"])
def test_the_hotline_is_named_where_it_calls_for_a_case_of_a_unit(step: str) -> None:
    revisit = make_branch(1, {"unit_id": 1}, SURVEYOR, step)
    complaint = make_branch(0, {"unit_id": 1}, SURVEYOR, "assign", "support", "revisit", below=revisit)
    keys = ("complaint_level_1", "revisit")
    line = make_line(complaint, lambda depth: PROCESSES[keys[depth]])
    found = CONTACTS.find_all(Session(), complaint, line, lambda _, one: False)
    assert choose_contact(found, f"revisit/{step}") == StaffContact("客服热线", "96602")
    assert choose_contact(found, "revisit") == UNIT


def test_nobody_calls_the_fitter_about_what_the_counter_takes() -> None:
    fee = make_branch(1, {"unit_id": 1}, None, "apply")
    stop = make_branch(0, {"unit_id": 1}, SURVEYOR, "check_gas", "pay_arrears", below=fee)
    keys = ("suspension_removal", "fee_collection")
    line = make_line(stop, lambda depth: PROCESSES[keys[depth]])
    found = CONTACTS.find_all(Session(), stop, line, lambda _, one: is_visitor_called(one))
    assert choose_contact(found, "pay_arrears") == UNIT
