"""Applying over HTTP: what comes in, what stands afterwards, and what each bad input is told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import LIFETIME, AccessTokens, CustomerCaller
from backend.cases.form_sealing import open_values
from backend.cases.models import CaseTask
from backend.core.config import Settings
from composition.hall import make_hall, make_key_ring
from miniprogram_api.case_schemas import CaseViewSchema
from tests.api.applications.conftest import ADDRESS, Customer, Staff, Uploads, make_address, make_repair
from tests.api.due_dates import set_due

CountRows = Callable[[], dict[str, int]]


def test_services_and_forms_are_open_to_anyone(hall: Any) -> None:
    client: FlaskClient = hall.test_client()
    services = client.get("/api/v1/services").json
    assert services is not None
    assert [one["key"] for one in services["items"]] == [
        "repair",
        "installation",
        "installation_non_residential",
        "installation_group",
        "alteration",
        "gas_on",
        "inspection",
        "suspension",
        "new_account",
    ]
    assert services["hotline_number"] == "96602"
    assert all(one["summary"] and one["needs"] for one in services["items"])
    detail = client.get("/api/v1/services/repair").json
    assert detail is not None
    assert detail["form"]["sections"][0]["fields"][0]["key"] == "contact_name"
    missing = client.get("/api/v1/services/telephone")
    assert (missing.status_code, missing.json and missing.json["code"]) == (404, "service_unknown")
    areas = client.get("/api/v1/areas").json
    assert areas is not None
    [west] = [one for one in areas["regions"] if one["name"] == "西湖区"]
    assert {"name": "文新街道", "communities": ["阳光小区"], "serves_rest": False} in west["streets"]
    assert {"name": "三墩镇", "communities": ["三墩新苑"], "serves_rest": True} in west["streets"]


def test_an_application_becomes_a_case(
    customer: Customer, staff: Staff, files: Uploads, settings: Settings
) -> None:
    photo = files.upload(customer.owner)
    values = make_repair(fault_photos=[photo], contact_phone="+86 138 0013 8000")
    view = customer.apply(values)
    assert CaseViewSchema().validate(view) == {}
    assert view["state"] == "in_progress"
    assert view["service_name"] == "报修"
    assert view["values"] == {**values, "contact_phone": "13800138000"}
    assert view["files"][photo]["kind"] == "image"
    states = [(one["name"], one["state"]) for one in view["progress"]]
    assert states[:3] == [("提交申请", "done"), ("等待受理", "now"), ("审核资料", "next")]
    assert states[-1] == ("评价服务", "next")
    assert ("师傅在路上", "next") in states
    assert view["headline"].startswith("申请已收到，客服")
    assert [one["kind"] for one in view["actions"]] == ["withdraw"]
    case = staff.find(view["case_no"])
    assert (case.unit_code, case.service_key, case.community, case.building) == (
        "711",
        "repair",
        "阳光小区",
        "3幢",
    )
    assert (case.place_lat, case.place_source) == (30.28, "map")
    assert case.data == {"service": "repair", "fault_kind": "stove"}
    assert files.find_claim(photo) == case.id
    keys = make_key_ring(settings)
    assert case.contact_phone_index == keys.blind_index("13800138000", "phone")
    # At rest nothing that names the person stands in clear.
    assert "张三丰" not in json.dumps(case.form, ensure_ascii=False)
    assert set(case.form["contact_name"]) == {"sealed"}
    assert case.form["fault_kind"] == "stove"
    assert open_values(keys, case.form) == view["values"]


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        # In Shanghai: Thursday 10:00, Thursday 21:20, and Saturday 10:00.
        ("2026-11-26T02:00Z", "申请已收到，客服马上查看"),
        ("2026-11-26T13:20Z", "申请已收到，客服上班后（11月27日 周五 08:30 起）查看"),
        ("2026-11-28T02:00Z", "申请已收到，客服上班后（11月30日 周一 08:30 起）查看"),
    ],
)
def test_who_looks_at_it_when_goes_by_the_working_calendar(
    customer: Customer,
    staff: Staff,
    settings: Settings,
    sessions: sessionmaker[Session],
    moment: str,
    told: str,
) -> None:
    case_no = customer.apply(make_repair())["case_no"]
    read_clock = partial(datetime.fromisoformat, moment)
    with sessions.begin() as session:
        # Due in any case, so that the sentence does not depend on when the test runs.
        set_due(session, CaseTask.case_id == staff.find(case_no).id, datetime(2099, 1, 1, tzinfo=UTC))
    cases = make_hall(settings, sessions.kw["bind"], read_clock).customer_cases
    view = cases.read(customer.id, case_no)
    [now] = [one for one in view["progress"] if one["state"] == "now"]
    assert now["text"] == told
    assert view["headline"].partition("，这一步预计")[0] == told


def test_no_personal_value_stands_anywhere_in_clear(
    customer: Customer, sessions: sessionmaker[Session]
) -> None:
    customer.send("PUT", "/drafts/repair", {"form_version": 2, "values": {"contact_name": "欧阳娜娜"}}, 204)
    customer.apply(make_repair(contact_name="欧阳娜娜", contact_phone="13912345678"))
    with sessions.begin() as session:
        for table in ("service_case", "case_event", "command_log", "outbox", "application_draft"):
            rows = session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")).scalars().all()
            assert not any("欧阳娜娜" in row or "13912345678" in row for row in rows), table


def test_a_double_tap_gets_one_case(customer: Customer, sessions: sessionmaker[Session]) -> None:
    once, values = str(uuid.uuid4()), make_repair()
    with ThreadPoolExecutor(6) as pool:
        views = list(pool.map(lambda _: customer.apply(values, command_id=once), range(6)))
    assert len({one["case_no"] for one in views}) == 1
    with sessions.begin() as session:
        count = session.execute(
            text("SELECT count(*) FROM service_case WHERE customer_id = :id"), {"id": customer.id}
        ).scalar_one()
    assert count == 1
    other = customer.apply({**values, "fault_kind": "no_gas"}, status=409, command_id=once)
    assert other["code"] == "idempotency_conflict"


def test_a_duplicate_is_shown_to_its_owner_alone(customer: Customer, stranger: Customer) -> None:
    values = make_repair()
    first = customer.apply(values)
    # The same door, typed in another way.
    again = {**values, "address": {**values["address"], "door": f" {values['address']['door']}　"}}
    refused = customer.apply(again, status=409)
    assert refused["code"] == "duplicate_open"
    assert refused["extra"] == {"case_no": first["case_no"]}
    assert customer.apply(again, allow_duplicate=True)["case_no"] != first["case_no"]
    # A neighbour's or landlord's open case says nothing to others.
    assert stranger.apply(values)["case_no"] != first["case_no"]


def test_two_applications_at_once_for_one_address_get_one_case(customer: Customer) -> None:
    values = make_repair()

    def tap(_: int) -> str:
        body = {"service": "repair", "form_version": 2, "values": values, "command_id": str(uuid.uuid4())}
        answer = customer._client.application.test_client().post(
            "/api/v1/applications", json=body, headers=customer._headers
        )
        return str((answer.json or {}).get("code", answer.status_code))

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(tap, range(4)))
    assert results == ["201", "duplicate_open", "duplicate_open", "duplicate_open"]


def test_a_place_that_is_not_in_the_list_goes_by_its_name(customer: Customer, staff: Staff) -> None:
    address = make_address(street="三墩镇", community=" 王家庄 ", building="", unit="", door="5号")
    view = customer.apply(make_repair(address=address))
    case = staff.find(view["case_no"])
    # The rest of the street is another unit's than the community that has a name in it.
    assert (case.unit_code, case.community) == ("712", "王家庄")
    listed = customer.apply(make_repair(address=make_address(street="三墩镇", community="三墩新苑")))
    assert staff.find(listed["case_no"]).unit_code == "711"
    assert view["values"]["address"]["community"] == "王家庄"
    assert "王家庄" in [one["community"] for one in customer.get("/addresses")["items"]]
    again = customer.apply(make_repair(address=address), status=409)
    assert (again["code"], again["extra"]) == ("duplicate_open", {"case_no": view["case_no"]})
    nameless = customer.apply(make_repair(address={**address, "community": " "}), status=422)
    assert list(nameless["fields"]) == ["address"]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"contact_name": None}, "contact_name", "“您的姓名”还没有填。"),
    ({"contact_name": "张" * 31}, "contact_name", "“您的姓名”最多 30 个字，请写短一些。"),
    ({"contact_name": "张\u0000三"}, "contact_name", "“您的姓名”：里面有不能识别的字符，请删掉后重新输入。"),
    ({"contact_name": "\ud83d"}, "contact_name", "“您的姓名”：里面有不能识别的字符，请删掉后重新输入。"),
    (
        {"contact_phone": "12345"},
        "contact_phone",
        "“手机号”：这个号码不对，请填 11 位手机号，或带区号的座机号。",
    ),
    ({"fault_kind": "elephant"}, "fault_kind", "“故障情况”：没有这个选项，请重新选择。"),
    ({"address": "阳光小区"}, "address", "“用气地址”：地址填得不对，请重新选择小区再填门牌。"),
    (
        {"address": {**ADDRESS, "door": ""}},
        "address",
        "“用气地址”：地址不完整，请选好区、街道和小区，并填上门牌号。",
    ),
    (
        {"fault_photos": ["a"] * 1 + ["../x"]},
        "fault_photos",
        "“现场照片”：有文件没有上传成功，请删掉后重新上传。",
    ),
    ({"fault_photos": [f"f{n}" for n in range(7)]}, "fault_photos", "“现场照片”最多 6 个文件，请删掉几个。"),
    ({"bank_card": "6222"}, "bank_card", "表里没有这一项，请刷新页面后重新填写。"),
    ({"<b>\ud83d": 1}, "values", "表里没有这一项，请刷新页面后重新填写。"),
]


@pytest.mark.parametrize(("change", "field", "sentence"), BAD)
def test_bad_values_name_their_field_and_leave_nothing(
    customer: Customer, count_rows: CountRows, change: dict[str, Any], field: str, sentence: str
) -> None:
    before = count_rows()
    refused = customer.apply(make_repair(**change), status=422)
    assert refused["code"] == "invalid_input"
    assert refused["fields"] == {field: sentence}
    assert count_rows() == before


def test_refusals_of_a_whole_application_leave_nothing(
    customer: Customer, stranger: Customer, files: Uploads, count_rows: CountRows
) -> None:
    draft = {"form_version": 2, "values": {"contact_name": "张三丰"}}
    customer.send("PUT", "/drafts/repair", draft, 204)
    before = count_rows()
    outside = customer.apply(make_repair(address=make_address(community="别处")), status=422)
    assert (outside["code"], list(outside["fields"])) == ("area_not_served", ["address"])
    changed = customer.apply(make_repair(), status=409, form_version=7)
    assert (changed["code"], changed["extra"]) == ("form_changed", {"form_version": 2})
    assert customer.apply(make_repair(), status=404, service="telephone")["code"] == "service_unknown"
    foreign = files.upload(stranger.owner)
    lost = customer.apply(make_repair(fault_photos=[foreign]), status=422)
    assert (lost["code"], list(lost["fields"])) == ("file_unknown", ["fault_photos"])
    assert customer.apply(make_repair(), status=422, command_id="7")["code"] == "invalid_input"
    assert count_rows() == before
    assert customer.get("/drafts/repair")["values"] == draft["values"]
    customer.apply(make_repair())
    customer.get("/drafts/repair", status=404)


def test_drafts_are_kept_resumed_and_private(customer: Customer, stranger: Customer, files: Uploads) -> None:
    photo = files.upload(customer.owner)
    values = {"contact_phone": "138", "fault_photos": [photo]}
    customer.send("PUT", "/drafts/repair", {"form_version": 2, "values": {"contact_phone": "1"}}, 204)
    customer.send("PUT", "/drafts/repair", {"form_version": 2, "values": values}, 204)
    draft = customer.get("/drafts/repair")
    assert (draft["values"], list(draft["files"])) == (values, [photo])
    [line] = customer.get("/drafts")["items"]
    assert (line["service"], line["service_name"]) == ("repair", "报修")
    stranger.get("/drafts/repair", status=404)
    customer.send("DELETE", "/drafts/repair", None, 204)
    customer.get("/drafts/repair", status=404)
    nothing = {"form_version": 2, "values": {}}
    assert customer.send("PUT", "/drafts/telephone", nothing, 404)["code"] == "service_unknown"
    huge = {"form_version": 2, "values": {"fault_text": "字" * 70_000}}
    assert customer.send("PUT", "/drafts/repair", huge, 422)["code"] == "draft_too_large"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("nonsense", 400),
        ('{"values": ' + "[" * 100_000 + "]" * 100_000 + "}", 400),
        ("[]", 422),
        ('{"form_version": 2, "values": []}', 422),
        ('{"form_version": "2", "values": {}}', 422),
    ],
)
def test_broken_bodies_are_refused(customer: Customer, body: str, status: int) -> None:
    answer = customer._client.put(
        "/api/v1/drafts/repair",
        data=body,
        headers={**customer._headers, "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json and answer.json["code"]) == (status, "invalid_input")


def test_nobody_applies_without_signing_in(hall: Any, settings: Settings) -> None:
    client: FlaskClient = hall.test_client()
    late = AccessTokens(settings.secret_key).make(CustomerCaller(1, 1), datetime.now(UTC) - LIFETIME)
    expired = client.get("/api/v1/home", headers={"Authorization": f"Bearer {late}"})
    assert (expired.status_code, expired.json and expired.json["code"]) == (401, "token_expired")
    for path in ("/api/v1/home", "/api/v1/cases", "/api/v1/drafts"):
        answer = client.get(path)
        assert (answer.status_code, answer.json and answer.json["code"]) == (401, "not_signed_in")


def test_whoever_has_no_gas_may_say_more(customer: Customer) -> None:
    words = "昨晚七点起没有气，邻居家有"
    view = customer.apply(make_repair(fault_kind="no_gas", fault_text=words))
    assert view["values"]["fault_text"] == words
    customer.apply({key: one for key, one in make_repair(fault_kind="no_gas").items() if key != "fault_text"})
