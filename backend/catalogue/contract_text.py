"""A contract's wording as plain text with named blanks: read line by line, and what is wrong with it. Pure.

``# `` begins a heading, ``- `` an item, ``**…**`` is bold, and every other line is a paragraph. ``{{field}}``
is a blank that takes a field of the form, ``{{field!}}`` one that must be filled before anybody signs,
``{{case.address}}`` one of what the case knows, ``{{name=5}}`` a figure that the wording itself fixes under
a name. Nothing else means anything: a template holds no code; what looks like it is refused or printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from backend.catalogue.forms import FieldType, Form, FormField

LARGEST_TEMPLATE = 200_000  # bytes
_LONGEST_LINE = 2000
_LONGEST_FIGURE = 40
# What the case knows → how it is called on screens.
CASE_FACTS: Final[Mapping[str, str]] = {
    "case.number": "合同编号",
    "case.case_no": "办件编号",
    "case.today": "填写日期",
    "case.company_name": "公司名称",
    "case.service_phone": "客服电话",
    "case.unit_name": "承办单位",
    "case.contact_name": "申请人",
    "case.contact_phone": "申请人电话",
    "case.id_number": "申请人身份证号",
    "case.account_no": "户号",
    "case.address": "用气地址",
}
# These stand below the wording in places of their own.
NO_WORDS = frozenset({FieldType.PHOTOS, FieldType.DOCUMENTS, FieldType.SIGNATURE, FieldType.TABLE})
_MARK = re.compile(r"\*\*|\{\{|\}\}")
_BLANK = re.compile(
    r"(?P<name>(?:case\.)?[a-z][a-z0-9_]{0,63})\s*(?:(?P<must>!)|=\s*(?P<figure>[^=!].*?))?", re.DOTALL
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<\?|<%|\{%|\{#")
# All control characters but the line's end and the tab.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class LineKind(StrEnum):
    """What a line of the wording is."""

    HEADING = "heading"
    CLAUSE = "clause"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Blank:
    """A named blank. ``figure`` is what the wording itself says there; ``must`` marks one to be filled."""

    name: str
    must: bool = False
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a line: words, or a blank."""

    words: str = ""
    strong: bool = False
    blank: Blank | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is printed, with its number in the template."""

    no: int
    kind: LineKind
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """What is wrong in which line, nought for the whole; ``similar`` are names like the unknown ``blank``."""

    line: int
    code: str
    sentence: str
    blank: str = ""
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """A template that was read."""

    lines: tuple[Line, ...]

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """All blanks in their order, as often as they stand there."""
        return tuple(part.blank for line in self.lines for part in line.parts if part.blank is not None)

    @property
    def names(self) -> frozenset[str]:
        """The names of all blanks."""
        return frozenset(one.name for one in self.blanks)


def decode_template(content: bytes) -> str:
    """Return the text of a file; raises UnicodeDecodeError where it is not UTF-8."""
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def read_wording(text: str) -> tuple[Wording, list[TemplateFault]]:
    """Return the wording and the faults of its marks; a faulty line is left out."""
    lines, faults = [], []
    for no, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line:
            continue
        found = list(_find_faults(no, line))
        if found:
            faults += found
            continue
        kind, words = _tell_kind(line)
        parts, wrong = _split(no, words)
        faults += wrong
        lines.append(Line(no, kind, tuple(parts)))
    if not lines and not faults:
        faults.append(TemplateFault(0, "template_empty", "范本里没有文字，请把合同正文贴进来。"))
    return Wording(tuple(lines)), faults


def check_blanks(wording: Wording, form: Form) -> Iterator[TemplateFault]:
    """Yield what does not fit between the blanks of a wording and the form that fills them."""
    known = {**{one.key: one.label for one in form.fields if one.type not in NO_WORDS}, **CASE_FACTS}
    for line in wording.lines:
        for blank in (part.blank for part in line.parts if part.blank is not None):
            field = form.field(blank.name)
            if blank.figure:
                if field is not None or blank.name in CASE_FACTS:
                    yield TemplateFault(
                        line.no, "template_figure_taken",
                        f"第 {line.no} 行：“{known.get(blank.name, blank.name)}”（{blank.name}）"
                        "是表单里的空，不能在范本里写死，请去掉等号和数字。",
                        blank.name,
                    )  # fmt: skip
            elif field is not None and field.type in NO_WORDS:
                yield TemplateFault(
                    line.no, "template_blank_unfit",
                    f"第 {line.no} 行：“{field.label}”是签字、照片或表格，固定印在正文后面，不能写进正文。",
                    blank.name,
                )  # fmt: skip
            elif blank.name not in known:
                yield _tell_unknown(line.no, blank.name, known)
    for field in list_stated(form):
        if field.key not in wording.names:
            yield TemplateFault(
                0, "template_blank_missing",
                f"正文里缺少必填的空“{field.label}”，请在合适的地方写上 {{{{{field.key}}}}}。",
                field.key,
            )  # fmt: skip


def list_stated(form: Form) -> Iterator[FormField]:
    """Yield the fields that every wording of the contract has to state: required, and no place of signing."""
    for section in form.body["sections"]:
        if any(one["type"] == FieldType.SIGNATURE for one in section["fields"]):
            continue
        for one in section["fields"]:
            field = form.field(one["key"])
            if field is not None and field.required and field.signer is None and field.type not in NO_WORDS:
                yield field


def list_open_blanks(
    wording: Wording, form: Form, values: Mapping[str, Any], shown: frozenset[str]
) -> list[str]:
    """Return the keys of the blanks that must be filled and are not; one that is not asked for is no gap."""
    must = {one.name for one in wording.blanks if one.must} | {one.key for one in list_stated(form)}
    return [
        one.key
        for one in form.fields
        if one.key in must & wording.names and one.key in shown and one.key not in values
    ]


def _find_faults(no: int, line: str) -> Iterator[TemplateFault]:
    if len(line) > _LONGEST_LINE:
        yield TemplateFault(
            no, "template_line_too_long", f"第 {no} 行超过 {_LONGEST_LINE} 个字，请分成几段。"
        )
    if _CONTROL.search(line) is not None:
        yield TemplateFault(
            no, "template_characters_refused", f"第 {no} 行有看不见的控制字符，请删掉后重新输入。"
        )
    if (tag := _TAG.search(line)) is not None:
        yield TemplateFault(
            no, "template_markup_refused",
            f"第 {no} 行有网页或程序的记号“{tag[0][:20]}”，范本只能是文字和空，请删掉。",
        )  # fmt: skip


def _tell_kind(line: str) -> tuple[LineKind, str]:
    if line.startswith("# "):
        return LineKind.HEADING, line[2:].strip()
    if line.startswith("- "):
        return LineKind.CLAUSE, line[2:].strip()
    return LineKind.TEXT, line


def _split(no: int, line: str) -> tuple[list[Part], list[TemplateFault]]:
    """Return the parts of a line, and what is wrong with its marks."""
    parts: list[Part] = []
    strong, at, opened = False, 0, -1
    for mark in _MARK.finditer(line):
        match mark[0]:
            case "{{" if opened < 0:
                _add_words(parts, line[at : mark.start()], strong)
                opened = mark.end()
            case "}}" if opened >= 0:
                inside = line[opened : mark.start()].strip()
                found = _BLANK.fullmatch(inside)
                if found is None or len(found["figure"] or "") > _LONGEST_FIGURE:
                    return parts, [
                        _break(no, f"空“{{{{{inside[:40]}}}}}”写得不对，应写成 {{{{空的编号}}}}，编号见清单")
                    ]
                blank = Blank(found["name"], found["must"] is not None, (found["figure"] or "").strip())
                parts.append(Part("", strong, blank))
                opened, at = -1, mark.end()
            case "**" if opened < 0:
                _add_words(parts, line[at : mark.start()], strong)
                strong, at = not strong, mark.end()
            case _:
                return parts, [_break(no, f"记号“{mark[0]}”没有成对")]
    if opened >= 0:
        return parts, [_break(no, "有“{{”没有对应的“}}”")]
    if strong:
        return parts, [_break(no, "有“**”没有对应的另一个")]
    _add_words(parts, line[at:], strong)
    return parts, []


def _add_words(parts: list[Part], words: str, strong: bool) -> None:
    if words:
        parts.append(Part(words, strong))


def _break(no: int, what: str) -> TemplateFault:
    return TemplateFault(no, "template_mark_broken", f"第 {no} 行：{what}，请改好。")


def _tell_unknown(no: int, name: str, known: Mapping[str, str]) -> TemplateFault:
    similar = tuple(get_close_matches(name, known, n=3, cutoff=0.6))
    like = "、".join(f"“{known[one]}”，写作 {{{{{one}}}}}" for one in similar)
    hint = f"和它相近的有：{like}。" if like else "可用的空见右侧的清单。"
    sentence = f"第 {no} 行：表单里没有叫“{name}”的空。{hint}"
    return TemplateFault(no, "template_unknown_blank", sentence, name, similar)
