"""Dispatch, assignment, the handler's own steps and the hand-over of all open work; over HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.appointments.models import Appointment
from backend.cases.models import CaseTask, ServiceCase
from backend.core.local_time import SHANGHAI, local_date
from backend.organisation.models import Staff
from tests.api.bookings import enter_booking
from tests.api.due_dates import set_due
from tests.api.filling import upload
from tests.api.organisation import CENTRE, ensure_staff, ensure_unit
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_staff_queues import list_all


@pytest.fixture
def to_dispatch(hall: Hall) -> str:
    """Return the number of an application that is to be dispatched."""
    case_no = hall.start(service="repair")
    remote = hall.sign_in("remote_a")
    for outcome in ("accept", "pass"):
        assert remote.act(case_no, outcome).status_code == 200
    return case_no


@pytest.fixture
def to_assign(hall: Hall, to_dispatch: str) -> str:
    """Return the number of a case that unit 361 is to assign."""
    assert hall.sign_in("remote_a").act(to_dispatch, "dispatch").status_code == 200
    return to_dispatch


@pytest.fixture
def absent(hall: Hall) -> Iterator[str]:
    """Let second_361 be away for one test."""
    desk = hall.sign_in("desk_361")
    answer = desk.send("PUT", "/members/second_361/presence", {"presence": "absent"})
    assert answer.status_code == 204
    yield "second_361"
    desk.send("PUT", "/members/second_361/presence", {"presence": "on_duty"})


def find_action(case: dict[str, Any], outcome: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in case["actions"] if one["outcome"] == outcome)
    return found


def assign(hall: Hall, case_no: str, handler: str = "handler_361") -> None:
    answer = hall.sign_in("desk_361").act(case_no, "assign", handler=handler)
    assert answer.status_code == 200, answer.text


def go_to_child(hall: Hall, case_no: str) -> str:
    """Let the customer book; returns the number of the repair that then begins."""
    with hall.sessions.begin() as session:
        booking = enter_booking(session, hall.find_id(case_no))
    hall.customer(case_no, "book", data=booking)
    child = hall.sign_in("desk_361").read(f"/cases/{case_no}")["child"]["case_no"]
    assert isinstance(child, str)
    return child


def test_a_button_is_ready_that_collects_what_its_guard_wants(hall: Hall, to_assign: str) -> None:
    case = hall.sign_in("desk_361").read(f"/cases/{to_assign}")
    action = find_action(case, "assign")
    assert (action["asks"], action["unmet"]) == (["handler"], None)
    answer = hall.sign_in("desk_361").act(to_assign, "assign")
    assert (answer.status_code, code(answer)) == (409, "handler_missing")


def test_dispatch_follows_the_address(hall: Hall, to_assign: str) -> None:
    case = hall.sign_in("desk_361").read(f"/cases/{to_assign}")
    assert (case["unit_code"], case["unit_name"]) == ("361", "东城客服部")
    assert "派给东城客服部" in [one["text"] for one in case["history"]]


def test_the_unit_that_the_address_gives_is_suggested(hall: Hall, to_dispatch: str) -> None:
    case = hall.sign_in("remote_a").read(f"/cases/{to_dispatch}")
    assert case["suggested_unit"] == {"code": "361", "name": "东城客服部"}


def test_dispatch_elsewhere_needs_a_reason_and_moves_the_case(hall: Hall, to_dispatch: str) -> None:
    remote = hall.sign_in("remote_a")
    answer = remote.act(to_dispatch, "dispatch", unit_code="362")
    assert (answer.status_code, code(answer)) == (422, "unit_reason_required")
    assert code(remote.act(to_dispatch, "dispatch", unit_code="999")) == "unit_unknown"
    done = remote.act(to_dispatch, "dispatch", unit_code="362", reason="东城人手不够")
    assert json.loads(done.text)["unit_code"] == "362"
    assert hall.sign_in("desk_361").get(f"/cases/{to_dispatch}").status_code == 404
    case = hall.sign_in("desk_362").read(f"/cases/{to_dispatch}")
    assert [one["outcome"] for one in case["actions"]] == ["assign", "send_back"]
    with hall.sessions.begin() as session:
        units = session.scalars(
            select(CaseTask.unit_id).where(
                CaseTask.case_id == hall.find_id(to_dispatch), CaseTask.state == "open"
            )
        ).all()
    assert units == [hall.units["362"]]
    foreign = hall.sign_in("desk_362").act(to_dispatch, "assign", handler="handler_361")
    assert (foreign.status_code, code(foreign)) == (422, "handler_unknown")


def test_an_alarm_from_nowhere_goes_to_any_unit_that_has_people(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    with hall.sessions.begin() as session:
        hall.units["100"] = ensure_unit(hall.organisation, session, *CENTRE)
        ensure_unit(hall.organisation, session, "398", "没人的部门", "unit", "100")
    case_no = hall.report_alarm("100", contact_phone="13812340001", words="有臭味")
    for name in ("record", "guide"):
        assert agent.act(case_no, name).status_code == 200
    assert agent.read(f"/cases/{case_no}")["suggested_unit"] is None
    for unit in ("100", "398"):
        answer = agent.act(case_no, "dispatch", unit_code=unit)
        assert (answer.status_code, code(answer)) == (409, "unit_without_people"), unit
    assert code(agent.act(case_no, "dispatch")) == "unit_without_people"
    done = agent.act(case_no, "dispatch", unit_code="362")
    assert (done.status_code, json.loads(done.text)["unit_code"]) == (200, "362")
    assert hall.sign_in("desk_362").act(case_no, "assign", handler="handler_362").status_code == 200


def test_who_can_be_assigned(hall: Hall, to_assign: str, absent: str) -> None:
    desk = hall.sign_in("desk_361")
    for name in ("handler_362", "desk_361", "nobody"):
        assert code(desk.act(to_assign, "assign", handler=name)) == "handler_unknown", name
    assert code(desk.act(to_assign, "assign", handler=absent)) == "handler_absent"
    unfit = desk.act(to_assign, "assign", handler="handler_361", unit_code="362")
    assert (unfit.status_code, code(unfit)) == (422, "command_unfit")
    done = json.loads(desk.act(to_assign, "assign", handler=" Handler_361 ").text)
    assert done["handler_name"] == "王handler_361"


def test_only_the_handler_does_the_handlers_steps(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    child = go_to_child(hall, to_assign)
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    assert desk.act(child, "accept").status_code == 200
    case = handler.read(f"/cases/{child}")
    assert [one["outcome"] for one in case["actions"]] == ["set_off"]
    assert (case["parent_case_no"], case["customer"]["phone"]) == (to_assign, "138****5678")
    assert case["values"]["contact_name"] == "张*"
    assert hall.sign_in("second_361").get(f"/cases/{child}").status_code == 404
    seen_by_desk = desk.read(f"/cases/{child}")
    assert [one["kind"] for one in seen_by_desk["actions"]] == ["cancel"]
    task = seen_by_desk["open_tasks"][0]["no"]
    assert code(desk.command(child, seen_by_desk["version"], task, "set_off")) == "not_your_turn"
    own = list_all(handler, queue="mine")
    assert child in own and to_assign not in own


def test_a_handler_of_the_department_takes_the_order_up(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign, "crew_361")
    crew, desk = hall.sign_in("crew_361"), hall.sign_in("desk_361")
    child = go_to_child(hall, to_assign)
    assert desk.read(f"/cases/{to_assign}")["child"] == {
        "case_no": child,
        "your_step": "受理申请",
        "for_customer": False,
        "overdue": False,
    }
    assert child in list_all(crew, queue="mine")
    assert child in [one["case_no"] for one in crew.read("/cases", queue="mine", q=child)["items"]]
    for outcome in ("accept", "set_off"):
        assert crew.act(child, outcome).status_code == 200
    assert desk.read(f"/cases/{to_assign}")["child"] == {
        "case_no": child,
        "your_step": None,
        "for_customer": False,
        "overdue": False,
    }
    assert crew.act(child, "arrive").status_code == 200
    assert crew.act(child, "needs_engineering", result="管道需要改线").status_code == 200
    _be_late(hall, to_assign, child)
    # Another department's turn is in the case, but not in the handler's list.
    assert child not in list_all(crew, queue="mine")
    assert child not in [one["case_no"] for one in crew.read("/cases", queue="mine", q=child)["items"]]


def _be_late(hall: Hall, parent: str, child: str) -> None:
    """Let what another department has in hand be late: the unit's lead sees that, and so does the parent."""
    now = datetime.now(UTC)
    with hall.sessions.begin() as session:
        ensure_staff(hall.organisation, session, "361", "late_lead_361", now, positions=("area_lead",))
        set_due(session, CaseTask.case_id == hall.find_id(child), now - timedelta(hours=1))
    assert hall.sign_in("desk_361").read(f"/cases/{parent}")["child"]["overdue"] is True
    lead, works = hall.sign_in("late_lead_361"), hall.sign_in("works_361")
    for seen_by in (lead, works):
        rows = seen_by.read("/cases", queue="overdue", limit=100)["items"]
        assert child in [one["case_no"] for one in rows]
    assert lead.read(f"/cases/{child}")["actions"] == []


def test_choosing_a_handler_is_not_in_the_handlers_own_list(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign, "crew_361")
    child = go_to_child(hall, to_assign)
    assert hall.sign_in("desk_361").cancel(child, "客户已自行修好").status_code == 200
    crew = hall.sign_in("crew_361")
    assert to_assign in list_all(crew, queue="mine")
    assert hall.sign_in("desk_361").act(to_assign, "reply", reason="客户已自行修好").status_code == 200
    # Who closes the case reads the reply where the case is, and the history says it once.
    closing = hall.sign_in("remote_a").read(f"/cases/{to_assign}")
    assert closing["reply"] == "客户已自行修好"
    assert "回复工单（客户已自行修好）" in [one["text"] for one in closing["history"]]
    assert hall.sign_in("remote_a").act(to_assign, "redo", reason="再去一次").status_code == 200
    assert to_assign not in list_all(crew, queue="mine")


def test_the_visit_to_its_end(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    child = go_to_child(hall, to_assign)
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    desk.act(child, "accept")
    assert handler.act(child, "set_off").status_code == 200
    on_the_way = handler.read(f"/cases/{child}")
    assert (on_the_way["visit"]["made_at"], on_the_way["application_no"]) == (None, to_assign)
    for outcome in ("arrive", "repair_free"):
        assert handler.act(child, outcome).status_code == 200
    finishing = find_action(handler.read(f"/cases/{child}"), "finish")
    assert (finishing["asks"], finishing["unmet"]) == (["result", "photos"], None)
    assert code(handler.act(child, "finish")) == "result_missing"
    assert code(handler.act(child, "finish", result="  ")) == "result_missing"
    unknown = handler.act(child, "finish", result="换了胶管", photos=["no-such-file"])
    assert (unknown.status_code, code(unknown)) == (422, "file_unknown")
    assert handler.act(child, "finish", result="换了胶管").status_code == 200
    assert handler.act(child, "passed").status_code == 200
    assert code(handler.act(child, "hand_over")) == "signature_missing"
    whole = desk.read(f"/cases/{to_assign}")
    assert whole["visit"]["result"] == "换了胶管"
    assert whole["visit"]["made_at"] is not None
    texts = [one["text"] for one in whole["history"]]
    assert "转入“维修”流程" in texts
    assert "现场结果：换了胶管" in texts


def test_forwarding_to_another_department(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    child = go_to_child(hall, to_assign)
    handler, works = hall.sign_in("handler_361"), hall.sign_in("works_361")
    hall.sign_in("desk_361").act(child, "accept")
    for outcome in ("set_off", "arrive"):
        handler.act(child, outcome)
    assert code(handler.act(child, "needs_engineering")) == "result_missing"
    photo = upload(handler, "fault")
    assert handler.act(child, "needs_engineering", result="管道需要改线", photos=[photo]).status_code == 200
    seen = works.read(f"/cases/{child}")["visit"]
    assert (seen["result"], [one["file_key"] for one in seen["photos"]]) == ("管道需要改线", [photo])
    page = works.read("/cases", queue="unit")
    assert child in [one["case_no"] for one in page["items"]]
    assert works.act(child, "free").status_code == 200
    assert works.act(child, "finish", result="已改线").status_code == 200
    # Whoever of the unit gets the order back sends somebody for the pressure test.
    assert "passed" not in {one["outcome"] for one in handler.read(f"/cases/{child}")["actions"]}
    desk = hall.sign_in("desk_361")
    assert desk.act(child, "assign", handler="second_361").status_code == 200
    assert hall.sign_in("second_361").act(child, "passed").status_code == 200


def count_open(browser: Browser, username: str) -> int:
    items = browser.read("/members", position="case_handler")["items"]
    return next(int(one["open_cases"]) for one in items if one["username"] == username)


def test_who_assigns_sees_the_hours_that_a_handler_has_today(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    go_to_child(hall, to_assign)
    today = datetime.combine(local_date(datetime.now(UTC)), time(), SHANGHAI)

    def list_hours(start_at: datetime, state: str = "booked") -> list[str]:
        with hall.sessions.begin() as session:
            of_case = Appointment.case_id == hall.find_id(to_assign)
            times = {"start_at": start_at, "end_at": start_at + timedelta(hours=1), "state": state}
            session.execute(update(Appointment).where(of_case).values(**times))
        items = hall.sign_in("desk_361").read("/members", position="case_handler", unit="361")["items"]
        return next(list(one["visits_today"]) for one in items if one["username"] == "handler_361")

    others = list_hours(today + timedelta(days=1))
    assert sorted([*others, "23:00–00:00"]) == list_hours(today + timedelta(hours=23))
    # Who has arrived is done with the hour.
    assert list_hours(today, "arrived") == others
    assert list_hours(today + timedelta(hours=9), "cancelled") == others
    assert list_hours(today - timedelta(hours=1)) == others


def test_open_work_goes_to_another_handler(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    child = go_to_child(hall, to_assign)
    desk = hall.sign_in("desk_361")
    desk.act(child, "accept")
    given = count_open(desk, "handler_361")
    assert given >= 1
    work = desk.read("/members/handler_361/open-work")["items"]
    assert len(work) == given
    [shown] = [one for one in work if one["case_no"] == to_assign]
    assert shown.pop("visit")
    assert shown == {
        "case_no": to_assign, "name": "报修", "place": "阳光小区 3幢 **", "unit_name": "东城客服部",
        "visited_at": None, "waits_for": None,
    }  # fmt: skip
    body = {"command_id": str(uuid.uuid4()), "to": "second_361", "reason": "请假"}
    for who in ("handler_361", "remote_a"):
        refused = hall.sign_in(who).send("POST", "/members/handler_361/hand-over", body)
        assert (refused.status_code, code(refused)) == (403, "forbidden")
        assert code(hall.sign_in(who).get("/members/handler_361/open-work")) == "forbidden"
    assert code(hall.sign_in("desk_362").get("/members/handler_361/open-work")) == "staff_unknown"
    other_unit = hall.sign_in("desk_362").send("POST", "/members/handler_361/hand-over", body)
    assert (other_unit.status_code, code(other_unit)) == (404, "staff_unknown")
    done = desk.send("POST", "/members/handler_361/hand-over", body)
    assert (done.status_code, json.loads(done.text)) == (200, {"moved": given})
    assert count_open(desk, "handler_361") == 0
    held = {one["case_no"] for one in desk.read("/members/second_361/open-work")["items"]}
    assert {one["case_no"] for one in work} <= held
    # The same request once more has the same answer, and moves nothing.
    assert json.loads(desk.send("POST", "/members/handler_361/hand-over", body).text) == {"moved": given}
    second = hall.sign_in("second_361")
    assert [one["outcome"] for one in second.read(f"/cases/{child}")["actions"]] == ["set_off"]
    assert child in list_all(second, queue="mine")
    assert hall.sign_in("handler_361").get(f"/cases/{child}").status_code == 404
    texts = [one["text"] for one in desk.read(f"/cases/{to_assign}")["history"]]
    assert "交给王second_361（具体责任人）办理（请假）" in texts


def test_presence_is_ones_own_or_the_leads(hall: Hall) -> None:
    away, back = {"presence": "absent"}, {"presence": "on_duty"}
    handler = hall.sign_in("handler_362")
    assert handler.send("PUT", "/members/handler_362/presence", away).status_code == 204
    with hall.sessions.begin() as session:
        presence = session.execute(select(Staff.presence).where(Staff.username == "handler_362")).scalar_one()
    assert presence == "absent"
    assert handler.send("PUT", "/members/handler_362/presence", back).status_code == 204
    assert code(handler.send("PUT", "/members/desk_362/presence", away)) == "forbidden"
    foreign = hall.sign_in("desk_361").send("PUT", "/members/handler_362/presence", away)
    assert code(foreign) == "staff_unknown"
    assert code(handler.send("PUT", "/members/handler_362/presence", {"presence": "left"})) == "invalid_input"


def test_a_new_unit_does_not_keep_the_old_handler(hall: Hall, to_assign: str) -> None:
    assign(hall, to_assign)
    case_id = hall.find_id(to_assign)
    with hall.sessions.begin() as session:
        # As if the case had come back to the dispatcher with its handler still named.
        open_task = (CaseTask.case_id == case_id) & (CaseTask.state == "open")
        values = {
            "step": "dispatch",
            "post_kind": "position",
            "post_key": "remote_service",
            "queue": "dispatch",
            "handler_id": None,
        }
        session.execute(update(CaseTask).where(open_task).values(**values))
    remote = hall.sign_in("remote_a")
    assert remote.act(to_assign, "dispatch", unit_code="362", reason="搬家").status_code == 200
    answer = hall.sign_in("desk_362").act(to_assign, "assign")
    assert code(answer) == "handler_missing"
    with hall.sessions.begin() as session:
        data = session.execute(select(ServiceCase.data).where(ServiceCase.id == case_id)).scalar_one()
    assert data["handler_id"] is None


@pytest.mark.parametrize(
    ("item", "some", "none"),
    [("photos", "photo_blurred", "phone_wrong"), ("phone", "phone_wrong", "photo_blurred")],
)
def test_reasons_fit_the_kind_of_item(hall: Hall, item: str, some: str, none: str) -> None:
    items = hall.sign_in("remote_a").read("/return-reasons", item=item)["items"]
    keys = [one["key"] for one in items]
    assert some in keys
    assert none not in keys
    assert "not_as_agreed" in keys
    assert len(hall.sign_in("remote_a").read("/return-reasons")["items"]) >= 25


def test_the_business_lead_maintains_the_reasons(hall: Hall) -> None:
    lead, remote = hall.sign_in("lead_a"), hall.sign_in("remote_a")
    new = {"key": "meter_no_wrong", "text": "表号不对，请看表上的号码", "field_types": ["text"]}
    assert code(remote.send("POST", "/return-reasons", new)) == "forbidden"
    assert lead.send("POST", "/return-reasons", new).status_code == 201
    assert code(lead.send("POST", "/return-reasons", new)) == "reason_taken"
    off = lead.send("PATCH", "/return-reasons/meter_no_wrong", {"is_active": False})
    assert json.loads(off.text)["is_active"] is False
    assert "meter_no_wrong" not in [one["key"] for one in remote.read("/return-reasons")["items"]]
    everything = lead.read("/return-reasons", all="true")["items"]
    assert "meter_no_wrong" in [one["key"] for one in everything]
    taken = lead.send("PATCH", "/return-reasons/meter_no_wrong", {"text": everything[0]["text"]})
    assert code(taken) == "reason_taken"
    assert lead.send("DELETE", "/return-reasons/meter_no_wrong", {}).status_code == 204
    assert lead.send("DELETE", "/return-reasons/meter_no_wrong", {}).status_code == 404
