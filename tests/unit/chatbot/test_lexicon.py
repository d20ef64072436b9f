"""Synonyms, and misspellings that sound like a word."""

from __future__ import annotations

import pytest

from chatbot.matching.lexicon import Lexicon, LexiconMalformed, read_lexicon
from chatbot.matching.sentences import read_sentence
from chatbot.matching.sounds import read_typed, spell_sounds
from chatbot.matching.text import LONGEST, cut_clauses, make_plain

SHIPPED = read_lexicon()


@pytest.mark.parametrize(
    ("raw", "clauses"),
    [
        ("請問，煤氣費怎麼繳？？", ["请问", "煤气费怎么缴"]),
        ("ＩＣ卡１２３ 坏了。。。", ["ic卡123", "坏了"]),
        ("臭臭臭臭死了!!!🔥", ["臭臭死了", "火"]),
        ("<b>在吗</b>\x00", ["b", "在吗", "b"]),
        ("", []),
        ("？！…", []),
    ],
)
def test_a_sentence_is_brought_to_one_shape(raw: str, clauses: list[str]) -> None:
    assert cut_clauses(raw) == clauses


def test_a_sentence_without_end_is_read_at_its_beginning() -> None:
    assert len(make_plain("煤气" * 100_000)) <= LONGEST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("煤汽", "煤气"),
        ("然起灶", "燃气灶"),
        ("楼气", "漏气"),
        ("交肥", "缴费"),
        ("资询", "咨询"),
        ("蓝色", "男色"),
    ],
)
def test_what_accents_and_keyboards_confuse_sounds_alike(one: str, other: str) -> None:
    assert spell_sounds(one) == spell_sounds(other)


def test_typed_pinyin_is_a_sound_and_other_letters_are_not() -> None:
    assert read_typed("meiqi没了") == spell_sounds("煤气") + "没了"
    assert read_typed("app上ic卡") == "app上ic卡"


@pytest.mark.parametrize(
    ("told", "mended"),
    [
        ("我家天燃气楼气了", "我家天燃气漏气了"),
        ("煤汽费咋个叫", "煤气费咋个叫"),
        ("想给房子果户", "想给房子过户"),
        ("meiqi怎么jiaofei", "煤气怎么缴费"),
        ("洗完澡头云恶新", "洗完澡头晕恶心"),
        # Words that are words stay what they are, whatever they sound like.
        ("没气了", "没气了"),
        ("保修期多久", "保修期多久"),
    ],
)
def test_what_only_sounds_right_is_put_right(told: str, mended: str) -> None:
    assert SHIPPED.mend(told) == mended


def test_words_are_found_by_their_name_and_the_longest_wins() -> None:
    sentence = read_sentence("俺家煤气灶打不着火，煤气卡也找不着了", SHIPPED)
    assert [one.name for one in sentence.hits] == ["家里", "灶具", "打不着", "燃气卡", "丢了"]
    assert [sentence.mended[one.start : one.end] for one in sentence.hits][1] == "煤气灶"


def test_a_spelling_under_two_names_is_refused() -> None:
    with pytest.raises(LexiconMalformed, match="气本"):
        Lexicon({"燃气卡": ["气本"], "账单": ["气本"]})
