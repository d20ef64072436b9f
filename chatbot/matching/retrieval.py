"""Which phrasings a sentence is most like, by the words that it shares with them (BM25)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

# It tells of each index that it makes, whatever level the application logs at.
logging.getLogger("bm25s").setLevel(logging.WARNING)


class PhrasingIndex:
    """Ranks owners by their phrasing that is most like a sentence."""

    def __init__(self, phrasings: Sequence[tuple[int, Sequence[str]]], owners: int) -> None:
        """``phrasings`` are the words of each with the number of its owner, from 0 to ``owners`` - 1."""
        self._owner_of = np.array([owner for owner, _ in phrasings], dtype=np.intp)
        self._owners = owners
        self._index = bm25s.BM25(k1=1.2, b=0.4)
        self._index.index([list(words) for _, words in phrasings], show_progress=False)
        weights, places = self._index.scores["data"], self._index.scores["indices"]
        # What a phrasing scores by all of its words: by it short and long ones become comparable.
        self._whole = np.bincount(places, weights=weights, minlength=len(phrasings)) + 1e-9
        starts = self._index.scores["indptr"]
        sums = np.add.reduceat(np.append(weights, 0.0), starts[:-1])
        self._worths = sums / np.maximum(np.diff(starts), 1)
        self._of_stranger = float(self._worths.mean())

    def rank(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return for each owner how like its likest phrasing is, from 0 to about 1."""
        best = np.zeros(self._owners)
        vocabulary = self._index.vocab_dict
        known = [one for one in dict.fromkeys(words) if one in vocabulary]
        if not known:
            return best
        scores = np.asarray(self._index.get_scores(known), dtype=np.float64)
        own = sum(self._worths[vocabulary[one]] for one in known)
        own += (len(set(words)) - len(known)) * self._of_stranger / 2
        shared = np.flatnonzero(scores > 0)
        np.maximum.at(best, self._owner_of[shared], scores[shared] / np.sqrt(self._whole[shared] * own))
        return best
