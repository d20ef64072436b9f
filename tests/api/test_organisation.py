"""Units, staff, areas and the duty roster, kept on the screen and by CSV; over HTTP."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from backend.organisation.duty_roster import list_on_duty
from backend.organisation.models import ServiceArea, Staff, Unit
from tests.api.staff_side import API, HTTPS, Browser, Hall, code

UNITS = "单位编号,单位名称,类别,上级编号,启用\r\n"
STAFF = "账号,姓名,单位编号,岗位,部门,手机号,状态\r\n"


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


def upload(browser: Browser, table: str, content: bytes | str, *, preview: bool = False) -> TestResponse:
    data = content.encode("utf-8-sig") if isinstance(content, str) else content
    headers = {"X-CSRF-Token": browser.csrf}
    address = f"{API}/organisation/{table}.csv" + ("/preview" if preview else "")
    return browser.client.post(address, data=data, content_type="text/csv", base_url=HTTPS, headers=headers)


def download(browser: Browser, table: str) -> list[dict[str, str]]:
    answer = browser.get(f"/organisation/{table}.csv")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{table}.csv"'
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def list_faults(answer: TestResponse) -> dict[int, str]:
    body = json.loads(answer.text)
    assert (answer.status_code, body["code"]) == (422, "import_refused")
    return {one["row"]: one["text"] for one in body["extra"]["rows"]}


@pytest.mark.parametrize("path", ["areas", "staff.csv"])
def test_only_the_centre_keeps_the_organisation(hall: Hall, path: str) -> None:
    assert code(hall.sign_in("desk_361").get(f"/organisation/{path}")) == "forbidden"
    assert hall.sign_in("lead_a").get(f"/organisation/{path}").status_code == 200


def test_everybody_may_choose_a_unit(hall: Hall) -> None:
    items = hall.sign_in("remote_a").read("/units")["items"]
    assert {"361", "362"} <= {one["code"] for one in items}
    assert next(one["parent_code"] for one in items if one["code"] == "361") == "100"


def test_units_one_by_one(lead: Browser) -> None:
    entry: dict[str, Any] = {"name": "南城客服部", "kind": "unit", "parent_code": "100"}
    assert lead.send("PUT", "/organisation/units/388", entry).status_code == 204
    assert code(lead.send("PUT", "/organisation/units/389", entry)) == "unit_taken"
    renamed = {**entry, "name": "南城服务部", "is_active": False}
    assert lead.send("PUT", "/organisation/units/388", renamed).status_code == 204
    open_ones = [one["code"] for one in lead.read("/units")["items"]]
    assert "388" not in open_ones
    every = {one["code"]: one for one in lead.read("/organisation/units")["items"]}
    assert every["388"]["name"] == "南城服务部"
    # What says nothing of the counter's address keeps it.
    for body, told in (({"address": "南城路1号"}, "南城路1号"), ({}, "南城路1号"), ({"address": ""}, "")):
        assert lead.send("PUT", "/organisation/units/388", {**renamed, **body}).status_code == 204
        [unit] = [one for one in lead.read("/organisation/units")["items"] if one["code"] == "388"]
        assert unit["address"] == told
    below_itself = {**entry, "parent_code": "361", "name": "东城客服部"}
    assert code(lead.send("PUT", "/organisation/units/361", below_itself)) == "invalid_input"
    second_centre = {"name": "又一个中心", "kind": "centre", "parent_code": None}
    assert code(lead.send("PUT", "/organisation/units/373", second_centre)) == "unit_taken"
    for wrong in ("37", "abc"):
        assert (
            code(lead.send("PUT", f"/organisation/units/{wrong}", {**entry, "name": wrong}))
            == "invalid_input"
        )


def test_staff_one_by_one(hall: Hall, lead: Browser) -> None:
    entry = {"name": "赵新", "unit_code": "361", "positions": ["case_handler"], "phone": "13700001111"}
    first = lead.send("PUT", "/organisation/staff/Zhao.Xin", entry)
    assert len(json.loads(first.text)["first_password"]) >= 10
    moved = {"name": "赵新", "unit_code": "362", "departments": ["customer_service_dept"]}
    assert json.loads(lead.send("PUT", "/organisation/staff/zhao.xin", moved).text) == {
        "first_password": None
    }
    [row] = [one for one in lead.read("/organisation/staff")["items"] if one["username"] == "zhao.xin"]
    assert (row["unit_code"], row["positions"], row["phone"]) == ("362", [], "137****1111")
    assert row["departments"] == ["customer_service_dept"]
    with hall.sessions.begin() as session:
        sealed = session.execute(select(Staff.phone_sealed).where(Staff.username == "zhao.xin")).scalar_one()
    assert sealed is not None
    assert hall.keys.decrypt(sealed, "staff.phone") == "13700001111"
    assert (
        code(lead.send("PUT", "/organisation/staff/zhao.xin", {**moved, "departments": ["kings"]}))
        == "post_unknown"
    )
    assert (
        code(lead.send("PUT", "/organisation/staff/zhao.xin", {**moved, "unit_code": "999"}))
        == "unit_unknown"
    )
    assert code(lead.send("PUT", "/organisation/staff/a b", moved)) == "invalid_input"
    gone = {**moved, "presence": "left"}
    assert lead.send("PUT", "/organisation/staff/zhao.xin", gone).status_code == 200
    assert "zhao.xin" not in [one["username"] for one in lead.read("/organisation/staff")["items"]]


def test_areas_one_by_one(lead: Browser) -> None:
    place = {"region": "槐荫区", "street": "经七路", "community": "幸福里"}
    assert lead.send("PUT", "/organisation/areas", {**place, "unit_code": "361"}).status_code == 204
    assert lead.send("PUT", "/organisation/areas", {**place, "unit_code": "362"}).status_code == 204
    found = [one for one in lead.read("/organisation/areas")["items"] if one["region"] == "槐荫区"]
    assert [{key: one[key] for key in (*place, "unit_code")} for one in found] == [
        {**place, "unit_code": "362"}
    ]
    query = "&".join(f"{key}={value}" for key, value in place.items())
    assert lead.send("DELETE", f"/organisation/areas?{query}", {}).status_code == 204
    assert lead.send("DELETE", f"/organisation/areas?{query}", {}).status_code == 404


def test_the_roster_calls_the_next_who_is_there(hall: Hall, lead: Browser) -> None:
    turn = {"unit_code": "361", "starts_on": "2026-12-01", "ends_on": "2026-12-07", "call_order": 1}
    for order, who in ((1, "handler_361"), (2, "second_361")):
        body = {**turn, "call_order": order, "username": who}
        assert lead.send("PUT", "/organisation/duty-roster", body).status_code == 204
    centre = {**turn, "unit_code": "100", "username": "agent_a"}
    assert lead.send("PUT", "/organisation/duty-roster", centre).status_code == 204
    overlapping = {**turn, "starts_on": "2026-12-05", "ends_on": "2026-12-12", "username": "agent_a"}
    assert code(lead.send("PUT", "/organisation/duty-roster", overlapping)) == "roster_taken"
    backwards = {**turn, "ends_on": "2026-11-30", "username": "agent_a"}
    assert code(lead.send("PUT", "/organisation/duty-roster", backwards)) == "invalid_input"
    unknown = {**turn, "username": "nobody"}
    assert code(lead.send("PUT", "/organisation/duty-roster", unknown)) == "staff_unknown"

    def who_is_called(unit: str, on: date) -> list[int]:
        with hall.sessions.begin() as session:
            return [one.staff_id for one in list_on_duty(session, hall.units[unit], on)]

    day = date(2026, 12, 3)
    assert who_is_called("361", day) == [hall.staff["handler_361"], hall.staff["second_361"]]
    assert who_is_called("362", day) == [hall.staff["agent_a"]]
    assert who_is_called("361", date(2026, 12, 8)) == []
    with hall.sessions.begin() as session:
        away = Staff.username == "handler_361"
        session.execute(update(Staff).where(away).values(presence="absent"))
    assert who_is_called("361", day) == [hall.staff["second_361"]]
    with hall.sessions.begin() as session:
        session.execute(update(Staff).where(away).values(presence="on_duty"))
    turns = lead.read("/organisation/duty-roster", since="2026-12-01")["items"]
    for one in turns:
        assert lead.send("DELETE", f"/organisation/duty-roster/{one['id']}", {}).status_code == 204
    assert lead.send("DELETE", f"/organisation/duty-roster/{turns[0]['id']}", {}).status_code == 404


@pytest.mark.parametrize("table", ["units", "staff", "areas", "duty-roster"])
def test_what_was_written_out_can_be_taken_in(lead: Browser, table: str) -> None:
    before = download(lead, table)
    answer = lead.get(f"/organisation/{table}.csv")
    taken = upload(lead, table, answer.data)
    assert taken.status_code == 200, taken.text
    assert json.loads(taken.text) == {"rows": len(before), "first_passwords": {}}
    assert download(lead, table) == before


def test_who_stayed_in_a_closed_unit_can_be_taken_in_again(hall: Hall, lead: Browser) -> None:
    entry: dict[str, Any] = {"name": "将关客服部", "kind": "unit", "parent_code": "100"}
    assert lead.send("PUT", "/organisation/units/376", entry).status_code == 204
    assert upload(lead, "staff", STAFF + "stays_376,周一,376,具体责任人,,,\r\n").status_code == 200
    assert lead.send("PUT", "/organisation/units/376", {**entry, "is_active": False}).status_code == 204
    taken = upload(lead, "staff", lead.get("/organisation/staff.csv").data)
    assert taken.status_code == 200, taken.text
    moved = upload(lead, "staff", STAFF + "other_376,吴一,376,具体责任人,,,\r\n")
    assert code(moved) == "import_refused"


def test_a_table_of_staff(hall: Hall, lead: Browser) -> None:
    rows = (
        "csv_one,=钱一,361,具体责任人、安检人员,,13700002222,\r\n\r\n"
        "csv_two,孙二,361,,客户服务管理部门,,请假\r\n"
    )
    answer = upload(lead, "staff", STAFF + rows)
    assert answer.status_code == 200, answer.text
    assert set(json.loads(answer.text)["first_passwords"]) == {"csv_one", "csv_two"}
    [one, two] = [row for row in download(lead, "staff") if row["账号"].startswith("csv_")]
    assert (one["姓名"], one["岗位"], one["手机号"]) == ("'=钱一", "具体责任人、安检人员", "")
    assert (two["部门"], two["状态"]) == ("客户服务管理部门", "请假")
    with hall.sessions.begin() as session:
        names = [row.name_sealed for row in session.scalars(select(Staff)) if row.username == "csv_one"]
    assert hall.keys.decrypt(names[0], "staff.name") == "=钱一"


def test_one_faulty_row_and_nothing_is_taken_in(hall: Hall, lead: Browser) -> None:
    rows = (
        "381,北城客服部,单位,100,是\r\n38x,坏编号,单位,100,是\r\n"
        "382,没有上级,单位,999,是\r\n383,类别不对,小组,100,是\r\n"
    )
    faults = list_faults(upload(lead, "units", UNITS + rows))
    assert set(faults) == {3, 4, 5}
    assert faults[3].startswith("单位编号：")
    assert "没有这个单位" in faults[4]
    assert faults[5].startswith("类别：")
    with hall.sessions.begin() as session:
        assert session.execute(select(Unit.id).where(Unit.code == "381")).first() is None


def test_faulty_areas_and_turns(hall: Hall, lead: Browser) -> None:
    areas = "区,街道,小区,单位编号\r\n新区,,,361\r\n新区,一号路,,999\r\n新区,二号路,,361\r\n"
    assert set(list_faults(upload(lead, "areas", areas))) == {2, 3}
    with hall.sessions.begin() as session:
        assert session.execute(select(ServiceArea.id).where(ServiceArea.region == "新区")).first() is None
    turns = (
        "单位编号,开始日期,结束日期,顺位,账号\r\n"
        "361,2027/1/1,2027-01-07,1,handler_361\r\n361,2027-01-01,2027-01-07,一,handler_361\r\n"
        "361,2027-01-01,2027-01-07,2,nobody\r\n"
    )
    assert set(list_faults(upload(lead, "duty-roster", turns))) == {2, 3, 4}


@pytest.mark.parametrize(
    "content",
    ["账号,姓名\r\na,b\r\n", "", b"\xff\xfe\x00\x01", '区,街道,小区,单位编号\r\n"开着的引号,x,,361\r\n'],
)
def test_what_is_not_such_a_table(lead: Browser, content: bytes | str) -> None:
    answer = upload(lead, "areas", content)
    assert (answer.status_code, code(answer)) == (422, "file_not_csv")


def test_a_table_as_excel_saves_chinese(lead: Browser) -> None:
    name = f"区{uuid.uuid4().hex[:6]}"
    content = f"区,街道,小区,单位编号\r\n{name},一号路,,361\r\n".encode("gb18030")
    assert upload(lead, "areas", content).status_code == 200
    assert any(row["区"] == name for row in download(lead, "areas"))


def test_a_row_with_too_many_cells(lead: Browser) -> None:
    answer = upload(lead, "areas", "区,街道,小区,单位编号\r\n新区,一号路,,361,多出来的\r\n")
    assert set(list_faults(answer)) == {2}
    assert lead.get("/organisation/nothing.csv").status_code == 404


def test_a_place_that_is_known_in_part_has_a_unit_where_only_one_serves_it(hall: Hall, lead: Browser) -> None:
    region, other = f"区{uuid.uuid4().hex[:6]}", f"区{uuid.uuid4().hex[:6]}"
    for place, unit in (
        ((region, "经七路", "幸福里"), "361"),
        ((region, "经七路", ""), "362"),
        ((region, "纬二路", "团结里"), "361"),
        ((other, "纬九路", "幸福里"), "361"),
        ((other, "纬九路", "团结里"), "362"),
    ):
        named = dict(zip(("region", "street", "community"), place, strict=True))
        assert lead.send("PUT", "/organisation/areas", {**named, "unit_code": unit}).status_code == 204

    def find(*place: str) -> str | None:
        with hall.sessions.begin() as session:
            unit = hall.organisation.find_serving_unit(session, *place)
            return None if unit is None else unit.code

    assert find(region, "经七路", "幸福里") == "361"
    assert find(region, "经七路", "没有登记的小区") == "362"
    # The community alone, as callers know it, and with its district.
    assert (find("", "", "幸福里"), find(region, "", "幸福里")) == ("361", "361")
    # Two units serve communities of this name, until the district is said.
    assert (find("", "", "团结里"), find(other, "", "团结里")) == (None, "362")
    # Several serve the street, the district, and nobody what is not named.
    assert [find("", "经七路", "没有登记的小区"), find(region, "", ""), find("", "", "")] == [
        "362",
        None,
        None,
    ]
