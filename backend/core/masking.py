"""How personal data looks on a screen when the task does not need all of it (law 12)."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = "****"
_MOBILE = re.compile(r"(?:\+?(?:00)?86)?(1[3-9][0-9]{9})")
# Where an address stops naming a neighbourhood: a number, or a Chinese numeral before a part of a building.
_DOOR = re.compile(
    r"[0-9A-Za-z]|[零〇一二三四五六七八九十百两甲乙丙丁]+(?:号|幢|栋|座|单元|室|楼|层|弄|门|户)"
)
_LONGEST_PLACE = 20


def mask_phone(phone: str) -> str:
    """Return 138****5678 for a mobile number; of any other number only the last two digits stay."""
    plain = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", phone))
    mobile = _MOBILE.fullmatch(plain)
    if mobile:
        return f"{mobile.group(1)[:3]}{_HIDDEN}{mobile.group(1)[-4:]}"
    # Two digits of a short number would be a good part of it.
    return _HIDDEN + plain[-2:] if len(plain) >= 7 else _hide(plain)


def mask_name(name: str) -> str:
    """Return the first character and one star, as 张*, which also hides how long the name is."""
    plain = name.strip()
    if len(plain) < 2:
        return "*" if plain else ""
    return plain[0] + "*"


def mask_id_number(number: str) -> str:
    """Return the first three and last two characters with stars between; the length stays.

    Birthday and most of the sequence are hidden, and staff can still compare the rest with the card.
    """
    plain = "".join(number.split())
    if len(plain) < 10:
        return "*" * len(plain)
    return plain[:3] + "*" * (len(plain) - 5) + plain[-2:]


def mask_address(address: str) -> str:
    """Return the part before the first house, building or door number, then ****.

    Where no number is found at most half of the text stays, for it may be a village house known by its name.
    """
    plain = "".join(unicodedata.normalize("NFKC", address).split())
    if not plain:
        return ""
    door = _DOOR.search(plain)
    keep = door.start() if door else len(plain) // 2
    return plain[: min(keep, _LONGEST_PLACE)] + _HIDDEN


def _hide(text: str) -> str:
    return _HIDDEN if text else ""
