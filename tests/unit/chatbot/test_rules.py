"""Keyword rules, alone and all at once."""

from __future__ import annotations

import pytest

from chatbot.matching.keywords import KeywordIndex
from chatbot.matching.lexicon import Lexicon
from chatbot.matching.rules import Rule, RuleMalformed, read_rule
from chatbot.matching.sentences import read_sentence

LEXICON = Lexicon({"燃气卡": ["气卡", "煤气卡"], "丢了": ["找不到", "掉了"], "发票": ["开票"]})


def test_a_rule_has_groups_of_alternatives_and_words_that_bar_it() -> None:
    rule = read_rule("卡 + 丢|掉了 + !银行卡|身份证")
    assert rule == Rule((("卡",), ("丢", "掉了")), ("银行卡", "身份证"))


@pytest.mark.parametrize("told", ["", "卡 +", "卡 + |丢", "!卡", "卡 + !"])
def test_a_rule_with_a_hole_is_refused(told: str) -> None:
    with pytest.raises(RuleMalformed):
        read_rule(told)


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("我的煤气卡找不到了", {1}),
        ("银行卡丢了，气卡没丢", set()),
        ("卡丢", {1}),
        ("丢了", set()),
        ("要开票", {2}),
        ("开发票", {2}),
        ("", set()),
    ],
)
def test_a_sentence_keeps_the_rules_whose_groups_all_stand_in_it(text: str, owners: set[int]) -> None:
    index = KeywordIndex([(1, read_rule("卡 + 丢|找不到 + !银行卡")), (2, read_rule("发票"))], LEXICON)
    assert set(index.find(read_sentence(text, LEXICON))) == owners


def test_the_more_a_rule_explains_the_stronger_it_is() -> None:
    index = KeywordIndex(
        [(1, read_rule("卡")), (2, read_rule("卡 + 丢")), (3, read_rule("燃气卡 + 丢"))], LEXICON
    )
    strengths = index.find(read_sentence("燃气卡丢了", LEXICON))
    assert strengths[1] < strengths[2] < strengths[3]
