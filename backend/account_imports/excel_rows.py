"""An Excel file as a stream of rows, by the parser that reads XML without building a tree.

A common reader keeps every text of the book as an object of its own; a company's million customers would not
fit. Here they lie packed, and of the sheet nothing stays. Only the first sheet is read.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers.expat import ExpatError

from backend.account_imports.columns import MOST_BLANK_ROWS, read_headings
from backend.account_imports.excel_parts import (
    BookTooLarge,
    DateStyles,
    PackedStrings,
    SheetParser,
    find_first_sheet,
)
from backend.core.csv_rows import Record
from backend.core.errors import Invalid

# The most rows that a sheet of Excel has.
_MOST_ROWS: Final = 1_048_576
# A full sheet has two of them, and its text packs to a tenth; what unpacks to more was made to fill memory.
_LARGEST_PART: Final = 4 * 1024**3
_SMALL_PART: Final = 64 * 1024**2
_MOST_PACKED: Final = 250
_CHUNK: Final = 256 * 1024
# Before the headings are known every row may have as many cells as Excel has columns.
_FEW_BYTES: Final = 4 * 1024
_DIMENSION = re.compile(rb'<dimension[^>]*ref="[A-Z]+[0-9]+:[A-Z]+([0-9]+)"')
# Packings that Excel never writes: the library reads some and gives up on others half-way.
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Flags of a part that is locked by a password or holds the difference to another file.
_LOCKED: Final = 0x01 | 0x20 | 0x40
_FAULTS = (zipfile.BadZipFile, KeyError, ExpatError, ValueError, EOFError, zlib.error)


class ExcelRows:
    """The rows of ``file``. Raises Invalid at once for what is no table of accounts."""

    encoding = ""
    begin = 0

    def __init__(self, file: io.BufferedReader) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
            parts = self._archive.infolist()
            if any(one.flag_bits & _LOCKED or one.compress_type not in _PACKINGS for one in parts):
                raise zipfile.BadZipFile
            if any(_is_bomb(one) for one in parts):
                raise BookTooLarge
            self._sheet = find_first_sheet(self._archive)
            self._strings = PackedStrings.read(self._archive)
            self._dates = DateStyles.read(self._archive)
            self.rows_total = self._find_total()
            headings = next(self._parse(0, _MOST_ROWS, _FEW_BYTES), None)
        except BookTooLarge as error:
            raise Invalid("import_excel_too_large") from error
        except (RuntimeError, *_FAULTS) as error:
            # The library says by a RuntimeError that an archive is of a later kind than it knows.
            raise Invalid("import_file_unreadable") from error
        if headings is None or headings.code:
            raise Invalid("import_file_unreadable")
        self.columns = read_headings(headings.cells)
        self._first = headings.row_no

    def iterate(self, position: int, row_no: int) -> Iterator[Record]:
        """Yield the rows after ``row_no``, empty ones not; ``position`` says nothing here.

        Raises Invalid ``import_file_unreadable`` where the sheet breaks off, ``import_rows_blank`` and
        ``import_excel_too_large`` where it was made to take time or memory.
        """
        try:
            yield from self._parse(max(row_no, self._first), len(self.columns))
        except BookTooLarge as error:
            raise Invalid("import_excel_too_large") from error
        except _FAULTS as error:
            raise Invalid("import_file_unreadable") from error

    def _parse(self, after: int, width: int, size: int = _CHUNK) -> Iterator[Record]:
        parser = SheetParser(self._strings, self._dates, after, width)
        with self._archive.open(self._sheet) as source:
            while chunk := source.read(size):
                yield from parser.feed(chunk)
                if parser.blank > MOST_BLANK_ROWS:
                    raise Invalid("import_rows_blank")
        yield from parser.feed(b"")

    def _find_total(self) -> int | None:
        with self._archive.open(self._sheet) as source:
            found = _DIMENSION.search(source.read(2048))
        return max(0, int(found.group(1)) - 1) if found else None


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    packed = part.file_size > _SMALL_PART and part.file_size > _MOST_PACKED * part.compress_size
    return packed or part.file_size > _LARGEST_PART
