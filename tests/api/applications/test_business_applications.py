"""Units, whole communities, and whoever stops using gas: what their applications ask for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.applications.conftest import Customer, Staff, Uploads, make_address

CREDIT_CODE = "91350100M000100Y43"
LICENCE = {"unit_proof": "licence", "credit_code": CREDIT_CODE}
CERTIFICATE = {"unit_proof": "unit_certificate"}
EQUIPMENT = [
    {
        "name": "双眼大锅灶", "model": "ZCG-2", "quantity": 2, "flow_max": 4.5, "rated_pressure": 2,
        "use_time": "每天 5 点到 20 点",
    }
]  # fmt: skip


def contact() -> dict[str, Any]:
    return {"contact_name": "张三丰", "contact_phone": "13800138000", "address": make_address()}


def unit(**more: Any) -> dict[str, Any]:
    values = {"unit_name": "阳光餐厅", "user_type": "commercial", "equipment": EQUIPMENT}
    return {**contact(), **values, **more}


def community(**more: Any) -> dict[str, Any]:
    return {**contact(), "unit_name": "阳光置业", "households": 320, "buildings": 4, **more}


def alteration(photo: str, **more: Any) -> dict[str, Any]:
    asked = {"alteration_kind": "move_meter", "alteration_text": "表移到走廊", "site_photos": [photo]}
    return {**contact(), **asked, **more}


def list_faults(customer: Customer, values: dict[str, Any], **more: Any) -> dict[str, str]:
    return dict(customer.apply(values, 422, **more)["fields"])


def test_a_unit_brings_its_licence_or_else_a_certificate(customer: Customer) -> None:
    asked = {"service": "installation_non_residential"}
    assert list_faults(customer, unit(**LICENCE | {"credit_code": "91350100M000100Y44"}), **asked).keys() == {
        "credit_code"
    }
    assert list_faults(customer, unit(unit_proof="licence"), **asked) == {
        "credit_code": "“统一社会信用代码”还没有填。"
    }
    assert list_faults(customer, unit(), **asked).keys() == {"unit_proof"}
    # The number on a licence is asked of nobody who has none; the paper itself may follow, stamped.
    view = customer.apply(unit(**CERTIFICATE), **asked)
    fields = {one["key"]: one for section in view["form"]["sections"] for one in section["fields"]}
    assert all(
        fields[key]["may_be_owed"] and fields[key]["stamped"] for key in ("licence", "unit_certificate")
    )
    assert customer.apply(unit(**LICENCE), **asked)["case_no"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ({"quantity": 0}, "“用气设备”第 2 行的“数量”不能小于 1 台，请核对。"),
        ({"name": ""}, "“用气设备”第 2 行的“设备名称”还没有填。"),
        ({"flow_max": -1}, "“用气设备”第 2 行的“每台最大用气量”不能小于 0 Nm³/h，请核对。"),
    ],
)
def test_each_device_is_checked_where_it_stands(customer: Customer, cell: dict[str, Any], told: str) -> None:
    rows = [EQUIPMENT[0], {**EQUIPMENT[0], **cell}]
    faults = list_faults(
        customer, unit(**CERTIFICATE, equipment=rows), service="installation_non_residential"
    )
    assert faults == {f"equipment.1.{next(iter(cell))}": told}


def test_what_was_said_of_the_devices_is_kept(customer: Customer) -> None:
    view = customer.apply(unit(**CERTIFICATE), service="installation_non_residential")
    assert customer.get(f"/cases/{view['case_no']}")["values"]["equipment"] == EQUIPMENT


def test_a_whole_community_applies(customer: Customer) -> None:
    asked = {"service": "installation_group"}
    faults = list_faults(customer, community(**CERTIFICATE, households=1), **asked)
    assert faults == {"households": "“户数”不能小于 2 户，请核对。"}
    assert customer.apply(community(**CERTIFICATE), **asked)["progress"]


def test_an_alteration_asks_units_for_more_than_homes(customer: Customer, files: Uploads) -> None:
    asked = {"service": "alteration"}
    photo = files.upload(customer.owner)
    at_work = {"customer_kind": "commercial_industrial"}
    assert list_faults(customer, alteration(photo, **at_work), **asked).keys() == {
        "unit_name", "unit_proof", "equipment",
    }  # fmt: skip
    whole = alteration(photo, **at_work, **CERTIFICATE, unit_name="阳光餐厅", equipment=EQUIPMENT)
    assert customer.apply(whole, **asked)["case_no"]
    at_home = alteration(files.upload(customer.owner), customer_kind="residential")
    assert customer.apply(at_home, **asked)["case_no"]


def test_whoever_stops_says_how_and_shows_who_they_are(
    customer: Customer, staff: Staff, files: Uploads
) -> None:
    asked = {"service": "suspension"}
    person = {"applicant": "owner", "id_number": "110101199003077758"}
    assert list_faults(customer, contact(), **asked).keys() == {
        "stop_kind", "applicant", "id_number", "id_photos",
    }  # fmt: skip
    slipped = {**contact(), **person, "account_no": "361000000000", "stop_kind": "closing"}
    assert "12 位数字" in list_faults(customer, slipped, **asked)["account_no"]
    by_agent = {**contact(), **person, "applicant": "agent", "stop_kind": "closing"}
    one_side = {**contact(), **person, "id_photos": [files.upload(customer.owner)]}
    assert "要 2 张" in list_faults(customer, one_side, **asked)["id_photos"]
    photos = {"id_photos": [files.upload(customer.owner) for _ in range(2)]}
    assert list_faults(customer, {**by_agent, **photos}, **asked).keys() == {
        "agent_name",
        "agent_id_number",
        "agent_id_photos",
        "authorisation",
        "agent_scope",
        "agent_until",
    }
    view = customer.apply({**contact(), **person, **photos, "stop_kind": "suspension"}, **asked)
    case = staff.find(view["case_no"])
    assert case.data["stop_kind"] == "suspension"
    assert "110101199003077758" not in str(case.form)
