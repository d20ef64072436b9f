"""Files of accounts as they come: every bad row is one refused row; what is no table is refused at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from xlsxwriter import Workbook as StreamedWorkbook

from backend.account_imports.columns import HEADINGS, make_template
from backend.account_imports.csv_accounts import CsvAccounts
from backend.account_imports.excel_rows import ExcelRows
from backend.account_imports.refusal_texts import REFUSAL_TEXTS, tell_refusal
from backend.account_imports.row_checks import AccountLine, RowReader, RowRefused
from backend.core.csv_rows import LONGEST_LINE, Record
from backend.core.errors import Invalid

HEADER = "户号,户名,区,街道,小区,门牌号,用气性质"
GOOD = "361000000011,张三,历下区,文化路,阳光小区,501,居民"
TODAY = date(2026, 11, 28)


def read(content: bytes, position: int = 0, row_no: int = 0) -> list[Record]:
    return list(CsvAccounts(io.BufferedReader(io.BytesIO(content))).iterate(position, row_no))  # type: ignore[arg-type]


def codes(content: bytes) -> list[tuple[int, str]]:
    return [(one.row_no, one.code) for one in read(content)]


def table(*lines: str | bytes, encoding: str = "utf-8") -> bytes:
    return b"".join((one if isinstance(one, bytes) else one.encode(encoding)) + b"\r\n" for one in lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_the_encodings_that_excel_and_others_write(encoding: str) -> None:
    content = f"{HEADER}\n{GOOD}\n".encode(encoding)
    [record] = read(content)
    assert (record.row_no, list(record.cells)[:2]) == (2, ["361000000011", "张三"])
    assert record.end == len(content)


def test_rows_in_another_encoding_are_refused_and_harm_no_other() -> None:
    foreign = GOOD.encode("gb18030")
    assert codes(table(HEADER, foreign, GOOD)) == [(2, "encoding_mixed"), (3, "")]
    chinese = table(HEADER, GOOD, encoding="gb18030") + GOOD.encode() + b"\n"
    assert codes(chinese) == [(2, ""), (3, "encoding_mixed")]


def test_two_characters_that_look_like_another_encoding_are_still_meant_as_they_stand() -> None:
    # 联通 in gb18030 is valid UTF-8 for two other characters.
    rows = table(HEADER, "361000000011,联通,a,b,c,d,e", encoding="gb18030")
    assert read(rows)[0].cells[1] == "联通"


def test_rubbish_is_refused_row_by_row() -> None:
    rows = table(
        HEADER,
        "\0" * 20,
        "x" * (LONGEST_LINE + 5000),
        '"never closed,1,2,3',
        GOOD,
        f"{GOOD},too,many",
        f"{GOOD},,",
        ",,,,,,",
        '"quoted, with ""marks""\nand a line",b,c,d,e,f,g',
        'a"b"c"d,"x',
    )
    assert codes(rows) == [
        (2, "characters_refused"), (3, "line_too_long"), (4, "quote_open"), (5, ""), (6, "cells_too_many"),
        (7, ""), (9, ""), (10, "quote_open"),
    ]  # fmt: skip


def test_reading_goes_on_at_any_row() -> None:
    content = table(HEADER, GOOD, '"a\nb",c,d,e,f,g,h', GOOD, '"open', GOOD)
    whole = read(content)
    for at, record in enumerate(whole):
        assert read(content, record.end, record.row_no) == whole[at + 1 :]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe1\x002\x00",
        b"PK\x03\x04rest",
        b"%PDF-1.7",
        b"",
        b"\0\0\0",
        b"a" * 100_000,
        b"\x80\xff\xff\n",
    ],
)
def test_what_is_no_table_is_refused_at_once(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read(content)
    assert refused.value.code in ("import_file_unreadable", "import_columns_wrong")


def test_columns_that_are_unknown_missing_or_doubled_are_named() -> None:
    with pytest.raises(Invalid) as refused:
        read(table("户号,户名,户名,区,街道,小区,用气性质,身份13812345678"))
    assert refused.value.code == "import_columns_wrong"
    assert refused.value.extra == {"unknown": ["身份***********"], "missing": ["门牌号"], "doubled": ["户名"]}


def test_the_template_is_read_and_its_example_never_comes_in_by_mistake() -> None:
    [record] = read(make_template())
    reader = RowReader(tuple(HEADINGS.values()), TODAY)
    with pytest.raises(RowRefused, match="account_no_wrong"):
        reader.read(record)
    line = reader.read(Record(2, 0, ("361000000011", *record.cells[1:])))
    assert (line.holder, line.address["door"], line.meter_kind) == ("张三", "501室", "ic_card")


def make_excel(rows: Sequence[Sequence[Any]]) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file


def open_excel(file: io.BytesIO) -> ExcelRows:
    file.seek(0)
    return ExcelRows(io.BufferedReader(file))  # type: ignore[arg-type]


EXCEL_HEADER = [*HEADER.split(","), "联系电话", "开户日期", "月用气量"]


def test_excel_cells_become_what_was_typed() -> None:
    row = [
        361000000011,
        "张三",
        "历下区",
        "文化路",
        "阳光小区",
        501.0,
        "居民",
        13812345678,
        date(2019, 5, 20),
        0.1,
    ]
    file = make_excel([EXCEL_HEADER, row, [None] * 10, [*row[:9], 1024.5]])
    rows = open_excel(file)
    first, second = list(rows.iterate(0, 0))
    assert list(first.cells)[:2] == ["361000000011", "张三"]
    assert list(first.cells)[5:] == ["501", "居民", "13812345678", "2019-05-20", "0.1"]
    assert (second.row_no, second.cells[9]) == (4, "1024.5")
    assert list(rows.iterate(0, 2)) == [second]
    line = RowReader(rows.columns, TODAY).read(first)
    assert (line.opened_on, line.phone) == (date(2019, 5, 20), "13812345678")


def test_excel_formulas_faults_and_cells_beyond_the_headings_are_refused() -> None:
    good = GOOD.split(",")
    rows = [HEADER.split(","), ["=1+1", *good[1:]], [*good, "more"], [*good[:6], "#N/A"], good]
    found = [(one.row_no, one.code) for one in open_excel(make_excel(rows)).iterate(0, 0)]
    assert found == [(2, "formula_refused"), (3, "cells_too_many"), (4, "cell_faulty"), (5, "")]


def test_excel_written_in_a_stream_is_read_too() -> None:
    file = io.BytesIO()
    book = StreamedWorkbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate((HEADER, GOOD)):
        sheet.write_row(at, 0, row.split(","))
    book.close()
    [record] = open_excel(file).iterate(0, 0)
    assert ",".join(record.cells) == GOOD


def test_excel_that_declares_entities_or_is_cut_short_is_refused() -> None:
    file = make_excel([HEADER.split(","), GOOD.split(",")])
    bomb = io.BytesIO()
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(bomb, "w") as changed:
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith("sheet1.xml"):
                content = b'<!DOCTYPE a [<!ENTITY b "c">]>' + content.split(b"?>", 1)[-1]
            changed.writestr(name, content)
    for broken in (bomb, io.BytesIO(file.getvalue()[:-200]), io.BytesIO(b"PK\x03\x04" + bytes(500))):
        with pytest.raises(Invalid, match="import_file_unreadable"):
            open_excel(broken)


def repack(packing: int) -> io.BytesIO:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(make_excel([HEADER.split(",")])) as whole,
        zipfile.ZipFile(packed, "w", packing) as other,
    ):
        for name in whole.namelist():
            other.writestr(name, whole.read(name))
    return packed


def mark(offset: int, value: int) -> io.BytesIO:
    """Write ``value`` into what the archive's directory says of its first part."""
    content = bytearray(make_excel([HEADER.split(",")]).getvalue())
    content[content.index(b"PK\x01\x02") + offset] = value
    return io.BytesIO(bytes(content))


@pytest.mark.parametrize(
    "file",
    [
        repack(zipfile.ZIP_LZMA),
        repack(zipfile.ZIP_BZIP2),
        mark(8, 0x01),
        mark(8, 0x20),
        mark(8, 0x40),
        mark(6, 99),
    ],
    ids=["another packing", "an old packing", "locked", "a difference", "strongly locked", "a later kind"],
)
def test_an_archive_that_excel_never_writes_is_unreadable_and_not_too_large(file: io.BytesIO) -> None:
    with pytest.raises(Invalid, match="import_file_unreadable"):
        open_excel(file)


def check(**cells: str) -> AccountLine:
    told = dict(zip(HEADINGS.values(), [""] * len(HEADINGS), strict=True))
    told |= {
        "account_no": "361000000011", "holder": "张三", "region": "历下区", "street": "文化路",
        "community": "阳光小区", "door": "501", "gas_use": "民用",
    }  # fmt: skip
    told |= cells
    return RowReader(tuple(told), TODAY).read(Record(2, 0, tuple(told.values())))


METER = {"meter_maker": "金卡", "meter_no": "1", "meter_kind": "IC卡表"}


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ({"account_no": "361000000017"}, "account_no_wrong", "account_no"),
        ({"account_no": "17"}, "account_no_wrong", "account_no"),
        ({"holder": " "}, "cell_missing", "holder"),
        ({"holder": "=cmd|' /C calc'!A0"}, "formula_refused", "holder"),
        ({"contact": "@SUM(A1)"}, "formula_refused", "contact"),
        ({"use_nature": "+A1"}, "formula_refused", "use_nature"),
        ({"holder": "张\x07三"}, "characters_refused", "holder"),
        ({"holder": "张\ufffd"}, "characters_refused", "holder"),
        ({"holder": "张" * 101}, "cell_too_long", "holder"),
        ({"id_number": "110101199003077757"}, "id_number_wrong", "id_number"),
        ({"id_number": "91110000600037341L"}, "id_number_wrong", "id_number"),
        ({"id_number": "91110000600037341M", "gas_use": "商业"}, "id_number_wrong", "id_number"),
        ({"phone": "1381234567"}, "phone_wrong", "phone"),
        # Marks alone could never be found again.
        ({"holder": "·—"}, "cell_missing", "holder"),
        (
            {"region": "·", "street": "·", "community": "·", "building": "", "unit": "", "door": "·"},
            "address_wrong",
            "region",
        ),
        ({"gas_use": "随便"}, "word_unknown", "gas_use"),
        ({"meter_kind": "机械", **{"meter_maker": "金卡", "meter_no": "1"}}, "word_unknown", "meter_kind"),
        ({**METER, "inlet_side": "上进"}, "word_unknown", "inlet_side"),
        ({**METER, "meter_reading": "-3"}, "number_wrong", "meter_reading"),
        ({**METER, "meter_maker": ""}, "meter_incomplete", "meter_maker"),
        ({**METER, "meter_kind": ""}, "meter_incomplete", "meter_kind"),
        ({"meter_reading": "3"}, "meter_incomplete", "meter_no"),
        ({"monthly_use": "很多"}, "number_wrong", "monthly_use"),
        ({"opened_on": "2019-02-30"}, "day_wrong", "opened_on"),
        ({"opened_on": "2027-01-01"}, "day_wrong", "opened_on"),
        ({"note": "长" * 201}, "cell_too_long", "note"),
    ],
)
def test_each_wrong_cell_is_named_with_its_reason(cells: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(RowRefused) as refused:
        check(**cells)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert tell_refusal(code, field, None)


def test_what_people_write_in_many_ways_is_understood() -> None:
    line = check(
        account_no="３６１０００００００１１", id_number="11010119900307775８", phone="0531-82345678",
        opened_on="2019年5月2日", monthly_use="1,018.5", **METER, inlet_side="右进", holder="'=张三",
    )  # fmt: skip
    assert (line.account_no, line.id_number, line.phone) == (
        "361000000011", "110101199003077758", "053182345678",
    )  # fmt: skip
    assert (line.opened_on, line.monthly_use) == (date(2019, 5, 2), Decimal("1018.50"))
    assert (line.inlet_side, line.holder, line.gas_use) == ("right", "=张三", "residential")
    assert check(phone="+86 138 1234 5678").phone == "13812345678"


def test_a_company_is_known_by_its_credit_code() -> None:
    line = check(gas_use="商业", id_number="91110000600037341l")
    assert (line.id_number, line.credit_code) == ("", "91110000600037341L")


def test_a_repeated_row_is_told_with_the_first_one() -> None:
    assert "第 7 行" in tell_refusal("account_repeated", "account_no", 7)
    assert all(one.endswith("。") for one in REFUSAL_TEXTS.values())


def test_a_row_that_breaks_off_is_refused_for_what_it_lacks() -> None:
    reader = RowReader(("account_no", "holder", "region", "street", "community", "door", "gas_use"), TODAY)
    for cells in (("x",), ("361000000011", "张三")):
        with pytest.raises(RowRefused) as refused:
            reader.read(Record(2, 0, cells))
        assert refused.value.code == "cell_missing"
