"""The master mended a holder's name: it is taken, and nobody who is bound to the account loses it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.api.account_files import make_row
from tests.api.master_side import MasterSide, pick
from tests.api.staff_side import Browser, Hall, code

PATH = "/account-differences"


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


@pytest.fixture
def row(side: MasterSide) -> dict[str, str]:
    made = make_row(id_number="", contact="李小龙")
    side.put(made["account_no"], pick(made))
    side.exchange.run()
    return made


def find_open(lead: Browser) -> dict[str, Any]:
    [item] = lead.read(PATH)["items"]
    return dict(item)


def rename(lead: Browser, item: dict[str, Any], reason: str = "主系统改了错别字，已核对证件") -> Any:
    body = {"decision": "renamed", "found_at": item["found_at"], "reason": reason}
    return lead.send("POST", f"{PATH}/{item['id']}/decision", body)


def list_roles(side: MasterSide, number: str) -> list[tuple[Any, ...]]:
    with side.hall.sessions() as session:
        asked = text(
            "SELECT r.id, r.customer_id, r.role, r.revoked_at FROM account_role r"
            " JOIN gas_account a ON a.id = r.gas_account_id WHERE a.account_no = :number ORDER BY r.id"
        )
        return [tuple(one) for one in session.execute(asked, {"number": number})]


def test_the_name_is_taken_and_every_binding_stays(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    number = row["account_no"]
    before = list_roles(side, number)
    side.put(number, {"holder": "李小珑", "contact": "李小珑"})
    side.exchange.run()
    item = find_open(lead)
    answer = rename(lead, item)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.text)
    assert (told["decision"], told["reason"]) == ("renamed", "主系统改了错别字，已核对证件")
    assert told["decided_by"]
    ours = side.read_account(number)
    assert (ours["holder"], ours["contact"], ours["phone"]) == ("李小珑", "李小珑", row["phone"])
    assert list_roles(side, number) == before
    with side.hall.sessions() as session:
        owner_name = side.hall.shared.customers.describe_customer(session, before[0][1]).name
    assert owner_name == "李小珑"
    # It is agreed: nothing goes back, and nothing is asked again.
    side.exchange.run()
    assert (side.read(number)["revision"], lead.read(PATH)["items"]) == (2, [])
    assert code(rename(lead, item)) == "difference_decided"


def test_it_needs_a_reason(side: MasterSide, row: dict[str, str], lead: Browser) -> None:
    side.put(row["account_no"], {"holder": "李小珑"})
    side.exchange.run()
    refused = rename(lead, find_open(lead), "  ")
    assert (refused.status_code, list(json.loads(refused.text)["fields"])) == (422, ["reason"])
    assert side.read_account(row["account_no"])["holder"] == row["holder"]
    assert find_open(lead)["decision"] is None


@pytest.mark.parametrize("more", [{"phone": "13911112222"}, {"id_number": "110101199003070038"}])
def test_with_another_phone_or_number_it_may_be_somebody_else(
    side: MasterSide, row: dict[str, str], lead: Browser, more: dict[str, str]
) -> None:
    side.put(row["account_no"], {"holder": "李小珑", **more})
    side.exchange.run()
    refused = rename(lead, find_open(lead))
    assert (refused.status_code, code(refused)) == (422, "difference_not_taken")
    assert "不像只改了名字" in json.loads(refused.text)["fields"]["holder"]
    assert side.read_account(row["account_no"])["holder"] == row["holder"]
    assert find_open(lead)["decision"] is None


def test_nothing_else_is_mended_that_way(side: MasterSide, row: dict[str, str], lead: Browser) -> None:
    number = row["account_no"]
    side.change_here(number, "use_nature", "采暖")
    side.put(number, {"use_nature": "洗浴"})
    side.exchange.run()
    refused = rename(lead, find_open(lead))
    assert (refused.status_code, list(json.loads(refused.text)["fields"])) == (422, ["decision"])


def test_whose_bindings_have_ended_at_once_cannot_be_kept(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    number = row["account_no"]
    side.change_here(number, "holder_sealed", seal_holder(side, number, "李小隆"))
    side.put(number, {"holder": "李小珑"})
    side.make_exchange({"holder": "master"}).run()
    item = find_open(lead)
    assert item["side"] == "master"
    refused = rename(lead, item)
    assert (refused.status_code, list(json.loads(refused.text)["fields"])) == (422, ["decision"])


def seal_holder(side: MasterSide, number: str, name: str) -> str:
    with side.hall.sessions() as session:
        asked = text("SELECT id FROM gas_account WHERE account_no = :number")
        account_id = session.execute(asked, {"number": number}).scalar_one()
    return side.hall.keys.encrypt(name, f"gas_account.holder:{account_id}")
