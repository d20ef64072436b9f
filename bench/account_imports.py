"""Rows a second of an import: CSV against a bare loop that parses, checks and seals the same rows, Excel
against openpyxl's bare read-only iteration of the same file."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Sequence
from typing import Final

from openpyxl import load_workbook

from backend.account_imports.columns import HEADINGS
from backend.account_imports.row_checks import RowReader
from backend.account_imports.standing import index_line
from backend.core.csv_rows import Record
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.customers.account_sealing import seal_account_text, seal_premises_text
from backend.customers.sealing import seal_customer_text
from bench.figures import Measured, compare
from bench.ground import Ground
from bench.import_company import Company, write_csv, write_excel
from bench.story import NOW

# So many that starting to read weighs little, as with the million that an import is for.
ROWS: Final = 40_000
ROUNDS: Final = 3


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``import_csv`` and ``import_excel``; each round brings in other accounts, checked before."""
    company = Company(ground)
    try:
        if "import_csv" in wanted:
            yield (
                "import_csv",
                compare(
                    lambda: company.bring_in("csv", write_csv(ROWS), ROWS),
                    lambda: _seal_bare(company.keys, write_csv(ROWS)),
                    ROUNDS,
                ),
            )
        if "import_excel" in wanted:
            yield (
                "import_excel",
                compare(
                    lambda: company.bring_in("xlsx", write_excel(ROWS), ROWS),
                    lambda: _read_bare(write_excel(ROWS)),
                    ROUNDS,
                ),
            )
    finally:
        company.engine.dispose()


def _seal_bare(keys: KeyRing, content: bytes) -> float:
    """Return the rows a second of a loop that parses, checks and seals, and asks no database."""
    reader = RowReader(tuple(HEADINGS.values()), local_date(NOW))
    began = time.perf_counter()
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    next(rows)
    for number, cells in enumerate(rows, start=2):
        line = index_line(keys, number, reader.read(Record(number, 0, cells))).line
        for column, told in (("holder", line.holder), ("contact", line.contact), ("phone", line.phone)):
            seal_account_text(keys, column, number, told)
        for column, told in (("name", line.holder), ("phone", line.phone), ("id_number", line.id_number)):
            seal_customer_text(keys, column, number, told)
        seal_premises_text(keys, "door", number, line.address["door"])
    return ROWS / (time.perf_counter() - began)


def _read_bare(content: bytes) -> float:
    began = time.perf_counter()
    sheet = load_workbook(io.BytesIO(content), read_only=True).active
    count = sum(1 for _ in sheet.iter_rows(values_only=True))
    return count / (time.perf_counter() - began)
