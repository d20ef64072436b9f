"""How signs sound, so that 然汽 and 燃气 are one word; what many accents do not tell apart is one sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from unicodedata import combining, normalize

from pypinyin.constants import PINYIN_DICT

# zh, ch, sh and ng are not told apart in much of the country, nor n and l at the beginning.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_LETTERS = re.compile("[a-z]+")
# Syllables become single signs of the private area, so that an automaton finds words by sound as well.
_FIRST = 0xE000
_SHORTEST_TYPED = 2


def fold_syllable(syllable: str) -> str:
    """Return ``syllable`` without its tone and without what accents confuse."""
    plain = "".join(one for one in normalize("NFD", syllable) if not combining(one)).replace("ü", "v")
    for told, folded in _FOLDS:
        plain = plain.replace(told, folded) if plain.startswith(told) else plain
    if plain.endswith("ng"):
        plain = plain[:-1] if not plain.endswith("ong") else plain
    return "l" + plain[1:] if plain.startswith("n") and len(plain) > 1 else plain


@cache
def _read_tables() -> tuple[Mapping[str, str], Mapping[str, str], int]:
    codes: dict[str, str] = {}
    signs: dict[str, str] = {}
    typed: dict[str, str] = {}
    for point, readings in PINYIN_DICT.items():
        if not 0x4E00 <= point <= 0x9FFF:
            continue
        first = readings.split(",")[0]
        folded = fold_syllable(first)
        code = codes.setdefault(folded, chr(_FIRST + len(codes)))
        signs[chr(point)] = code
        letters = "".join(one for one in normalize("NFD", first) if not combining(one)).replace("ü", "v")
        typed[letters] = code
    return signs, typed, max(map(len, typed))


def spell_sounds(plain: str) -> str:
    """Return one code for each sign of ``plain``; letters and digits stay what they are."""
    signs, _, _ = _read_tables()
    return "".join(signs.get(one, one) for one in plain)


def read_typed(plain: str) -> str:
    """Return ``plain`` with pinyin that was typed as letters (``meiqi``) turned into its sounds."""
    return _LETTERS.sub(lambda found: _cut_letters(found.group()) or found.group(), plain)


def _cut_letters(letters: str) -> str | None:
    """Return the sounds of ``letters``, or None where they are no run of two syllables or more."""
    _, typed, longest = _read_tables()
    # The way of fewest syllables to each place, found from the left.
    best: list[str | None] = [""] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - longest), end):
            before, code = best[start], typed.get(letters[start:end])
            if before is None or code is None:
                continue
            present = best[end]
            if present is None or len(before) + 1 < len(present):
                best[end] = before + code
    found = best[-1]
    return found if found is not None and len(found) >= _SHORTEST_TYPED else None
