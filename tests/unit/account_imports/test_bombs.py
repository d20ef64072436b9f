"""Files made to fill memory or to take forever are refused with their reason, and early."""

from __future__ import annotations

import io
import zipfile

import pytest
from xlsxwriter import Workbook

from backend.account_imports import excel_parts, excel_rows
from backend.account_imports.csv_accounts import CsvAccounts
from backend.account_imports.excel_rows import ExcelRows
from backend.core.csv_rows import LONGEST_LINE
from backend.core.errors import Invalid

HEADER = "户号,户名,区,街道,小区,门牌号,用气性质"
GOOD = "361000000011,张三,历下区,文化路,阳光小区,501,居民"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
LONG = 5 * 1024 * 1024
SIZE = 8 * 1024 * 1024


def make_book(name: str, find: bytes, put: bytes) -> io.BytesIO:
    """Return a book with one row in which ``find`` of the part ``name`` became ``put``."""
    file, changed = io.BytesIO(), io.BytesIO()
    book = Workbook(file)
    sheet = book.add_worksheet()
    for at, row in enumerate((HEADER, GOOD)):
        sheet.write_row(at, 0, row.split(","))
    book.close()
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as other:
        assert name in whole.namelist()
        for one in whole.namelist():
            content = whole.read(one)
            if one == name:
                assert find in content
                content = content.replace(find, put, 1)
            other.writestr(one, content)
    return changed


def count_excel(file: io.BytesIO) -> int:
    rows = ExcelRows(io.BufferedReader(io.BytesIO(file.getvalue())))  # type: ignore[arg-type]
    return sum(1 for _ in rows.iterate(0, 0))


def read_csv(content: bytes) -> list[tuple[int, str]]:
    rows = CsvAccounts(io.BufferedReader(io.BytesIO(content)))  # type: ignore[arg-type]
    return [(one.row_no, one.code) for one in rows.iterate(0, 0)]


@pytest.mark.parametrize(
    ("name", "find", "put"),
    [
        (STRINGS, b"<si>", b"<si><t>" + b"x" * LONG + b"</t></si><si>"),
        (STRINGS, b"<si>", b'<si x="' + b"x" * LONG + b'">'),
        (SHEET, b"</sheetData>", b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"x" * LONG + b"</t></is>"),
        (SHEET, b"</sheetData>", b'<row r="3" x="' + b"x" * LONG + b'"/></sheetData>'),
    ],
    ids=["a text", "a tag of texts", "a cell", "a tag of the sheet"],
)
def test_what_never_ends_is_not_kept(name: str, find: bytes, put: bytes) -> None:
    with pytest.raises(Invalid, match="import_excel_too_large"):
        count_excel(make_book(name, find, put))


def test_texts_without_letters_and_parts_packed_too_well_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as less:
        less.setattr(excel_parts, "_MOST_TEXT", 2000)
        with pytest.raises(Invalid, match="import_excel_too_large"):
            count_excel(make_book(STRINGS, b"</sst>", b"<si/>" * 2000 + b"</sst>"))
    spaces = make_book(SHEET, b"</sheetData>", b" " * LONG + b"</sheetData>")
    assert count_excel(spaces) == 1
    monkeypatch.setattr(excel_rows, "_SMALL_PART", 1_000_000)
    with pytest.raises(Invalid, match="import_excel_too_large"):
        count_excel(spaces)


def test_a_row_longer_than_any_table_has_is_refused_alone() -> None:
    long = b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"x" * 40_000 + b"</t></is></c></row>"
    wide = b'<row r="4"><c r="XFD4"><v>1</v></c></row>'
    rows = ExcelRows(io.BufferedReader(make_book(SHEET, b"</sheetData>", long + wide + b"</sheetData>")))  # type: ignore[arg-type]
    assert [(one.row_no, one.code) for one in rows.iterate(0, 0)] == [
        (2, ""), (3, "line_too_long"), (4, "cells_too_many"),
    ]  # fmt: skip


def test_empty_rows_without_end_are_refused_and_some_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CsvAccounts, "most_blank", 100)
    monkeypatch.setattr(excel_rows, "MOST_BLANK_ROWS", 100)
    blank = b"<row/>" * 100
    for content in (",,,\n" * 100, "\n" * 100):
        assert read_csv(f"{HEADER}\n{content}{GOOD}\n".encode()) == [(102, "")]
        with pytest.raises(Invalid, match="import_rows_blank"):
            read_csv(f"{HEADER}\n{content}\n{GOOD}\n".encode())
    assert count_excel(make_book(SHEET, b"</sheetData>", blank + b"</sheetData>")) == 1
    with pytest.raises(Invalid, match="import_rows_blank"):
        count_excel(make_book(SHEET, b"</sheetData>", blank + b"<row/></sheetData>"))


def test_a_line_without_end_is_one_refused_row_and_nothing_as_headings() -> None:
    assert read_csv(f"{HEADER}\n{'x' * SIZE}\n{GOOD}\n".encode()) == [(2, "line_too_long"), (3, "")]
    with pytest.raises(Invalid, match="import_file_unreadable"):
        read_csv(b"x" * (LONGEST_LINE + 1))
