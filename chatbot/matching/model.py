"""A linear model over a sentence's features, learnt from examples in a moment and always in the same way."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Label = TypeVar("Label", bound=Hashable)

_ROUNDS = 6
_STEP = 0.5
_DECAY = 1e-5
_SEED = 96602


class LinearModel(Generic[Label]):
    """Softmax regression by AdaGrad: some walks over the examples, in an order drawn from a fixed seed."""

    def __init__(self, examples: Sequence[tuple[Sequence[str], Label]], labels: Sequence[Label]) -> None:
        """``examples`` are features with their label, ``labels`` all that there are."""
        self.labels = tuple(labels)
        self._ids: dict[str, int] = {}
        places = {label: at for at, label in enumerate(self.labels)}
        rows = [
            (
                np.array([self._ids.setdefault(one, len(self._ids)) for one in features], dtype=np.intp),
                places[label],
            )
            for features, label in examples
        ]
        self._weights = _learn(rows, len(self._ids), len(self.labels))

    def weigh(self, features: Sequence[str]) -> NDArray[np.float64]:
        """Return the logarithm of each label's likelihood, in the order of ``labels``."""
        known = [at for one in features if (at := self._ids.get(one)) is not None]
        if not known:
            return np.full(len(self.labels), -np.log(len(self.labels)))
        scores = self._weights[known].sum(axis=0) / np.sqrt(len(known))
        return np.asarray(scores - np.logaddexp.reduce(scores))


def _learn(rows: Sequence[tuple[NDArray[np.intp], int]], features: int, labels: int) -> NDArray[np.float64]:
    weights = np.zeros((features, labels))
    seen = np.full((features, labels), 1e-6)
    order = np.random.default_rng(_SEED)
    for _ in range(_ROUNDS):
        for at in order.permutation(len(rows)):
            ids, label = rows[at]
            if not len(ids):
                continue
            scale = 1 / np.sqrt(len(ids))
            own = weights[ids]
            scores = own.sum(axis=0) * scale
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            likely[label] -= 1
            slope = likely * scale + _DECAY * own
            grown = seen[ids] + slope * slope
            seen[ids] = grown
            weights[ids] = own - _STEP * slope / np.sqrt(grown)
    return weights
