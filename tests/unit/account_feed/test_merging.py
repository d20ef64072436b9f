"""The merging of three states, as a table: agreed, ours, theirs → what is taken, sent and listed."""

from __future__ import annotations

from itertools import product

import pytest

from backend.account_feed.merging import Difference, Side, list_to_send, merge
from backend.account_feed.units import CAREFUL, METER_UNITS, UNITS, WITH_HOLDER, fold

# Agreed, ours, theirs; then where it goes by the setting for the unit: master, hall, ask.
TABLE: list[tuple[str, str, str, str, str, str]] = [
    ("a", "a", "a", "same", "same", "same"),
    ("a", "b", "b", "same", "same", "same"),
    ("a", "b", "a", "sent", "sent", "sent"),
    ("a", "a", "b", "taken", "taken", "taken"),
    ("a", "b", "c", "taken!", "sent!", "asked!"),
    # They have never met over this account.
    ("", "", "b", "taken", "taken", "taken"),
    ("", "b", "", "sent", "sent", "sent"),
    ("", "b", "c", "taken!", "sent!", "asked!"),
    ("", "", "", "same", "same", "same"),
    # What is empty says nothing, on either side.
    ("a", "a", "", "kept", "kept", "kept"),
    ("a", "b", "", "sent", "sent", "sent"),
    ("a", "", "a", "kept", "kept", "kept"),
    ("a", "", "", "same", "same", "same"),
    ("a", "", "b", "taken!", "sent!", "asked!"),
]
PLACES: list[Side] = ["master", "hall", "ask"]


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize("side", PLACES)
def test_a_unit_goes_where_the_table_says(row: tuple[str, str, str, str, str, str], side: Side) -> None:
    agreed, ours, theirs = ({"use_nature": one} for one in row[:3])
    expected = row[3 + PLACES.index(side)]
    merged = merge(agreed, ours, theirs, {"use_nature": side})
    outcome = expected.removesuffix("!")
    assert (merged.taken == ["use_nature"]) == (outcome == "taken")
    assert (merged.sent == ["use_nature"]) == (outcome == "sent")
    listed = [Difference("use_nature", side, is_both=True)] if expected.endswith("!") else []
    assert merged.differences == listed
    # Nobody is asked twice: only what waits for a person, or still has to be sent, is not agreed.
    is_settled = outcome in ("taken", "same") or (outcome == "sent" and bool(listed))
    assert merged.agreed.get("use_nature", "") == (row[2] if is_settled else row[0])


@pytest.mark.parametrize("unit", sorted(CAREFUL))
def test_what_the_hall_changes_by_a_signed_process_waits_for_a_person(unit: str) -> None:
    key = UNITS[unit][0]
    merged = merge({key: "甲一"}, {key: "甲一"}, {key: "乙二"}, {})
    assert (merged.taken, merged.differences) == ([], [Difference(unit, "ask", is_both=False)])
    # A company may trust its master with it.
    assert merge({key: "甲一"}, {key: "甲一"}, {key: "乙二"}, {unit: "master"}).taken == [unit]


def test_other_ways_of_writing_are_no_change() -> None:
    ours = {"holder": "买买提·吐尔逊", "phone": "13812345678", "building": "3号楼", "region": "历下区"}
    theirs = {
        "holder": "买买提 吐尔逊",
        "phone": "+86 138-1234-5678",
        "building": "3号楼 ",
        "region": "历下区",
    }
    merged = merge({}, ours, theirs, {})
    assert (merged.taken, merged.sent, merged.differences) == ([], [], [])


def test_what_is_told_of_a_meter_goes_with_the_meter() -> None:
    agreed = {"meter_maker": "金卡", "meter_no": "1", "meter_seal": "F1", "meter_reading": "10"}
    swapped = {"meter_maker": "金卡", "meter_no": "2", "meter_seal": "F2", "meter_reading": "0"}
    read = {**agreed, "meter_reading": "12"}
    taken = merge(agreed, read, swapped, {})
    # The reading here is that of the meter which was taken down, so that nobody is asked about it.
    assert taken.taken == ["meter", "meter_seal", "meter_reading"]
    assert (taken.sent, taken.differences) == ([], [])
    assert {key: taken.agreed[key] for key in swapped} == swapped
    sent = merge(agreed, swapped, {**agreed, "meter_reading": "11"}, {})
    assert (sent.taken, sent.sent) == ([], ["meter", *METER_UNITS])
    asked = merge(agreed, swapped, {**agreed, "meter_no": "3"}, {"meter": "ask"})
    assert (asked.taken, asked.sent, [one.unit for one in asked.differences]) == ([], [], ["meter"])


def test_a_telephone_goes_with_the_holder_whose_it_is() -> None:
    agreed = {"holder": "张三", "phone": "13800000001", "contact": "张三"}
    theirs = {"holder": "李四", "phone": "13800000002", "contact": "李四", "id_number": "x"}
    waits = merge(agreed, agreed, theirs, {})
    assert ([one.unit for one in waits.differences], waits.taken, waits.sent) == (["holder"], [], [])
    assert waits.agreed["phone"] == agreed["phone"]
    assert list_to_send(agreed, {**agreed, "phone": "13800000003"}, frozenset({"holder"})) == []
    taken = merge(agreed, agreed, theirs, {"holder": "master"})
    assert taken.taken == ["holder", "contact", "phone", "id_number"]
    # The hall has given the account to somebody else: the master's telephone is that of the former holder.
    given = {"holder": "王五", "phone": "13800000004", "contact": "王五"}
    sent = merge(agreed, given, {**agreed, "phone": "13800000005"}, {})
    assert (sent.taken, sent.sent) == ([], ["holder", *WITH_HOLDER])


def test_merging_once_more_changes_nothing() -> None:
    texts = ("", "a", "b")
    for agreed, ours, theirs in product(texts, repeat=3):
        for side in PLACES:
            first = merge({"note": agreed}, {"note": ours}, {"note": theirs}, {"note": side})
            here = theirs if first.taken else ours
            again = merge(first.agreed, {"note": here}, {"note": theirs}, {"note": side})
            assert (again.taken, again.agreed) == ([], first.agreed)
            assert not again.differences or side == "ask"


def test_only_what_differs_from_the_agreed_and_waits_for_nobody_is_sent() -> None:
    agreed = {"phone": "1", "use_nature": "做饭", "meter_no": "7", "meter_seal": "x"}
    ours = {"phone": "2", "use_nature": "采暖", "meter_no": "8", "meter_seal": "y", "note": ""}
    assert list_to_send(agreed, ours, frozenset()) == ["phone", "use_nature", "meter", "meter_seal"]
    assert list_to_send(agreed, ours, frozenset({"phone", "meter"})) == ["use_nature"]
    assert fold({}, "address") == ""
