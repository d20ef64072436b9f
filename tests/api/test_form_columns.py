"""Columns of a table edited in the console: added, renamed, moved, retired; what was filled in shows."""

from __future__ import annotations

import json
import uuid
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from backend.catalogue.loader import hash_body
from backend.catalogue.service import Draft, publish
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall
from tests.api.step_forms import BODY, make_field, make_form, start_with_forms
from tests.api.test_form_editing import fields_of, save, ship, tell

SIZES = [{"value": "small", "label": "小"}, {"value": "large", "label": "大"}]


def make_table(key: str, **more: Any) -> dict[str, Any]:
    columns = [
        make_field("seq", "number", decimals=0, prefill={"from": "row_no"}),
        make_field("kind", "text", max_length=50, required=True),
        make_field("size", "choice", options=SIZES),
        make_field("count", "number", min=1, max=9, doubt={"kind": "number", "note": "看不清"}),
    ]
    return make_field(key, "table", max_rows=5, columns=columns, **more)


@pytest.fixture
def form(hall: Hall) -> dict[str, Any]:
    """Return a form with two tables that nobody has changed yet; one holds personal data."""
    key = f"columns_{uuid.uuid4().hex[:8]}"
    people = [make_field("who", "text", "name", max_length=20), make_field("phone", "phone", "phone")]
    body = make_form(
        key, make_table("devices"), make_field("people", "table", "several", max_rows=5, columns=people)
    )
    ship(hall, body)
    return body


def columns_of(fields: list[dict[str, Any]], table: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fields[table]["columns"]
    return found


def send(who: Browser, form: dict[str, Any], columns: list[Any], table: int = 0) -> TestResponse:
    fields = fields_of(form)
    fields[table]["columns"] = columns
    return save(who, form, fields)


def make_new(key: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": "新列", "type": type_, "personal": "none", **more}


def test_columns_are_added_renamed_moved_and_retired(hall: Hall, form: dict[str, Any]) -> None:
    lead = hall.sign_in("lead_a")
    assert lead.read(f"/forms/{form['key']}")["doubts"] == 1
    seq, kind, size, count = columns_of(fields_of(form))
    count |= {"label": "台数", "max": 99, "required": True}
    size["options"].append({"value": "own_3", "label": "中"})
    added = make_new("own_place", "text", max_length=40, hint="装在哪里")
    answer = send(lead, form, [seq, count, size, added])
    assert answer.status_code == 201, answer.text
    kept = json.loads(answer.text)
    now = columns_of(fields_of(kept["form"]))
    assert [one["key"] for one in now] == ["seq", "count", "size", "own_place"]
    assert (now[1]["label"], now[1]["max"], now[1]["required"]) == ("台数", 99, True)
    assert [one["label"] for one in now[2]["options"]] == ["小", "大", "中"]
    assert (now[3]["max_length"], now[0]["prefill"]) == (40, {"from": "row_no"})
    # What somebody has looked at and put right is no longer in doubt.
    assert kept["doubts"] == 0
    assert kind not in now


def test_what_would_break_a_table_is_refused_by_name(hall: Hall, form: dict[str, Any]) -> None:
    lead = hall.sign_in("lead_a")
    seq, kind, size, count = columns_of(fields_of(form))
    assert "至少要留一列" in tell(send(lead, form, []))["devices"]
    retyped = {**count, "type": "text"}
    assert "不能改" in tell(send(lead, form, [seq, kind, size, retyped]))["devices.count"]
    nameless = {**kind, "label": " "}
    assert "名称不能空着" in tell(send(lead, form, [seq, nameless]))["devices.kind"]
    personal = make_new("own_phone", "phone") | {"personal": "phone"}
    assert "没有个人信息" in tell(send(lead, form, [seq, kind, personal]))["devices.own_phone"]
    strange = make_new("code", "text", max_length=5)
    assert "重新添加" in tell(send(lead, form, [seq, kind, strange]))["devices.code"]
    for type_ in ("photos", "table"):
        # The shape of a column has no such types.
        assert send(lead, form, [seq, make_new("own_a", type_)]).status_code == 422
    limitless = make_new("own_b", "text")
    assert "“新列”：缺少" in tell(send(lead, form, [seq, limitless]))["devices.own_b"]
    wrong = {**count, "min": 10}
    assert "最小值" in tell(send(lead, form, [seq, wrong]))["devices.count"]
    twice = make_new("own_c", "text", max_length=5)
    assert "同一个编号" in tell(send(lead, form, [seq, twice, twice]))["devices.own_c"]
    who, phone = columns_of(fields_of(form), 1)
    assert "“who 项”这一列不能停用" in tell(send(lead, form, [phone], 1))["people"]
    assert send(lead, form, [phone, who, personal], 1).status_code == 201


def path(case_no: str, task: int = 2) -> str:
    return f"/cases/{case_no}/documents/{task}"


def fill(desk: Browser, case_no: str, task: int = 2, **values: Any) -> TestResponse:
    revision = desk.read(path(case_no, task))["revision"]
    return desk.send("PUT", path(case_no, task), {"revision": revision, "values": values, "fills": True})


def list_columns(document: dict[str, Any]) -> list[str]:
    return [one["key"] for one in columns_of(fields_of(document["form"]))]


def test_what_was_filled_in_still_shows_and_is_taken_over_without_the_column(
    hall: Hall, make_customer: Any
) -> None:
    customer: MadeCustomer = make_customer()
    token = uuid.uuid4().hex[:8]
    survey, report = f"columns_{token}", f"report_{token}"
    outcome = {"key": "on", "name": "继续", "to": ["report"], "asks": ["form"]}
    last = {"key": "on", "name": "继续", "end": "completed", "asks": ["form"]}
    apply, step, *_ = deepcopy(BODY["steps"])
    body = {
        "key": f"table_{token}", "version": 1, "name": "带表格的流程", "first_step": "apply",
        "steps": [
            apply,
            {**step, "outcomes": [outcome], "form": survey},
            {**step, "key": "report", "outcomes": [last], "form": report},
        ],
    }  # fmt: skip
    # The next form takes the rows over, and has one column less.
    report_table = make_table("devices", prefill={"from": f"{survey}.devices"})
    report_table["columns"] = [one for one in report_table["columns"] if one["key"] != "count"]
    form = make_form(survey, make_table("devices"))
    ship(hall, form)
    ship(hall, make_form(report, report_table))
    with hall.sessions.begin() as session:
        draft = Draft("process", body["key"], 1, hash_body(body), body)
        publish(session, [draft], "test", datetime.now(UTC))
    desk, lead = hall.sign_in("desk_361"), hall.sign_in("lead_a")
    case_no = start_with_forms(hall, customer.id, process=body["key"])
    row = {"seq": 1, "kind": "灶具", "count": 2}
    assert fill(desk, case_no, devices=[row]).status_code == 200
    assert send(lead, form, columns_of(fields_of(form))[:3]).status_code == 201
    shown = desk.read(path(case_no))
    assert shown["values"]["devices"] == [row]
    assert "count" in list_columns(shown)
    assert desk.act(case_no, "on").status_code == 200
    taken = desk.read(path(case_no, 3))
    assert taken["values"]["devices"] == [{"seq": 1, "kind": "灶具"}]
    assert fill(desk, case_no, 3, devices=taken["values"]["devices"]).status_code == 200
    later = start_with_forms(hall, customer.id, process=body["key"])
    assert "count" not in list_columns(desk.read(path(later)))
