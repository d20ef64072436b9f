"""What staff see of a form: every kind of personal value masked, documents as they are."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.cases.staff_forms import FormReader, is_masked, list_file_keys, list_owable, mask_value
from backend.cases.staff_rows import write_place, write_time_left
from backend.catalogue.folder import read_folder
from backend.core.encryption import KeyRing
from backend.core.local_time import SHANGHAI
from backend.core.working_calendar import WorkingCalendar

KEYS = KeyRing({1: bytes(32)}, 1, base64.b64decode(base64.b64encode(bytes(32))))
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FORM: dict[str, Any] = dict(read_folder().forms["application_installation"])


def make_field(type_: str, personal: str) -> dict[str, str]:
    return {"key": "x", "label": "x", "type": type_, "personal": personal}


@pytest.mark.parametrize(
    ("type_", "personal", "value", "shown"),
    [
        ("text", "name", "张小红", "张*"),
        ("phone", "phone", "13812345678", "138****5678"),
        ("id_number", "id_number", "110101199003077758", "110*************58"),
        ("text", "address", "文化路 1 号", "****"),
        ("text", "none", "没有气", "没有气"),
        ("number", "none", 88, 88),
        ("photos", "id_number", ["a", "b"], ["a", "b"]),
        ("signature", "signature", "s", "s"),
        ("text", "name", None, None),
    ],
)
def test_masking(type_: str, personal: str, value: object, shown: object) -> None:
    assert mask_value(make_field(type_, personal), value) == shown


def test_an_address_keeps_what_names_the_neighbourhood() -> None:
    address = {
        "region": "历下区", "street": "文化路", "community": "阳光小区", "building": "3幢", "unit": "2单元",
        "door": "501", "note": "", "point": {"lat": 36.6, "lng": 117.0, "source": "map"},
    }  # fmt: skip
    shown = mask_value(make_field("address", "address"), address)
    assert shown == {**address, "door": "****", "point": None}


def test_a_table_is_masked_cell_by_cell() -> None:
    columns = [make_field("text", "name") | {"key": "who"}, make_field("number", "none") | {"key": "count"}]
    table = {**make_field("table", "several"), "columns": columns}
    assert mask_value(table, [{"who": "张小红", "count": 2}, {"count": 1}]) == [
        {"who": "张*", "count": 2},
        {"count": 1},
    ]


def test_sealed_values_open_only_for_their_own_field() -> None:
    reader = FormReader(KEYS)
    sealed = {"sealed": KEYS.encrypt(json.dumps("张小红"), "case_form.contact_name")}
    assert reader.open_value("contact_name", sealed) == "张小红"
    assert reader.open_value("floor_area", 88) == 88
    stored = {"contact_name": sealed, "floor_area": 88, "gas_use": ["stove"]}
    assert reader.read_masked(FORM, stored) == {"contact_name": "张*", "floor_area": 88, "gas_use": ["stove"]}


def test_files_and_what_may_be_owed() -> None:
    values = {"id_photos": ["a", "b"], "property_proof": ["b", "c"], "gas_use": ["stove"]}
    assert list_file_keys(FORM, values, values) == ["a", "b", "c"]
    assert list_file_keys(FORM, values, {"id_photos"}) == ["a", "b"]
    assert list_owable(FORM) == ["property_proof"]
    assert not is_masked(make_field("documents", "address"))


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        (("文化路", "阳光小区", "3幢"), "阳光小区 3幢 **"),
        (("文化路", None, None), "文化路 **"),
        (("文化路", "阳光小区", None), "阳光小区 **"),
        ((None, None, None), ""),
    ],
)
def test_places_never_name_the_door(parts: tuple[str | None, str | None, str | None], place: str) -> None:
    assert write_place(*parts) == place


@pytest.mark.parametrize(
    ("hours", "limit", "share"), [(0, 4, 0.0), (1, 4, 0.25), (9, 4, 1.0), (-1, 4, 0.0), (1, 0, 1.0)]
)
def test_how_much_of_the_limit_is_used(hours: int, limit: int, share: float) -> None:
    opened = NOW - timedelta(hours=hours)
    assert write_time_left(opened, opened + timedelta(hours=limit), NOW) == {"share": share}
    assert write_time_left(opened, None, NOW) is None


def test_of_a_limit_in_office_hours_the_night_uses_nothing() -> None:
    measure = WorkingCalendar(1, {}).office_time_between
    evening = datetime(2026, 11, 24, 19, 0, tzinfo=SHANGHAI)
    due = datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI)
    before, within = due.replace(hour=7), due.replace(hour=8, minute=45)
    assert write_time_left(evening, due, before, measure) == {"share": 0.0}
    assert write_time_left(evening, due, within, measure) == {"share": 0.5}
