"""What staff read of a code whose sentence in ``error_texts`` speaks to a customer."""

from __future__ import annotations

from backend.core.error_texts import ERROR_TEXTS
from backend.core.errors import ToldCode

_TO_STAFF: dict[str, str] = {
    "sum_unset": "应缴金额还没有定：合同没有写总价，方案也没有报金额。请先请负责的同事定好，再收费。",
}


def tell_staff(code: str) -> str | None:
    """Return the sentence for ``code`` as staff read it, or None where there is none."""
    if isinstance(code, ToldCode):
        return code.sentence
    return _TO_STAFF.get(code) or ERROR_TEXTS.get(code)
