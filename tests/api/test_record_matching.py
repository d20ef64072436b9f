"""Staff see how an application compares with the records, and nobody sees what stands in them."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.cases import identity_rows
from backend.cases.commands import SYSTEM, Amend
from backend.cases.guards import IDENTITY_PROOF
from backend.cases.service import Request
from backend.customers.account_numbers import make_account_no
from backend.customers.accounts import GasAccounts
from backend.customers.service import CustomersService
from backend.identity.port import Person
from tests.api.staff_side import Hall
from tests.api.test_gas_accounts import enter, make_home, make_origin, make_record
from tests.api.test_identity_decisions import NUMBER
from tests.api.test_identity_decisions import enter as enter_customer

OTHER_ID = "11010519491231002X"


@pytest.fixture
def home() -> dict[str, Any]:
    return make_home()


@pytest.fixture
def account_no(hall: Hall, home: dict[str, Any]) -> str:
    """Enter an account at the home, whose owner's identity number the company knows."""
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    owner = enter_customer(hall)
    record = make_record(address=home, phone=f"137{uuid.uuid4().int % 10**8:08}")
    return enter(hall, accounts, make_origin(hall, owner), record, "active")


def compare(hall: Hall, **values: Any) -> dict[str, str]:
    case_no = hall.start(service="suspension", **values)
    found = hall.sign_in("remote_a").read(f"/cases/{case_no}/record")
    return {one["item"]: one["match"] for one in found["items"]}


def test_number_and_holder_are_held_against_the_record(
    hall: Hall, home: dict[str, Any], account_no: str
) -> None:
    typed = {"address": home, "account_no": account_no, "id_number": NUMBER}
    assert compare(hall, **typed) == {"account_no": "same", "id_number": "same"}
    assert compare(hall, **{**typed, "id_number": OTHER_ID})["id_number"] == "differs"
    elsewhere = compare(hall, **{**typed, "address": make_home()})
    assert elsewhere == {"account_no": "elsewhere", "id_number": "same"}
    # Without a number the account at the address is the one that is meant.
    assert compare(hall, address=home, id_number=OTHER_ID) == {"id_number": "differs"}


def test_what_nobody_knows_is_said_to_be_unknown(hall: Hall, home: dict[str, Any]) -> None:
    nobodys = make_account_no("999", random.Random(3))
    typed = {"address": home, "account_no": nobodys, "id_number": NUMBER}
    assert compare(hall, **typed) == {"account_no": "unknown", "id_number": "unknown"}
    assert compare(hall, address=home, id_number="") == {}


def prove(hall: Hall, case_no: str, proof: str) -> None:
    wish = Amend(SYSTEM, {IDENTITY_PROOF: proof})
    hall.service.carry_out(Request("system", uuid.uuid4(), {}), hall.find_id(case_no), wish)


def see_match(hall: Hall, case_no: str) -> str:
    [one] = hall.sign_in("remote_a").read(f"/cases/{case_no}/record")["items"]
    return str(one["match"])


def pass_face_check(hall: Hall, case_no: str, number: str) -> None:
    now, reference = datetime.now(UTC), f"match-{case_no}"
    with hall.sessions.begin() as session:
        identity_rows.insert_check(
            session, hall.keys, Person("张小红", number), case_id=hall.find_id(case_no),
            customer_id=hall.customer_id, unit_id=hall.units["361"], session_key="s", reference=reference,
            provider="faceid", provider_reference=reference, state="passed", code="0", begun_at=now,
            settled_at=now,
        )  # fmt: skip
    prove(hall, case_no, f"face:{reference}")


def test_who_has_proven_it_is_not_asked_for_the_card_again(hall: Hall, home: dict[str, Any]) -> None:
    case_no = hall.start(service="suspension", address=home, id_number=NUMBER)
    assert see_match(hall, case_no) == "unknown"
    pass_face_check(hall, case_no, NUMBER)
    assert see_match(hall, case_no) == "proven_by_face"
    # A number that was mended afterwards is not the one that the face was held against.
    mended = hall.start(service="suspension", address=make_home(), id_number=OTHER_ID)
    pass_face_check(hall, mended, NUMBER)
    assert see_match(hall, mended) == "unknown"


def test_staff_who_looked_are_told_and_of_an_agent_nothing_is_proven(
    hall: Hall, home: dict[str, Any]
) -> None:
    case_no = hall.start(service="suspension", address=home, id_number=NUMBER)
    prove(hall, case_no, "staff:1")
    assert see_match(hall, case_no) == "proven_by_staff"
    agent = {"agent_name": "王代办", "agent_id_number": OTHER_ID, "agent_until": "2099-12-31"}
    acting = hall.start(service="suspension", address=home, id_number=NUMBER, applicant="agent", **agent)
    prove(hall, acting, "staff:1")
    assert see_match(hall, acting) == "unknown"


def test_the_answer_has_nothing_of_the_record_and_is_for_staff_of_the_case(
    hall: Hall, home: dict[str, Any], account_no: str
) -> None:
    case_no = hall.start(service="suspension", address=home, account_no=account_no, id_number=OTHER_ID)
    answer = hall.sign_in("remote_a").read(f"/cases/{case_no}/record")
    assert NUMBER not in str(answer) and account_no not in str(answer)
    assert hall.sign_in("handler_362").get(f"/cases/{case_no}/record").status_code == 404
