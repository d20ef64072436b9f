"""A file of accounts as CSV: the rows that all tables have, under the headings of accounts."""

from __future__ import annotations

from typing import BinaryIO

from backend.account_imports.columns import read_headings
from backend.core.csv_rows import CsvRows, NoTable
from backend.core.errors import Invalid


class CsvAccounts(CsvRows):
    """The rows of ``file``. Raises Invalid at once for what is no table of accounts."""

    rows_total: int | None = None

    def __init__(self, file: BinaryIO) -> None:
        try:
            super().__init__(file)
        except NoTable as error:
            raise Invalid("import_file_unreadable") from error
        self.columns = read_headings(self.headings)
