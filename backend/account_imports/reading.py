"""A file's rows, read, checked and indexed chunk by chunk, before the database is asked about them."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from types import TracebackType
from typing import Protocol, Self

from backend.account_imports.csv_accounts import CsvAccounts
from backend.account_imports.excel_rows import ExcelRows
from backend.account_imports.new_lines import write_new
from backend.account_imports.row_checks import RowReader, RowRefused
from backend.account_imports.standing import Indexed, index_line
from backend.core.csv_rows import Record
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date

# The ids of customer, premises and account that are drawn for a row.
Ids = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class FilePart:
    """What of a file is to be read: from the byte ``position`` on, which follows the row ``row_no``.

    ``units`` are those whose accounts may come in, by their codes.
    """

    kind: str
    size: int
    position: int
    row_no: int
    chunk_rows: int
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken in."""

    row_no: int
    code: str
    field: str = ""
    first_row_no: int | None = None


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """A chunk of rows: those that can be meant, those that cannot, and where the next chunk begins."""

    rows: list[Indexed]
    refused: list[Refusal]
    end: tuple[int, int]

    def forget_lines(self) -> Self:
        """Return the chunk without what its rows would be as new accounts."""
        return replace(self, rows=[replace(one, lines=None) for one in self.rows])


class Reading(Protocol):
    """Chunks are asked for before they are taken, ``ahead`` of the one in hand at most."""

    @property
    def ahead(self) -> int: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def ask(self, now: datetime, ids: Sequence[Ids] = ()) -> None:
        """Ask for the next chunk; with ``ids``, as many as it has rows, each is written as a new account."""

    def take(self) -> ReadChunk | None:
        """Return the oldest chunk that was asked for, or None where the file has ended.

        Raises Invalid for what is no table of accounts, ContentMissing and StorageFailed.
        """


def open_rows(kind: str, file: io.BufferedReader) -> CsvAccounts | ExcelRows:
    """Return the rows of a file; raises Invalid for what is no table of accounts."""
    return ExcelRows(file) if kind == "xlsx" else CsvAccounts(file)


class ReadingHere:
    """Reads in this process, when a chunk is taken."""

    ahead = 0

    def __init__(self, file: io.BufferedReader, part: FilePart, keys: KeyRing, now: datetime) -> None:
        """Look at the headings of ``file``; raises Invalid."""
        rows = open_rows(part.kind, file)
        self._file, self._part, self._keys = file, part, keys
        self._reader = RowReader(rows.columns, local_date(now))
        self._records = rows.iterate(part.position, part.row_no)
        self._asked: deque[tuple[datetime, Sequence[Ids]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def ask(self, now: datetime, ids: Sequence[Ids] = ()) -> None:
        """Note what is asked for."""
        self._asked.append((now, ids))

    def take(self) -> ReadChunk | None:
        """Read a chunk."""
        now, ids = self._asked.popleft()
        records = list(islice(self._records, self._part.chunk_rows))
        if not records:
            return None
        rows: list[Indexed] = []
        refused: list[Refusal] = []
        for place, record in enumerate(records):
            try:
                rows.append(self._read(record, now, ids[place] if ids else None))
            except RowRefused as wrong:
                refused.append(Refusal(record.row_no, wrong.code, wrong.field))
        return ReadChunk(rows, refused, (records[-1].end, records[-1].row_no))

    def _read(self, record: Record, now: datetime, ids: Ids | None) -> Indexed:
        row = index_line(self._keys, record.row_no, self._reader.read(record))
        unit_id = self._part.units.get(row.line.account_no[:3])
        if ids is None or unit_id is None:
            return row
        return replace(row, lines=write_new(self._keys, row, unit_id, ids, now))
