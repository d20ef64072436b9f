"""What an administrator may change of a form, and what a changed form must not break; pure.

A field that is there keeps its key, type, kind of personal data, condition and source for good: cases,
conditions and other forms rely on them. New fields are of the types that there are. The columns of a table
are fields in small; one that is retired is left out of the new version, and what was filled in keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.catalogue.form_lint import check_form
from backend.catalogue.lint import list_schema_faults

Body = Mapping[str, Any]
# What may be changed of a field that is there. Everything else is taken from the version before.
EDITABLE = (
    "label", "hint", "required", "options", "max_length", "min", "max", "decimals", "max_count", "max_rows",
    "usual",
)  # fmt: skip
# What a new field may say. A table or an address needs more than this and comes with the program.
_NEW = (*EDITABLE, "key", "type", "personal", "unit", "yes_label", "no_label")
NEW_TYPES = (
    "text", "long_text", "phone", "id_number", "credit_code", "choice", "multi_choice", "date", "datetime",
    "number", "money", "yes_no", "photos",
)  # fmt: skip
# A table that holds no personal data stays so: it is sealed as a whole, or not at all.
NEW_COLUMN_TYPES = tuple(one for one in NEW_TYPES if one != "photos")
# What the page calls a field before anybody has named it: nobody who fills the form in can tell what it asks.
_TYPE_NAMES = (
    "短文字", "长文字", "数字", "金额", "日期", "日期和时间", "是或否", "单选", "多选", "手机号", "身份证号",
    "信用代码", "照片",
)  # fmt: skip
DEFAULT_LABELS = frozenset(f"新的{one}" for one in _TYPE_NAMES)
# And what it calls an option that nobody has named yet.
_DEFAULT_OPTION = re.compile(r"选项\s*([0-9]+|[一二三四五六七八九十]+)")
_NEW_KEY = re.compile(r"own_[a-z0-9_]{1,40}")
_SCHEMA = {
    "minLength": "文字不能空着。",
    "minItems": "至少要有一个选项。",
    "minimum": "数字太小了。",
    "maximum": "数字太大了。",
    "pattern": "选项编号只能用小写字母、数字和下划线，字母开头。",
    "required": "有必填的内容空着。",
}
_SENTENCES = {
    "field_twice": "有两栏用了同一个编号。",
    "field_unknown": "它要看的那一栏排在了它后面或被去掉了，请调整顺序。",
    "type_odd": "缺少这一类型必须有的内容（如最多字数、选项、最多几个）。",
    "option_twice": "有两个选项用了同一个编号。",
    "option_unknown": "它的选项在前面那一栏里没有。",
    "usual_odd": "通常的内容不合这一栏的要求。",
    "limits_odd": "最小值比最大值还大，或金额不是整数分。",
    "words_missing": "选“其他”时要写的说明栏不能去掉，也不能改成可不填。",
    "signer_unknown": "签字的栏不能去掉。",
    "personal_differs": "个人信息的种类和它的内容对不上。",
    "prefill_odd": "它的内容要从另一栏带出，那一栏不能去掉。",
    "facts_missing": "这张表客户要签字，至少要留一项内容给客户签前看。",
}
_ODD = "改动后这里不对，请检查。"


def edit_form(base: Body, sections: Sequence[Body]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return ``base`` with the fields as ``sections`` (key, title, fields) has them, and faults by key.

    Fields may move between the sections that there are. Faults are Chinese sentences that name the field.
    """
    known = {one["key"]: one for one in _list_fields(base)}
    titles = {one["key"]: one for one in base["sections"]}
    faults: dict[str, str] = {}
    edited, seen = [], set()
    for section in sections:
        if section["key"] not in titles:
            faults[section["key"]] = "没有这一部分，请刷新页面后再改。"
            continue
        fields = []
        for sent in section["fields"]:
            seen.add(sent["key"])
            old = known.get(sent["key"])
            if old is None:
                faults.update(_check_new(sent, NEW_TYPES))
                fields.append(_make_new(sent))
            else:
                faults.update(_check_old(old, sent))
                fields.append(_edit_columns(old, _merge(old, sent), sent, faults))
        if fields:
            title = section.get("title") or titles[section["key"]]["title"]
            edited.append({**titles[section["key"]], "title": title, "fields": fields})
    for key in known.keys() - seen:
        if wrong := _keep_reason(known[key]):
            faults[key] = f"“{known[key]['label']}”不能去掉：{wrong}"
    return _keep_facts({**base, "sections": edited}), faults


def _keep_facts(edited: dict[str, Any]) -> dict[str, Any]:
    """What whoever signs is told follows the fields: one that was taken out is told no more."""
    if "main_facts" not in edited:
        return edited
    there = {one["key"] for one in _list_fields(edited)}
    kept = [one for one in edited["main_facts"] if one["field"] in there]
    rest = {key: value for key, value in edited.items() if key != "main_facts"}
    return {**rest, "main_facts": kept} if kept else rest


def find_broken(body: Body, forms: Mapping[str, Body], parties: frozenset[str]) -> dict[str, str]:
    """Return sentences by field for what the linter finds in ``body``, and in other forms because of it."""
    labels = _list_labels(body)
    found: dict[str, str] = {}
    # A version of the company's own is numbered beyond what the folder may have.
    for key, validator in list_schema_faults({**body, "version": 1}):
        found.setdefault(key, _name(labels, key) + _SCHEMA.get(validator, _ODD))
    if found:
        return found
    now = {**forms, body["key"]: body}
    for place, code, _ in check_form(body, now, parties):
        key = place if place in labels else place.partition(".")[0]
        found.setdefault(key, _name(labels, key) + _SENTENCES.get(code, _ODD))
    for other, one in forms.items():
        if other == body["key"]:
            continue
        before = set(check_form(one, forms, parties))
        if any(fault not in before for fault in check_form(one, now, parties)):
            found.setdefault("form", f"“{one['name']}”要从这张表带出内容，那一栏不能去掉。")
    return found


def _edit_columns(old: Body, merged: dict[str, Any], sent: Body, faults: dict[str, str]) -> dict[str, Any]:
    """Return ``merged`` with the columns as ``sent`` has them; what is wrong goes into ``faults``."""
    if "columns" not in old or "columns" not in sent:
        return merged
    known = {one["key"]: one for one in old["columns"]}
    columns = []
    for one in sent["columns"]:
        before = known.get(one["key"])
        found = _check_column(old, one) if before is None else _check_old(before, one)
        faults.update({f"{old['key']}.{key}": f"“{old['label']}”：{text}" for key, text in found})
        columns.append(_make_new(one) if before is None else _merge(before, one))
    for key in known.keys() - {one["key"] for one in columns}:
        if wrong := _keep_reason(known[key]):
            faults[old["key"]] = f"“{old['label']}”的“{known[key]['label']}”这一列不能停用：{wrong}"
    if not columns:
        faults[old["key"]] = f"“{old['label']}”至少要留一列。"
    return {**merged, "columns": columns}


def _check_column(table: Body, sent: Body) -> Iterator[tuple[str, str]]:
    yield from _check_new(sent, NEW_COLUMN_TYPES)
    if table["personal"] == "none" and sent.get("personal") != "none":
        yield sent["key"], "这张表格里没有个人信息，不能加这样的列，可以在表格外另加一栏。"


def _make_new(sent: Body) -> dict[str, Any]:
    return {key: _tidy(sent[key]) for key in _NEW if sent.get(key) not in (None, "")}


def _check_new(sent: Body, types: Sequence[str]) -> Iterator[tuple[str, str]]:
    label = sent.get("label", "").strip()
    if not label:
        yield sent["key"], "新的一栏还没有名称，请写上。"
    yield from _check_name(sent["key"], label)
    yield from _check_options(sent, label)
    if _NEW_KEY.fullmatch(sent["key"]) is None or sent.get("type") not in types:
        yield sent["key"], f"“{label}”不是可以新增的一栏，请重新添加。"


def _check_old(old: Body, sent: Body) -> Iterator[tuple[str, str]]:
    if not sent.get("label", "").strip():
        yield old["key"], f"“{old['label']}”的名称不能空着。"
    yield from _check_name(old["key"], sent.get("label", "").strip())
    yield from _check_options(sent, old["label"])
    for name in ("type", "personal"):
        if name in sent and sent[name] != old[name]:
            yield old["key"], f"“{old['label']}”的类型和个人信息种类不能改，可以另加一栏。"
    values = {one["value"] for one in old.get("options", ())}
    left = {one.get("value") for one in sent.get("options") or old.get("options", ())}
    if old.get("feeds_conditions") and values - left:
        yield old["key"], f"“{old['label']}”的选项决定怎么办理，原有的选项不能去掉。"


def _check_name(key: str, label: str) -> Iterator[tuple[str, str]]:
    if label in DEFAULT_LABELS:
        yield key, f"“{label}”是系统起的名称，填表的人看不懂，请改成这一栏要填的内容。"


def _check_options(sent: Body, label: str) -> Iterator[tuple[str, str]]:
    for one in sent.get("options") or ():
        name = one.get("label", "").strip()
        if not name:
            yield sent["key"], f"“{label}”有一个选项还没有名称，请写上。"
        elif _DEFAULT_OPTION.fullmatch(name):
            yield sent["key"], f"“{label}”的“{name}”是系统起的名称，填表的人看不懂，请改成真正的选项。"


def _merge(old: Body, sent: Body) -> dict[str, Any]:
    """A limit or hint that was emptied goes; the manual's doubt goes with the first change of its field."""
    kept = {key: value for key, value in old.items() if key not in EDITABLE}
    options = {one["value"]: one for one in old.get("options", ())}
    merged = {**kept, **{key: _tidy(sent[key]) for key in EDITABLE if sent.get(key) not in (None, "")}}
    if "options" in merged:
        merged["options"] = [{**options.get(one["value"], {}), **one} for one in merged["options"]]
    changed = any(merged.get(key) != old.get(key) for key in EDITABLE)
    return {key: value for key, value in merged.items() if key != "doubt" or not changed}


def _tidy(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A limit comes as a number with a point; a whole one is stored as the YAML has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _keep_reason(field: Body) -> str:
    if field.get("feeds_conditions"):
        return "它决定怎么办理。"
    if field["personal"] != "none":
        return "办理要用客户的个人信息。"
    return "它要签字。" if "signer" in field else ""


def _list_fields(body: Body) -> list[Body]:
    return [one for section in body["sections"] for one in section["fields"]]


def _list_labels(body: Body) -> dict[str, str]:
    """Return what people call each field, and each column as ``table.column``."""
    fields = _list_fields(body)
    columns = {
        f"{one['key']}.{column['key']}": f"{one['label']}”的“{column['label']}"
        for one in fields
        for column in one.get("columns", ())
    }
    return {one["key"]: one["label"] for one in fields} | columns


def _name(labels: Mapping[str, str], key: str) -> str:
    return f"“{labels[key]}”：" if key in labels else ""
