"""The ledger as a CSV table: read row by row, so that a faulty one is told and the others count."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from backend.core.csv_rows import BAD_CHARACTERS, CsvRows, NoTable, unquote
from backend.core.errors import Invalid
from backend.core.import_texts import ROW_TEXTS
from backend.customers.classes import CLASS_NAMES

MOST_ROWS, LARGEST_BYTES, LONGEST_TEXT = 5000, 2_000_000, 500
COLUMNS: Mapping[str, str] = {
    "户号": "account_no",
    "客户类型": "classification",
    "客户层级": "grade",
    "年用气量": "annual_volume",
    "拜访周期": "visit_every_days",
    "上次拜访": "visited_on",
    "服务内容": "service_content",
    "备注": "remarks",
}
_SHORT_NAMES = {name.removesuffix("客户"): key for key, name in CLASS_NAMES.items()}
_KEYS = {**_SHORT_NAMES, **{name: key for key, name in CLASS_NAMES.items()}}


class RowRefused(Exception):
    """A row that cannot be taken in; the message is the sentence for people."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row as it was meant; None for what a cell leaves open."""

    account_no: str
    classification: str | None
    grade: str | None
    annual_volume: Decimal | None
    visit_every_days: int | None
    visited_on: date | None
    service_content: str
    remarks: str


def read_table(content: bytes) -> Iterator[tuple[int, dict[str, str] | RowRefused]]:
    """Yield (number in the file, cells by key, or why they cannot be read) of every row that is not empty.

    Raises Invalid ``file_not_csv`` for what is no such table, and for one of too many rows.
    """
    if len(content) > LARGEST_BYTES:
        raise Invalid("file_not_csv", detail="bytes")
    try:
        rows = CsvRows(io.BytesIO(content))
    except NoTable as error:
        raise Invalid("file_not_csv") from error
    headings = rows.headings
    if "户号" not in headings or not set(headings) <= set(COLUMNS) or len(set(headings)) < len(headings):
        raise Invalid("file_not_csv", detail="header")
    keys = [COLUMNS[one] for one in headings]
    blank = dict.fromkeys(COLUMNS.values(), "")
    for count, row in enumerate(rows.iterate(0, 0), start=1):
        if count > MOST_ROWS:
            raise Invalid("file_not_csv", detail="rows")
        code = row.code or ("characters_refused" if any(map(BAD_CHARACTERS.search, row.cells)) else "")
        told = dict(zip(keys, (unquote(one.strip()) for one in row.cells), strict=False))
        yield row.row_no, RowRefused(ROW_TEXTS[code]) if code else {**blank, **told}


def read_row(cells: Mapping[str, str] | RowRefused) -> LedgerRow:
    """Return what a row means; raises RowRefused with the sentence that says what is wrong."""
    if isinstance(cells, RowRefused):
        raise cells
    if not cells["account_no"]:
        raise RowRefused("没有写户号。")
    named = cells["classification"]
    if named and named not in _KEYS:
        raise RowRefused(f"客户类型“{named[:20]}”不认识，请写一般、重点、风险、特殊或敏感。")
    for key in ("service_content", "remarks", "grade"):
        if len(cells[key]) > LONGEST_TEXT:
            raise RowRefused("有一格写得太长，最多 500 个字。")
    return LedgerRow(
        cells["account_no"],
        _KEYS[named] if named else None,
        cells["grade"] or None,
        _read_volume(cells["annual_volume"]),
        _read_days(cells["visit_every_days"]),
        _read_day(cells["visited_on"]),
        cells["service_content"],
        cells["remarks"],
    )


def _read_volume(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        volume = Decimal(text.replace(",", "").removesuffix("万方"))
    except InvalidOperation as error:
        raise RowRefused("年用气量要写数字，单位是万方。") from error
    if not volume.is_finite() or not 0 <= volume <= 1_000_000:
        raise RowRefused("年用气量要在 0 到 1000000 万方之间。")
    return volume


def _read_days(text: str) -> int | None:
    digits = text.removesuffix("天")
    if not text:
        return None
    if not digits.isdecimal() or not 1 <= int(digits) <= 3650:
        raise RowRefused("拜访周期要写天数，1 到 3650。")
    return int(digits)


def _read_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise RowRefused("上次拜访要写日期，如 2026-11-26。") from error
