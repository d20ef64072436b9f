"""Accounts in a customer's client: bound by number and one more proof, shared by their owner, given up."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.access.account_binding import ALL_AT_ONE, OWN_AT_ALL, OWN_AT_ONE
from backend.access.models import BindingTry, SmsCode
from backend.core.config import Settings
from backend.customers.account_changes import AccountChanges, NewOwner
from backend.customers.account_numbers import make_account_no
from backend.customers.accounts import ACTIVE, GasAccounts, find_owner
from backend.customers.bindings import AccountBindings
from backend.customers.models import AccountRole, Customer
from backend.customers.sealing import seal_id_number
from backend.customers.service import CustomersService
from tests.api.conftest import MadeCustomer
from tests.api.sign_in_stage import HTTPS, Stage, read, refusal
from tests.api.staff_side import Hall
from tests.api.test_gas_accounts import enter, make_origin, make_record

ID_NUMBER = "110101199003070038"
_phones = itertools.count(30_000_000)


@dataclass
class Visitor:
    """Somebody signed in on the stage."""

    stage: Stage
    client: FlaskClient
    phone: str
    token: str
    id: int

    def call(self, method: str, path: str = "", body: Any = None) -> TestResponse:
        return self.client.open(
            f"/api/v1/accounts{path}",
            method=method,
            json=body,
            base_url=HTTPS,
            headers={"Authorization": f"Bearer {self.token}"},
        )

    def bind(self, account_no: str, way: str = "own_phone", **more: str) -> TestResponse:
        return self.call("POST", body={"account_no": account_no, "way": way, **more})

    def list_bound(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = read(self.call("GET"), 200)["items"]
        return items


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    return Stage(settings, sessions)


@pytest.fixture
def phone() -> str:
    return make_phone()


@pytest.fixture
def numbers() -> Iterator[str]:
    """Give account numbers that nobody has."""
    draws = random.Random(7)
    return (make_account_no("999", draws) for _ in itertools.count())


def make_phone() -> str:
    return f"137{next(_phones)}"


def arrive(stage: Stage, phone: str) -> Visitor:
    client = stage.make_client()
    tokens = stage.sign_in_by_sms(client, phone)
    return Visitor(stage, client, phone, tokens["access_token"], stage.customer_of(tokens))


def open_account(hall: Hall, owner_id: int | None, phone: str, holder: str = "李明") -> str:
    """Enter an account with ``phone`` on file and return its number."""
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    record = make_record(phone=phone, holder=holder, contact=holder, meter=None)
    return enter(hall, accounts, make_origin(hall, owner_id), record, ACTIVE)


def receive_code(visitor: Visitor, account_no: str, phone: str) -> str:
    assert visitor.call("POST", "/codes", {"account_no": account_no}).status_code == 202
    visitor.stage.deliver()
    return visitor.stage.sms.received[phone][-1]


def test_who_answers_at_the_phone_on_file_binds_by_the_number_alone(
    stage: Stage, hall: Hall, phone: str
) -> None:
    account_no = open_account(hall, None, phone)
    # The record's phone made a customer of nobody who signs in; who proves to hold it is that customer.
    visitor = arrive(stage, phone)
    bound = read(visitor.bind(f" {account_no[:4]} {account_no[4:]} "), 201)
    assert (bound["account_no"], bound["role"], bound["status"]) == (account_no, "owner", "active")
    assert bound["place"].startswith("历下区 文化路 和平小区 3号楼 2单元 ") and bound["place"].endswith("室")
    assert [one["account_no"] for one in visitor.list_bound()] == [account_no]
    # Whoever comes twice gets the same answer and no second row.
    assert read(visitor.bind(account_no), 201)["role"] == "owner"
    assert len(visitor.list_bound()) == 1


def test_a_code_to_the_phone_on_file_binds_and_takes_an_unseen_owners_place(
    stage: Stage, hall: Hall, phone: str
) -> None:
    on_file = make_phone()
    account_no = open_account(hall, None, on_file)
    visitor = arrive(stage, phone)
    assert refusal(visitor.bind(account_no)) == (422, "binding_refused")
    sent = receive_code(visitor, account_no, on_file)
    wrong = f"{(int(sent) + 1) % 1_000_000:06d}"
    assert refusal(visitor.bind(account_no, "sms_code", code=wrong)) == (422, "binding_code_refused")
    assert read(visitor.bind(account_no, "sms_code", code=sent), 201)["role"] == "owner"
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, account_no)
        owner = find_owner(session, account.id)
        assert owner is not None and (owner.customer_id, owner.proof) == (visitor.id, "sms_code")


def test_a_code_serves_only_who_asked_for_it(stage: Stage, hall: Hall, phone: str) -> None:
    on_file = make_phone()
    account_no = open_account(hall, None, on_file)
    asked, other = arrive(stage, phone), arrive(stage, make_phone())
    sent = receive_code(asked, account_no, on_file)
    assert refusal(other.bind(account_no, "sms_code", code=sent)) == (422, "binding_code_refused")
    assert other.list_bound() == []
    assert asked.bind(account_no, "sms_code", code=sent).status_code == 201
    # And once.
    assert refusal(asked.bind(account_no, "sms_code", code=sent)) == (422, "binding_code_refused")


def test_holder_and_the_end_of_the_id_number_bind_to_pay_and_to_see_no_door(
    stage: Stage, hall: Hall, phone: str
) -> None:
    owner = arrive(stage, make_phone())
    account_no = open_account(hall, owner.id, owner.phone)
    with hall.sessions.begin() as session:
        seal_id_number(hall.keys, session.get_one(Customer, owner.id), ID_NUMBER)
    visitor = arrive(stage, phone)
    missing = visitor.bind(account_no, "identity", name="李明")
    assert refusal(missing) == (422, "invalid_input") and missing.get_json()["fields"]["tail"]
    for name, tail in (("李明", "070039"), ("王明", "070038"), ("李明", "0038"), ("李明", "")):
        assert visitor.bind(account_no, "identity", name=name, tail=tail).status_code == 422
    bound = read(visitor.bind(account_no, "identity", name=" 李 明 ", tail="070038"), 201)
    assert bound["role"] == "payer" and bound["place"] == "历下区 文化路 和平小区 3号楼 2单元"
    # The owner is who they were, and sees who else is there.
    page, paid = (read(one.call("GET", f"/{account_no}"), 200) for one in (owner, visitor))
    assert (page["holder"], page["place"][-1], page["manager"]) == ("李明", "室", None)
    assert [one["kind"] for one in page["use"]["appliances"]] == ["燃气灶"]
    assert (page["use"]["gas_use"], page["use"]["meter"]) == ("residential", None)
    assert (paid["holder"], paid["place"], paid["use"]) == ("李*", bound["place"], None)
    assert refusal(arrive(stage, make_phone()).call("GET", f"/{account_no}")) == (404, "not_found")
    people = read(owner.call("GET", f"/{account_no}/people"), 200)["items"]
    assert [(one["role"], "*" in one["phone"]) for one in people] == [("owner", True), ("payer", True)]
    assert read(visitor.call("GET", f"/{account_no}/people"), 200)["items"] == []


def test_no_answer_tells_which_numbers_exist(
    stage: Stage, hall: Hall, phone: str, numbers: Iterator[str]
) -> None:
    owner = arrive(stage, make_phone())
    account_no, unknown = open_account(hall, owner.id, owner.phone), next(numbers)
    closed = open_account(hall, None, phone)
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, closed)
        AccountChanges.close(session, account, stage.time)
    visitor = arrive(stage, phone)

    def tell(answer: TestResponse) -> tuple[int, dict[str, Any]]:
        body = answer.get_json()
        return answer.status_code, {key: body[key] for key in body if key != "request_id"}

    ways: list[dict[str, str]] = [
        {"way": "own_phone"},
        {"way": "sms_code", "code": "123456"},
        {"way": "identity", "name": "李明", "tail": "070038"},
    ]
    for way in ways:
        answers = [tell(visitor.bind(one, **way)) for one in (account_no, unknown, closed)]
        assert answers[0] == answers[1] == answers[2] and answers[0][0] == 422
    visitor = arrive(stage, make_phone())
    stage.wait(minutes=1)
    codes = [tell(visitor.call("POST", "/codes", {"account_no": one})) for one in (account_no, unknown)]
    assert codes[0] == codes[1] and codes[0][0] == 202
    stage.deliver()
    assert len(stage.sms.received[owner.phone]) == 2
    # Asked again at once, both are told to wait, and not by the phone that one of them has.
    again = [tell(visitor.call("POST", "/codes", {"account_no": one})) for one in (account_no, unknown)]
    assert again[0] == again[1] and again[0][1]["code"] == "sms_code_too_often"
    assert again[0][1]["extra"]["retry_after_seconds"] == 60
    wrong = visitor.bind("123456789012")
    assert refusal(wrong) == (422, "invalid_input")
    assert wrong.get_json()["fields"]["account_no"].startswith("户号有误")


def test_tries_are_limited_for_a_customer_and_for_a_number(
    stage: Stage, hall: Hall, phone: str, numbers: Iterator[str]
) -> None:
    owner = arrive(stage, make_phone())
    account_no = open_account(hall, owner.id, owner.phone)
    visitor = arrive(stage, phone)
    for _ in range(OWN_AT_ONE):
        assert refusal(visitor.bind(account_no)) == (422, "binding_refused")
    assert refusal(visitor.bind(account_no)) == (429, "binding_too_often")
    assert refusal(visitor.call("POST", "/codes", {"account_no": account_no})) == (429, "binding_too_often")
    for _ in range(OWN_AT_ALL - OWN_AT_ONE):
        assert visitor.bind(next(numbers)).status_code == 422
    assert refusal(visitor.bind(next(numbers))) == (429, "binding_too_often")
    # A number that many try rests for everybody but for who has it already.
    with hall.sessions.begin() as session:
        for _ in range(ALL_AT_ONE):
            tried = {"account_no": account_no, "way": "identity", "tried_at": stage.time}
            session.add(BindingTry(customer_id=owner.id, **tried))
    assert refusal(arrive(stage, make_phone()).bind(account_no)) == (429, "binding_too_often")
    stage.wait(days=1)
    later = arrive(stage, phone)
    assert refusal(later.bind(account_no)) == (422, "binding_refused")


def test_tries_at_once_count_each_other(stage: Stage, hall: Hall, phone: str) -> None:
    owner = arrive(stage, make_phone())
    account_no = open_account(hall, owner.id, owner.phone)
    visitor = arrive(stage, phone)

    def attempt(place: int) -> int:
        one = Visitor(stage, stage.make_client(), phone, visitor.token, visitor.id)
        return one.bind(account_no, "identity", name="李明", tail=f"{place:06d}").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(OWN_AT_ONE + 4)))
    assert answers == [422] * OWN_AT_ONE + [429] * 4


def test_an_owner_lets_others_in_and_puts_them_out_again(stage: Stage, hall: Hall, phone: str) -> None:
    owner = arrive(stage, phone)
    account_no = open_account(hall, owner.id, owner.phone)
    assert owner.list_bound()[0]["role"] == "owner"
    tenant_phone, people = make_phone(), f"/{account_no}/people"
    told = {"name": "王芳", "phone": tenant_phone, "role": "tenant"}
    assert owner.call("POST", people, told).status_code == 204
    assert refusal(owner.call("POST", people, told)) == (409, "account_person_known")
    assert owner.call("POST", people, {**told, "role": "owner"}).status_code == 422
    wrong = owner.call("POST", people, {**told, "phone": "12345"})
    assert wrong.get_json()["fields"]["phone"] and wrong.status_code == 422
    # Whoever signs in with that phone finds the account there, and may not hand it on.
    tenant = arrive(stage, tenant_phone)
    assert [(one["account_no"], one["role"]) for one in tenant.list_bound()] == [(account_no, "tenant")]
    assert refusal(tenant.call("POST", people, {**told, "phone": make_phone()})) == (403, "account_not_owner")
    assert refusal(arrive(stage, make_phone()).call("POST", people, told)) == (404, "not_found")
    mine, theirs = read(owner.call("GET", people), 200)["items"]
    assert (mine["role"], theirs["role"], theirs["name"]) == ("owner", "tenant", "王芳")
    assert refusal(tenant.call("DELETE", f"{people}/{mine['id']}")) == (403, "account_not_owner")
    assert refusal(owner.call("DELETE", f"{people}/{mine['id']}")) == (409, "account_owner_stays")
    other_no = open_account(hall, tenant.id, tenant.phone)
    assert refusal(tenant.call("DELETE", f"/{other_no}/people/{mine['id']}")) == (404, "not_found")
    assert owner.call("DELETE", f"{people}/{theirs['id']}").status_code == 204
    assert [one["account_no"] for one in tenant.list_bound()] == [other_no]


def test_the_place_of_ones_account_need_not_be_typed_and_a_payers_is_not_offered(
    hall: Hall, make_customer: Callable[[], MadeCustomer]
) -> None:
    owner, payer = make_customer(), make_customer()
    account_no = open_account(hall, owner.id, make_phone())
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, account_no)
        bindings = AccountBindings(hall.keys, CustomersService(hall.keys))
        assert bindings.bind(session, payer.id, account, "identity", datetime.now(UTC)).role == "payer"
    client = hall.app.test_client()
    (offered,) = client.get("/api/v1/addresses", headers=owner.headers).get_json()["items"]
    assert (offered["community"], offered["building"]) == ("和平小区", "3号楼")
    assert offered["door"].endswith("室")
    assert client.get("/api/v1/addresses", headers=payer.headers).get_json()["items"] == []


def test_unbinding_ends_a_right_to_look_and_never_whose_account_it_is(
    stage: Stage, hall: Hall, phone: str
) -> None:
    owner = arrive(stage, phone)
    account_no = open_account(hall, owner.id, owner.phone)
    tenant_phone = make_phone()
    told = {"name": "王芳", "phone": tenant_phone, "role": "tenant"}
    assert owner.call("POST", f"/{account_no}/people", told).status_code == 204
    tenant = arrive(stage, tenant_phone)
    for one in (owner, tenant):
        assert one.call("DELETE", f"/{account_no}").status_code == 204
        assert one.list_bound() == []
        assert refusal(one.call("DELETE", f"/{account_no}")) == (404, "not_found")
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, account_no)
        standing = find_owner(session, account.id)
        assert standing is not None and standing.customer_id == owner.id
        held = select(func.count()).where(
            AccountRole.gas_account_id == account.id, AccountRole.revoked_at.is_(None)
        )
        assert session.scalars(held).one() == 1
    # The owner takes it back with the number alone, as the owner.
    assert read(owner.bind(account_no), 201)["role"] == "owner"


def test_a_transfer_ends_every_binding(stage: Stage, hall: Hall, phone: str) -> None:
    owner = arrive(stage, phone)
    account_no = open_account(hall, owner.id, owner.phone)
    tenant_phone, buyer_phone = make_phone(), make_phone()
    told = {"name": "王芳", "phone": tenant_phone, "role": "payer"}
    assert owner.call("POST", f"/{account_no}/people", told).status_code == 204
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, account_no)
        changes = AccountChanges(hall.keys, CustomersService(hall.keys))
        changes.transfer(session, account, NewOwner("赵敏", buyer_phone), stage.time)
    assert owner.list_bound() == [] and arrive(stage, tenant_phone).list_bound() == []
    assert refusal(owner.bind(account_no)) == (422, "binding_refused")
    buyer = arrive(stage, buyer_phone)
    assert [one["role"] for one in buyer.list_bound()] == ["owner"]


def test_old_tries_are_forgotten(stage: Stage, hall: Hall, phone: str, numbers: Iterator[str]) -> None:
    visitor = arrive(stage, phone)
    visitor.bind(next(numbers))
    stage.wait(days=1, minutes=1)
    again = arrive(stage, phone)
    again.bind(next(numbers))
    with hall.sessions.begin() as session:
        tried = select(func.count()).where(BindingTry.customer_id == visitor.id)
        assert session.scalars(tried).one() == 1
        oldest = session.scalars(select(func.min(BindingTry.tried_at))).one()
        assert oldest is not None and oldest > stage.time - timedelta(days=1)
        assert session.scalars(select(func.count()).select_from(SmsCode)).one() > 0
