"""What differs from the master: listed, masked, looked at with a reason, and decided by a person once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from backend.account_feed.merging import Side
from tests.api.account_files import make_row
from tests.api.master_side import MasterSide, pick
from tests.api.staff_side import Browser, Hall, code

PATH = "/account-differences"


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


@pytest.fixture
def row(side: MasterSide) -> dict[str, str]:
    made = make_row(id_number="")
    side.put(made["account_no"], pick(made))
    side.exchange.run()
    return made


def both_change(side: MasterSide, number: str, sides: dict[str, Side]) -> None:
    """Let both sides change what an account is used for, and exchange that."""
    side.change_here(number, "use_nature", "采暖")
    side.put(number, {"use_nature": "洗浴"})
    side.make_exchange(sides).run()


def decide(lead: Browser, item: dict[str, Any], decision: str) -> Any:
    body = {"decision": decision, "found_at": item["found_at"]}
    return lead.send("POST", f"{PATH}/{item['id']}/decision", body)


def list_open(lead: Browser) -> list[dict[str, Any]]:
    return list(lead.read(PATH)["items"])


@pytest.mark.parametrize(
    ("by_setting", "at_once", "decision", "here", "there"),
    [
        ("master", "洗浴", "master", "洗浴", "洗浴"),
        ("master", "洗浴", "hall", "采暖", "采暖"),
        ("hall", "采暖", "hall", "采暖", "采暖"),
        ("hall", "采暖", "master", "洗浴", "洗浴"),
        ("ask", "采暖", "hall", "采暖", "采暖"),
        ("ask", "采暖", "master", "洗浴", "洗浴"),
    ],
)
def test_what_both_sides_changed_is_listed_and_decided(
    side: MasterSide, row: dict[str, str], lead: Browser,
    by_setting: Side, at_once: str, decision: str, here: str, there: str,
) -> None:  # fmt: skip
    number = row["account_no"]
    both_change(side, number, {"use_nature": by_setting})
    assert side.read_account(number)["use_nature"] == at_once
    # Where a person is asked, neither side gets the other's before.
    assert side.read(number)["account"]["use_nature"] == ("采暖" if by_setting == "hall" else "洗浴")
    (item,) = list_open(lead)
    assert (item["account_no"], item["title"], item["ours"], item["theirs"]) == (
        number,
        "用途",
        "采暖",
        "洗浴",
    )
    assert (item["side"], item["is_both"], item["theirs_by"]) == (by_setting, True, "王会计")
    assert item["ours_at"] and item["theirs_at"]
    answer = decide(lead, item, decision)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.text)
    assert (told["decision"], bool(told["decided_by"])) == (decision, True)
    side.exchange.run()
    assert side.read_account(number)["use_nature"] == here
    assert side.read(number)["account"]["use_nature"] == there
    assert list_open(lead) == []
    assert [one["id"] for one in lead.read(PATH, is_open="false")["items"]] == [item["id"]]
    assert code(decide(lead, item, decision)) == "difference_decided"
    assert side.read_feed().problem == ""


def test_a_new_holder_waits_for_a_person_and_then_ends_the_bindings(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    number = row["account_no"]
    new = {
        "holder": "欧阳娜娜",
        "contact": "欧阳娜娜",
        "phone": "13911112222",
        "id_number": "110101199003070038",
    }
    side.put(number, new)
    side.exchange.run()
    # The telephone is that of the new holder, and would let them bind the account.
    ours = side.read_account(number)
    assert (ours["holder"], ours["phone"]) == ("李小龙", row["phone"])
    (item,) = list_open(lead)
    assert (item["unit"], item["ours"], item["theirs"], item["is_both"]) == ("holder", "李*", "欧*", False)
    assert decide(lead, item, "master").status_code == 200
    ours = side.read_account(number)
    assert {key: ours[key] for key in new} == new
    assert list_open(lead) == []
    with side.hall.sessions() as session:
        roles = text(
            "SELECT r.revoked_at IS NULL, r.proof, c.phone_told_at FROM account_role r"
            " JOIN gas_account a ON a.id = r.gas_account_id JOIN customer c ON c.id = r.customer_id"
            " WHERE a.account_no = :no ORDER BY r.id"
        )
        found = [tuple(one) for one in session.execute(roles, {"no": number})]
    assert found == [(False, "import", None), (True, "import", None)]
    side.exchange.run()
    assert side.read(number)["revision"] == 2


def test_a_holder_that_is_kept_goes_to_the_master_with_their_telephone(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    number = row["account_no"]
    side.put(number, {"holder": "欧阳娜娜", "phone": "13911112222"})
    side.exchange.run()
    (item,) = list_open(lead)
    assert decide(lead, item, "hall").status_code == 200
    side.exchange.run()
    told = side.read(number)["account"]
    assert (told["holder"], told["phone"]) == (row["holder"], row["phone"])
    assert side.read_account(number)["phone"] == row["phone"]
    side.put(number, {"id_number": "110101199003070038"})
    side.exchange.run()
    (item,) = list_open(lead)
    assert (item["unit"], item["theirs"]) == ("id_number", "110*************38")
    assert decide(lead, item, "master").status_code == 200
    assert side.read_account(number)["id_number"] == "110101199003070038"


def test_an_address_goes_only_where_nobody_else_has_an_account(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    other = make_row(id_number="")
    side.put(other["account_no"], pick(other))
    side.put(row["account_no"], {"door": other["door"]})
    side.exchange.run()
    (item,) = list_open(lead)
    assert (item["unit"], item["is_both"]) == ("address", False)
    assert item["theirs"].endswith("****") and other["door"] not in json.dumps(item)
    refused = decide(lead, item, "master")
    assert (refused.status_code, code(refused)) == (422, "difference_not_taken")
    assert "别的户号" in json.loads(refused.text)["fields"]["address"]
    side.put(row["account_no"], {"door": "新门牌9室"})
    side.exchange.run()
    (item,) = list_open(lead)
    assert decide(lead, item, "master").status_code == 200
    assert side.read_account(row["account_no"])["door"] == "新门牌9室"
    assert side.read_account(other["account_no"])["door"] == other["door"]


def test_what_became_the_same_by_itself_waits_for_nobody(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    number = row["account_no"]
    both_change(side, number, {"use_nature": "ask"})
    assert len(list_open(lead)) == 1
    side.put(number, {"use_nature": "采暖"})
    side.exchange.run()
    assert list_open(lead) == []
    assert side.list_differences() == [("use_nature", "ask", True, "gone")]


def test_nobody_decides_about_something_else_than_what_was_shown(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    number = row["account_no"]
    both_change(side, number, {"use_nature": "ask"})
    (shown,) = list_open(lead)
    side.change_here(number, "use_nature", "全屋采暖")
    assert code(decide(lead, shown, "master")) == "changed_meanwhile"
    (now,) = list_open(lead)
    assert now["ours"] == "全屋采暖"
    side.put(number, {"use_nature": "做饭洗浴"})
    side.make_exchange({"use_nature": "ask"}).run()
    assert code(decide(lead, now, "hall")) == "changed_meanwhile"
    (now,) = list_open(lead)
    assert decide(lead, now, "hall").status_code == 200
    side.exchange.run()
    assert side.read(number)["account"]["use_nature"] == "全屋采暖"


def test_full_values_are_shown_for_a_reason_that_is_written_down(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    side.change_here(row["account_no"], "phone_sealed = NULL, phone_index", None)
    side.put(row["account_no"], {"phone": "13987654321"})
    side.exchange.run()
    (item,) = list_open(lead)
    assert (item["theirs"], item["is_masked"]) == ("139****4321", True)
    path = f"{PATH}/{item['id']}/look"
    assert lead.send("POST", path, {"reason": "  "}).status_code == 422
    answer = lead.send("POST", path, {"reason": "打电话核对"})
    assert json.loads(answer.text) == {"ours": "", "theirs": "13987654321"}
    with side.hall.sessions() as session:
        looked = text("SELECT subject, items, reason FROM personal_look ORDER BY id DESC LIMIT 1")
        subject, items, reason = session.execute(looked).one()
    assert (subject.split(":")[0], list(items), reason) == ("account", ["phone"], "打电话核对")


def test_managers_alone_see_it_and_each_what_is_below_them(
    side: MasterSide, row: dict[str, str], hall: Hall, lead: Browser
) -> None:
    both_change(side, row["account_no"], {})
    (item,) = list_open(lead)
    for name in ("desk_361", "agent_a", "handler_361"):
        somebody = hall.sign_in(name)
        assert somebody.get(PATH).status_code == 403
        assert somebody.get(f"{PATH}/feed").status_code == 403
        assert decide(somebody, item, "hall").status_code == 403
        assert somebody.send("POST", f"{PATH}/{item['id']}/look", {"reason": "x"}).status_code == 403
    assert decide(lead, {**item, "id": 10**9}, "hall").status_code == 404


def test_how_the_exchange_goes_is_told_in_sentences(
    side: MasterSide, row: dict[str, str], lead: Browser
) -> None:
    bad = make_row(id_number="")
    side.put(bad["account_no"], {**pick(bad), "phone": "12"})
    side.exchange.run()
    told = lead.read(f"{PATH}/feed")
    assert (told["problem"], told["waiting"], told["refused"]) == ("", 0, 1)
    assert told["refusals"][0]["text"].startswith("联系电话：")
    side.order("changes", "forged")
    side.exchange.run()
    assert "密钥" in lead.read(f"{PATH}/feed")["problem"]
    assert lead.send("POST", f"{PATH}/feed/again", {}).status_code == 204
    assert side.read_feed().in_cursor == ""
    side.exchange.run()
    assert (lead.read(f"{PATH}/feed")["problem"], side.list_differences()) == ("", [])
