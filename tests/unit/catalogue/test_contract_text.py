"""The wording of contracts: what a template may say, and what is told of one that is wrong, line by line."""

from __future__ import annotations

from typing import Any

import pytest

from backend.catalogue.contract_text import LineKind, check_blanks, list_open_blanks, read_wording
from backend.catalogue.folder import ProcessesFolder, read_folder
from backend.catalogue.forms import build_form
from backend.catalogue.lint import lint
from composition.hall import WORDS


def make_field(key: str, label: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "type": type_, "personal": "none", **more}


FORM = build_form(
    {
        "key": "deal",
        "version": 1,
        "name": "合同",
        "sections": [
            {
                "key": "a",
                "title": "内容",
                "fields": [
                    make_field("buyer_name", "用气方", required=True),
                    make_field("pressure_min", "供气压力(下限)", "number"),
                    make_field("kind", "种类", "choice", options=[{"value": "x", "label": "甲种"}]),
                    make_field("other", "另约", when={"field": "kind", "op": "eq", "value": "y"}),
                    make_field("rows", "设备", "table", columns=[make_field("no", "序号")], max_rows=3),
                ],
            },
            {
                "key": "b",
                "title": "签字",
                "fields": [
                    make_field("signed", "用气方签字", "signature", required=True, signer="buyer"),
                    make_field("place", "签订地点", required=True),
                ],
            },
        ],
    }
)


def find_faults(text: str) -> list[tuple[int, str, str]]:
    wording, faults = read_wording(text)
    return [(one.line, one.code, one.blank) for one in [*faults, *check_blanks(wording, FORM)]]


def test_the_marks_are_headings_items_bold_and_blanks() -> None:
    head = "# 第一条 总则\n\n- 由 **{{buyer_name!}}** 负责\n"
    text = f"{head}#井号 不是标题\n每日千分之 {{{{fee=3}}}}，{{{{ case.address }}}}"
    wording, faults = read_wording(text)
    assert faults == []
    assert [(one.no, one.kind) for one in wording.lines] == [
        (1, LineKind.HEADING), (3, LineKind.CLAUSE), (4, LineKind.TEXT), (5, LineKind.TEXT),
    ]  # fmt: skip
    assert [(one.name, one.must, one.figure) for one in wording.blanks] == [
        ("buyer_name", True, ""), ("fee", False, "3"), ("case.address", False, ""),
    ]  # fmt: skip
    assert [part.strong for part in wording.lines[1].parts] == [False, True, False]
    assert list(check_blanks(wording, FORM)) == []


def test_an_unknown_blank_is_named_with_its_line_and_what_is_like_it() -> None:
    wording, _ = read_wording("甲方 {{buyer_name}}\n压力 {{presure_min}} Pa")
    [fault] = check_blanks(wording, FORM)
    assert (fault.line, fault.code, fault.blank) == (2, "template_unknown_blank", "presure_min")
    assert fault.similar == ("pressure_min",)
    assert "第 2 行" in fault.sentence and "供气压力(下限)" in fault.sentence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("正文", [(0, "template_blank_missing", "buyer_name")]),
        ("{{buyer_name}}{{rows}}", [(1, "template_blank_unfit", "rows")]),
        ("{{buyer_name}}{{signed}}", [(1, "template_blank_unfit", "signed")]),
        ("{{buyer_name}}\n{{pressure_min=5}}", [(2, "template_figure_taken", "pressure_min")]),
        ("{{buyer_name}}\n{{case.address=5}}", [(2, "template_figure_taken", "case.address")]),
        ("{{buyer_name}}\n{{case.phone}}", [(2, "template_unknown_blank", "case.phone")]),
    ],
)
def test_what_does_not_fit_the_form_is_told(text: str, found: list[tuple[int, str, str]]) -> None:
    assert find_faults(text) == found


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{{buyer_name", "template_mark_broken"),
        ("buyer_name}}", "template_mark_broken"),
        ("{{buyer {{name}}", "template_mark_broken"),
        ("{{用气方}}", "template_mark_broken"),
        ("{{buyer_name.__class__}}", "template_mark_broken"),
        ("**没有收尾", "template_mark_broken"),
        ("<script>alert(1)</script>", "template_markup_refused"),
        ("{% for one in all %}", "template_markup_refused"),
        ("看不见\x00的字", "template_characters_refused"),
        ("长" * 2001, "template_line_too_long"),
    ],
)
def test_broken_marks_and_code_are_refused_by_line(line: str, code: str) -> None:
    _, faults = read_wording(f"好的一行\n{line}")
    assert [(one.line, one.code) for one in faults] == [(2, code)]


def test_a_template_without_words_is_empty() -> None:
    assert [one.code for one in read_wording(" \n\n")[1]] == ["template_empty"]


def test_blanks_that_must_be_filled_are_those_that_are_asked_for() -> None:
    wording, _ = read_wording("{{buyer_name}}{{pressure_min!}}{{other!}}{{kind}}")
    shown = frozenset({"buyer_name", "pressure_min", "kind"})
    assert list_open_blanks(wording, FORM, {"kind": "x"}, shown) == ["buyer_name", "pressure_min"]
    assert list_open_blanks(wording, FORM, {"buyer_name": "张三", "pressure_min": 0}, shown) == []


def test_a_shipped_template_that_does_not_fit_stops_the_start() -> None:
    content = read_folder()
    assert set(content.templates) == {
        key for key, one in content.forms.items() if one.get("kind") == "contract"
    }
    broken = {"key": "supply_contract_residential", "version": 1, "text": "# 合同\n{{customer_nam}}"}
    parts = {name: getattr(content, name) for name in content.__dataclass_fields__}
    found = lint(ProcessesFolder(**{**parts, "templates": {broken["key"]: broken}}), WORDS)
    assert any(
        (one.file, one.place, one.code)
        == ("templates/supply_contract_residential.yaml", "line 2 of the text", "template_unknown_blank")
        for one in found
    )
