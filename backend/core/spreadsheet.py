"""A list as an Excel sheet: row by row, so that its length costs no memory, and text stays text.

What somebody typed is never read as a formula, a link or a number: every text is written as a string.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backend.core.local_time import SHANGHAI

# What one cell of Excel holds.
LONGEST_TEXT = 32_767
_LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_PLAIN_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# XML has no place for them; a tab and the ends of lines it keeps.
_NO_CHARACTERS = {code: None for code in range(32) if chr(code) not in "\t\n"}
_YES, _NO = "是", "否"


class Kind(StrEnum):
    """What the cells of a column hold; ``yuan`` is given in fen."""

    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"
    COUNT = "count"
    YUAN = "yuan"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key of its value in a row, its heading, what it holds, and its width in letters."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were written, and whether there were more."""

    rows: int
    is_cut: bool


_FORMATS: Mapping[Kind, dict[str, Any]] = {
    Kind.TEXT: {"num_format": "@", "valign": "top"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"},
    Kind.DAY: {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    Kind.COUNT: {"num_format": "0", "valign": "top"},
    Kind.YUAN: {"num_format": "#,##0.00", "valign": "top"},
    Kind.YES_NO: {"num_format": "@", "valign": "top"},
}


def write_sheet(
    file: BinaryIO, title: str, columns: tuple[Column, ...], rows: Iterable[Mapping[str, Any]], most: int
) -> Written:
    """Write ``rows`` to ``file``, at most ``most`` of them; what is cut is said in the row after the last."""
    workbook = Workbook(file, _PLAIN_TEXT)
    sheet = workbook.add_worksheet(title.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE])
    formats = {kind: workbook.add_format(look) for kind, look in _FORMATS.items()}
    heading = workbook.add_format({"bold": True, "bg_color": "#F5F6F8", "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.title, heading)
    sheet.freeze_panes(1, 0)
    source, count = iter(rows), 0
    for count, row in enumerate(islice(source, most), start=1):
        for place, column in enumerate(columns):
            _write_cell(sheet, (count, place), column.kind, row.get(column.key), formats[column.kind])
    is_cut = next(source, None) is not None
    if is_cut:
        note = f"只导出了前 {count} 行，后面还有。请缩小范围后再导出。"
        sheet.write_string(count + 1, 0, note, heading)
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    workbook.close()
    return Written(count, is_cut)


def _write_cell(sheet: Worksheet, place: tuple[int, int], kind: Kind, value: object, look: Format) -> None:
    if value is None or value == "":
        return
    if kind is Kind.YUAN and isinstance(value, int):
        sheet.write_number(*place, value / 100, look)
    elif kind is Kind.COUNT and isinstance(value, int):
        sheet.write_number(*place, value, look)
    elif kind is Kind.MOMENT and isinstance(value, datetime):
        sheet.write_datetime(*place, value.astimezone(SHANGHAI).replace(tzinfo=None), look)
    elif kind is Kind.DAY and isinstance(value, date):
        sheet.write_datetime(*place, value, look)
    elif kind is Kind.YES_NO:
        sheet.write_string(*place, _YES if value else _NO, look)
    else:
        sheet.write_string(*place, str(value).translate(_NO_CHARACTERS)[:LONGEST_TEXT], look)
