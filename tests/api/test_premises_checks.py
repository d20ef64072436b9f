"""What speaks against opening an account at a place: told early, and at the acceptance with a way on."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from backend.cases.commands import SYSTEM, Start
from backend.cases.models import ServiceCase
from backend.cases.service import NewCase, Request
from backend.core.error_texts import ERROR_TEXTS
from backend.customers.account_changes import AccountChanges
from backend.customers.accounts import ACTIVE, GasAccounts
from backend.customers.addresses import index_address
from backend.customers.service import CustomersService
from payments.service import ChargeService, NewCharge
from tests.api.conftest import MadeCustomer
from tests.api.filling import upload
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import NOW, make_home, make_origin, make_record
from tests.api.test_intake import open_case
from tests.api.test_orders_for_customers import list_outcomes, make_caller, take


@pytest.fixture
def neighbour(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def mover(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def enter_account(hall: Hall, owner: MadeCustomer, home: dict[str, Any], *, closes: bool = False) -> int:
    """Enter an account at the place, in use or closed since; returns the case that brought it."""
    customers = CustomersService(hall.keys)
    accounts = GasAccounts(hall.keys, customers)
    origin = make_origin(hall, owner.id)
    with hall.sessions.begin() as session:
        accounts.enter(session, origin, make_record(address=home), ACTIVE, NOW)
        account = accounts.find_of_case(session, origin.case_id)
        assert account is not None
        if closes:
            AccountChanges(hall.keys, customers).close(session, account, NOW)
    return origin.case_id


def open_charge(hall: Hall, case_id: int) -> None:
    with hall.sessions.begin() as session:
        charge = NewCharge(hall.units["361"], "361", case_id, "gas", 3_600)
        ChargeService([]).open_charge(session, charge, NOW)


def find_hazard(hall: Hall, home: dict[str, Any]) -> None:
    """Let an inspection at the place have found something that nobody has put right."""
    new = NewCase(
        "inspection", hall.units["361"], "361", None, "counter",
        columns={"address_index": index_address(hall.keys, home)},
    )  # fmt: skip
    found = Start(SYSTEM, data={"hazards_found": ["h36"]}, enter_at="notice")
    assert hall.service.start_case(Request("system", uuid.uuid4(), {}), new, found).case_no


def begin(desk: Browser, home: dict[str, Any]) -> str:
    """Open an account's case at the counter; it waits to be accepted."""
    papers = {key: [upload(desk, key)] for key in ("id_photos", "property_proof")}
    values = make_caller(in_person="self", id_number="110101199003077758", address=home) | papers
    return open_case(desk, "account_opening", values, channel="counter")


def ask(hall: Hall, who: MadeCustomer, home: dict[str, Any], service: str = "new_account") -> list[str]:
    body = {"service": service, "address": home}
    answer = hall.app.test_client().post("/api/v1/premises-checks", json=body, headers=who.headers)
    assert answer.status_code == 200, answer.text
    items = json.loads(answer.text)["items"]
    assert all(one["text"].endswith("。") for one in items)
    return [one["code"] for one in items]


def list_doubts(desk: Browser, case_no: str) -> list[str]:
    items = desk.read(f"/cases/{case_no}/premises")["items"]
    assert [one["text"] for one in items] == [ERROR_TEXTS[one["code"]] for one in items]
    return [one["code"] for one in items]


def test_where_nothing_is_the_matter_nothing_is_asked(hall: Hall, desk: Browser, mover: MadeCustomer) -> None:
    home = make_home()
    assert ask(hall, mover, home) == []
    case_no = begin(desk, home)
    assert list_doubts(desk, case_no) == []
    assert "accept_despite" not in list_outcomes(desk, case_no)
    take(desk, case_no, "accept")


def test_arrears_are_paid_first_or_accepted_with_a_reason(
    hall: Hall, desk: Browser, mover: MadeCustomer, neighbour: MadeCustomer
) -> None:
    home = make_home()
    case_id = enter_account(hall, neighbour, home, closes=True)
    assert ask(hall, mover, home) == []
    open_charge(hall, case_id)
    assert ask(hall, mover, home) == ["premises_in_arrears"]
    case_no = begin(desk, home)
    assert list_doubts(desk, case_no) == ["premises_in_arrears"]
    assert code(desk.act(case_no, "accept")) == "premises_in_arrears"
    assert code(desk.act(case_no, "accept_despite")) == "reason_required"
    take(desk, case_no, "accept_despite", reason="欠费是前户主的，已答应月底交清")
    # The reason stays with the case, and whoever looks at it later reads it.
    told = json.dumps(desk.read(f"/cases/{case_no}")["history"], ensure_ascii=False)
    assert "已答应月底交清" in told


def test_what_was_paid_no_longer_stands_in_the_way(
    hall: Hall, desk: Browser, neighbour: MadeCustomer
) -> None:
    home = make_home()
    case_id = enter_account(hall, neighbour, home, closes=True)
    open_charge(hall, case_id)
    case_no = begin(desk, home)
    assert code(desk.act(case_no, "accept")) == "premises_in_arrears"
    with hall.sessions.begin() as session:
        ChargeService([]).void_unpaid(session, case_id)
    take(desk, case_no, "accept")


def test_hazards_nobody_put_right_are_told(hall: Hall, desk: Browser, mover: MadeCustomer) -> None:
    home = make_home()
    find_hazard(hall, home)
    assert ask(hall, mover, home) == ["premises_has_hazards"]
    case_no = begin(desk, home)
    assert code(desk.act(case_no, "accept")) == "premises_has_hazards"
    take(desk, case_no, "accept_despite", reason="客户约了明天整改")


def test_an_account_there_leads_to_the_transfer(
    hall: Hall, desk: Browser, mover: MadeCustomer, neighbour: MadeCustomer
) -> None:
    home = make_home()
    enter_account(hall, neighbour, home)
    assert ask(hall, mover, home) == ["premises_has_account"]
    # Whose it is hears that it is there, and nobody is told whose.
    assert ask(hall, neighbour, home) == ["premises_has_own_account"]
    case_no = begin(desk, home)
    assert code(desk.act(case_no, "accept")) == "premises_has_account"


def test_gas_that_is_laid_where_an_account_is_asks_what_is_meant(
    hall: Hall, desk: Browser, mover: MadeCustomer, neighbour: MadeCustomer
) -> None:
    home = make_home()
    assert ask(hall, mover, home, "installation") == []
    enter_account(hall, neighbour, home)
    assert ask(hall, mover, home, "installation") == ["premises_has_account"]
    assert ask(hall, neighbour, home, "installation") == ["premises_has_own_account"]
    case_no = hall.start()
    remote = hall.sign_in("remote_a")
    assert remote.read(f"/cases/{case_no}/premises")["items"] == []
    with hall.sessions.begin() as session:
        place = index_address(hall.keys, home)
        session.execute(
            update(ServiceCase)
            .where(ServiceCase.case_no == case_no)
            .values(address_index=place, customer_id=None)
        )
    [told] = remote.read(f"/cases/{case_no}/premises")["items"]
    # It only tells: whoever is sure that pipes are wanted there accepts as ever.
    assert (told["code"], told["text"].startswith("这个地址已经有别人的户号")) == (
        "premises_has_account",
        True,
    )
    assert remote.act(case_no, "accept").status_code == 200


@pytest.mark.parametrize(
    ("street", "told", "found"),
    [("无人街", ["premises_unserved"], "premises_unserved"), ("解放路", [], "premises_elsewhere")],
)
def test_an_area_of_nobody_or_of_another_unit(
    hall: Hall, desk: Browser, mover: MadeCustomer, street: str, told: list[str], found: str
) -> None:
    home = {**make_home(), "street": street}
    assert ask(hall, mover, home) == told
    case_no = begin(desk, home)
    assert code(desk.act(case_no, "accept")) == found
    take(desk, case_no, "accept_despite", reason="两个单位说好由我们办")


def test_other_services_are_not_asked_and_strangers_get_no_answer(hall: Hall, mover: MadeCustomer) -> None:
    home = {**make_home(), "street": "无人街"}
    assert ask(hall, mover, home, "repair") == []
    path, body = "/api/v1/premises-checks", {"service": "new_account", "address": home}
    assert hall.app.test_client().post(path, json=body).status_code == 401
    missing = {"service": "telephone", "address": home}
    answer = hall.app.test_client().post(path, json=missing, headers=mover.headers)
    assert (answer.status_code, json.loads(answer.text)["code"]) == (404, "service_unknown")


def test_nobody_looks_through_a_street(hall: Hall, make_customer: Callable[[], MadeCustomer]) -> None:
    curious = make_customer()
    client = hall.app.test_client()
    body = {"service": "new_account", "address": make_home()}
    asked = [client.post("/api/v1/premises-checks", json=body, headers=curious.headers) for _ in range(21)]
    assert [one.status_code for one in asked] == [200] * 20 + [429]
