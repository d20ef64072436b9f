"""The parts of an Excel file: texts that cells share, styles that mean a day, and a sheet's cells."""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, Self
from xml.parsers import expat

from backend.core.csv_rows import Record, is_formula

# So many bytes of texts fit into the memory that a worker has.
_MOST_TEXT: Final = 150 * 1024 * 1024
_CHUNK: Final = 256 * 1024
# Longer is no tag that a program writes, and no cell that Excel has; the parser would keep it whole.
_LONGEST_TAG: Final = 4 * 1024 * 1024
_LONGEST_CELL: Final = 32_767
# A row's cells together, in characters; the headings of a foreign table are a row as well.
_LONGEST_ROW: Final = 256 * 1024
# Numbers of Excel's own formats of days and hours, the Chinese ones among them.
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DAY_ONE = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of Excel has no time zone
_SHEET = re.compile(r'<sheet\b[^>]*?\br:id="([^"]+)"')
_LARGEST_INDEX = 2**31


class BookTooLarge(Exception):
    """The file holds more than memory does."""


class _Forbidden(ValueError):
    """The XML declares a type of its own, which no Excel file does."""


class BoundedParser:
    """Parses without letting anything grow: neither declarations, whose entities could, nor endless tags."""

    def __init__(self) -> None:
        self.expat = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self._refuse
        self._fed = 0

    def parse(self, chunk: bytes) -> None:
        """Take the next piece, no bytes at the end; raises BookTooLarge."""
        self.expat.Parse(chunk, not chunk)
        self._fed += len(chunk)
        if self._fed - self.expat.CurrentByteIndex > _LONGEST_TAG:
            raise BookTooLarge

    @staticmethod
    def _refuse(*_: object) -> None:
        raise _Forbidden("a declaration of a document type")


def _check_growth(texts: Sequence[str]) -> None:
    """Raise BookTooLarge where the text of one cell goes on and on."""
    if sum(map(len, texts)) > _LONGEST_TAG:
        raise BookTooLarge


def find_first_sheet(archive: zipfile.ZipFile) -> str:
    """Return the name of the first sheet's part; raises KeyError where there is none."""
    found = _SHEET.search(_read_small(archive, "xl/workbook.xml"))
    if found is None:
        raise KeyError("no sheet")
    relations = _read_small(archive, "xl/_rels/workbook.xml.rels")
    for one in re.findall(r"<Relationship\b[^>]*>", relations):
        if f'Id="{found.group(1)}"' in one and (target := re.search(r'Target="([^"]+)"', one)):
            path = target.group(1)
            name = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
            archive.getinfo(name)
            return name
    raise KeyError("no sheet")


def _read_small(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as source:
        return source.read(_CHUNK * 8).decode("utf-8")


class PackedStrings:
    """The texts that cells name by number: one run of bytes and the ends of each, a tenth of what objects
    would take."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I")

    @classmethod
    def read(cls, archive: zipfile.ZipFile) -> Self:
        """Read the book's table; a book may have none. Raises BookTooLarge."""
        strings = cls()
        if "xl/sharedStrings.xml" not in archive.namelist():
            return strings
        parts: list[str] = []
        depth = {"t": 0, "rPh": 0}

        def start(name: str, _: object) -> None:
            if name in depth:
                depth[name] += 1
            elif name == "si":
                parts.clear()

        def end(name: str) -> None:
            if name in depth:
                depth[name] -= 1
            elif name == "si":
                strings._add("".join(parts))

        def tell(text: str) -> None:
            # How a word is pronounced (rPh) stands beside it and is no part of it.
            if depth["t"] and not depth["rPh"]:
                parts.append(text)

        parser = BoundedParser()
        parser.expat.StartElementHandler, parser.expat.EndElementHandler = start, end
        parser.expat.CharacterDataHandler = tell
        with archive.open("xl/sharedStrings.xml") as source:
            while chunk := source.read(_CHUNK):
                parser.parse(chunk)
                _check_growth(parts)
        parser.parse(b"")
        return strings

    def _add(self, text: str) -> None:
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self._bytes) + self._ends.itemsize * len(self._ends) > _MOST_TEXT:
            raise BookTooLarge

    def __getitem__(self, number: int) -> str:
        begin = self._ends[number - 1] if number else 0
        return self._bytes[begin : self._ends[number]].decode()


class DateStyles:
    """Which styles of cells mean that their number is a day."""

    def __init__(self, styles: frozenset[str]) -> None:
        self._styles = styles

    @classmethod
    def read(cls, archive: zipfile.ZipFile) -> Self:
        """Read the book's styles; a book without any has no days."""
        if "xl/styles.xml" not in archive.namelist():
            return cls(frozenset())
        text = _read_small(archive, "xl/styles.xml")
        own = {
            int(number)
            for number, code in re.findall(r'<numFmt\b[^>]*numFmtId="(\d+)"[^>]*formatCode="([^"]*)"', text)
            if re.search(r"[ymdhs]", _QUOTED.sub("", code.replace("&quot;", '"')), re.IGNORECASE)
        }
        formats = re.search(r"<cellXfs\b.*?</cellXfs>", text, re.DOTALL)
        used = re.findall(r"<xf\b[^>]*>", formats.group(0)) if formats else []
        numbers = [re.search(r'numFmtId="(\d+)"', one) for one in used]
        wanted = _DATE_FORMATS | own
        return cls(
            frozenset(
                str(at) for at, one in enumerate(numbers) if one is not None and int(one.group(1)) in wanted
            )
        )

    def __contains__(self, style: str) -> bool:
        return style in self._styles


class SheetParser:
    """Takes a sheet piece by piece and gives back its rows after row ``after``, ``width`` cells of each."""

    def __init__(self, strings: PackedStrings, dates: DateStyles, after: int, width: int) -> None:
        self._strings, self._dates, self._after, self._width = strings, dates, after, width
        self._done: list[Record] = []
        self._row_no = 0
        self._cells: list[str] = []
        self._code = ""
        self._column, self._kind, self._style = 0, "n", ""
        self._text: list[str] = []
        self._reads_text = False
        self._length = 0
        self.blank = 0
        self._bounded = BoundedParser()
        self._parser = self._bounded.expat
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end

    def feed(self, chunk: bytes) -> Iterator[Record]:
        """Take the next piece, no bytes at the end, and yield its rows; ``blank`` counts the empty ones."""
        self._bounded.parse(chunk)
        _check_growth(self._text)
        done, self._done = self._done, []
        yield from done

    def _start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            if self._row_no <= self._after:
                return
            place = given.get("r")
            self._column = _read_column(place) if place else self._column + 1
            self._kind, self._style = given.get("t", "n"), given.get("s", "")
            self._text = []
        elif name in ("v", "t"):
            if self._row_no > self._after:
                self._reads_text = True
                self._parser.CharacterDataHandler = self._text.append
        elif name == "row":
            told = given.get("r")
            self._row_no = int(told) if told else self._row_no + 1
            self._cells, self._code, self._column, self._length = [], "", 0, 0
        elif name == "f" and self._row_no > self._after:
            self._code = "formula_refused"

    def _end(self, name: str) -> None:
        if name == "c":
            if self._row_no > self._after and self._text:
                self._keep_cell()
        elif name in ("v", "t"):
            if self._reads_text:
                self._reads_text = False
                self._parser.CharacterDataHandler = None
        elif name == "row" and self._row_no > self._after:
            self._keep_row()

    def _keep_cell(self) -> None:
        text = "".join(self._text)
        if self._kind == "s":
            text = self._strings[int(text)]
        elif self._kind == "n":
            text = write_day(text) if self._style in self._dates else write_number(text)
        elif self._kind == "e":
            self._code = self._code or "cell_faulty"
        if self._kind in ("s", "inlineStr") and is_formula(text):
            # Excel knows text from formulas (f); here it is marked as in CSV, where nothing else tells.
            text = f"'{text}"
        self._length += len(text)
        if len(text) > _LONGEST_CELL or self._length > _LONGEST_ROW:
            self._code, text = self._code or "line_too_long", ""
        if self._column > self._width:
            if text.strip():
                self._code = self._code or "cells_too_many"
            return
        if len(self._cells) < self._column:
            self._cells += [""] * (self._column - len(self._cells))
        self._cells[self._column - 1] = text

    def _keep_row(self) -> None:
        if self._code:
            self._done.append(Record(self._row_no, self._row_no, code=self._code))
        elif any(map(str.strip, self._cells)):
            missing = [""] * (self._width - len(self._cells)) if self._width < _LARGEST_WIDTH else []
            self._done.append(Record(self._row_no, self._row_no, self._cells + missing))
        else:
            self.blank += 1


# Excel has no more columns; headings are read before it is known how many there are.
_LARGEST_WIDTH = 16_384


def _read_column(place: str) -> int:
    number = 0
    for one in place:
        if one < "A":
            break
        number = number * 26 + ord(one) - 64
    if not 0 < number <= _LARGEST_WIDTH:
        raise ValueError("no column of a sheet")
    return number


def write_number(text: str) -> str:
    """Return a number as it was typed: 13812345678 and not 1.3812345678E10, 3 and not 3.0."""
    if text.isdecimal():
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return text
    plain = f"{Decimal(repr(float(text))):f}" if len(number.as_tuple().digits) > 15 else f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def write_day(text: str) -> str:
    """Return the day that a number of Excel means, or the number where it means none."""
    try:
        moment = _DAY_ONE + timedelta(days=float(text))
    except (ValueError, OverflowError):
        return text
    return date(moment.year, moment.month, moment.day).isoformat()
