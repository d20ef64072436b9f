"""Whoever writes down a new case finds people by what their earlier cases say of them; over HTTP."""

from __future__ import annotations

import json
import secrets
from typing import Any

from sqlalchemy import update

from backend.customers.models import AccountRole
from tests.api.staff_side import Browser, Hall
from tests.api.test_intake import PART, enter_account, fault, make_phone, open_case


def find(who: Browser, **asked: Any) -> dict[str, Any]:
    answer = who.send("POST", "/intake/search", asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text)
    return found


def make_name() -> str:
    return "欧阳" + "".join(chr(0x4E00 + secrets.randbelow(2000)) for _ in range(2))


def counter_case(hall: Hall, **more: Any) -> tuple[str, dict[str, Any]]:
    """Open a case of a process in which the hotline has no part; returns its number and its values."""
    values = {key: one for key, one in fault(**more).items() if not key.startswith("fault")}
    desk = hall.sign_in("desk_361")
    whole = {**values, "service": "repair"}
    return open_case(desk, "hall_service_application", whole, channel="counter"), values


def test_a_contact_is_found_by_the_phone_of_a_case_that_is_anothers_process(hall: Hall) -> None:
    agent, name = hall.sign_in("agent_a"), make_name()
    case_no, values = counter_case(hall, contact_name=name)
    found = find(agent, phone=values["contact_phone"])
    [person] = found["customers"]
    assert (person["name"], person["phone"], person["masked"]) == (name, values["contact_phone"], False)
    assert person["address"]["door"].removesuffix("室") == values["address"]["door"]
    # The case itself stays theirs whose process it is.
    assert agent.get(f"/cases/{case_no}").status_code == 404
    assert found["open_cases"] == []


def test_a_contact_is_found_by_name_masked_and_in_full_by_the_case(hall: Hall) -> None:
    agent, name = hall.sign_in("agent_a"), make_name()
    case_no, values = counter_case(hall, contact_name=name)
    [person] = find(agent, name=name)["customers"]
    assert (person["name"], person["masked"], person["case_no"]) == ("欧*", True, case_no)
    assert values["contact_phone"] not in str(person)
    assert person["address"]["door"] == ""
    [whole] = find(agent, case_no=case_no)["customers"]
    assert (whole["name"], whole["phone"]) == (name, values["contact_phone"])
    assert whole["customer_id"] == person["customer_id"]
    # A beginning names nobody, and another unit's cases tell nothing.
    assert find(agent, name=name[:2])["customers"] == []
    for asked in ({"name": name}, {"case_no": case_no}):
        assert find(hall.sign_in("desk_362"), **asked)["customers"] == []
    refused = agent.send("POST", "/intake/search", {"name": name[:1]})
    assert json.loads(refused.text)["fields"].keys() == {"name"}


def test_a_name_finds_who_holds_an_account_as_well(hall: Hall) -> None:
    agent, phone = hall.sign_in("agent_a"), make_phone()
    _, owner = enter_account(hall, phone)
    found = find(agent, name="李大爷")
    assert found["customers"] and all(one["masked"] for one in found["customers"])
    assert {one["name"] for one in found["customers"]} == {"李*"}
    assert phone not in str(found)
    assert found["more"] or owner in {one["customer_id"] for one in found["customers"]}


def test_a_part_of_an_address_finds_the_contacts_of_open_cases(hall: Hall) -> None:
    agent, community = hall.sign_in("agent_a"), f"望湖{secrets.token_hex(4)}"
    address = {**fault()["address"], "community": community, "door": "1203室"}
    case_no, _ = counter_case(hall, contact_name=make_name(), address=address)
    by_place = {**PART, "community": community}
    [person] = find(agent, address=by_place)["customers"]
    assert (person["case_no"], person["masked"], person["address"]["door"]) == (case_no, True, "")
    assert len(find(agent, address={**by_place, "door": "1203"})["customers"]) == 1
    assert find(agent, address={**by_place, "door": "1204"})["customers"] == []
    assert len(find(agent, address=address)["customers"]) == 1


def test_a_phone_brings_the_home_that_its_holder_has(hall: Hall) -> None:
    agent, phone = hall.sign_in("agent_a"), make_phone()
    account_no, owner = enter_account(hall, phone)
    [person] = find(agent, phone=phone)["customers"]
    assert (person["customer_id"], person["name"], person["account_no"]) == (owner, "李大爷", account_no)
    assert (person["address"]["community"], person["address"]["door"]) == ("阳光小区", "501室")
    # Another unit's homes are nobody's to see here.
    [stranger] = find(hall.sign_in("desk_362"), phone=phone)["customers"]
    assert (stranger["account_no"], stranger["address"]) == (None, None)
    # Of several homes each stands by itself, so that nobody has to guess which is meant.
    with hall.sessions.begin() as session:
        other_no, other = enter_account(hall, make_phone(), community="月光小区")
        roles = update(AccountRole).where(AccountRole.customer_id == other)
        session.execute(roles.values(customer_id=owner))
    homes = find(agent, phone=phone)["customers"]
    assert [one["customer_id"] for one in homes] == [owner, owner]
    assert [one["account_no"] for one in homes] == [account_no, other_no]
    assert [one["address"]["community"] for one in homes] == ["阳光小区", "月光小区"]
