"""What the auto-reply is judged by stands nowhere in what it knows, nor does anything almost like it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.matching.entries import read_entries
from chatbot.matching.text import make_plain
from chatbot.safety.watch import read_examples

BENCH = Path(__file__).parents[3] / "bench" / "chatbot"
# The part of all pairs of signs that two sentences share (Dice); from here on one is a copy of the other.
_COPY = 0.8
_SHORT = 4


def read_set(name: str) -> list[str]:
    lines = (BENCH / name).read_text(encoding="utf-8").splitlines()
    return [make_plain(json.loads(line)["text"]) for line in lines]


def pair(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def count_copies(judged: list[str], known: list[str]) -> int:
    """Return how many of ``judged`` are in ``known``; of the shortest only whole sentences count."""
    whole, pairs = frozenset(known), [(pair(one), one) for one in known]
    copies = 0
    for text in judged:
        mine = pair(text)
        copies += len(text) > _SHORT and (
            text in whole
            or any(2 * len(mine & theirs) > _COPY * (len(mine) + len(theirs)) for theirs, _ in pairs)
        )
    return copies


def list_phrasings() -> list[str]:
    return [make_plain(told) for one in read_entries() for told in (one.question, *one.phrasings)]


def list_examples() -> list[str]:
    return [make_plain(told) for name in ("alarms", "harmless") for told in read_examples(name)]


@pytest.mark.parametrize("name", ["blind.jsonl", "sentences.jsonl"])
def test_no_sentence_of_the_judging_sets_is_known(name: str) -> None:
    # The numbers alone are told, for whoever mends the knowledge is not to read the sentences.
    in_phrasings = count_copies(read_set(name), list_phrasings())
    in_examples = count_copies(read_set(name), list_examples())
    assert (in_phrasings, in_examples) == (0, 0)


def test_a_copy_is_seen() -> None:
    assert count_copies(["我家煤气费怎么交呀"], ["我家煤气费怎么交"]) == 1
    assert count_copies(["我家煤气费怎么交呀"], ["煤气卡丢了在哪里补"]) == 0
