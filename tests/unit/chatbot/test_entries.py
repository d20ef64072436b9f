"""The entries that ship with the product, and files that cannot be used."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chatbot.matching.entries import EntryMalformed, make_entry, read_entries
from chatbot.matching.rules import RuleMalformed
from chatbot.matching.topics import EMERGENCIES, Topic

SHIPPED = read_entries()
GOOD: dict[str, Any] = {
    "key": "card_lost",
    "question": "燃气卡丢了怎么补办？",
    "phrasings": ["我的气卡找不着了"],
    "keywords": ["卡 + 丢|找不到"],
    "answer": "先点“去补卡”。",
    "links": [{"text": "去补卡", "to": "service/card_replacement"}],
}


def test_two_hundred_entries_and_more_ship_and_every_topic_has_some() -> None:
    assert len(SHIPPED) >= 200
    assert {one.topic for one in SHIPPED} == set(Topic)


def test_each_is_asked_for_in_many_ways_and_none_of_them_stands_twice() -> None:
    assert min(len(one.phrasings) for one in SHIPPED) >= 8
    assert min(len(one.rules) for one in SHIPPED) >= 3
    told = Counter(phrasing for one in SHIPPED for phrasing in one.phrasings)
    assert [phrasing for phrasing, times in told.items() if times > 1] == []


def test_whatever_is_a_leak_is_told_first_what_to_do() -> None:
    for entry in SHIPPED:
        if entry.topic in EMERGENCIES:
            assert any(word in entry.answer for word in ("{hotline}", "119", "120")), entry.key


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"key": "Card Lost"}, "key"),
        ({"question": ""}, "question"),
        ({"question": "长" * 31}, "question"),
        ({"answer": None}, "answer"),
        ({"phrasings": ["长" * 41]}, "40"),
        ({"phrasings": [" "]}, "40"),
        ({"own": "neighbour"}, "own"),
        ({"for": ["ministry"]}, "for"),
        ({"links": [{"text": "去", "to": "https://elsewhere.example"}]}, "links"),
        ({"links": [{"text": "去", "to": "page/home"}] * 4}, "links"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_entry_that_cannot_be_used_says_what_to_mend(change: dict[str, Any], named: str) -> None:
    with pytest.raises(EntryMalformed, match=named):
        make_entry(Topic.CARD_REPLACEMENT, GOOD | change)


def test_a_rule_with_a_hole_is_refused_with_its_entry() -> None:
    with pytest.raises(RuleMalformed):
        make_entry(Topic.CARD_REPLACEMENT, GOOD | {"keywords": ["卡 + "]})


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("topic: gardening\nentries: []\n", "a.yaml: no topic"),
        ("entries: []\n", "a.yaml: no topic"),
        ("topic: refund\nentries:\n  - {key: one, question: 问, answer: ''}\n", "a.yaml: one: answer"),
        (
            "topic: refund\nentries:\n  - {key: one, question: 问, answer: 答, keywords: ['+']}\n",
            "a.yaml: one: ",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_entry(tmp_path: Path, told: str, named: str) -> None:
    (tmp_path / "a.yaml").write_text(told, encoding="utf-8")
    with pytest.raises(EntryMalformed, match=named):
        read_entries(tmp_path)


def test_a_key_stands_once_over_all_files(tmp_path: Path) -> None:
    body = "topic: refund\nentries:\n  - {key: one, question: 问, answer: 答}\n"
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(body, encoding="utf-8")
    with pytest.raises(EntryMalformed, match=r"b\.yaml: one is there twice"):
        read_entries(tmp_path)
