"""What differs between two versions of a form, in sentences that its keepers read; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
CHANGE_KINDS = ("added", "removed", "renamed", "changed", "moved")
_LIMITS = {
    "max_length": "最多字数",
    "min": "最小",
    "max": "最大",
    "decimals": "小数位数",
    "max_count": "最多个数",
    "max_rows": "最多行数",
    "hint": "填写说明",
    "usual": "通常填",
}
# What is told by a sentence of its own, or is a note for the keepers and changes nothing for who fills it in.
_TOLD = frozenset({*_LIMITS, "key", "label", "required", "options", "columns", "doubt"})
# Sums are kept in fen and read in yuan.
_FEN = frozenset({"min", "max"})


def list_changes(before: Body, after: Body) -> list[dict[str, str]]:
    """Return ``{field, kind, text}`` of each change from one version's body to another's.

    First what was added and removed, then what became of the fields that stay, in their new order.
    """
    old, new = _list_fields(before), _list_fields(after)
    found = [*_list_differences(old, new, ""), *_list_moves(before, after)]
    return sorted(found, key=lambda one: CHANGE_KINDS.index(one["kind"]))


def _list_differences(
    old: Mapping[str, Body], new: Mapping[str, Body], table: str
) -> Iterator[dict[str, str]]:
    """Yield the changes of fields, or of the columns of ``table``."""
    what = f"“{table}”的列" if table else ""
    for key in new:
        if key not in old:
            must = "必填" if new[key].get("required") else "可不填"
            yield _tell(key, "added", f"新增{what}“{new[key]['label']}”，{must}")
    for key in old:
        if key not in new:
            yield _tell(key, "removed", f"去掉{what}“{old[key]['label']}”")
    for key in new:
        if key in old:
            yield from _compare(old[key], new[key], what)


def _compare(old: Body, new: Body, what: str) -> Iterator[dict[str, str]]:
    key, name = new["key"], f"{what}“{new['label']}”"
    if old["label"] != new["label"]:
        yield _tell(key, "renamed", f"{what}“{old['label']}”改名为“{new['label']}”")
    if bool(old.get("required")) != bool(new.get("required")):
        yield _tell(key, "changed", f"{name}改为{'必填' if new.get('required') else '可不填'}")
    for one, words in _LIMITS.items():
        if old.get(one) != new.get(one):
            yield _tell(key, "changed", f"{name}的{words}：原来{_write(old, one)}，改为{_write(new, one)}")
    yield from (_tell(key, "changed", f"{name}{text}") for text in _compare_options(old, new))
    if "columns" in old or "columns" in new:
        was, now = ({one["key"]: one for one in field.get("columns", ())} for field in (old, new))
        yield from _list_differences(was, now, new["label"])
    if any(old.get(one) != new.get(one) for one in {*old, *new} - _TOLD):
        yield _tell(key, "changed", f"{name}的类型、条件或带出的内容有改动")


def _compare_options(old: Body, new: Body) -> Iterator[str]:
    was = {one["value"]: one["label"] for one in old.get("options", ())}
    now = {one["value"]: one["label"] for one in new.get("options", ())}
    yield from (f"新增选项“{label}”" for value, label in now.items() if value not in was)
    yield from (f"去掉选项“{label}”" for value, label in was.items() if value not in now)
    for value, label in now.items():
        if value in was and was[value] != label:
            yield f"的选项“{was[value]}”改为“{label}”"
    if [one for one in was if one in now] != [one for one in now if one in was]:
        yield "的选项换了顺序"


def _list_moves(before: Body, after: Body) -> Iterator[dict[str, str]]:
    titles = {one["key"]: one["title"] for one in before["sections"]}
    for section in after["sections"]:
        was = titles.get(section["key"], section["title"])
        if was != section["title"]:
            yield _tell(section["key"], "renamed", f"这一部分“{was}”改名为“{section['title']}”")
    old, new = _list_order(before), _list_order(after)
    if [one for one in old if one[1] in _list_fields(after)] != [
        one for one in new if one[1] in _list_fields(before)
    ]:
        yield _tell("", "moved", "有的栏目换了位置")


def _list_order(body: Body) -> list[tuple[str, str]]:
    return [(section["key"], one["key"]) for section in body["sections"] for one in section["fields"]]


def _list_fields(body: Body) -> dict[str, Body]:
    return {one["key"]: one for section in body["sections"] for one in section["fields"]}


def _write(field: Body, limit: str) -> str:
    value = field.get(limit)
    if value is None:
        return "没有"
    if limit in _FEN and field.get("type") == "money":
        return f" {value / 100:.2f} 元"
    return f"“{value}”" if isinstance(value, str) else f" {value}"


def _tell(field: str, kind: str, text: str) -> dict[str, str]:
    return {"field": field, "kind": kind, "text": text}
