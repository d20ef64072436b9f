"""All keyword rules at once: one walk over a sentence by an automaton finds those that hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import ahocorasick_rs

from chatbot.matching.lexicon import Lexicon
from chatbot.matching.rules import Rule
from chatbot.matching.sentences import Sentence

# A long word is worth more than a short one, but not by much.
_OF_LENGTH = 0.15


class KeywordIndex:
    """Finds which of many rules a sentence keeps, and how much of it each one explains."""

    def __init__(self, rules: Sequence[tuple[int, Rule]], lexicon: Lexicon) -> None:
        """``rules`` come with the number of what they belong to."""
        self._owners = [owner for owner, _ in rules]
        self._sizes = [len(rule.groups) for _, rule in rules]
        # For each word the groups that it fills and the rules that it bars.
        self._fills: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._bars: dict[str, list[int]] = defaultdict(list)
        words: set[str] = set()
        for number, (_, rule) in enumerate(rules):
            for group, alternatives in enumerate(rule.groups):
                for token in _name_words(alternatives, lexicon):
                    self._fills[token].append((number, group))
            for token in _name_words(rule.barred, lexicon):
                self._bars[token].append(number)
            words.update(*rule.groups, rule.barred)
        self._words = sorted(words)
        self._automaton = ahocorasick_rs.AhoCorasick(self._words)

    def find(self, sentence: Sentence) -> dict[int, float]:
        """Return the strength of the best rule of each owner that has one which holds."""
        found = {
            self._words[index]
            for index, _, _ in self._automaton.find_matches_as_indexes(sentence.mended, overlapping=True)
        }
        tokens = {*found, *(f"={name}" for name in sentence.names)}
        filled: dict[int, dict[int, float]] = defaultdict(dict)
        for token in tokens:
            worth = 1 + _OF_LENGTH * min(len(token), 6)
            for number, group in self._fills.get(token, ()):
                groups = filled[number]
                groups[group] = max(groups.get(group, 0.0), worth)
        barred = {number for token in tokens for number in self._bars.get(token, ())}
        best: dict[int, float] = {}
        for number, groups in filled.items():
            if len(groups) == self._sizes[number] and number not in barred:
                owner = self._owners[number]
                best[owner] = max(best.get(owner, 0.0), sum(groups.values()))
        return best


def _name_words(words: Iterable[str], lexicon: Lexicon) -> set[str]:
    """Return ``words`` as they stand, and where the lexicon knows one by itself, by its name as well."""
    named = (lexicon.get_name(word) for word in words)
    return {*words, *(f"={name}" for name in named if name)}
