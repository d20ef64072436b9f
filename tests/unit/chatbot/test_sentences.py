"""The sentences on which the auto-reply is developed are well formed, plenty and all different."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TypedDict

import pytest


class Sentence(TypedDict):
    text: str
    topics: list[str]
    emergency: bool
    near_miss: bool
    style: str


SENTENCES = Path(__file__).parents[3] / "bench" / "chatbot" / "sentences.jsonl"
STYLES = {"plain", "oblique", "misspelt", "dialect", "run_on", "mixed", "angry"}
ALARM_TOPICS = {"leak_emergency", "co_poisoning"}
OTHER_TOPICS = """
pay_bill bill_query price_and_tiers card_topup_and_read card_replacement meter_fault
meter_battery no_gas_or_low_pressure outage_notice repair_appliance_or_hose
installation_apply installation_progress alteration gas_on inspection_booking
inspection_query hazard_rectification open_account transfer_ownership close_or_suspend
bind_account invoice invoice_title_change refund late_fee meter_reading_dispute
appointment_change progress_query complaint praise_suggestion business_hours_location
contract_query safety_tips human_agent greeting_smalltalk out_of_scope
"""
TOPICS = ALARM_TOPICS | set(OTHER_TOPICS.split())


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    return [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]


def test_every_sentence_is_well_formed(sentences: list[Sentence]) -> None:
    for sentence in sentences:
        assert set(sentence) == set(Sentence.__annotations__)
        assert sentence["text"] == sentence["text"].strip() != ""
        assert 1 <= len(sentence["topics"]) <= 2
        assert set(sentence["topics"]) <= TOPICS
        assert sentence["style"] in STYLES
        assert sentence["emergency"] == (sentence["topics"][0] in ALARM_TOPICS)
        assert not (sentence["emergency"] and sentence["near_miss"])


def test_there_are_plenty_of_each_kind(sentences: list[Sentence]) -> None:
    alarms = [sentence for sentence in sentences if sentence["emergency"]]
    near_misses = [sentence for sentence in sentences if sentence["near_miss"]]
    styles = Counter(sentence["style"] for sentence in alarms)
    poisonings = [alarm for alarm in alarms if alarm["topics"][0] == "co_poisoning"]

    assert len(sentences) >= 900
    assert len(alarms) >= 220
    assert len(near_misses) >= 220
    assert len(sentences) - len(alarms) - len(near_misses) >= 460
    assert styles["oblique"] >= 70
    assert styles["misspelt"] >= 50
    assert len(poisonings) >= 50


def test_oblique_alarms_name_no_leak(sentences: list[Sentence]) -> None:
    for sentence in sentences:
        if sentence["emergency"] and sentence["style"] == "oblique":
            assert not re.search("漏|泄|燃气味", sentence["text"])


def test_every_topic_is_covered(sentences: list[Sentence]) -> None:
    topics = Counter(sentence["topics"][0] for sentence in sentences)
    assert {topic for topic in TOPICS if topics[topic] < 10} == set()


def test_no_sentence_comes_twice(sentences: list[Sentence]) -> None:
    # Punctuation does not make another sentence, unless there is nothing else.
    bare = Counter(re.sub(r"\W", "", line["text"]).lower() or line["text"] for line in sentences)
    assert [text for text, times in bare.items() if times > 1] == []
