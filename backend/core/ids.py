"""Numbers and tokens that leave the house: case numbers for people, random tokens for links."""

from __future__ import annotations

import hashlib
import random
import re
import secrets
from datetime import date

from stdnum.iso7064 import mod_11_10

TOKEN_BYTES = 32
_RANDOM_DIGITS = 5
_CASE_NO = re.compile(r"[0-9]{15}")
_UNIT_CODE = re.compile(r"[0-9]{3}")


def make_case_no(on: date, unit_code: str, rng: random.Random) -> str:
    """Return a case number of 15 digits: yyMMdd, three of the unit, five random, one check digit.

    ``on`` is the local calendar day; ``rng`` is ``secrets.SystemRandom()`` outside tests, so that the next
    number cannot be foretold. Only the database's constraint makes it unique: the caller draws again when it
    is taken.
    Raises ValueError for a unit code other than three digits, or a year beyond 2000-2099.
    """
    if _UNIT_CODE.fullmatch(unit_code) is None:
        raise ValueError("a unit code has three digits")
    if not 2000 <= on.year <= 2099:
        raise ValueError("two digits tell the year only from 2000 to 2099")
    drawn = rng.randrange(10**_RANDOM_DIGITS)
    body = f"{on.year % 100:02d}{on.month:02d}{on.day:02d}{unit_code}{drawn:0{_RANDOM_DIGITS}d}"
    return body + mod_11_10.calc_check_digit(body)


def is_valid_case_no(text: str) -> bool:
    """Tell whether ``text`` has the shape, a real day and the right check digit; it need not exist.

    ISO 7064 mod 11,10 finds every single wrong digit, so most slips are caught before a look-up.
    """
    if _CASE_NO.fullmatch(text) is None:
        return False
    try:
        date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return False
    return mod_11_10.is_valid(text)


def make_public_token() -> str:
    """Return a new random token of 32 bytes (43 URL-safe characters), for links and refresh tokens."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """Return the 32 bytes under which ``token`` is stored.

    Plain SHA-256 is enough because the token is 256 random bits; never use it for passwords or SMS codes.
    """
    return hashlib.sha256(token.encode()).digest()
