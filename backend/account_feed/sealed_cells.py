"""Cells at rest: sealed for their own row, as everything that tells of a person (law 12)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.core.encryption import KeyRing


def seal_cells(keys: KeyRing, cells: Mapping[str, Any], column: str, owner: str | int) -> str:
    """Return cells sealed for a column of the row of ``owner``."""
    return keys.encrypt(json.dumps(dict(cells), ensure_ascii=False), f"{column}:{owner}")


def open_cells(keys: KeyRing, sealed: str | None, column: str, owner: str | int) -> dict[str, Any]:
    """Return what was sealed; nothing is an empty mapping."""
    opened: dict[str, Any] = json.loads(keys.decrypt(sealed, f"{column}:{owner}")) if sealed else {}
    return opened


AGREED, TOLD, OURS, THEIRS, BATCH = (
    "account_master.agreed", "account_master.told", "account_difference.ours", "account_difference.theirs",
    "account_feed.batch",
)  # fmt: skip
