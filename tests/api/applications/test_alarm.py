"""Alarms from anyone: advice at once, a case, somebody's phone rings, and nothing said twice."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.form_sealing import open_values
from backend.core.config import Settings
from backend.core.outbox import OutboxRow
from composition.hall import make_key_ring
from tests.api.applications.conftest import ADDRESS, Staff

ROOT = Path(__file__).parents[3]


def report(hall: Flask, status: int = 201, **body: Any) -> Any:
    alarm = {"command_id": str(uuid.uuid4()), "phone": "13800138000", "address": None, "words": "", **body}
    answer = hall.test_client().post("/api/v1/alarms", json=alarm)
    assert answer.status_code == status, answer.text
    return answer.json


def test_advice_is_open_to_anyone(hall: Flask) -> None:
    advice = hall.test_client().get("/api/v1/alarm-advice").json
    assert advice is not None
    assert advice["hotline_number"] == "96602"
    for word in ("阀门", "窗", "电器", "离开", "室外"):
        assert any(word in step for step in advice["steps"])


def test_a_serious_leak_names_fire_police_and_ambulance_after_leaving(hall: Flask) -> None:
    advice = hall.test_client().get("/api/v1/alarm-advice").json
    assert advice is not None
    steps = advice["steps"]
    leaving = next(place for place, step in enumerate(steps) if "离开" in step)
    for number in ("119", "110", "120"):
        assert next(place for place, step in enumerate(steps) if number in step) > leaving
    # Whoever has no network reads the same.
    page = (ROOT / "web/customer/src/forms/alarm-told.ts").read_text(encoding="utf-8")
    assert all(f"'{step}'" in page for step in steps)


def test_an_alarm_rings_with_the_unit_that_serves_the_place(
    hall: Flask, staff: Staff, sessions: sessionmaker[Session], settings: Settings
) -> None:
    receipt = report(hall, address=ADDRESS, words="厨房有臭味")
    assert receipt["advice"] and receipt["hotline_number"] == "96602"
    case = staff.find(receipt["case_no"])
    assert (case.process_key, case.unit_code, case.channel, case.customer_id) == (
        "hotline_alarm",
        "711",
        "online",
        None,
    )
    assert [one.step for one in staff.cases.load(case.id).snapshot.open_tasks] == ["record"]
    keys = make_key_ring(settings)
    assert open_values(keys, case.form) == {
        "phone": "13800138000",
        "address": ADDRESS,
        "words": "厨房有臭味",
    }
    assert all(set(value) == {"sealed"} for value in case.form.values())
    assert case.contact_phone_index == keys.blind_index("13800138000", "phone")
    with sessions.begin() as session:
        rung = session.scalars(select(OutboxRow).where(OutboxRow.topic == "ring_duty_roster")).all()
    assert [one.payload["case_id"] for one in rung].count(case.id) == 1


def test_without_an_area_or_an_address_the_centre_takes_it(hall: Flask, staff: Staff) -> None:
    with staff.sessions.begin() as session:
        centre = (
            session.connection().exec_driver_sql("SELECT code FROM unit WHERE kind = 'centre'").scalar_one()
        )
    nowhere = report(hall)
    elsewhere = report(hall, address={"community": "别处", "door": "1"}, phone="80086")
    for one in (nowhere, elsewhere):
        assert staff.find(one["case_no"]).unit_code == centre


def test_the_same_alarm_twice_is_one_case(hall: Flask) -> None:
    once = {"command_id": str(uuid.uuid4()), "words": "有臭味"}
    first = report(hall, **once)
    assert report(hall, **once) == first
    assert report(hall, 409, **{**once, "words": "别的"})["code"] == "idempotency_conflict"


def test_bad_input_names_its_field(hall: Flask) -> None:
    assert report(hall, 422, phone="")["fields"] == {"phone": "这一项还没有填。"}
    assert report(hall, 422, phone="abc")["fields"].keys() == {"phone"}
    assert report(hall, 422, words="字" * 501)["fields"].keys() == {"words"}
    assert report(hall, 422, address={"planet": "x"})["fields"].keys() == {"address"}


def test_one_caller_cannot_flood_the_roster(hall: Flask) -> None:
    for _ in range(20):
        report(hall)
    refused = report(hall, 429)
    assert (refused["code"], refused["extra"]) == ("alarm_too_often", {"hotline_number": "96602"})


def test_the_reporter_hears_how_far_it_truly_is(hall: Flask, staff: Staff, handler_id: int) -> None:
    alarm_id = str(uuid.uuid4())
    case_no = report(hall, command_id=alarm_id, address=ADDRESS)["case_no"]
    case_id = staff.find(case_no).id

    def tell() -> str:
        answer = hall.test_client().get(f"/api/v1/alarms/{alarm_id}")
        assert answer.json is not None and answer.json["case_no"] == case_no
        return str(answer.json["state"])

    steps: list[tuple[str, str, dict[str, Any], str]] = [
        ("record", "record", {}, "received"),
        ("guide", "guide", {}, "received"),
        # Given to a unit is not yet somebody on the way.
        ("dispatch", "dispatch", {}, "dispatched"),
        ("assign", "assign", {"data": {"handler_id": handler_id}}, "assigned"),
        ("support", "handled", {"data": {"result": "关阀"}}, "handled"),
        ("review", "rejected", {"reason": "没写漏点"}, "assigned"),
        ("support", "handled", {"data": {"result": "接头漏气，已更换"}}, "handled"),
        ("review", "accepted", {}, "handled"),
        ("reply", "reply", {}, "handled"),
    ]
    assert tell() == "received"
    for step, outcome, more, state in steps:
        staff.do(case_id, step, outcome, **more)
        assert tell() == state, step
    revisit = staff.find_child(case_no).id
    for step, outcome in (
        ("call", "answered"),
        ("ask", "convenient"),
        ("talk", "done"),
        ("brief", "briefed"),
    ):
        staff.do(revisit, step, outcome)
    staff.do(revisit, "record", "record", data={"result": "满意"})
    assert tell() == "ended"
