"""Tencent Cloud's IDCardOCR and BizLicenseOCR of 2018-11-19: what stands in the photo of a paper.

Numbers and days are read from the picture's pixels (see ``glyphs``). Names are not: the made-up register
tells whose number it is, where somebody was registered, and else the name is empty.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulators.calls import Answer, platform_call
from simulators.glyphs import read_lines
from simulators.simulation import Simulation
from simulators.tencent_cloud import find_fault, whole_error, wrap

PLATFORM, VERSION = "ocr", "2018-11-19"
LARGEST_PICTURE = 7 * 1024 * 1024
_ID_NUMBER = re.compile(r"[1-9]\d{16}[\dX]")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}")
# Dots and dashes are too small to be read, so a day is eight digits.
_DAY = r"(\d{4}) ?(\d{2}) ?(\d{2})"
_DAYS = re.compile(rf"{_DAY}(?: ?{_DAY})?")


def refuse(code: str) -> dict[str, Any]:
    """Return Tencent's answer for the error ``code``."""
    return whole_error(code, "ordered fault")


def make_paper_calls(simulation: Simulation) -> dict[str, Callable[..., Response]]:
    """Return the calls of ocr.tencentcloudapi.com by their actions."""

    @platform_call(simulation, PLATFORM, "IDCardOCR", refuse)
    def read_card() -> Answer:
        lines = _read(simulation)
        if isinstance(lines, Answer):
            return lines
        number, days = _find(_ID_NUMBER, lines), _find_days(lines)
        if number is None and days is None:
            return Answer(whole_error("FailedOperation.ImageNoIdCard", "no identity card"), False)
        told = {"Sex": "", "Nation": "", "Birth": "", "Address": "", "AdvancedInfo": "{}"}
        if number is not None:
            front = {"Name": _name(simulation, number), "IdNum": number, "Authority": "", "ValidDate": ""}
            return Answer(wrap({**told, **front}), True)
        assert days is not None
        first, last = (day and f"{day[:4]}.{day[4:6]}.{day[6:]}" for day in days)
        back = {
            "Name": "",
            "IdNum": "",
            "Authority": "西湖区公安局",
            "ValidDate": f"{first}-{last or '长期'}",
        }
        return Answer(wrap({**told, **back}), True)

    @platform_call(simulation, PLATFORM, "BizLicenseOCR", refuse)
    def read_licence() -> Answer:
        lines = _read(simulation)
        if isinstance(lines, Answer):
            return lines
        code, days = _find(_CREDIT_CODE, lines), _find_days(lines)
        if code is None:
            return Answer(whole_error("FailedOperation.NoBizLicense", "no business licence"), False)
        period = ""
        if days is not None:
            first, last = (day and f"{day[:4]}年{day[4:6]}月{day[6:]}日" for day in days)
            period = f"{first}至{last or '长期'}"
        body = {"RegNum": code, "Name": _name(simulation, code), "Person": "", "Period": period}
        return Answer(wrap(body), True)

    return {"IDCardOCR": read_card, "BizLicenseOCR": read_licence}


def _read(simulation: Simulation) -> list[str] | Answer:
    keys = simulation.credentials
    wrong = find_fault(PLATFORM, VERSION, keys.ocr_secret_id, keys.ocr_secret_key)
    if wrong:
        return Answer(whole_error(*wrong), False)
    asked = request.get_json(force=True, silent=True) or {}
    encoded = asked.get("ImageBase64")
    if not isinstance(encoded, str) or not encoded:
        return Answer(whole_error("FailedOperation.EmptyImageError", "ImageBase64 is needed"), False)
    if len(encoded) > LARGEST_PICTURE:
        return Answer(whole_error("LimitExceeded.TooLargeFileError", "at most 7 MB"), False)
    try:
        return read_lines(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, OSError):
        return Answer(whole_error("FailedOperation.ImageDecodeFailed", "no picture"), False)


def _find(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    # A label stands before the number, and is no part of it.
    words = (word for line in lines for word in line.split(" "))
    return next((word for word in words if pattern.fullmatch(word)), None)


def _find_days(lines: list[str]) -> tuple[str, str | None] | None:
    for line in lines:
        found = _DAYS.fullmatch(line)
        if found is not None:
            days = found.groups()
            return "".join(days[:3]), "".join(days[3:]) if days[3] else None
    return None


def _name(simulation: Simulation, number: str) -> str:
    with simulation.lock:
        return simulation.register.get(number, "")
