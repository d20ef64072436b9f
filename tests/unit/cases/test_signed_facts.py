"""What a document says beside the place for the signature."""

from __future__ import annotations

from typing import Any

from backend.cases.signed_facts import list_facts, list_pictures
from backend.catalogue.forms import Form, build_form


def make_form(*fields: dict[str, Any], **more: Any) -> Form:
    body = {"key": "slip", "version": 1, "name": "单", "sections": [{"key": "all", "fields": list(fields)}]}
    return build_form({**body, **more})


def make_field(key: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": f"第{key}项", "type": type_, "personal": "none", "required": True, **more}


def test_without_main_facts_what_has_to_be_filled_in_is_told_but_nobody_s_name() -> None:
    form = make_form(
        make_field("sum", "money", unit="元"),
        make_field("name", "text", max_length=9, personal="name"),
        make_field("note", "text", max_length=9, required=False),
        make_field("sign", "signature", personal="signature"),
    )
    values = {"sum": 120_000, "name": "王", "note": "无", "sign": "file"}
    assert list_facts(form, values) == [{"label": "第sum项", "text": "1,200.00 元"}]


def test_main_facts_have_plain_labels_and_say_in_words_that_there_is_nothing() -> None:
    options = [{"value": "h1", "label": "漏气", "number": 1}, {"value": "h2", "label": "老化", "number": 2}]
    form = make_form(
        make_field("found", "multi_choice", options=options),
        make_field("by", "date", when={"field": "found", "op": "present"}),
        make_field("rows", "table", columns=[make_field("what", "text"), make_field("many", "number")]),
        main_facts=[
            {"field": "found", "label": "隐患", "none": "没有隐患"},
            {"field": "by", "is_last_day": True},
            {"field": "rows"},
        ],
    )
    assert list_facts(form, {"by": "2026-12-05"}) == [{"label": "隐患", "text": "没有隐患"}]
    values = {
        "found": ["h1", "h2"],
        "by": "2026-12-05",
        "rows": [{"what": "灶", "many": 2}, {"what": "壁挂炉"}],
    }
    assert [one["text"] for one in list_facts(form, values)] == [
        "1. 漏气\n2. 老化",
        "12月5日 周六（当天也算）",
        "灶 第many项 2\n壁挂炉",
    ]


def test_photos_of_things_are_shown_and_those_of_cards_are_not() -> None:
    form = make_form(
        make_field("meter", "photos"),
        make_field("card", "photos", personal="id_number"),
        make_field("none_taken", "photos", required=False),
    )
    assert list_pictures(form, {"meter": ["m1", "m2"], "card": ["c"]}) == [("第meter项", ["m1", "m2"])]
