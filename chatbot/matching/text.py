"""Sentences as they are compared: simplified, lower case, one shape for every sign, cut into clauses."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

# More of a sentence says nothing more of what is wanted; a hand over a keyboard can send thousands of signs.
LONGEST = 300
_KEPT = re.compile(r"[0-9a-z\u4e00-\u9fff]+")
# 好好好好 says what 好好 says.
_REPEATED = re.compile(r"(.)\1{2,}")
_PICTURES = {
    "🔥": "火",
    "💨": "冒气",
    "🤢": "恶心",
    "🤮": "呕吐",
    "😵": "头晕",
    "👍": "点赞",
    "🙏": "谢谢",
    "😡": "生气",
}
_PICTURE = re.compile("|".join(_PICTURES))


@cache
def _read_converter() -> OpenCC:
    return OpenCC("t2s")


def cut_clauses(raw: str) -> list[str]:
    """Return the clauses of ``raw``, each of Chinese signs, small letters and digits alone."""
    told = _PICTURE.sub(lambda found: _PICTURES[found.group()], raw[:LONGEST])
    plain = _read_converter().convert(unicodedata.normalize("NFKC", told)).lower()
    return [_REPEATED.sub(r"\1\1", one) for one in _KEPT.findall(plain)]


def make_plain(raw: str) -> str:
    """Return ``raw`` as one run of signs, without what stood between its clauses."""
    return "".join(cut_clauses(raw))
