"""Long arrays as PostgreSQL writes them: the driver would ask each of thousands of values for its type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_QUOTED: Final = str.maketrans({'"': '\\"', "\\": "\\\\"})


def write_numbers(values: Iterable[int]) -> str:
    """Return whole numbers as the text of an array, for ``CAST(:numbers AS bigint[])``."""
    return "{" + ",".join(map(str, values)) + "}"


def write_texts(values: Iterable[str]) -> str:
    """Return texts as the text of an array, for ``CAST(:names AS text[])``."""
    return "{" + ",".join(f'"{one.translate(_QUOTED)}"' for one in values) + "}"


def write_digests(values: Iterable[bytes]) -> str:
    """Return bytes as the text of an array, for ``CAST(:digests AS bytea[])``."""
    return "{" + ",".join(f'"\\\\x{one.hex()}"' for one in values) + "}"
