"""Mending what was returned: it comes back changed, nothing that stood there is lost, and it counts once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import CaseCorrection, CaseTask
from backend.core.outbox import OutboxRow
from backend.notifications.messages import DAYS_TO_MEND
from tests.api.applications.conftest import (
    Customer,
    Staff,
    Uploads,
    apply_and_return,
    make_address,
    make_repair,
)

CountRows = Callable[[], dict[str, int]]


def test_what_was_returned_comes_back_changed(
    customer: Customer, staff: Staff, files: Uploads, count_rows: CountRows
) -> None:
    photo = files.upload(customer.owner)
    view = customer.apply(make_repair(fault_photos=[photo]))
    staff.return_application(view["case_no"], fault_photos="看不清", fault_text="写详细一点")
    view = customer.get(f"/cases/{view['case_no']}")
    before = count_rows()
    same = {"fault_photos": [photo], "fault_text": f" {view['values']['fault_text']} "}
    refused = customer.act(view, "resubmit", 422, values=same)
    assert refused["code"] == "returned_unchanged"
    assert refused["fields"] == dict.fromkeys(same, "这一处还没改，请改好后再提交。")
    half = customer.act(view, "resubmit", 422, values={**same, "fault_text": "三个灶眼都打不着"})
    assert list(half["fields"]) == ["fault_photos"]
    assert count_rows() == before
    new = files.upload(customer.owner)
    mended = {"fault_photos": [new], "fault_text": "三个灶眼都打不着"}
    assert customer.act(view, "resubmit", values=mended)["state"] == "in_progress"


def test_only_what_the_form_does_not_ask_for_may_be_taken_out(
    customer: Customer, staff: Staff, files: Uploads
) -> None:
    view = customer.apply(make_repair(fault_photos=[files.upload(customer.owner)]))
    staff.return_application(view["case_no"], fault_photos="看不清", address="地址不完整")
    view = customer.get(f"/cases/{view['case_no']}")
    moved = make_address(door="502")
    refused = customer.act(view, "resubmit", 422, values={"fault_photos": [], "address": None})
    assert list(refused["fields"]) == ["address"]
    after = customer.act(view, "resubmit", values={"fault_photos": [], "address": moved})
    assert "fault_photos" not in after["values"]


def test_what_never_was_there_cannot_be_taken_out(customer: Customer, staff: Staff) -> None:
    view = customer.apply(make_repair())
    staff.return_application(view["case_no"], fault_photos="请拍一张")
    view = customer.get(f"/cases/{view['case_no']}")
    refused = customer.act(view, "resubmit", 422, values={"fault_photos": []})
    assert refused["fields"] == {"fault_photos": "这一项还没有填。"}


def test_leaving_a_photo_out_is_no_new_one(customer: Customer, staff: Staff, files: Uploads) -> None:
    first, second = files.upload(customer.owner), files.upload(customer.owner)
    view = customer.apply(make_repair(fault_photos=[first, second]))
    staff.return_application(view["case_no"], fault_photos="请重新拍")
    view = customer.get(f"/cases/{view['case_no']}")
    for seen in ([first], [second, first]):
        refused = customer.act(view, "resubmit", 422, values={"fault_photos": seen})
        assert refused["code"] == "returned_unchanged"
    new = files.upload(customer.owner)
    assert customer.act(view, "resubmit", values={"fault_photos": [second, new]})["mend_until"] is None


def test_until_when_is_said_on_the_page_as_in_the_message(customer: Customer, staff: Staff) -> None:
    _, view = apply_and_return(customer, staff, fault_text="写详细一点")
    view = customer.get(f"/cases/{view['case_no']}")
    with staff.sessions.begin() as session:
        [promised] = [
            one.created_at
            for one in session.scalars(select(OutboxRow).where(OutboxRow.topic == "notify_customer"))
            if one.payload["case_id"] == staff.find(view["case_no"]).id
            and one.payload["message"] == "application_returned"
        ]
    assert datetime.fromisoformat(view["mend_until"]) == promised + DAYS_TO_MEND


def test_a_second_return_keeps_each_former_value(
    customer: Customer, staff: Staff, sessions: sessionmaker[Session]
) -> None:
    values, view = apply_and_return(customer, staff, fault_text="写详细一点")
    view = customer.act(view, "resubmit", values={"fault_text": "第二次"})
    staff.return_application(view["case_no"], fault_text="还是不够", fault_kind="选错了")
    view = customer.get(f"/cases/{view['case_no']}")
    assert [one["resolved"] for one in view["corrections"]] == [False, False, True]
    view = customer.act(view, "resubmit", values={"fault_kind": "no_gas", "fault_text": "第三次"})
    case = staff.find(view["case_no"])
    assert (case.returned_times, case.data["fault_kind"]) == (2, "no_gas")
    with sessions.begin() as session:
        rows = session.scalars(
            select(CaseCorrection).where(CaseCorrection.case_id == case.id).order_by(CaseCorrection.no)
        ).all()
    assert [one.previous_value for one in rows] == [values["fault_text"], "第二次", "stove"]


def test_what_a_mended_choice_hides_need_not_be_mended(
    customer: Customer, staff: Staff, files: Uploads
) -> None:
    asked = {"alteration_kind": "move_meter", "alteration_text": "表移到走廊"}
    unit = {
        "customer_kind": "commercial_industrial",
        "unit_name": "阳光餐厅",
        "unit_proof": "unit_certificate",
    }
    stove = {"name": "大锅灶", "model": "ZCG-2", "quantity": 1, "flow_max": 4.5, "rated_pressure": 2}
    values = {
        **{key: one for key, one in make_repair().items() if not key.startswith("fault")},
        **asked, **unit, "equipment": [{**stove, "use_time": "每天"}],
        "site_photos": [files.upload(customer.owner)],
    }  # fmt: skip
    view = customer.apply(values, service="alteration")
    staff.return_application(view["case_no"], customer_kind="选错了", unit_name="和执照不一样")
    view = customer.get(f"/cases/{view['case_no']}")
    # The field disappears with this choice, so nothing has to be mended in it, and nothing is lost.
    view = customer.act(view, "resubmit", values={"customer_kind": "residential"})
    assert view["values"]["unit_name"] == "阳光餐厅"
    assert staff.find(view["case_no"]).data["customer_kind"] == "residential"


def test_a_mended_address_may_bring_another_unit(customer: Customer, staff: Staff) -> None:
    _, view = apply_and_return(customer, staff, address="门牌不对")
    refused = customer.act(view, "resubmit", 422, values={"address": make_address(street="别处路")})
    assert refused["code"] == "area_not_served"
    address = make_address(street="三墩镇", community="新村")
    customer.act(view, "resubmit", values={"address": address})
    case = staff.find(view["case_no"])
    assert (case.unit_code, case.street, case.community) == ("712", "三墩镇", "新村")
    [task] = staff.cases.load(case.id).snapshot.open_tasks
    with staff.sessions.begin() as session:
        assert session.get_one(CaseTask, (case.id, task.no)).unit_id == case.unit_id


def test_new_files_are_claimed_once(customer: Customer, staff: Staff, files: Uploads) -> None:
    kept, new = files.upload(customer.owner), files.upload(customer.owner)
    view = customer.apply(make_repair(fault_photos=[kept]))
    staff.return_application(view["case_no"], fault_photos="再拍一张铭牌")
    view = customer.get(f"/cases/{view['case_no']}")
    view = customer.act(view, "resubmit", values={"fault_photos": [kept, new]})
    assert set(view["files"]) == {kept, new}
    assert files.find_claim(new) == staff.find(view["case_no"]).id


def test_the_same_resubmission_twice_is_done_once(customer: Customer, staff: Staff) -> None:
    _, view = apply_and_return(customer, staff, fault_text="写详细一点")
    once = {"command_id": str(uuid.uuid4()), "values": {"fault_text": "好的"}}
    first = customer.act(view, "resubmit", **once)
    assert customer.act(view, "resubmit", **once) == first
    other = customer.act(view, "resubmit", 409, **{**once, "values": {"fault_text": "别的"}})
    assert other["code"] == "idempotency_conflict"
