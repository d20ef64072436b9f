"""From a sentence to the entries that answer it: by rules, by likeness to phrasings, by a model of topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.matching.entries import Entry
from chatbot.matching.keywords import KeywordIndex
from chatbot.matching.lexicon import Lexicon
from chatbot.matching.model import LinearModel
from chatbot.matching.retrieval import PhrasingIndex
from chatbot.matching.sentences import Sentence, read_sentence
from chatbot.matching.topics import Topic

MOST = 3
# What each way of matching is worth; found on the sentences of development.
_OF_RULES, _OF_LIKENESS, _OF_MODEL = 1.5, 4.0, 1.0
_TOPICS = tuple(Topic)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer, how sure that is (0 to 1), and what spoke for it."""

    entry: Entry
    score: float
    by_rule: float
    by_likeness: float


@dataclass(frozen=True, slots=True)
class Match:
    """What was understood: ``topics`` and ``candidates`` with the best first, at most three of each."""

    sentence: Sentence
    topics: tuple[Topic, ...]
    candidates: tuple[Candidate, ...]
    score: float


class Matcher:
    """Answers for one set of entries; made anew when the set changes, and never changed itself."""

    def __init__(self, entries: Sequence[Entry], lexicon: Lexicon) -> None:
        self.entries = tuple(entries)
        self._lexicon = lexicon
        phrasings = [
            (number, read_sentence(told, lexicon))
            for number, entry in enumerate(self.entries)
            for told in (entry.question, *entry.phrasings)
        ]
        self._rules = KeywordIndex(
            [(number, rule) for number, entry in enumerate(self.entries) for rule in entry.rules], lexicon
        )
        self._likeness = PhrasingIndex(
            [(number, sentence.words) for number, sentence in phrasings], len(self.entries)
        )
        self._model: LinearModel[Topic] = LinearModel(
            [(sentence.features, self.entries[number].topic) for number, sentence in phrasings], _TOPICS
        )
        places = {topic: at for at, topic in enumerate(_TOPICS)}
        self._topic_of = np.array([places[entry.topic] for entry in self.entries], dtype=np.intp)

    def match(self, raw: str) -> Match:
        """Return what ``raw`` asks for; an empty sentence matches nothing."""
        sentence = read_sentence(raw, self._lexicon)
        if not sentence.mended:
            return Match(sentence, (), (), 0.0)
        rules = np.zeros(len(self.entries))
        for number, strength in self._rules.find(sentence).items():
            rules[number] = strength
        likeness = self._likeness.rank(sentence.words)
        topics = self._model.weigh(sentence.features)
        scores = _OF_RULES * rules + _OF_LIKENESS * likeness
        best = np.full(len(_TOPICS), -np.inf)
        np.maximum.at(best, self._topic_of, scores)
        sure = _soften(np.where(np.isfinite(best), best, 0.0) + _OF_MODEL * topics)
        of_entries = scores + _OF_MODEL * topics[self._topic_of]
        first = np.argsort(-of_entries, kind="stable")[:MOST]
        return Match(
            sentence,
            tuple(_TOPICS[at] for at in np.argsort(-sure, kind="stable")[:MOST]),
            tuple(
                Candidate(
                    self.entries[at], float(sure[self._topic_of[at]]), float(rules[at]), float(likeness[at])
                )
                for at in first
            ),
            float(sure.max()),
        )


def _soften(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``scores`` as parts of one."""
    grown = np.exp(scores - scores.max())
    return np.asarray(grown / grown.sum())
