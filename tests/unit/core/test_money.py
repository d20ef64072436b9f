"""Sums in capitals read as a bank would read them, and none can be added to."""

from __future__ import annotations

import pytest

from backend.core.money import write_capitals


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (100, "壹元整"),
        (505, "伍元零伍分"),
        (1_050, "壹拾元伍角整"),
        (120_000, "壹仟贰佰元整"),
        (358_000, "叁仟伍佰捌拾元整"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_000_100, "壹万零壹元整"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (10_000_000, "壹拾万元整"),
        (100_010_000, "壹佰万零壹佰元整"),
        (200_200_000, "贰佰万贰仟元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_020_000_000, "壹亿零贰拾万元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (123_456_789_012, "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
        (-120_000, "负壹仟贰佰元整"),
    ],
)
def test_a_sum_in_capitals(fen: int, words: str) -> None:
    assert write_capitals(fen) == words


def test_a_sum_without_words_is_not_written_wrong() -> None:
    with pytest.raises(ValueError, match="0"):
        write_capitals(10**18)
