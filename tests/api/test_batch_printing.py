"""Printing one kind of document of several cases: one PDF, of what one may see, up to a limit."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from backend.access.models import PersonalLook
from backend.cases.batch_printing import MOST_CASES
from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall, code
from tests.api.step_forms import publish_test_process, start_with_forms

pytestmark = pytest.mark.usefixtures("print_fonts")
TASK = 2


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def cases(hall: Hall, desk: Browser, make_customer: Callable[[], MadeCustomer]) -> list[str]:
    """Return three cases; the survey of the first two is filled in."""
    publish_test_process(hall)
    found = [start_with_forms(hall, make_customer().id) for _ in range(3)]
    for number, case_no in enumerate(found[:2]):
        values = {"floor_area": 61 + number, "kind": "small", "contact_name": f"客户{number}"}
        answer = desk.send(
            "PUT", f"/cases/{case_no}/documents/{TASK}", {"revision": 0, "values": values, "fills": True}
        )
        assert answer.status_code == 200, answer.text
    return found


def test_several_cases_are_printed_as_one(hall: Hall, desk: Browser, cases: list[str]) -> None:
    numbers = ",".join([cases[1], cases[0], cases[2], cases[1]])
    kinds = desk.read("/prints", cases=numbers)["items"]
    # Of which cases there is one the list says beside each.
    told = {"form": "test_survey", "name": "test_survey 表", "count": 2, "cases": [cases[1], cases[0]]}
    assert kinds == [told]
    answer = desk.get("/prints.pdf", cases=numbers, form="test_survey")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    pages = ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(answer.data)).pages]
    # In the order of the choice, each once, each with its own number and pages.
    assert len(pages) == 2
    for page, case_no, name in zip(pages, (cases[1], cases[0]), ("客户1", "客户0"), strict=True):
        assert f"编号{case_no}-02" in page and name in page and "第1页共1页" in page
    with hall.sessions() as session:
        subjects = [f"case:{hall.find_id(one)}" for one in cases]
        counted = select(PersonalLook.subject, func.count()).where(PersonalLook.subject.in_(subjects))
        looks = dict(session.execute(counted.group_by(PersonalLook.subject)).tuples().all())
    assert looks == {subjects[0]: 1, subjects[1]: 1}


def test_what_a_child_case_has_filled_in_is_printed_with_its_parent(
    hall: Hall, desk: Browser, cases: list[str]
) -> None:
    with hall.sessions.begin() as session:
        child = update(ServiceCase).where(ServiceCase.case_no == cases[1])
        session.execute(child.values(parent_case_id=hall.find_id(cases[2]), parent_task_no=TASK))
    survey = {"form": "test_survey", "name": "test_survey 表"}
    assert desk.read("/prints", cases=cases[2])["items"] == [{**survey, "count": 1, "cases": [cases[2]]}]
    # The child chosen beside its parent is printed once.
    [told] = desk.read("/prints", cases=",".join(cases))["items"]
    assert told == {**survey, "count": 2, "cases": [cases[0], cases[1]]}


def test_what_is_not_there_or_not_theirs_is_refused(hall: Hall, desk: Browser, cases: list[str]) -> None:
    assert code(desk.get("/prints.pdf", cases=cases[2], form="test_survey")) == "print_nothing"
    assert code(desk.get("/prints.pdf", cases=cases[0], form="test_answer")) == "print_nothing"
    other = hall.sign_in("desk_362")
    assert other.get("/prints", cases=cases[0]).status_code == 404
    assert other.get("/prints.pdf", cases=cases[0], form="test_survey").status_code == 404


def test_there_is_a_limit(desk: Browser) -> None:
    many = ",".join(f"{number:015}" for number in range(MOST_CASES + 1))
    assert code(desk.get("/prints", cases=many)) == "print_too_many"
    assert code(desk.get("/prints.pdf", cases=many, form="test_survey")) == "print_too_many"
