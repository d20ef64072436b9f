"""What is understood of whole sentences, an alarm before all else, and the command that tells it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from chatbot.auto_reply import AutoReply, make_auto_reply, read_auto_reply
from chatbot.cli import make_chatbot_commands
from chatbot.matching.entries import make_entry
from chatbot.matching.lexicon import read_lexicon
from chatbot.matching.topics import Topic


@pytest.fixture(scope="module")
def reply() -> Iterator[AutoReply]:
    yield read_auto_reply()


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("煤汽费在哪里交", Topic.PAY_BILL),
        ("煤气卡弄丢了补一张", Topic.CARD_REPLACEMENT),
        ("換了戶主要怎麼過戶", Topic.TRANSFER_OWNERSHIP),
        ("发飘怎么开", Topic.INVOICE),
        ("转人工", Topic.HUMAN_AGENT),
        ("你们几点下班", Topic.BUSINESS_HOURS_LOCATION),
    ],
)
def test_what_is_asked_is_found_however_it_is_spelt(reply: AutoReply, said: str, topic: Topic) -> None:
    understood = reply.understand(said)
    assert understood.topics[0] is topic and not understood.is_emergency
    assert understood.candidates and len(understood.candidates) <= 3


@pytest.mark.parametrize("said", ["我家厨房一股煤气味", "家里楼气了", "水费在哪交？对了我家煤气管在漏气"])
def test_an_alarm_comes_first_whatever_else_is_asked(reply: AutoReply, said: str) -> None:
    understood = reply.understand(said)
    assert understood.is_emergency and understood.wants_person
    assert understood.topics[0] is Topic.LEAK_EMERGENCY


@pytest.mark.parametrize("said", ["燃气报警器多少钱一个", "上个月的账单漏发了", "下水道的臭味怎么去"])
def test_talk_about_leaks_is_no_alarm(reply: AutoReply, said: str) -> None:
    assert not reply.understand(said).is_emergency


@pytest.mark.parametrize("said", ["", "？？！", "🙂", "\x00"])
def test_what_says_nothing_matches_nothing(reply: AutoReply, said: str) -> None:
    understood = reply.understand(said)
    assert (understood.topics, understood.candidates, understood.is_emergency) == ((), (), False)


def test_an_entry_is_found_as_soon_as_it_is_in_the_set_and_no_library_talks_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    item = {
        "key": "solar",
        "question": "太阳能热水怎么收费？",
        "answer": "不归我们管。",
        "keywords": ["太阳能"],
    }
    other = {
        "key": "fee",
        "question": "燃气费怎么交？",
        "answer": "点去缴费。",
        "keywords": ["燃气费 + 缴费"],
    }
    entries = [make_entry(Topic.OUT_OF_SCOPE, item), make_entry(Topic.PAY_BILL, other)]
    found = make_auto_reply(entries, read_lexicon()).understand("太阳能的钱交给谁")
    assert found.candidates[0].entry.key == "solar"
    assert caplog.records == []


def test_the_command_prints_a_line_of_json_for_each_sentence() -> None:
    app = Flask(__name__)
    app.cli.add_command(make_chatbot_commands())
    ran = app.test_cli_runner().invoke(args=["chatbot", "match"], input="燃气费怎么交\n\n我家漏气了\n")
    assert ran.exit_code == 0
    first, empty, leak = (json.loads(line) for line in ran.output.splitlines())
    assert set(first) == {"text", "topics", "entries", "score", "emergency", "handoff"}
    assert (first["text"], first["topics"][0], first["emergency"]) == ("燃气费怎么交", "pay_bill", False)
    assert (empty["topics"], empty["entries"], empty["score"]) == ([], [], 0.0)
    assert (leak["emergency"], leak["handoff"], leak["topics"][0]) == (True, True, "leak_emergency")
