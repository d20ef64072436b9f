"""A file of accounts as CSV: the rows that all tables have, under the headings of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from backend.account_imports.columns import MOST_BLANK_ROWS, read_headings
from backend.core.csv_rows import CsvRows, NoTable, Record, TooManyBlank
from backend.core.errors import Invalid


class CsvAccounts(CsvRows):
    """The rows of ``file``. Raises Invalid at once for what is no table of accounts."""

    rows_total: int | None = None
    most_blank = MOST_BLANK_ROWS

    def __init__(self, file: BinaryIO) -> None:
        try:
            super().__init__(file)
        except NoTable as error:
            raise Invalid("import_file_unreadable") from error
        self.columns = read_headings(self.headings)

    def iterate(self, position: int, row_no: int) -> Iterator[Record]:
        """Yield the rows after ``row_no``; raises Invalid ``import_rows_blank``."""
        try:
            yield from super().iterate(position, row_no)
        except TooManyBlank as error:
            raise Invalid("import_rows_blank") from error
