"""Forms keep what is right, name what is wrong, and ask only for what is shown."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.catalogue.fault_texts import tell_faults
from backend.catalogue.field_checks import CHECKS, BadValue, check_file_key
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import (
    FieldType,
    build_form,
    list_file_keys,
    list_shown_fields,
    validate_values,
)
from backend.core.error_texts import FIELD_TEXTS
from backend.customers.account_numbers import make_account_no

OPTIONS = [{"value": "red", "label": "红"}, {"value": "blue", "label": "蓝"}]


def make_form(*fields: dict[str, Any]) -> Any:
    body = {"key": "test", "version": 1, "name": "测试"}
    full = [{"label": "项", "personal": "none", **one} for one in fields]
    return build_form({**body, "sections": [{"key": "all", "title": "全部", "fields": full}]})


def check_one(field: dict[str, Any], value: object) -> tuple[object, str | None]:
    checked = validate_values(make_form({"key": "it", **field}), {"it": value})
    return checked.values.get("it"), checked.faults.get("it")


TEXT = {"type": "text", "max_length": 5}
ACCOUNT_NO = {"type": "text", "max_length": 20, "account_number": True}
LONG = {"type": "long_text", "max_length": 5}
NUMBER = {"type": "number", "min": 1, "max": 10}
PHOTOS = {"type": "photos", "max_count": 2}
MONEY = {"type": "money", "unit": "元", "min": 0, "max": 100_00}
CODE = {"type": "credit_code"}
MOMENT = {"type": "datetime"}
YES_NO = {"type": "yes_no", "yes_label": "有", "no_label": "无"}
SERVICE = {"type": "phone", "service_number": True}
METRES = {"type": "number", "decimals": 2}
TABLE = {
    "type": "table",
    "max_rows": 2,
    "columns": [
        {"key": "name", "label": "名称", "personal": "none", "required": True, **TEXT},
        {"key": "count", "label": "数量", "personal": "none", **NUMBER},
    ],
}
ADDRESS = {"region": "西湖区", "street": "文新街道", "community": "阳光小区", "door": "501"}
FULL = {**ADDRESS, "building": "", "unit": "", "note": "", "point": None}


def home(building: str, unit: str, door: str) -> dict[str, str]:
    return {"building": building, "unit": unit, "door": door}


GOOD: list[tuple[dict[str, Any], object, object]] = [
    (TEXT, "  张三 ", "张三"),
    (LONG, "一\r\n二", "一\n二"),
    ({"type": "phone"}, "１３８ 0013 8000", "13800138000"),
    ({"type": "phone"}, "(0571) 8765-4321", "057187654321"),
    ({"type": "id_number"}, "11010519491231002x", "11010519491231002X"),
    # Of a district that has had its number since later than that birth.
    ({"type": "id_number"}, "370102196001011238", "370102196001011238"),
    ({"type": "choice", "options": OPTIONS}, "red", "red"),
    ({"type": "multi_choice", "options": OPTIONS}, ["blue", "red", "red"], ["red", "blue"]),
    ({"type": "date"}, "2026-02-28", "2026-02-28"),
    (NUMBER, 2.5, 2.5),
    ({"type": "address"}, ADDRESS, FULL),
    *(
        ({"type": "address"}, {**ADDRESS, **typed}, {**FULL, **typed, **kept})
        for typed, kept in (
            (home("3", "2", "501"), home("3号楼", "2单元", "501室")),
            (home("３", "", " 501a "), home("3号楼", "", "501a室")),
            (home("", "2", "501"), home("", "2单元", "501室")),
            # What says itself what it is stays as typed.
            (home("3幢", "二单元", "501"), home("3幢", "二单元", "501室")),
            (home("3#", "2单元", "501室"), home("3#", "2单元", "501室")),
            (home("A座", "", "12-501"), home("A座", "", "12-501")),
            # Without building and unit it may be a house's number.
            (home("", "", "501"), home("", "", "501")),
        )
    ),
    (PHOTOS, ["a", "b", "a"], ["a", "b"]),
    ({"type": "signature"}, "a-1_x.png", "a-1_x.png"),
    (MONEY, 0, 0),
    (MONEY, 100_00, 100_00),
    (CODE, " 91110000600037341l ", "91110000600037341L"),
    (MOMENT, "2026-02-28T23:59", "2026-02-28T23:59"),
    (YES_NO, False, False),
    (SERVICE, "96602", "96602"),
    (SERVICE, "400-810-0000", "4008100000"),
    (SERVICE, "13800138000", "13800138000"),
    (METRES, 0.1, 0.1),
    (METRES, 100, 100),
    (TABLE, [{"name": " 灶 ", "count": 2}], [{"name": "灶", "count": 2}]),
    # Rows in which nothing stands go without a word.
    (TABLE, [{"name": ""}, {"name": "灶", "count": None}], [{"name": "灶"}]),
]

BAD: list[tuple[dict[str, Any], object, str]] = [
    (TEXT, 5, "invalid"),
    (TEXT, "一二三四五六", "too_long"),
    (TEXT, "a\nb", "characters_refused"),
    (LONG, "a\x00", "characters_refused"),
    (TEXT, "\udc00", "characters_refused"),
    ({"type": "phone"}, "+1 650 253 0000", "phone_invalid"),
    ({"type": "phone"}, "87654321", "phone_invalid"),
    ({"type": "phone"}, "400-800-8820", "phone_invalid"),
    ({"type": "phone"}, 13800138000, "invalid"),
    ({"type": "id_number"}, "110105194912310021", "id_number_invalid"),
    ({"type": "id_number"}, "110105194913310021", "id_number_invalid"),
    ({"type": "id_number"}, "010105194912310026", "id_number_invalid"),
    ({"type": "choice", "options": OPTIONS}, ["red"], "option_unknown"),
    ({"type": "multi_choice", "options": OPTIONS}, "red", "option_unknown"),
    ({"type": "multi_choice", "options": OPTIONS}, [["red"]], "option_unknown"),
    ({"type": "date"}, "2026-02-30", "date_invalid"),
    ({"type": "date"}, "2026-2-3", "date_invalid"),
    (NUMBER, True, "number_invalid"),
    (NUMBER, float("nan"), "number_invalid"),
    (NUMBER, 10**400, "number_invalid"),
    (NUMBER, 0, "number_too_small"),
    (NUMBER, 11, "number_too_large"),
    ({"type": "address"}, {**ADDRESS, "door": " "}, "address_incomplete"),
    ({"type": "address"}, {**ADDRESS, "planet": "地球"}, "address_invalid"),
    ({"type": "address"}, {**ADDRESS, "door": 5}, "invalid"),
    ({"type": "address"}, {**ADDRESS, "point": {"lat": 1}}, "address_invalid"),
    ({"type": "address"}, {**ADDRESS, "point": {"lat": 91, "lng": 1, "source": "map"}}, "address_invalid"),
    ({"type": "address"}, {**ADDRESS, "point": {"lat": 1, "lng": 1, "source": "me"}}, "address_invalid"),
    (PHOTOS, ["a", "b", "c"], "too_many_files"),
    (PHOTOS, "a", "file_unknown"),
    (PHOTOS, ["../etc/passwd"], "file_unknown"),
    ({"type": "signature"}, ["a"], "file_unknown"),
    (MONEY, 1.5, "money_invalid"),
    (MONEY, True, "money_invalid"),
    (MONEY, "100", "money_invalid"),
    (MONEY, 10**400, "money_invalid"),
    (MONEY, -1, "number_too_small"),
    (MONEY, 100_01, "number_too_large"),
    (CODE, "91110000600037341A", "credit_code_invalid"),
    (CODE, "9111000060003734", "credit_code_invalid"),
    (CODE, 911100006000373412, "invalid"),
    (MOMENT, "2026-02-30T10:00", "datetime_invalid"),
    (MOMENT, "2026-02-28T24:60", "datetime_invalid"),
    (MOMENT, "2026-02-28", "datetime_invalid"),
    (MOMENT, "2026-02-28T10:00+08:00", "datetime_invalid"),
    (YES_NO, "yes", "option_unknown"),
    (YES_NO, 1, "option_unknown"),
    (SERVICE, "12", "phone_invalid"),
    ({"type": "phone"}, "96602", "phone_invalid"),
    (METRES, 0.125, "decimals_too_many"),
    ({"type": "number", "decimals": 0}, 1.5, "decimals_too_many"),
    (TABLE, "灶", "rows_invalid"),
    (TABLE, ["灶"], "rows_invalid"),
    (TABLE, [{"name": "灶"}] * 3, "too_many_rows"),
    (TABLE, [{"colour": "红"}], "column_unknown"),
]


@pytest.mark.parametrize(("field", "value", "kept"), GOOD)
def test_what_is_right_is_kept(field: dict[str, Any], value: object, kept: object) -> None:
    assert check_one(field, value) == (kept, None)


@pytest.mark.parametrize(("field", "value", "code"), BAD)
def test_what_is_wrong_has_a_code_with_a_sentence(field: dict[str, Any], value: object, code: str) -> None:
    assert check_one(field, value) == (None, code)
    assert code in FIELD_TEXTS


def test_a_fault_in_a_table_names_row_and_column() -> None:
    form = make_form({"key": "it", **TABLE, "required": True})
    checked = validate_values(form, {"it": [{"name": "灶", "count": 11}, {"count": 0}]})
    assert checked.values == {}
    assert checked.faults == {
        "it.0.count": "number_too_large",
        "it.1.name": "required",
        "it.1.count": "number_too_small",
    }
    assert validate_values(form, {"it": [{"name": " "}, {}]}).faults == {"it": "required"}


def test_what_is_taken_from_another_field_must_be_chosen_there() -> None:
    found = {"key": "found", "type": "multi_choice", "options": OPTIONS}
    form = make_form(found, {**found, "key": "mended", "within": "found"})
    assert validate_values(form, {"found": ["red"], "mended": ["red"]}).faults == {}
    assert validate_values(form, {"found": ["red"], "mended": ["blue"]}).faults == {
        "mended": "option_not_chosen"
    }
    assert validate_values(form, {"mended": ["red"]}).faults == {"mended": "option_not_chosen"}


TOLD: list[tuple[dict[str, Any], object, dict[str, str]]] = [
    ({**NUMBER, "unit": "Pa"}, 11, {"it": "“供气压力”不能大于 10 Pa，请核对。"}),
    (NUMBER, 0.5, {"it": "“供气压力”不能小于 1，请核对。"}),
    (MONEY, 200_00, {"it": "“供气压力”不能大于 100 元，请核对。"}),
    ({**MONEY, "unit": "万元", "max": 15_000_00}, 10**9, {"it": "“供气压力”不能大于 1.5 万元，请核对。"}),
    (METRES, 0.125, {"it": "“供气压力”最多 2 位小数。"}),
    ({"type": "number", "decimals": 0}, 0.5, {"it": "“供气压力”要填整数。"}),
    (TABLE, [{"name": "灶"}] * 3, {"it": "“供气压力”最多填 2 行，请删掉几行。"}),
    (TABLE, [{"name": "灶"}, {"count": 1}], {"it.1.name": "“供气压力”第 2 行的“名称”还没有填。"}),
    (
        TABLE,
        [{"name": "灶", "count": 11}],
        {"it.0.count": "“供气压力”第 1 行的“数量”不能大于 10，请核对。"},
    ),
    (TEXT, "一二三四五六", {"it": "“供气压力”最多 5 个字，请写短一些。"}),
    (PHOTOS, ["a", "b", "c"], {"it": "“供气压力”最多 2 个文件，请删掉几个。"}),
    (CODE, "1", {"it": "“供气压力”：" + FIELD_TEXTS["credit_code_invalid"]}),
    ({"type": "id_number"}, "1", {"it": "“供气压力”：" + FIELD_TEXTS["id_number_invalid"]}),
]


@pytest.mark.parametrize(("field", "value", "told"), TOLD)
def test_what_is_wrong_is_told_with_the_name_of_the_field(
    field: dict[str, Any], value: object, told: dict[str, str]
) -> None:
    form = make_form({"key": "it", "label": "供气压力", **field})
    assert tell_faults(form, validate_values(form, {"it": value}).faults) == told


def test_a_field_that_the_form_has_not_is_told_without_a_name() -> None:
    form = make_form({"key": "it", **TEXT})
    assert tell_faults(form, validate_values(form, {"Not A Key": 1}).faults) == {
        "values": FIELD_TEXTS["field_unknown"]
    }


def test_every_type_has_a_check() -> None:
    assert set(CHECKS) == {one.value for one in FieldType}


@pytest.mark.parametrize("empty", [None, "", "  ", []])
def test_required_means_filled_in_unless_it_may_be_owed(empty: object) -> None:
    assert check_one({**PHOTOS, "required": True}, empty) == (None, "required")
    assert check_one({**PHOTOS, "required": True, "may_be_owed": True}, empty) == (None, None)
    assert check_one(PHOTOS, empty) == (None, None)


def test_what_a_signer_adds_is_not_demanded_of_the_one_who_fills_in() -> None:
    signature = {"type": "signature", "required": True}
    assert check_one(signature, None) == (None, "required")
    assert check_one({**signature, "signer": "customer"}, None) == (None, None)
    assert check_one({**signature, "signer": "customer"}, "file-1") == ("file-1", None)


def test_a_field_that_is_not_shown_is_left_out() -> None:
    form = make_form(
        {"key": "colour", "type": "choice", "options": OPTIONS, "required": True},
        {
            "key": "why",
            **TEXT,
            "required": True,
            "when": {"field": "colour", "op": "eq", "value": "red"},
        },
    )
    assert validate_values(form, {"colour": "red"}).faults == {"why": "required"}
    assert validate_values(form, {"colour": "blue", "why": "太长了太长了"}).values == {"colour": "blue"}
    assert validate_values(form, {"why": "x"}).faults == {"colour": "required"}
    assert list_shown_fields(form, {"colour": "blue"}) == {"colour"}


def test_only_the_named_fields_are_checked_and_the_others_serve_conditions() -> None:
    form = make_form(
        {"key": "colour", "type": "choice", "options": OPTIONS, "required": True},
        {"key": "why", **TEXT, "when": {"field": "colour", "op": "eq", "value": "red"}},
        {"key": "name", **TEXT, "required": True},
    )
    checked = validate_values(form, {"colour": "red", "why": "好看"}, only={"why"})
    assert (checked.values, checked.faults) == ({"why": "好看"}, {})
    unknown = validate_values(form, {"nothing": 1, "Not A Key": 2}, only=set())
    assert unknown.faults == {"nothing": "field_unknown", "values": "field_unknown"}


def test_file_keys_come_with_their_fields() -> None:
    form = make_form({"key": "photos", **PHOTOS}, {"key": "sign", "type": "signature"}, {"key": "a", **TEXT})
    values = {"photos": ["p1", 5, "p2"], "sign": "s1", "a": "p3"}
    assert list_file_keys(form, values) == {"p1": "photos", "p2": "photos", "s1": "sign"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FORMS = [build_form(body) for body in read_folder().forms.values()]


@settings(max_examples=300, deadline=None)
@given(form=st.sampled_from(FORMS), data=st.data())
def test_whatever_is_typed_gets_values_or_faults(form: Any, data: st.DataObject) -> None:
    keys = st.sampled_from([one.key for one in form.fields]) | st.text(max_size=5)
    values = data.draw(st.dictionaries(keys, JSON, max_size=6))
    checked = validate_values(form, values)
    assert set(checked.faults.values()) <= FIELD_TEXTS.keys()
    # What was kept once passes again and stays the same.
    assert validate_values(form, checked.values, only=set(checked.values)).values == checked.values


@pytest.mark.parametrize("key", ["-starts-with-a-hyphen", "_and-with-this", "A0"])
def test_a_file_key_may_begin_with_any_url_safe_character(key: str) -> None:
    assert check_file_key(key) == key


@pytest.mark.parametrize("key", ["", "a/b", "a b", "../x", "x" * 129, 5])
def test_what_is_no_file_key(key: object) -> None:
    with pytest.raises(BadValue) as bad:
        check_file_key(key)
    assert bad.value.code


def test_an_account_number_is_told_from_a_slip_of_the_finger_and_from_nothing_else() -> None:
    number = make_account_no("361", random.Random(7))
    grouped = f"{number[:4]} {number[4:8]} {number[8:]}"
    assert check_one(ACCOUNT_NO, grouped) == (number, None)
    slipped = number[:-1] + str((int(number[-1]) + 1) % 10)
    for wrong in (slipped, number[:-1], "户号不记得"):
        assert check_one(ACCOUNT_NO, wrong) == (None, "account_no_invalid"), wrong
