"""A caller is verified by what they know before anything is read to them; over HTTP."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.access.models import PersonalLook
from backend.cases.form_sealing import index_address
from backend.cases.models import ServiceCase
from backend.catalogue.field_checks import check_address
from backend.customers.models import Customer, GasAccount, Meter, Premises
from backend.customers.sealing import seal_id_number
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_intake import enter_account, make_address, make_phone

ID_NUMBER = "110101199003077758"


@pytest.fixture
def agent(hall: Hall) -> Browser:
    return hall.sign_in("agent_a")


@pytest.fixture
def known(hall: Hall) -> dict[str, Any]:
    """Return everything that one customer can say, with their id under ``customer``."""
    account_no, customer_id = enter_account(hall, make_phone())
    meter_no, address = f"M{secrets.token_hex(5)}", make_address()
    with hall.sessions.begin() as session:
        seal_id_number(hall.keys, session.get_one(Customer, customer_id), ID_NUMBER)
        account = session.scalars(select(GasAccount).where(GasAccount.account_no == account_no)).one()
        place = session.get_one(Premises, account.premises_id)
        place.address_index = index_address(hall.keys, check_address(address))
        session.add(
            Meter(
                unit_id=account.unit_id, gas_account_id=account.id, maker="真兰", meter_no=meter_no,
                model="G2.5", kind="ic_card", status="installed", installed_at=datetime.now(UTC),
            )
        )  # fmt: skip
    says = {"id_number": ID_NUMBER, "meter_no": meter_no, "name": "李大爷", "address": address}
    return {**says, "customer": customer_id, "account_no": account_no}


def verify(agent: Browser, **says: Any) -> list[dict[str, Any]]:
    answer = agent.send("POST", "/calls/identity", says)
    assert answer.status_code == 200, answer.text
    customers: list[dict[str, Any]] = json.loads(answer.text)["customers"]
    return customers


@pytest.mark.parametrize(
    "items", [("id_number", "meter_no"), ("meter_no", "address"), ("meter_no", "name"), ("address", "name")]
)
def test_two_things_that_agree_verify_a_caller(agent: Browser, known: dict[str, Any], items: Any) -> None:
    [found] = verify(agent, **{item: known[item] for item in items})
    assert found["id"] == known["customer"]
    assert [one["account_no"] for one in found["accounts"]] == [known["account_no"]]


def test_less_or_what_does_not_agree_tells_nothing(hall: Hall, agent: Browser, known: dict[str, Any]) -> None:
    for item in ("id_number", "meter_no", "name", "address"):
        assert code(agent.send("POST", "/calls/identity", {item: known[item]})) == "identity_too_little"
    assert verify(agent, meter_no=known["meter_no"], name="张小红") == []
    assert verify(agent, name=known["name"], address={**known["address"], "door": "0"}) == []
    asked = {"meter_no": known["meter_no"], "name": known["name"]}
    for who in ("remote_a", "desk_361", "handler_361"):
        assert code(hall.sign_in(who).send("POST", "/calls/identity", asked)) == "forbidden"


def test_who_is_verified_is_told_of_gas_and_business(
    hall: Hall, agent: Browser, known: dict[str, Any]
) -> None:
    case_no = hall.start()
    with hall.sessions.begin() as session:
        mine = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(mine.values(customer_id=known["customer"]))
    [found] = verify(agent, meter_no=known["meter_no"], name=known["name"])
    assert found["name"] == known["name"]
    assert ID_NUMBER not in json.dumps(found)
    [account] = found["accounts"]
    assert (account["status"], account["gas_use"]) == ("active", "residential")
    assert [(one["meter_no"], one["model"]) for one in account["meters"]] == [(known["meter_no"], "G2.5")]
    assert [one["case_no"] for one in found["cases"]] == [case_no]
    with hall.sessions() as session:
        looks = select(PersonalLook).where(PersonalLook.subject == f"customer:{known['customer']}")
        [look] = session.scalars(looks)
    assert (look.staff_id, look.reason) == (hall.staff["agent_a"], "来电核实身份后查询")
