"""Account numbers (户号): twelve digits that tell the unit, and of a slip of the finger that it is one."""

from __future__ import annotations

import random
import re

from stdnum.iso7064 import mod_11_10

_RANDOM_DIGITS = 8
_UNIT_CODE = re.compile(r"[0-9]{3}")


def make_account_no(unit_code: str, rng: random.Random) -> str:
    """Return an account number: three digits of the unit, eight random ones, one check digit.

    ``rng`` is ``secrets.SystemRandom()`` outside tests, so that nobody can tell from one number which others
    there are. Only the database's constraint makes it unique: the caller draws again when it is taken.
    Raises ValueError for a unit code other than three digits.
    """
    if _UNIT_CODE.fullmatch(unit_code) is None:
        raise ValueError("a unit code has three digits")
    body = f"{unit_code}{rng.randrange(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}d}"
    return body + mod_11_10.calc_check_digit(body)
