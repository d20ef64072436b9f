"""Sums of money as words, for papers on which a figure alone could be altered. Pure."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")
_GROUP: Final = 10_000


def write_capitals(fen: int) -> str:
    """Return ``壹仟贰佰元整`` of 120 000 fen.

    整 closes what ends before the fen, so that nothing can be added to it. Raises ValueError for a sum with
    more digits than there are words for.
    """
    yuan, rest = divmod(abs(fen), 100)
    jiao, single = divmod(rest, 10)
    words = "负" if fen < 0 else ""
    if yuan or not rest:
        words += f"{_write_whole(yuan)}元"
    if not rest:
        return f"{words}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        # Without it 伍元零伍分 would read like a slip of the pen for 伍角.
        words += "零"
    return f"{words}{_DIGITS[single]}分" if single else f"{words}整"


def _write_whole(number: int) -> str:
    if number >= _GROUP ** len(_GROUPS):
        raise ValueError(number)
    words, name, gap = "", 0, False
    while number:
        number, group = divmod(number, _GROUP)
        if group:
            # Places that are empty between two figures are one 零, however many they are.
            joint = "零" if gap and words else ""
            words = f"{_write_group(group)}{_GROUPS[name]}{joint}{words}"
        gap = group < _GROUP // 10 if group else bool(words)
        name += 1
    return words or _DIGITS[0]


def _write_group(number: int) -> str:
    words, gap = "", False
    for place in _PLACES:
        number, digit = divmod(number, 10)
        if digit:
            words = f"{_DIGITS[digit]}{place}{'零' if gap and words else ''}{words}"
        gap = digit == 0
    return words
