"""Under which heading of the customer's home page a case stands: at most under one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Card = Mapping[str, Any]


def sort_cards(told: Iterable[tuple[Card, bool]]) -> dict[str, list[Card]]:
    """Return ``{waiting, coming, answering}`` of case summaries, each with whether somebody is to come.

    What the customer has to do goes first, then the visit to come, then what staff owe them an answer to.
    """
    cards: dict[str, list[Card]] = {"waiting": [], "coming": [], "answering": []}
    for one, has_hour in told:
        if one["action"] or one["due"]:
            cards["waiting"].append(one)
        elif has_hour:
            cards["coming"].append(one)
        elif one["is_disputed"]:
            cards["answering"].append(one)
    return cards
