"""Finds what would tell who somebody is: in an answer, an export, a printed paper or a line of the log."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from stdnum.cn import ric

ID_NUMBER, PHONE, DOOR = "id_number", "phone", "door"

_PDF, _SHEET = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PROGRAMS = frozenset({"text/css", "text/javascript"})
_ALONE = r"(?<![0-9A-Za-z_.-]){}(?![0-9A-Za-z_-])"
_DIGITS = {
    ID_NUMBER: re.compile(
        _ALONE.format(r"[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx]"), re.ASCII
    ),
    PHONE: re.compile(_ALONE.format(r"(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"), re.ASCII),
}
# Behind its building a number is a door; an account's or a moment's digits stand elsewhere.
_BEHIND_BUILDING = re.compile(r"(?:幢|栋|座|号楼|单元)[ ,，]?[0-9]{2,4}(?:室|(?![0-9A-Za-z幢栋座号单层*]))")
# A row of a sheet, or a text that several cells share.
_ROWS = ("}row", "}si")
_DOOR_FIELD = re.compile(r'"door":\s*"(?!\*+")[^"]')


@dataclass(frozen=True, slots=True)
class Leak:
    """What stands in clear: of which kind, and where; ``place`` names the keys of JSON, without indices."""

    kind: str
    place: str
    value: str


def find_kinds(text: str) -> dict[str, str]:
    """Return the kinds of personal data in a text, each with one that was found."""
    found = {}
    for number in _DIGITS[ID_NUMBER].findall(text):
        if ric.calc_check_digit(number) == number[-1].upper():
            found[ID_NUMBER] = number
    for kind, pattern in ((PHONE, _DIGITS[PHONE]), (DOOR, _BEHIND_BUILDING)):
        match = pattern.search(text)
        if match:
            found[kind] = match[0]
    return found


def is_read(media_type: str) -> bool:
    """Tell whether a body of this type is read: pictures, programs and the like are not."""
    return media_type not in _PROGRAMS and (
        media_type.startswith("text/") or "json" in media_type or media_type in (_PDF, _SHEET)
    )


def find_leaks(content: bytes, media_type: str) -> list[Leak]:
    """Return what stands in clear in a body that ``is_read``."""
    if "json" in media_type:
        text = content.decode("utf-8", "replace")
        # Most answers tell nothing, and are read no further.
        if "\\u" not in text and not find_kinds(text) and not _DOOR_FIELD.search(text):
            return []
        return list(_walk(json.loads(text), ""))
    return [
        Leak(kind, "", value)
        for text in _read_texts(content, media_type)
        for kind, value in find_kinds(text).items()
    ]


def _walk(value: Any, place: str) -> Iterator[Leak]:
    if isinstance(value, dict):
        if isinstance(value.get("door"), str) and value["door"].strip("* ") and "building" in value:
            yield Leak(DOOR, f"{place}.door".lstrip("."), value["door"])
        for key, one in value.items():
            yield from _walk(key, place)
            yield from _walk(one, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one, place)
    elif isinstance(value, str | int):
        for kind, found in find_kinds(str(value)).items():
            yield Leak(kind, place, found)


def _read_texts(content: bytes, media_type: str) -> Iterator[str]:
    if media_type == _PDF:
        for page in PdfReader(io.BytesIO(content)).pages:
            # Setting puts blanks between letters and digits.
            yield "".join(page.extract_text().split())
    elif media_type == _SHEET:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for name in book.namelist():
                if name.endswith(".xml"):
                    parts = ElementTree.fromstring(book.read(name)).iter()
                    yield from (",".join(part.itertext()) for part in parts if part.tag.endswith(_ROWS))
    else:
        yield content.decode("utf-8", "replace")
