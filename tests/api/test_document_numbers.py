"""Numbers of documents in the manual's formats: each given once, the next to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.document_numbers import give_number
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import Form, build_form
from backend.core.local_time import local_date
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall
from tests.api.step_forms import CONTRACT_PROCESS, publish_contract, start_with_forms

FORMS = {key: build_form(body) for key, body in read_folder().forms.items()}
NEW_YEAR = datetime(2031, 12, 31, 16, 0, tzinfo=UTC)
TASK = 2


@contextmanager
def begin_series(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """Yield a transaction in which no number was given yet, and in the end take back all that it did."""
    with sessions() as session:
        session.execute(text("UPDATE number_series SET series = 'aside ' || series"))
        yield session
        session.rollback()


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("work_slip_residential_group", ["集-01", "集-02"]),
        ("work_slip_residential_individual", ["散-01", "散-02"]),
        ("work_slip_nonresidential", ["2032-001", "2032-002"]),
        ("supply_contract_residential", ["供居-2032-0001", "供居-2032-0002"]),
        ("acceptance_certificate", ["26112600000000-07", "26112600000000-07"]),
    ],
)
def test_slips_are_numbered_as_the_manual_does(
    sessions: sessionmaker[Session], form: str, numbers: list[str]
) -> None:
    with begin_series(sessions) as session:
        given = [give_number(session, FORMS[form], "26112600000000", 7, NEW_YEAR) for _ in numbers]
    assert given == numbers


def test_a_series_with_a_year_begins_anew_with_each(sessions: sessionmaker[Session]) -> None:
    form = FORMS["work_slip_nonresidential"]
    with begin_series(sessions) as session:
        # Half an hour before midnight in Shanghai it is still the old year.
        old = give_number(session, form, "x", 1, datetime(2031, 12, 31, 15, 30, tzinfo=UTC))
        new = give_number(session, form, "x", 1, NEW_YEAR)
    assert (old, new) == ("2031-001", "2032-001")


def make_numbered(numbered: str) -> Form:
    field = {
        "key": "no",
        "label": "编号",
        "type": "text",
        "max_length": 40,
        "personal": "none",
        "numbered": numbered,
    }
    section = {"key": "all", "title": "内容", "fields": [field]}
    return build_form({"key": "numbered", "version": 1, "name": "编号表", "sections": [section]})


def test_two_at_once_get_two_numbers(sessions: sessionmaker[Session]) -> None:
    form = make_numbered("同时-{n:2}")

    def take(_: int) -> str:
        with sessions.begin() as session:
            return give_number(session, form, "x", 1, NEW_YEAR)

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(take, range(12)))
    assert len(set(given)) == 12
    assert take(0)[-2:] == f"{int(max(given)[-2:]) + 1:02}"


@pytest.fixture
def begin(hall: Hall, make_customer: Callable[[], MadeCustomer]) -> Callable[[], str]:
    """Return what begins a case whose contract is to be filled in."""
    publish_contract(hall)
    return lambda: start_with_forms(hall, make_customer().id, process=CONTRACT_PROCESS)


def fill(desk: Browser, case_no: str, task: int, price: int) -> str:
    path = f"/cases/{case_no}/documents/{task}"
    revision = desk.read(path)["revision"]
    answer = desk.send("PUT", path, {"revision": revision, "values": {"price": price}, "fills": True})
    assert answer.status_code == 200, answer.text
    number: str = desk.read(path)["values"]["contract_no"]
    return number


def test_a_document_keeps_the_number_that_it_got_first(hall: Hall, begin: Callable[[], str]) -> None:
    case_no, desk = begin(), hall.sign_in("desk_361")
    path = f"/cases/{case_no}/documents/{TASK}"
    assert "contract_no" not in desk.read(path)["values"]
    given = desk.send("PUT", path, {"revision": 0, "values": {"contract_no": "自编-1"}})
    assert (given.status_code, given.get_json()["fields"]["contract_no"]) == (
        422, "编号由系统在交表时编，不用填。",
    )  # fmt: skip
    number = fill(desk, case_no, TASK, 100)
    assert number.startswith(f"测-{local_date(datetime.now(UTC)).year}-")
    assert fill(desk, case_no, TASK, 200) == number
    assert desk.read(path)["number"] == number
    # The step visited again fills the same document in anew.
    assert desk.act(case_no, "small").status_code == 200
    hall.customer(case_no, "again")
    assert fill(desk, case_no, 4, 300) == number
    assert int(fill(desk, begin(), TASK, 100)[-3:]) == int(number[-3:]) + 1
