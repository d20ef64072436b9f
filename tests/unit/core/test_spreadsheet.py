"""Excel files read back with another library: text stays text, times are Shanghai's, money has two places."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from tempfile import TemporaryFile
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from backend.core.spreadsheet import LONGEST_TEXT, Column, Kind, Written, write_sheet

COLUMNS = (
    Column("text", "内容"),
    Column("at", "时间", Kind.MOMENT),
    Column("day", "日期", Kind.DAY),
    Column("fen", "金额", Kind.YUAN),
    Column("count", "次数", Kind.COUNT),
    Column("yes", "是否", Kind.YES_NO),
)


def write(
    rows: Iterable[Mapping[str, Any]], most: int = 100, title: str = "列表"
) -> tuple[Written, Worksheet]:
    file = io.BytesIO()
    written = write_sheet(file, title, COLUMNS, rows, most)
    sheet = load_workbook(file).active
    assert isinstance(sheet, Worksheet)
    return written, sheet


@pytest.mark.parametrize(
    "text",
    [
        "=1+2", "=HYPERLINK(\"http://x.test\",\"点我\")", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "{=1}",
        "http://x.test", "0012", "1e5", "2026-11-26", "a\x00\x01b", "一" * 40_000,
    ],
)  # fmt: skip
def test_what_somebody_typed_stays_text(text: str) -> None:
    _, sheet = write([{"text": text}])
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    # Control characters are left out: XML has no place for them.
    plain = "".join(one for one in text if one >= " " or one == "\t")
    assert str(cell.value) == plain[:LONGEST_TEXT]


def test_times_days_money_and_empty_cells() -> None:
    _, sheet = write(
        [
            {
                "text": "", "at": datetime(2026, 11, 26, 16, 30, tzinfo=UTC), "day": date(2026, 11, 26),
                "fen": 123_456_705, "count": 3, "yes": False,
            },
            {},
        ]
    )  # fmt: skip
    row = [cell.value for cell in sheet[2]]
    assert [row[0], *row[3:]] == [None, 1_234_567.05, 3, "否"]
    assert [str(one) for one in row[1:3]] == ["2026-11-27 00:30:00", "2026-11-26 00:00:00"]
    assert sheet["D2"].number_format == "#,##0.00"
    assert [cell.value for cell in sheet[1]] == [one.title for one in COLUMNS]
    assert all(cell.value is None for cell in sheet[3])


def test_what_is_cut_is_said_and_what_just_fits_is_not() -> None:
    written, sheet = write(({"count": number} for number in range(9)), most=3)
    assert written == Written(3, True)
    assert "只导出了前 3 行" in str(sheet["A5"].value)
    assert sheet.max_row == 5
    written, sheet = write(({"count": number} for number in range(3)), most=3)
    assert (written, sheet.max_row) == (Written(3, False), 4)
    assert write([])[0] == Written(0, False)


def test_a_title_that_excel_does_not_take_is_mended() -> None:
    _, sheet = write([], title="a/b[c]:*?" + "长" * 40)
    assert len(sheet.title) == 31


def test_a_long_list_costs_no_more_memory_than_a_short_one() -> None:
    def measure(rows: int) -> int:
        tracemalloc.start()
        source = ({"text": f"第{number}行 {'字' * 2_000}"} for number in range(rows))
        with TemporaryFile() as file:
            write_sheet(file, "列表", COLUMNS, source, rows)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    # The text alone would be 16 million characters.
    assert measure(8_000) < 4_000_000
