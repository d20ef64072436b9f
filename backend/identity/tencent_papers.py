"""Papers read by Tencent Cloud's text recognition (``IDCardOCR`` and ``BizLicenseOCR`` of 2018-11-19).

The picture goes along in the call and is kept nowhere for it; no cut-out of a portrait is asked for.
"""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Any

from backend.identity.paper_codes import CODES, FAULTS, PLATFORM
from backend.identity.papers import PaperFault, PaperKind, PaperRefused, ReadPaper
from backend.identity.tencent_calls import CallRefused, TencentCalls

VERSION = "2018-11-19"
_ACTIONS = {PaperKind.ID_CARD: "IDCardOCR", PaperKind.LICENCE: "BizLicenseOCR"}
# Where the answer says name, number and time; a card says from when to when, a licence in words of its own.
_NAMES = {PaperKind.ID_CARD: ("Name", "IdNum", "ValidDate"), PaperKind.LICENCE: ("Name", "RegNum", "Period")}
_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")
_FOR_EVER = "长期"


class TencentPaperReader:
    """PaperReader on Tencent Cloud, signed by TC3-HMAC-SHA256."""

    key = "tencent"

    def __init__(self, *, base_url: str, secret_id: str, secret_key: str, answer_seconds: float) -> None:
        self._calls = TencentCalls(
            PLATFORM, PLATFORM, VERSION, CODES, base_url=base_url, secret_id=secret_id,
            secret_key=secret_key, answer_seconds=answer_seconds,
        )  # fmt: skip

    def read(self, kind: PaperKind, picture: bytes) -> ReadPaper:
        """See PaperReader."""
        try:
            answer = self._calls.call(_ACTIONS[kind], {"ImageBase64": base64.b64encode(picture).decode()})
        except CallRefused as refused:
            raise PaperRefused(FAULTS[str(refused.args[0])]) from None
        name, number, period = (_read_text(answer, key) for key in _NAMES[kind])
        request_id = answer.get("RequestId")
        if not isinstance(request_id, str):
            raise self._calls.unreadable()
        if not (name or number or period):
            # A temporary card, for instance, is answered with nothing but a warning.
            raise PaperRefused(PaperFault.UNCLEAR)
        return ReadPaper(name, number.upper(), read_last_day(period), request_id)


def read_last_day(period: str) -> date | None:
    """Return the last day of ``2010.07.21-2020.07.21`` or ``…至2020年7月21日``; None where there is none."""
    days = _DAY.findall(period)
    # One day alone is the first one; what follows it was not read, or is no day.
    if _FOR_EVER in period or len(days) < 2:
        return None
    try:
        return date(*map(int, days[-1]))
    except ValueError:
        return None


def _read_text(answer: dict[str, Any], key: str) -> str:
    value = answer.get(key)
    return "".join(value.split()) if isinstance(value, str) else ""
