"""The ledger as a CSV table: read row by row, so that a faulty one is told and the others count."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from backend.core.errors import Invalid
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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
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


def read_table(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (number in the file, cells by key) of every row that is not empty.

    UTF-8 or the encoding in which Excel saves Chinese tables. Raises Invalid ``file_not_csv``.
    """
    if len(content) > LARGEST_BYTES:
        raise Invalid("file_not_csv", detail="bytes")
    try:
        reader = csv.DictReader(io.StringIO(_decode(content)), strict=True)
        header = [(one or "").strip() for one in reader.fieldnames or ()]
        if "户号" not in header or not set(header) <= set(COLUMNS):
            raise Invalid("file_not_csv", detail="header")
        reader.fieldnames = header
        for count, row in enumerate(reader, start=1):
            if count > MOST_ROWS:
                raise Invalid("file_not_csv", detail="rows")
            cells = {COLUMNS[name]: _read_cell(row.get(name)) for name in header}
            if any(cells.values()):
                yield reader.line_num, {**dict.fromkeys(COLUMNS.values(), ""), **cells}
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("file_not_csv") from error


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _read_cell(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def read_row(cells: Mapping[str, str]) -> LedgerRow:
    """Return what a row means; raises RowRefused with the sentence that says what is wrong."""
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
