"""CSV as a stream of rows: any length, any rubbish, begun at any row again.

A line that cannot be read is one refused row and harms no other. The file's encoding is that of its headings;
a line in another one is refused, since nobody can know what was meant. Whatever takes tables in reads them
here; what its columns are, how many rows it takes and which code refuses the whole file are its own matter.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

LONGEST_LINE: Final = 16 * 1024
# A quotation that is open for so many lines was never meant as one.
_MOST_LINES: Final = 20
_UTF8, _CHINESE = "utf-8", "gb18030"
# So many characters beyond ASCII are never UTF-8 by chance, while two may be, such as 联通.
_SURELY_UTF8: Final = 3
_FOREIGN_BEGINNINGS = (b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


# A cell that begins like this may be computed by the program that opens the table.
FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r")
# Control characters, half a surrogate pair, and the mark of a character that was lost before.
BAD_CHARACTERS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
# A number with a sign, and a telephone with its country's, are no formulas.
_SIGNED_NUMBER = re.compile(r"[+-]?[0-9][0-9 .()-]*|[-—]")


class NoTable(Exception):
    """The file is no CSV at all, or of an encoding that nobody reads here."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it was read: its cells in the order of the file's columns, or the code of why it cannot be.

    ``row_no`` counts as Excel does, the headings being row 1; ``end`` is where the next row begins.
    """

    row_no: int
    end: int
    cells: Sequence[str] = ()
    code: str = ""
    field: str = ""


class TooManyBlank(Exception):
    """The file goes on and on without saying anything."""


class CsvRows:
    """The rows of ``file``; ``headings`` are its first line. Raises NoTable at once for what is no table.

    ``most_blank`` is how many empty rows are passed over at most, since nobody hears of them.
    """

    most_blank: int | None = None

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(0)
        line = file.readline(LONGEST_LINE + 1)
        if line.startswith(_FOREIGN_BEGINNINGS) or b"\0" in line or len(line) > LONGEST_LINE:
            raise NoTable
        self.begin = len(line)
        text, self.encoding = _decode_headings(line)
        try:
            cells = next(csv.reader([text]), [])
        except csv.Error as error:
            raise NoTable from error
        self.headings = tuple(one.strip().lstrip("\ufeff").strip() for one in cells)
        # Empty headings at the end count for nothing.
        while self.headings and not self.headings[-1]:
            self.headings = self.headings[:-1]

    def iterate(self, position: int, row_no: int) -> Iterator[Record]:
        """Yield the rows from the byte ``position`` on, which follow row ``row_no``; empty ones not.

        Raises TooManyBlank.
        """
        file = self._file
        blank = 0
        at = position or self.begin
        row_no = max(row_no, 1)
        file.seek(at)
        while line := file.readline(LONGEST_LINE + 1):
            at += len(line)
            row_no += 1
            if len(line) > LONGEST_LINE:
                at += 0 if line.endswith(b"\n") else self._skip_line()
                yield Record(row_no, at, code="line_too_long")
                continue
            if line.count(b'"') % 2:
                whole = self._join(line)
                joined = self._read(whole, row_no, at + len(whole) - len(line)) if whole else None
                if joined is not None and not joined.code:
                    at = joined.end
                    yield joined
                else:
                    # The quotation was not meant as one: this line is refused, and the next ones count again.
                    file.seek(at)
                    yield Record(row_no, at, code="quote_open")
                continue
            record = self._read(line, row_no, at)
            if record is not None:
                yield record
                continue
            blank += 1
            if self.most_blank is not None and blank > self.most_blank:
                raise TooManyBlank

    def _read(self, line: bytes, row_no: int, end: int) -> Record | None:
        if b"\0" in line:
            return Record(row_no, end, code="characters_refused")
        text = self._decode(line)
        if text is None:
            return Record(row_no, end, code="encoding_mixed")
        if '"' in text:
            try:
                cells = next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
            except csv.Error:
                return Record(row_no, end, code="quote_open")
        else:
            cells = text.rstrip("\r\n").split(",")
        if len(cells) > len(self.headings):
            if any(map(str.strip, cells[len(self.headings) :])):
                return Record(row_no, end, code="cells_too_many")
            cells = cells[: len(self.headings)]
        return Record(row_no, end, cells) if any(map(str.strip, cells)) else None

    def _decode(self, line: bytes) -> str | None:
        """Return the line as text, or None where it is in another encoding than the headings."""
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode(_UTF8)
        except UnicodeDecodeError:
            text = None
        if self.encoding == _UTF8:
            return text
        if text is not None and sum(one > "\x7f" for one in text) >= _SURELY_UTF8:
            return None
        try:
            return line.decode(_CHINESE)
        except UnicodeDecodeError:
            return None

    def _join(self, line: bytes) -> bytes | None:
        """Return the whole of a row with ends of lines inside a quotation; None where that never ends."""
        whole = line
        for _ in range(_MOST_LINES):
            more = self._file.readline(LONGEST_LINE + 1)
            whole += more
            if not more or len(whole) > LONGEST_LINE:
                return None
            if whole.count(b'"') % 2 == 0:
                return whole
        return None

    def _skip_line(self) -> int:
        """Read to the end of a line of any length; return how many bytes that was."""
        skipped = 0
        while part := self._file.readline(64 * 1024):
            skipped += len(part)
            if part.endswith(b"\n"):
                break
        return skipped


def _decode_headings(line: bytes) -> tuple[str, str]:
    try:
        return line.decode("utf-8-sig").strip(), _UTF8
    except UnicodeDecodeError:
        pass
    try:
        return line.decode(_CHINESE).strip(), _CHINESE
    except UnicodeDecodeError as error:
        raise NoTable from error


def is_formula(cell: str) -> bool:
    """Tell whether a program that opens the cell would compute it."""
    plain = cell.strip()
    return plain.startswith(FORMULA_MARKS[:4]) and _SIGNED_NUMBER.fullmatch(plain) is None


def unquote(text: str) -> str:
    """Return a cell without the mark by which an export keeps it from being read as a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_MARKS) else text
