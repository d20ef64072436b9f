"""The customer's story over HTTP: apply, mend what was returned, follow, sign, rate."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.form_sealing import open_value, open_values
from backend.cases.models import CaseCorrection, CaseRating, CaseTask
from backend.core.config import Settings
from backend.core.outbox import OutboxRow
from backend.organisation.models import Staff as StaffRow
from backend.organisation.service import PHONE_CONTEXT, NewStaff, OrganisationService
from composition.hall import make_key_ring
from miniprogram_api.case_schemas import CasePageSchema, CaseViewSchema, HomeSchema
from tests.api.applications.conftest import (
    Customer,
    Staff,
    Uploads,
    apply_and_return,
    make_address,
    make_repair,
)
from tests.api.due_dates import set_due

CountRows = Callable[[], dict[str, int]]
INSTALLATION: dict[str, Any] = {
    "contact_name": "李四",
    "contact_phone": "0571-87654321",
    "id_number": "11010519491231002x",
    "floor_area": 89.5,
    "gas_use": ["stove"],
}


def find_now(view: dict[str, Any]) -> dict[str, Any]:
    [now] = [one for one in view["progress"] if one["state"] == "now"]
    return dict(now)


def test_only_what_was_returned_reopens(
    customer: Customer,
    staff: Staff,
    sessions: sessionmaker[Session],
    settings: Settings,
    count_rows: CountRows,
) -> None:
    values, view = apply_and_return(customer, staff, contact_phone="电话打不通", fault_text="写详细一点")
    assert CaseViewSchema().validate(view) == {}
    assert (view["state"], find_now(view)["name"]) == ("waits_for_you", "等您修改")
    assert [(one["item"], one["label"], one["resolved"]) for one in view["corrections"]] == [
        ("contact_phone", "手机号", False),
        ("fault_text", "情况说明", False),
    ]
    [summary] = customer.get("/home")["waiting"]
    assert (summary["case_no"], summary["action_name"]) == (view["case_no"], "去修改")
    assert values["address"]["door"] not in summary["place"]

    before = count_rows()
    mended = {"contact_phone": "13700137000", "fault_text": "昨晚八点起，三个灶眼都打不着"}
    foreign = customer.act(view, "resubmit", 409, values={**mended, "contact_name": "王五"})
    assert foreign["code"] == "field_not_returned"
    unknown = customer.act(view, "resubmit", 422, values={**mended, "colour": "red"})
    assert list(unknown["fields"]) == ["colour"]
    half = customer.act(view, "resubmit", 422, values={"contact_phone": "13700137000"})
    assert half["fields"] == {"fault_text": "这一项被退回了，请改好后再提交。"}
    wrong = customer.act(view, "resubmit", 422, values={**mended, "contact_phone": "12"})
    assert list(wrong["fields"]) == ["contact_phone"]
    stale = customer.act({**view, "version": view["version"] - 1}, "resubmit", 409, values=mended)
    assert stale["code"] == "stale_version"
    assert count_rows() == before
    assert customer.get(f"/cases/{view['case_no']}") == view

    resubmitted = customer.act(view, "resubmit", values=mended)
    assert resubmitted["values"] == {**values, **mended}
    assert all(one["resolved"] for one in resubmitted["corrections"])
    assert (resubmitted["state"], find_now(resubmitted)["key"]) == ("in_progress", "accept#2")
    case = staff.find(view["case_no"])
    keys = make_key_ring(settings)
    assert case.returned_times == 1
    assert case.contact_phone_index == keys.blind_index("13700137000", "phone")
    with sessions.begin() as session:
        rows = session.scalars(select(CaseCorrection).where(CaseCorrection.case_id == case.id)).all()
    former = {one.item: one.previous_value for one in rows}
    assert former["fault_text"] == values["fault_text"]
    assert set(former["contact_phone"]) == {"sealed"}
    assert open_value(keys, "contact_phone", former["contact_phone"]) == values["contact_phone"]


def test_withdrawing_ends_the_case(customer: Customer, stranger: Customer, count_rows: CountRows) -> None:
    view = customer.apply(make_repair())
    before = count_rows()
    assert stranger.command(view, 404, kind="withdraw")["code"] == "not_found"
    assert customer.command({**view, "version": 1}, 409, kind="withdraw")["code"] == "stale_version"
    assert customer.command(view, 422, kind="cancel")["code"] == "invalid_input"
    task = {"task": 2, "outcome": "accept"}
    assert customer.command(view, 403, **task)["code"] == "not_your_turn"
    assert customer.command(view, 409, task=9, outcome="accept")["code"] == "task_unknown"
    assert customer.command(view, 409, task=80_001, outcome="accept")["code"] == "task_unknown"
    for reason in ("a\x00b", "\ud83d", "字" * 201):
        assert customer.command(view, 422, kind="withdraw", reason=reason)["fields"].keys() == {"reason"}
    assert count_rows() == before
    ended = customer.command(view, kind="withdraw", reason="不修了")
    assert (ended["state"], ended["actions"], ended["ended_reason"]) == ("stopped", [], "不修了")
    last = ended["progress"][-1]
    assert (last["state"], last["text"]) == ("stopped", "您撤回了申请")
    assert ended["headline"] == "您已撤回这件申请"
    assert customer.command(ended, 409, kind="withdraw")["code"] == "case_ended"


def test_foreign_missing_and_malformed_numbers_look_the_same(
    customer: Customer, stranger: Customer, staff: Staff, handler_id: int
) -> None:
    view = customer.apply(make_repair())
    staff.dispatch(view["case_no"], handler_id)
    staff.book(view["case_no"])
    child_no = staff.find_child(view["case_no"]).case_no
    answers = [
        stranger.get(f"/cases/{view['case_no']}", 404),
        stranger.get("/cases/261124711000009", 404),
        stranger.get("/cases/1%20OR%201=1", 404),
        customer.get(f"/cases/{child_no}", 404),
    ]
    for one in answers:
        one.pop("request_id")
    assert all(one == answers[0] for one in answers)
    assert answers[0]["code"] == "not_found"


def test_the_customer_is_told_that_an_hour_can_be_chosen(
    customer: Customer, staff: Staff, handler_id: int, sessions: sessionmaker[Session]
) -> None:
    view = customer.apply(make_repair())
    staff.dispatch(view["case_no"], handler_id)
    of_case = OutboxRow.payload["case_no"].as_string() == view["case_no"]
    with sessions() as session:
        promised = session.scalars(
            select(OutboxRow.payload)
            .where(OutboxRow.topic == "notify_customer", of_case)
            .order_by(OutboxRow.id)
        ).all()
    assert [(one["step"], one["message"]) for one in promised] == [
        ("dispatch", "application_dispatched"),
        ("assign", "handler_assigned"),
    ]


def test_before_a_handler_is_named_the_unit_can_be_called(
    customer: Customer,
    staff: Staff,
    handler_id: int,
    organisation: OrganisationService,
    sessions: sessionmaker[Session],
    settings: Settings,
) -> None:
    case_no = customer.apply(make_repair())["case_no"]
    case_id = staff.find(case_no).id
    with sessions.begin() as session:
        unit = organisation.find_unit(session, "711")
        lead = NewStaff("711", "lead.apply", "钱站长", "x", positions=frozenset({"area_lead"}))
        lead_id = organisation.add_staff(session, lead, datetime.now(UTC))
        phone = make_key_ring(settings).encrypt("13633334444", PHONE_CONTEXT)
        session.execute(update(StaffRow).where(StaffRow.id == lead_id).values(phone_sealed=phone))

    def find_contact() -> dict[str, str] | None:
        contact: dict[str, str] | None = find_now(customer.get(f"/cases/{case_no}"))["handler"]
        return contact

    staff.do(case_id, "accept", "accept")
    staff.do(case_id, "review", "pass")
    assert find_contact() is None
    staff.do(case_id, "dispatch", "dispatch", data={"unit_id": unit.id, "unit_code": unit.code})
    assert find_contact() == {"name": "城西服务站 钱站长", "phone": "13633334444"}
    with sessions.begin() as session:
        session.execute(update(StaffRow).where(StaffRow.id == lead_id).values(presence="absent"))
    # Nobody above has a lead either: then nobody's name is made up.
    assert find_contact() is None
    staff.do(case_id, "assign", "send_back", reason="不在本区")
    assert find_contact() is None


def test_a_repair_from_dispatch_to_the_rating(
    customer: Customer,
    staff: Staff,
    handler_id: int,
    sessions: sessionmaker[Session],
    settings: Settings,
) -> None:
    view = customer.apply(make_repair())
    case_no = view["case_no"]
    keys = make_key_ring(settings)
    case_id = staff.find(case_no).id
    with sessions.begin() as session:
        session.execute(
            update(StaffRow)
            .where(StaffRow.id == handler_id)
            .values(phone_sealed=keys.encrypt("13611112222", PHONE_CONTEXT))
        )
    staff.dispatch(case_no, handler_id)
    view = customer.get(f"/cases/{case_no}")
    assert find_now(view)["handler"] == {"name": "王师傅", "phone": "13611112222"}
    waiting = customer.get("/home")["waiting"][0]
    assert (waiting["action_name"], waiting["action"]["unmet"]["code"]) == ("去预约", "appointment_missing")
    [book] = [one for one in view["actions"] if one["kind"] == "complete"]
    assert book["unmet"]["code"] == "appointment_missing"
    assert customer.act(view, "book", 409)["code"] == "appointment_missing"
    staff.book(case_no)
    child = staff.find_child(case_no)
    parent = staff.find(case_no)
    for name in ("service_key", "form_version_id", "contact_phone_index", "community"):
        assert getattr(child, name) == getattr(parent, name), name
    assert child.handler_id == handler_id
    view = customer.get(f"/cases/{case_no}")
    assert [one["name"] for one in view["progress"]] == [
        "提交申请", "已受理", "资料已看过", "服务单位已安排", "师傅已安排", "上门时间已约好", "派师傅上门",
        "等师傅上门", "师傅在路上", "现场查看", "试压点火", "交付使用", "核对结果", "办结", "评价服务",
    ]  # fmt: skip
    assert find_now(view)["name"] == "派师傅上门"
    staff.do(child.id, "accept", "accept")
    due_at = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    with sessions.begin() as session:
        set_due(session, (CaseTask.case_id == child.id) & (CaseTask.no == 2), due_at)
    check_hour_told(customer, case_no)
    staff.do(child.id, "set_off", "set_off")
    assert customer.get(f"/cases/{case_no}")["visit_state"] == "set_off"
    staff.do(child.id, "arrive", "arrive")
    view = customer.get(f"/cases/{case_no}")
    assert (view["visit_state"], find_now(view)["name"]) == ("arrived", "现场查看")
    assert view["visit_result"] is None
    assert (find_now(view)["handler"], view["visited_at"]) == (
        {"name": "王师傅", "phone": "13611112222"},
        None,
    )
    finish_repair(staff, child.id)
    check_visit_over(customer, case_no)
    staff.do(case_id, "reply", "reply", reason="胶管老化，已更换")
    staff.do(case_id, "close", "close")
    view = customer.get(f"/cases/{case_no}")
    assert customer.get("/home")["waiting"][0]["action_name"] == "去评价"
    rate_it(customer, view)
    view = customer.get(f"/cases/{case_no}")
    assert (view["state"], view["rating"]["words"]) == ("completed", "王师傅人很好")
    assert {one["state"] for one in view["progress"]} == {"done"}
    assert all(one["handler"] is None for one in view["progress"])
    with sessions.begin() as session:
        rating = session.get_one(CaseRating, case_id)
    assert rating.stars == 5
    assert rating.words_sealed is not None and "王师傅" not in rating.words_sealed


def check_hour_told(customer: Customer, case_no: str) -> None:
    """Whatever is due before the visit, the customer reads the booked hour and no other."""
    view = customer.get(f"/cases/{case_no}")
    now = find_now(view)
    assert (now["name"], now["key"]) == ("等师傅上门", "support/set_off")
    assert now["due_text"] == f"约好 {view['appointment']['text']} 上门维修"
    assert view["headline"] == f"已{now['due_text']}"
    [listed] = customer.get("/cases")["items"]
    assert (listed["headline"], listed["due_text"]) == (view["headline"], now["due_text"])


def check_visit_over(customer: Customer, case_no: str) -> None:
    """Once the work is done the visit is told as past, and nobody's phone is handed out any more."""
    view = customer.get(f"/cases/{case_no}")
    assert (view["visit_state"], view["appointment"]) == ("none", None)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(view["visited_at"])) < timedelta(minutes=5)
    assert view["visit_result"] == "换了胶管"
    visit = customer.get(f"/cases/{case_no}/visit")
    assert (visit["state"], visit["handler"]) == ("none", None)
    assert "13611112222" not in json.dumps(view)


def finish_repair(staff: Staff, child_id: int) -> None:
    staff.do(child_id, "inspect", "repair_free")
    staff.do(child_id, "finish", "finish", data={"result": "换了胶管"})
    staff.do(child_id, "test_pressure", "passed")
    staff.do(child_id, "hand_over", "hand_over", data={"signature_file": "s1"})
    staff.do(child_id, "brief", "briefed")


def rate_it(customer: Customer, view: dict[str, Any]) -> None:
    rating = {"stars": 5, "tags": ["态度好", "准时上门"], "words": "王师傅人很好"}
    assert customer.act(view, "rate", 422)["code"] == "rating_missing"
    bad = {"stars": 6, "tags": ["帅"], "words": "好" * 201}
    refused = customer.act(view, "rate", 422, rating=bad)
    assert set(refused["fields"]) == {"stars", "tags", "words"}
    assert customer.get(f"/cases/{view['case_no']}")["rating"] is None
    assert {"态度好", "准时上门"} <= set(view["rating_tags"]["good"])
    rated = customer.act(view, "rate", rating=rating)
    assert rated["rating_tags"] is None
    assert rated["rating"] == {"stars": 5, "tags": ["准时上门", "态度好"], "words": "王师傅人很好"}


def test_an_owed_document_is_supplied_later(
    customer: Customer, stranger: Customer, staff: Staff, files: Uploads, settings: Settings
) -> None:
    photos = [files.upload(customer.owner) for _ in range(2)]
    values = {**INSTALLATION, "address": make_address(), "id_photos": photos}
    view = customer.apply(values, service="installation")
    assert view["values"]["id_number"] == "11010519491231002X"
    assert view["values"]["contact_phone"] == "057187654321"
    case_id = staff.find(view["case_no"]).id
    staff.do(case_id, "accept", "accept")
    staff.do(case_id, "review", "pass_owing", owed_documents=("property_proof",))
    view = customer.get(f"/cases/{view['case_no']}")
    assert view["owed_documents"] == [{"key": "property_proof", "label": "房产证明"}]
    assert customer.get("/home")["waiting"][0]["action_name"] == "去补交资料"
    proof, foreign = files.upload(customer.owner), files.upload(stranger.owner)
    supply = {"kind": "supply_document", "document": "property_proof"}
    assert customer.command(view, 422, **supply)["fields"].keys() == {"property_proof"}
    lost = customer.command(view, 422, **supply, values={"property_proof": [foreign]})
    assert (lost["code"], list(lost["fields"])) == ("file_unknown", ["property_proof"])
    wrong = customer.command(view, 409, kind="supply_document", document="id_photos", values={})
    assert wrong["code"] == "document_not_owed"
    other = {"property_proof": [proof], "floor_area": 3}
    customer.command(view, 422, **supply, values=other)
    view = customer.command(view, **supply, values={"property_proof": [proof]})
    assert (view["owed_documents"], view["state"]) == ([], "in_progress")
    case = staff.find(view["case_no"])
    assert open_values(make_key_ring(settings), case.form)["property_proof"] == [proof]
    assert files.find_claim(proof) == case_id


DRAWING = {"files": ["d1"], "sha256": "d1"}


def test_a_customer_signs_in_the_process_that_took_over(
    customer: Customer, staff: Staff, files: Uploads, handler_id: int
) -> None:
    photos = [files.upload(customer.owner) for _ in range(2)]
    values = {**INSTALLATION, "address": make_address(), "id_photos": photos}
    view = customer.apply(values, service="installation")
    case_no = view["case_no"]
    staff.dispatch(case_no, handler_id)
    staff.book(case_no)
    child = staff.find_child(case_no)
    staff.see_id_card(case_no)
    for step, outcome in (
        ("take_up", "take_up"),
        ("set_off", "set_off"),
        ("arrive", "arrive"),
        ("survey", "fit"),
        ("scheme", "drafted"),
    ):
        data = {"scheme": {"works_drawing": DRAWING, "amount_fen": 8000}, "survey": {"result": "厨房能装"}}
        staff.do(child.id, step, outcome, **({"data": data[step]} if step in data else {}))
    view = customer.get(f"/cases/{case_no}")
    assert (view["state"], find_now(view)["name"]) == ("waits_for_you", "确认草图")
    # Somebody comes again to let the gas on; what the survey found is told long before.
    assert (view["visited_at"] is not None, view["visit_result"]) == (True, "厨房能装")
    assert find_now(view)["handler"]["name"] == "王师傅"
    assert customer.get("/home")["waiting"][0]["action_name"] == "去签字"
    assert customer.act(view, "agree", 422)["code"] == "signature_missing"
    signature = files.upload(customer.owner)
    signed = {"values": {"signature_file": signature, "drawing_sha256": DRAWING["sha256"]}}
    assert customer.act({**view, "version": 3}, "agree", 409, **signed)["code"] == "stale_version"
    view = customer.act(view, "agree", **signed)
    assert find_now(view)["name"] == "缴费"
    assert files.find_claim(signature) == child.id
    keys = [one["key"] for one in view["progress"]]
    assert len(keys) == len(set(keys))


def test_lists_go_page_by_page(customer: Customer) -> None:
    numbers = [customer.apply(make_repair())["case_no"] for _ in range(23)]
    first = customer.get("/cases?state=open")
    assert CasePageSchema().validate(first) == {}
    rest = customer.get(f"/cases?state=open&after={first['next']}")
    listed = [one["case_no"] for one in first["items"] + rest["items"]]
    assert (listed, rest["next"]) == (numbers[::-1], None)
    home = customer.get("/home")
    assert HomeSchema().validate(home) == {}
    assert (home["waiting"], home["open_count"]) == ([], 23)
    assert customer.get("/cases?state=ended")["items"] == []
    assert customer.get("/cases?after=nonsense", 422)["fields"].keys() == {"after"}
    assert customer.get("/cases?state=lost", 422)["code"] == "invalid_input"


def test_a_deadline_that_passed_is_said_plainly(
    customer: Customer, staff: Staff, sessions: sessionmaker[Session]
) -> None:
    view = customer.apply(make_repair())
    case_id = staff.find(view["case_no"]).id
    late = datetime.now(UTC) - timedelta(hours=1)
    with sessions.begin() as session:
        set_due(session, CaseTask.case_id == case_id, late)
    view = customer.get(f"/cases/{view['case_no']}")
    assert find_now(view)["overdue"] is True
    assert "我们正在催办" in view["headline"]
    [summary] = customer.get("/cases")["items"]
    assert summary["due_text"] is not None
