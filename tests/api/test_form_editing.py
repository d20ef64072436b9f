"""Forms edited in the console: a new version with its author, linted; running cases keep theirs."""

from __future__ import annotations

import json
import uuid
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.catalogue.loader import hash_body
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.own_versions import OWN_FROM
from backend.catalogue.service import DefinitionStore, Draft, publish
from tests.api.staff_side import Browser, Hall, code
from tests.api.step_forms import make_field, make_form


def ship(hall: Hall, body: dict[str, Any]) -> None:
    """Publish a form as the program brings it."""
    draft = Draft("form", body["key"], body["version"], hash_body(body), body)
    with hall.sessions.begin() as session:
        publish(session, [draft], "processes/", datetime.now(UTC))


@pytest.fixture
def form(hall: Hall) -> dict[str, Any]:
    """Return a form that nobody has changed yet, with one that takes a field from it."""
    key = f"edited_{uuid.uuid4().hex[:8]}"
    body = make_form(
        key,
        make_field("contractor", "text", max_length=30, required=True),
        make_field("customer", "text", "name", max_length=30),
        make_field(
            "size", "choice", feeds_conditions=True, required=True,
            options=[{"value": "small", "label": "小型"}, {"value": "large", "label": "大型"}],
        ),
        make_field("area", "number", min=1, max=100, doubt={"kind": "number", "note": "看不清"}),
        make_field("remark", "text", max_length=200),
    )  # fmt: skip
    ship(hall, body)
    taker = make_field("builder", "text", max_length=30, prefill={"from": f"{key}.contractor"})
    ship(hall, make_form(f"{key}_taker", taker))
    return body


def save(who: Browser, form: dict[str, Any], fields: list[dict[str, Any]], base: int = 1) -> TestResponse:
    sections = [{"key": "all", "title": "内容", "fields": fields}]
    change = {"base": base, "sections": sections, "reason": "业务会定的"}
    return who.send("POST", f"/forms/{form['key']}/versions", change)


def fields_of(form: dict[str, Any]) -> list[dict[str, Any]]:
    copied: list[dict[str, Any]] = deepcopy(form["sections"][0]["fields"])
    return copied


def tell(answer: TestResponse) -> dict[str, str]:
    assert (answer.status_code, code(answer)) == (422, "form_refused"), answer.text
    found: dict[str, str] = json.loads(answer.text)["fields"]
    return found


def test_a_changed_form_is_a_new_version_and_running_cases_keep_theirs(
    hall: Hall, form: dict[str, Any]
) -> None:
    lead = hall.sign_in("lead_a")
    began = datetime.now(UTC)
    contractor, customer, size, area, _remark = fields_of(form)
    assert lead.read(f"/forms/{form['key']}")["doubts"] == 1
    contractor |= {"label": "施工单位全称", "hint": "按营业执照写", "max_length": 60}
    size["options"].append({"value": "middle", "label": "中型"})
    area |= {"label": "面积", "max": 500, "usual": "120"}
    added = {
        "key": "own_floor", "label": "楼层", "type": "number", "personal": "none", "min": -3, "max": 60,
        "required": True,
    }  # fmt: skip
    answer = save(lead, form, [added, customer, contractor, size, area])
    assert answer.status_code == 201, answer.text
    kept = json.loads(answer.text)
    assert (kept["version"], kept["is_own"], kept["author"]) == (OWN_FROM, True, "lead_a")
    assert kept["version_no"] == 1
    now = fields_of(kept["form"])
    assert [one["key"] for one in now] == ["own_floor", "customer", "contractor", "size", "area"]
    assert (now[0]["max"], now[2]["label"], now[2]["max_length"]) == (60, "施工单位全称", 60)
    assert isinstance(now[0]["max"], int)
    assert now[4]["usual"] == "120"
    # What somebody has looked at and put right is no longer in doubt.
    assert ("doubt" in now[4], kept["doubts"]) == (False, 0)
    definitions = DefinitionStore()
    with hall.sessions.begin() as session:
        assert definitions.form_as_of(session, form["key"], began).form.body["version"] == 1
        later = definitions.form_as_of(session, form["key"], datetime.now(UTC))
        assert later.form.body["version"] == OWN_FROM
        authors = select(DefinitionVersion.author).where(DefinitionVersion.key == form["key"])
        assert set(session.scalars(authors)) == {"processes/", "staff:lead_a"}
    line = next(one for one in lead.read("/forms")["items"] if one["key"] == form["key"])
    assert (line["is_own"], line["fields"]) == (True, 5)


def test_a_shipped_version_lies_beside_the_own_one_until_it_is_taken_over(
    hall: Hall, form: dict[str, Any]
) -> None:
    lead = hall.sign_in("lead_a")
    fields = fields_of(form)
    fields[4]["label"] = "我们的备注"
    assert save(lead, form, fields).status_code == 201
    newer = deepcopy(form) | {"version": 2}
    newer["sections"][0]["fields"][4]["label"] = "程序的备注"
    ship(hall, newer)
    # Publishing again neither stops nor changes what is used.
    ship(hall, newer)
    kept = lead.read(f"/forms/{form['key']}")
    assert (kept["version"], kept["shipped_version"], kept["shipped_is_newer"]) == (OWN_FROM, 2, True)
    assert kept["form"]["sections"][0]["fields"][4]["label"] == "我们的备注"
    assert kept["shipped_form"]["sections"][0]["fields"][4]["label"] == "程序的备注"
    taken = json.loads(save(lead, form, fields_of(kept["shipped_form"]), base=2).text)
    assert (taken["version"], taken["shipped_is_newer"]) == (OWN_FROM + 1, False)
    assert taken["form"]["sections"][0]["fields"][4]["label"] == "程序的备注"


def test_what_would_break_is_refused_by_name(hall: Hall, form: dict[str, Any]) -> None:
    lead = hall.sign_in("lead_a")
    contractor, customer, size, area, _remark = fields_of(form)
    assert "它决定怎么办理" in tell(save(lead, form, [contractor, customer, area]))["size"]
    assert "个人信息" in tell(save(lead, form, [contractor, size, area]))["customer"]
    assert "带出内容" in tell(save(lead, form, [customer, size, area]))["form"]
    unmasked = {**customer, "personal": "none"}
    assert "不能改" in tell(save(lead, form, [contractor, unmasked, size, area]))["customer"]
    smaller = {**size, "options": size["options"][:1]}
    assert "不能去掉" in tell(save(lead, form, [contractor, customer, smaller, area]))["size"]
    wrong = {**area, "min": 200}
    assert tell(save(lead, form, [contractor, customer, size, wrong]))["area"].startswith("“area 项”：最小值")
    beyond = {**area, "usual": "900"}
    assert "通常的内容不合" in tell(save(lead, form, [contractor, customer, size, beyond]))["area"]
    nameless = {**contractor, "label": " "}
    assert "名称不能空着" in tell(save(lead, form, [nameless, customer, size, area]))["contractor"]
    twice = {"key": "own_a", "label": "选哪个", "type": "choice", "personal": "none", "options": [
        {"value": "one", "label": "甲"}, {"value": "one", "label": "乙"}]}  # fmt: skip
    assert "“选哪个”" in tell(save(lead, form, [contractor, customer, size, area, twice]))["own_a"]
    strange = {"key": "case_no", "label": "编号", "type": "text", "personal": "none", "max_length": 9}
    assert "重新添加" in tell(save(lead, form, [contractor, customer, size, area, strange]))["case_no"]
    limitless = {"key": "own_b", "label": "说明", "type": "text", "personal": "none"}
    assert "最多字数" in tell(save(lead, form, [contractor, customer, size, area, limitless]))["own_b"]
    assert lead.read(f"/forms/{form['key']}")["version"] == 1


def test_who_is_slower_or_may_not_is_told(hall: Hall, form: dict[str, Any]) -> None:
    lead, remote = hall.sign_in("lead_a"), hall.sign_in("remote_a")
    fields = fields_of(form)
    assert save(lead, form, fields).status_code == 201
    assert save(lead, form, fields, base=7).status_code == 409
    assert code(save(remote, form, fields)) == "forbidden"
    assert code(remote.get("/forms")) == "forbidden"
    assert lead.get("/forms/no_such_form").status_code == 404
    shapeless = {"base": 1, "sections": [{"key": "all"}], "reason": "业务会定的"}
    assert lead.send("POST", f"/forms/{form['key']}/versions", shapeless).status_code == 422


def test_what_would_change_is_told_before_and_every_version_stays_readable(
    hall: Hall, form: dict[str, Any]
) -> None:
    lead = hall.sign_in("lead_a")
    contractor, customer, size, area, _remark = fields_of(form)
    contractor |= {"label": "施工单位全称", "required": False}
    size["options"].append({"value": "middle", "label": "中型"})
    area["max"] = 500
    added = {
        "key": "own_floor", "label": "楼层", "type": "number", "personal": "none", "required": True,
    }  # fmt: skip
    sections = [{"key": "all", "title": "内容", "fields": [added, customer, contractor, size, area]}]
    answer = lead.send("POST", f"/forms/{form['key']}/preview", {"base": 1, "sections": sections})
    assert answer.status_code == 200, answer.text
    told = [
        "新增“楼层”，必填",
        "去掉“remark 项”",
        "“contractor 项”改名为“施工单位全称”",
        "“施工单位全称”改为可不填",
        "“size 项”新增选项“中型”",
        "“area 项”的最大：原来 100，改为 500",
        "有的栏目换了位置",
    ]
    assert [one["text"] for one in json.loads(answer.text)["changes"]] == told
    # Nothing was kept; without a reason nothing is.
    path = f"/forms/{form['key']}/versions"
    mute = lead.send("POST", path, {"base": 1, "sections": sections, "reason": " "})
    assert (mute.status_code, code(mute)) == (422, "form_reason_missing")
    [first] = lead.read(path)["items"]
    assert (first["version"], first["is_first"], first["author"], first["changes"]) == (1, True, "", [])
    assert save(lead, form, sections[0]["fields"]).status_code == 201
    own, first = lead.read(path)["items"]
    assert (own["author"], own["reason"], own["is_own"]) == ("lead_a", "业务会定的", True)
    assert [one["text"] for one in own["changes"]] == told
    old = lead.read(f"{path}/1")["form"]
    assert old["sections"][0]["fields"][0]["label"] == "contractor 项"
    assert lead.get(f"{path}/7").status_code == 404
    assert code(hall.sign_in("remote_a").get(path)) == "forbidden"


def test_a_name_that_nobody_gave_is_refused_at_its_field(hall: Hall, form: dict[str, Any]) -> None:
    lead = hall.sign_in("lead_a")
    nameless = {"key": "own_c", "label": "新的短文字", "type": "text", "personal": "none", "max_length": 50}
    assert "系统起的名称" in tell(save(lead, form, [*fields_of(form), nameless]))["own_c"]
    sections = [{"key": "all", "title": "内容", "fields": [*fields_of(form), nameless]}]
    answer = lead.send("POST", f"/forms/{form['key']}/preview", {"base": 1, "sections": sections})
    assert "own_c" in tell(answer)
