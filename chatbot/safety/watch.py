"""Whether somebody tells of a leak or of poisoning now. It stands before every other way of answering.

It is a model learnt from examples of alarms and of what only sounds like one. What is in doubt is an alarm:
a call too many costs minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chatbot.matching.lexicon import Lexicon
from chatbot.matching.model import LinearModel
from chatbot.matching.sentences import Sentence, read_sentence

FOLDER = Path(__file__).parent
# How likely an alarm must be; chosen with more care for alarms than for the peace of the duty roster.
THRESHOLD = 0.4
_ALARM, _HARMLESS = True, False


@dataclass(frozen=True, slots=True)
class Judgement:
    """``is_alarm``, how likely the model finds it, and the words of the lexicon that it saw."""

    is_alarm: bool
    likelihood: float
    signs: tuple[str, ...]


class SafetyWatch:
    """Judges sentences; made once from its examples and never changed."""

    def __init__(self, alarms: Sequence[str], harmless: Sequence[str], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        examples = [
            (read_sentence(told, lexicon).features, label)
            for told, label in (*((one, _ALARM) for one in alarms), *((one, _HARMLESS) for one in harmless))
        ]
        self._model: LinearModel[bool] = LinearModel(examples, (_HARMLESS, _ALARM))

    def judge(self, sentence: Sentence) -> Judgement:
        """Return what ``sentence`` is taken for."""
        likelihood = float(np.exp(self._model.weigh(sentence.features)[1]))
        return Judgement(
            likelihood >= THRESHOLD, likelihood, tuple(dict.fromkeys(one.name for one in sentence.hits))
        )


def read_examples(name: str) -> list[str]:
    """Return the sentences of ``<name>.txt``; lines that begin with # are comments."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [one.strip() for one in lines if one.strip() and not one.startswith("#")]
