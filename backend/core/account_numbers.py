"""Whether a text can be an account number (户号): twelve digits, of which the last is a check digit."""

from __future__ import annotations

import re

from stdnum.iso7064 import mod_11_10

_ACCOUNT_NO = re.compile(r"[0-9]{12}")


def is_valid_account_no(text: str) -> bool:
    """Tell whether ``text`` has the shape and the right check digit; it need not exist.

    ISO 7064 mod 11,10 finds every single wrong digit, so most slips are caught before a look-up.
    """
    return _ACCOUNT_NO.fullmatch(text) is not None and bool(mod_11_10.is_valid(text))
