"""Papers: every form of the manual is set whole, the same each time, and what is typed stays what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue.folder import read_folder
from backend.catalogue.forms import Form, build_form
from backend.core.errors import Unavailable
from backend.documents.paper import Mark, Paper, lay_out, list_copies
from backend.documents.typesetting import Typesetter
from backend.documents.written_values import write_table, write_value, write_words
from tests.unit.documents.sample_papers import HASH, ISSUER, PICTURE, fill_all, make_paper, read_pages

MADE_AT = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
FORMS = {key: build_form(body) for key, body in read_folder().forms.items()}
MANUAL = [key for key, form in FORMS.items() if "appendix" in form.body]
pytestmark = pytest.mark.usefixtures("print_fonts")


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def print_paper(typesetter: Typesetter, paper: Paper) -> bytes:
    copies = [lay_out(paper, copy) for copy in list_copies(paper.form)]
    return typesetter.set_papers("单据", ISSUER, MADE_AT, copies)


def make_form(*fields: dict[str, Any], **more: Any) -> Form:
    body = {"key": "sample", "version": 1, "name": "样表", "sections": [
        {"key": "all", "title": "内容", "fields": list(fields)}], **more}  # fmt: skip
    return build_form(body)


def test_the_manual_has_18_forms() -> None:
    assert len(MANUAL) == 18


@pytest.mark.parametrize("key", MANUAL)
def test_each_form_of_the_manual_is_printed_whole(typesetter: Typesetter, key: str) -> None:
    paper = make_paper(FORMS[key])
    pages = read_pages(print_paper(typesetter, paper))
    text = "".join(pages)
    body = paper.form.body
    shown = {
        one["label"]
        for section in lay_out(paper, "")["sections"]
        for line in section["lines"]
        for one in line
    }
    for label in shown:
        assert "".join(label.split()) in text, label
    assert text.count("".join(body["title"].split())) >= len(list_copies(paper.form))
    per_copy = len(pages) // len(list_copies(paper.form))
    for at, page in enumerate(pages):
        assert f"第{at % per_copy + 1}页共{per_copy}页" in page
        assert "编号散-01" in page and f"校验{HASH[:12]}" in page


@pytest.mark.parametrize("lines", [0, 8, 16, 24])
def test_the_signatures_of_a_hand_over_never_stand_alone(typesetter: Typesetter, lines: int) -> None:
    form = FORMS["project_handover"]
    values = {**fill_all(form), "lost_area": "交接内容\n" * (lines + 1)}
    pages = read_pages(
        typesetter.set_papers("单据", ISSUER, MADE_AT, [lay_out(make_paper(form, values=values), "")])
    )
    [signed] = [page for page in pages if "市场开发管理部门代表" in page]
    # What of the customer's record stands last goes with them.
    assert "表底数" in signed and "燃气表厂家" in signed


def test_copies_are_named_and_counted_apart(typesetter: Typesetter) -> None:
    form = FORMS["gas_on_certificate_residential"]
    text = "".join(read_pages(print_paper(typesetter, make_paper(form))))
    assert "公司联（第一联公司留存）" in text and "客户联（第二联客户留存）" in text
    assert [one[:3] for one in list_copies(form, "customer")] == ["客户联"]
    assert list_copies(FORMS["project_handover"]) == [""]


def test_the_same_document_gives_the_same_file(typesetter: Typesetter) -> None:
    paper = make_paper(FORMS["meter_reading_slip"])
    first = print_paper(typesetter, paper)
    assert print_paper(Typesetter(), paper) == first
    # The rules of archives: fonts inside, and what the file claims to be.
    assert b"pdfaid:part>2<" in first


def test_what_is_typed_is_never_markup(typesetter: Typesetter) -> None:
    typed = '#read("/etc/passwd") *粗* $x$ [括号] <a> @b \\ "引号" //注'
    form = make_form(
        {"key": "words", "label": "#let x = 1", "type": "long_text", "max_length": 200, "personal": "none"}
    )
    [page] = read_pages(print_paper(typesetter, make_paper(form, values={"words": typed})))
    assert "".join(typed.split()) in page and "#letx=1" in page


def test_a_rare_character_does_not_keep_a_paper_from_being_printed(typesetter: Typesetter) -> None:
    form = make_form({"key": "name", "label": "姓名", "type": "text", "max_length": 50, "personal": "name"})
    [page] = read_pages(print_paper(typesetter, make_paper(form, values={"name": "王😀明"})))
    assert "姓名" in page and "王" in page


def test_a_superseded_document_says_so_on_each_page(typesetter: Typesetter) -> None:
    pages = read_pages(print_paper(typesetter, make_paper(FORMS["project_handover"], watermark="已作废")))
    assert all("已作废" in page for page in pages)


def test_the_evidence_page_names_who_signed_what(typesetter: Typesetter) -> None:
    marks = (
        Mark("customer", "signed", "客户签字", "张晓明", "手写签名", "2026年11月26日", "微信", HASH, True),
        Mark(
            "a",
            None,
            "客服员",
            "王建国",
            "短信",
            "2026年11月27日",
            "电脑",
            "f" * 64,
            False,
            face_check="FC-1",
        ),
    )
    form = FORMS["rectification_reply"]
    page = read_pages(print_paper(typesetter, make_paper(form, marks=marks)))[-1]
    assert "签署证据页" in page and "张晓明" in page and "手写签名" in page and "FC-1" in page
    assert page.count("与本文件一致，签署有效") == 1
    assert page.count("签署之后文件内容有变更") == 1


def test_without_fonts_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="printing_unavailable"):
        Typesetter((tmp_path,)).set_papers("x", "x", MADE_AT, [])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ({"type": "money", "unit": "元"}, 123_456_789, "1,234,567.89 元"),
        ({"type": "money", "unit": "元", "in_capitals": True}, 120_000, "1,200.00 元（大写：壹仟贰佰元整）"),
        ({"type": "money", "unit": "元/户"}, 5, "0.05 元/户"),
        ({"type": "money", "unit": "万元"}, 123_456_789, "123.456789 万元"),
        ({"type": "money", "unit": "万元"}, 50_000_000, "50.00 万元"),
        ({"type": "number", "unit": "Pa", "decimals": 0}, 2000, "2,000 Pa"),
        ({"type": "number", "unit": "%/日", "decimals": 4}, 0.05, "0.05 %/日"),
        ({"type": "date"}, "2026-01-05", "2026年1月5日"),
        ({"type": "datetime"}, "2026-11-26T14:30", "2026年11月26日 14:30"),
        ({"type": "yes_no", "yes_label": "有", "no_label": "无"}, False, "无"),
        ({"type": "text"}, None, ""),
    ],
)
def test_values_read_as_on_chinese_forms(field: dict[str, Any], value: Any, words: str) -> None:
    assert write_words(field, value) == words


def test_boxes_are_ticked_for_what_was_chosen() -> None:
    options = [{"value": "a", "label": "甲", "number": 1}, {"value": "b", "label": "乙", "number": 2}]
    choice = {"type": "choice", "options": options}
    assert write_value(choice, "b", {}) == {"kind": "boxes", "boxes": [[False, "1. 甲"], [True, "2. 乙"]]}
    grouped = {
        "type": "multi_choice",
        "options": [{**options[0], "group": "一组"}, {**options[1], "group": "二组"}],
    }
    assert [one["title"] for one in write_value(grouped, ["a"], {})["groups"]] == ["一组", "二组"]
    taken = {"type": "multi_choice", "within": "found", "options": options}
    assert write_value(taken, ["b"], {}) == {"kind": "words", "words": "2. 乙"}
    unsaid = {"type": "yes_no", "yes_label": "是", "no_label": "否"}
    assert write_value(unsaid, None, {})["boxes"] == [[False, "是"], [False, "否"]]


def test_a_table_too_wide_for_a_page_becomes_records() -> None:
    columns = [{"key": f"c{at}", "label": f"第{at}列", "type": "text", "max_length": 9} for at in range(13)]
    made = write_table({"columns": columns}, [{"c0": "甲"}])
    assert made["kind"] == "records" and made["records"][0][0] == ["第0列", "甲"]
    assert write_table({"columns": columns[:2]}, [])["rows"] == [["", ""]] * 2


def test_a_seal_has_its_place_and_a_signature_its_picture() -> None:
    assert write_value({"type": "signature", "mark": "seal"}, None, {}) == {"kind": "seal", "pictures": []}
    files = {PICTURE: "<svg></svg>"}
    assert write_value({"type": "signature"}, PICTURE, files)["pictures"] == ["<svg></svg>"]
