"""A customer takes along what is kept of them, as a PDF that nobody else gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from backend.cases.own_data import OwnData
from backend.customers.bindings import AccountBindings
from composition.hall import read_clock
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, see_id_card
from tests.api.staff_side import Hall
from tests.api.test_account_devices import begin_opening, make_home
from tests.unit.documents.sample_papers import read_pages

pytestmark = pytest.mark.usefixtures("print_fonts")


@pytest.fixture
def customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def fetch(hall: Hall, customer: MadeCustomer) -> TestResponse:
    return hall.app.test_client().get("/api/v1/me/data.pdf", headers=customer.headers)


def read_text(content: bytes) -> str:
    return "".join(read_pages(content))


def test_everything_stands_in_full_in_ones_own_copy(hall: Hall, customer: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin_opening(hall, customer.id)
    fill_in(desk, case_no, use_address=make_home(), holder_name="李明")
    see_id_card(desk, case_no)
    assert desk.act(case_no, "opened").status_code == 200
    account_no = desk.read(f"/cases/{case_no}/account")["account"]["account_no"]
    answer = fetch(hall, customer)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    text = read_text(answer.data)
    for told in (
        "我的个人信息",
        "您是谁",
        "您的户号",
        account_no,
        "户主",
        "谁看过您的完整信息",
        case_no,
        "正在办理",
    ):
        assert told in text, told


def test_the_words_of_an_application_stand_there_and_who_looked(hall: Hall) -> None:
    case_no = hall.start()
    remote = hall.sign_in("remote_a")
    assert remote.act(case_no, "accept").status_code == 200
    wish = {"items": ["contact_phone"], "reason": "核对电话"}
    assert remote.send("POST", f"/cases/{case_no}/reveal", wish).status_code == 200
    bindings = AccountBindings(hall.keys, hall.shared.customers)
    own = OwnData(
        hall.shared.reading, hall.shared.customers, bindings, hall.shared.definitions, hall.shared.offers,
        hall.keys, hall.shared.typesetter, lambda session, customer_id: [], "", read_clock,
    )  # fmt: skip
    text = read_text(own.print(hall.customer_id).content)
    for told in ("居民报装", case_no, "张小红", "13812345678", "核对电话", f"工号{hall.staff['remote_a']}"):
        assert told in text, told


def test_whoever_has_nothing_reads_so_and_a_stranger_reads_nothing(
    hall: Hall, customer: MadeCustomer, make_customer: Callable[[], MadeCustomer]
) -> None:
    case_no = begin_opening(hall, customer.id)
    text = read_text(fetch(hall, make_customer()).data)
    assert "没有" in text and case_no not in text
    assert hall.app.test_client().get("/api/v1/me/data.pdf").status_code == 401


def test_it_is_not_made_without_end(hall: Hall, customer: MadeCustomer) -> None:
    answers = [fetch(hall, customer).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_what_is_too_much_is_said_to_be_cut(
    hall: Hall, customer: MadeCustomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.cases.own_data.MOST_CASES", 1)
    begin_opening(hall, customer.id)
    assert "更早的办件" not in read_text(fetch(hall, customer).data)
    begin_opening(hall, customer.id)
    assert "更早的办件" in read_text(fetch(hall, customer).data)
