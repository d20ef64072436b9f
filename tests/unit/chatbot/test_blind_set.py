"""The blind set that the auto-reply is judged by stays as it was written: see bench/chatbot/README.md."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "bench" / "chatbot"
ALARMS = {"leak_emergency", "co_poisoning"}
TOPICS = {
    *ALARMS,
    "pay_bill",
    "bill_query",
    "price_and_tiers",
    "card_topup_and_read",
    "card_replacement",
    "meter_fault",
    "meter_battery",
    "no_gas_or_low_pressure",
    "outage_notice",
    "repair_appliance_or_hose",
    "installation_apply",
    "installation_progress",
    "alteration",
    "gas_on",
    "inspection_booking",
    "inspection_query",
    "hazard_rectification",
    "open_account",
    "transfer_ownership",
    "close_or_suspend",
    "bind_account",
    "invoice",
    "invoice_title_change",
    "refund",
    "late_fee",
    "meter_reading_dispute",
    "appointment_change",
    "progress_query",
    "complaint",
    "praise_suggestion",
    "business_hours_location",
    "contract_query",
    "safety_tips",
    "human_agent",
    "greeting_smalltalk",
    "out_of_scope",
}


def sentences() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / "blind.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_set_is_the_one_that_was_written() -> None:
    digest, name = (FOLDER / "blind.sha256").read_text(encoding="utf-8").split()
    # Held here as well, so that the file and its hash are not changed together unseen.
    assert digest == "64ef37449bfb26935fdf37e252a7010ec9224dcb1e3206f294b0a1ccd90a27b7"
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_the_set_holds_so_many_of_each_kind_and_none_twice() -> None:
    kinds = Counter((each["emergency"], each["near_miss"]) for each in sentences())
    assert kinds == {(True, False): 210, (False, True): 190, (False, False): 152}
    assert sum(each["topics"][0] == "co_poisoning" for each in sentences()) == 49
    alarm_styles = Counter(each["style"] for each in sentences() if each["emergency"])
    assert (alarm_styles["oblique"], alarm_styles["misspelt"]) == (74, 48)
    bare = {"".join(filter(str.isalnum, each["text"])) for each in sentences()}
    assert len(bare) == 552


def test_every_topic_is_covered_and_an_alarm_has_an_alarm_s_topic() -> None:
    covered = Counter(each["topics"][0] for each in sentences() if not each["near_miss"])
    assert set(covered) == TOPICS
    assert min(covered.values()) >= 3
    for each in sentences():
        assert 1 <= len(each["topics"]) <= 2
        assert set(each["topics"]) <= TOPICS
        assert each["emergency"] == (each["topics"][0] in ALARMS)
