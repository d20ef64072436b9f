"""Words that mean the same thing, found by sign and, where nothing else fits, by sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ahocorasick_rs
import rjieba
import yaml

from chatbot.matching.sounds import read_typed, spell_sounds

PATH = Path(__file__).parents[1] / "lexicon.yaml"
# A single sign sounds like too many others.
_SHORTEST_HEARD = 2


class LexiconMalformed(Exception):
    """The file of synonyms cannot be used; says what to mend."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the lexicon at ``start`` to ``end`` of a plain sentence, by its name."""

    start: int
    end: int
    name: str


class Lexicon:
    """Finds the words of a table ``name → other spellings``; made once, never changed."""

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        """Raises LexiconMalformed where a spelling stands under two names."""
        names: dict[str, str] = {}
        for name, others in table.items():
            for spelling in (name, *others):
                if names.setdefault(spelling, name) != name:
                    raise LexiconMalformed(f"{spelling} stands under {names[spelling]} and under {name}")
        self._spellings = list(names)
        self._names = [names[one] for one in self._spellings]
        self._by_spelling = names
        self._written = ahocorasick_rs.AhoCorasick(
            self._spellings, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )
        # Of two spellings that sound alike the first stands for both: they are found by sign anyway.
        heard: dict[str, str] = {}
        for spelling in self._spellings:
            if len(spelling) >= _SHORTEST_HEARD:
                heard.setdefault(spell_sounds(spelling), spelling)
        self._heard = list(heard.values())
        self._by_sound = ahocorasick_rs.AhoCorasick(list(heard))

    def get_name(self, spelling: str) -> str | None:
        """Return the name under which ``spelling`` stands, or None."""
        return self._by_spelling.get(spelling)

    def find(self, plain: str) -> list[Hit]:
        """Return the words of ``plain``, the longest where several begin, none inside another."""
        return [
            Hit(start, end, self._names[index])
            for index, start, end in self._written.find_matches_as_indexes(plain)
        ]

    def mend(self, plain: str) -> str:
        """Return ``plain`` with what only sounds like a word of the lexicon spelt as that word.

        What is a word already, here or in the language, stays: 没气 sounds as 煤气 does, and means its
        contrary.
        """
        typed = read_typed(plain)
        sounds = spell_sounds(typed)
        matches = self._by_sound.find_matches_as_indexes(sounds, overlapping=True)
        if not matches:
            return plain
        taken = _cover(typed, self.find(typed))
        pieces: list[str] = []
        at = 0
        for index, start, end in sorted(matches, key=lambda one: (one[1], -one[2])):
            spelling = self._heard[index]
            if start < at or typed[start:end] == spelling or not _is_free(taken, start, end):
                continue
            pieces += [typed[at:start], spelling]
            at = end
        if not pieces:
            return plain
        return "".join((*pieces, typed[at:]))


def read_lexicon(path: Path = PATH) -> Lexicon:
    """Return the lexicon that the product ships with; raises LexiconMalformed."""
    told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return Lexicon({name: others for group in told.values() for name, others in group.items()})


def _cover(plain: str, hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Return where the known words of two signs and more stand: of the language and of the lexicon."""
    places = [(one.start, one.end) for one in hits if one.end - one.start > 1]
    at = 0
    for word in rjieba.cut(plain):
        if len(word) > 1 and rjieba.has_word(word):
            places.append((at, at + len(word)))
        at += len(word)
    return places


def _is_free(places: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether no known word stands at ``start`` to ``end``, but for shorter ones wholly within."""
    return all(
        last <= start or end <= first or (start <= first and last <= end and last - first < end - start)
        for first, last in places
    )
