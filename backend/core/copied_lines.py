"""Rows as lines of COPY, written before there is a connection; ``backend/core/copying.py`` sends them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# What is not known.
NOTHING: Final = "\\N"
_SPECIAL: Final = re.compile(r"[\\\t\r\n]")
_ESCAPED: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\r": r"\r", "\n": r"\n"})


def write_line(cells: Iterable[str]) -> str:
    """Return a row as its line; typed texts are cells by ``write_text``, bytes by ``write_bytes``.

    What cannot hold a backslash or an end of line is a cell as it is: numbers, times, sealed texts.
    """
    return "\t".join(cells) + "\n"


def write_text(text: str) -> str:
    """Return any text as a cell."""
    return text if text.isalnum() or not _SPECIAL.search(text) else text.translate(_ESCAPED)


def write_bytes(content: bytes | None) -> str:
    """Return bytes as a cell."""
    return NOTHING if content is None else "\\\\x" + content.hex()
