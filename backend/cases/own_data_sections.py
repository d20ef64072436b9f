"""How the copy of one's own data is laid out: titled sections of labelled words and of tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.core.local_time import SHANGHAI
from backend.documents.written_values import write_day

Section = dict[str, Any]


def make_section(title: str, lines: list[list[dict[str, Any]]]) -> Section:
    """Return a titled section with its lines, or one that says that there is nothing."""
    nothing = [[{"label": "记录", "kind": "words", "words": "没有", "wide": True}]]
    return {"title": title, "lines": lines or nothing, "whole": False}


def write_lines(told: Mapping[str, str | None]) -> list[list[dict[str, Any]]]:
    """Return a line for each label that has words."""
    return [
        [{"label": label, "kind": "words", "words": words, "wide": True}]
        for label, words in told.items()
        if words
    ]


def write_table(
    label: str, heads: list[str], shares: list[int], rows: list[list[str]]
) -> list[list[dict[str, Any]]]:
    """Return a table whose columns share the width by ``shares``, or nothing without rows."""
    if not rows:
        return []
    table = {"label": label, "kind": "table", "heads": heads, "shares": shares, "rows": rows, "wide": True}
    return [[table]]


def write_moment(at: datetime) -> str:
    """Return day and time as they are read in China."""
    local = at.astimezone(SHANGHAI)
    return f"{write_day(local.date())} {local:%H:%M}"
