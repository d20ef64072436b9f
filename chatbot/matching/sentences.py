"""What a sentence is compared by: the names of its words, their pairs, and its signs in ones to threes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import rjieba

from chatbot.matching.lexicon import Hit, Lexicon
from chatbot.matching.text import make_plain

# Words that stand in every question and say nothing about what is asked.
_EMPTY = frozenset(
    "的了吗呢啊吧呀哦嗯是我你您他她它这那就都也还和跟与在有个请问你好您好一下麻烦想要可以能给请".strip()
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """``plain`` as it was typed, ``mended`` with misspellings put right, ``hits`` in its order.

    ``words`` are what retrieval counts, ``features`` what a model weighs: cut once, whoever asks.
    """

    plain: str
    mended: str
    hits: tuple[Hit, ...]
    words: tuple[str, ...]
    features: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the lexicon that stand in it."""
        return frozenset(one.name for one in self.hits)


def read_sentence(raw: str, lexicon: Lexicon) -> Sentence:
    """Return ``raw`` ready to be compared."""
    plain = make_plain(raw)
    mended = lexicon.mend(plain)
    hits = tuple(lexicon.find(mended))
    words = _list_words(mended, hits)
    return Sentence(plain, mended, hits, tuple(words), tuple(_list_features(mended, hits, words)))


def _list_words(text: str, hits: Sequence[Hit]) -> list[str]:
    """Return what retrieval counts: names of the lexicon, words of the language, and signs in twos."""
    names = [f"={one.name}" for one in hits]
    words = [one for one in rjieba.cut(text) if one not in _EMPTY]
    return [*names, *words, *(text[at : at + 2] for at in range(len(text) - 1))]


def _list_features(text: str, hits: Sequence[Hit], words: Sequence[str]) -> list[str]:
    """Return what a model weighs: what retrieval counts, with single signs, threes, and pairs of names."""
    names = sorted({one.name for one in hits})
    pairs = [f"={one}+{other}" for at, one in enumerate(names) for other in names[at + 1 :]]
    threes = [text[at : at + 3] for at in range(len(text) - 2)]
    return list(dict.fromkeys([*words, *text, *threes, *pairs]))
