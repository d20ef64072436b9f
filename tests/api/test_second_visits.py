"""The gas-on after works has an hour and a handler of its own, booked by the customer in the one case."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from backend.appointments.models import Appointment, HandlerPosition
from backend.appointments.reminders import VisitReminders
from backend.appointments.repository import list_busy_starts
from backend.appointments.service import AppointmentService
from backend.appointments.slots import SLOT_LENGTH, OpenSlot
from backend.appointments.visits import VisitService
from backend.cases.models import CaseTask
from backend.cases.service import Request
from backend.cases.visits_made import read_visits_made
from backend.core.local_time import format_hours
from tests.api.promised import list_promised
from tests.api.staff_side import Hall
from tests.api.test_case_team import find_mine
from tests.api.test_nobody_home import list_told
from tests.api.test_staff_booking import assigned, book, hours, list_free, tell_start
from tests.api.test_turn_notices import deliver

__all__ = ["hours"]
FITTER, SURVEYOR = "second_361", "handler_361"


@pytest.fixture
def works(hall: Hall) -> tuple[str, str]:
    """An installation whose survey is over, its gas-on waiting to be accepted; the numbers of both."""
    desk, case_no = hall.sign_in("desk_361"), assigned(hall, "installation")
    order = book(desk, case_no, list_free(desk, case_no)[0])["child"]["case_no"]
    assert desk.act(order, "take_up").status_code == 200
    for outcome in ("set_off", "arrive"):
        assert hall.sign_in(SURVEYOR).act(order, outcome).status_code == 200
    return case_no, skip_to_gas_on(hall, order)


def skip_to_gas_on(hall: Hall, order: str) -> str:
    """Leave out the works between the survey and the request for gas-on, which have nothing of a visit."""
    with hall.sessions.begin() as session:
        open_one = (CaseTask.case_id == hall.find_id(order)) & (CaseTask.state == "open")
        asking = {"step": "request_gas_on", "post_kind": "customer", "post_key": ""}
        session.execute(update(CaseTask).where(open_one).values(**asking))
    hall.customer(order, "request")
    return str(hall.sign_in("desk_361").read(f"/cases/{order}")["child"]["case_no"])


def send(hall: Hall, gas_on: str) -> None:
    done = hall.sign_in("desk_361").act(gas_on, "send", handler=FITTER)
    assert done.status_code == 200, done.text


def read_customer(hall: Hall, case_no: str) -> dict[str, Any]:
    return hall.customer_cases.read(hall.customer_id, case_no)


def find_waiting(hall: Hall, case_no: str) -> dict[str, Any] | None:
    home = hall.customer_cases.read_home(hall.customer_id)
    return next((one for one in home["waiting"] if one["case_no"] == case_no), None)


def list_coming(hall: Hall) -> dict[str, str]:
    coming = hall.customer_cases.read_home(hall.customer_id)["coming"]
    return {one["case_no"]: one["headline"] for one in coming}


def book_as_customer(hall: Hall, case_no: str, start_at: str) -> dict[str, Any]:
    """Hold and book an hour in the case that the customer knows, as its page does."""
    appointments: AppointmentService = hall.shared.appointments
    root_id, version = hall.find_id(case_no), read_customer(hall, case_no)["version"]
    held = appointments.hold(root_id, datetime.fromisoformat(start_at))
    request = Request(f"customer:{hall.customer_id}", uuid.uuid4(), {"hold": str(held.hold_id)})
    appointments.book(request, root_id, held.hold_id, version)
    return read_customer(hall, case_no)


def list_appointments(hall: Hall, case_no: str) -> list[str]:
    with hall.sessions() as session:
        of_case = Appointment.case_id == hall.find_id(case_no)
        return list(session.scalars(select(Appointment.state).where(of_case).order_by(Appointment.id)))


def test_the_customer_books_the_gas_on_in_the_one_case(hall: Hall, works: tuple[str, str]) -> None:
    case_no, gas_on = works
    desk = hall.sign_in("desk_361")
    before = desk.read(f"/cases/{gas_on}")
    assert (before["appointment"], before["may_book"]) == (None, False)
    assert find_waiting(hall, case_no) is None
    send(hall, gas_on)
    assert list_told(hall, gas_on)[-1] == "handler_assigned"
    told = find_waiting(hall, case_no)
    assert told is not None
    assert (told["action"]["unmet"]["code"], told["state"]) == ("appointment_missing", "waits_for_you")
    view = read_customer(hall, case_no)
    assert (view["appointment"], view["visit_state"], view["visited_at"]) == (None, "none", None)
    assert case_no not in [
        one["case_no"] for one in hall.customer_cases.read_home(hall.customer_id)["coming"]
    ]
    now = next(one for one in view["progress"] if one["state"] == "now")
    assert (now["name"], now["handler"]["name"]) == ("预约通气", f"王{FITTER}")
    start_at = list_free(desk, case_no)[3]
    booked = book_as_customer(hall, case_no, start_at)
    assert datetime.fromisoformat(booked["appointment"]["start_at"]) == datetime.fromisoformat(start_at)
    assert (booked["visit_state"], booked["state"]) == ("none", "in_progress")
    assert list_told(hall, gas_on)[-1] == "appointment_booked"
    deliver(hall, list_promised(hall, gas_on)[-1])
    # What is booked for the gas-on stands on the home page, under the one case that the customer knows.
    assert list_coming(hall)[case_no] == f"已约好 {booked['appointment']['text']} 上门通气"
    assert (view["visit_for"], booked["visit_for"]) == ("上门通气", "上门通气")
    message = desk.read(f"/cases/{case_no}")["messages"][-1]["text"]
    assert f"王{FITTER}师傅上门通气" in message and booked["appointment"]["text"] in message
    assert find_waiting(hall, case_no) is None
    # Each visit has a row of its own: the survey is over, and the gas-on is to come.
    assert (list_appointments(hall, case_no), list_appointments(hall, gas_on)) == (["arrived"], ["booked"])
    # The customer moves it in the same place, once more.
    moved = book_as_customer(hall, case_no, list_free(desk, case_no)[5])
    assert moved["appointment"]["start_at"] != booked["appointment"]["start_at"]
    assert list_appointments(hall, gas_on) == ["moved", "booked"]
    end(hall, gas_on)


def end(hall: Hall, gas_on: str) -> None:
    """Cancel the gas-on, which gives its hour back and lets the works ask for it again."""
    assert hall.sign_in("desk_361").cancel(gas_on, "测试完了").status_code == 200
    assert "booked" not in list_appointments(hall, gas_on)


def test_the_hour_is_that_of_whoever_lets_the_gas_on(hall: Hall, works: tuple[str, str]) -> None:
    case_no, gas_on = works
    desk, fitter, surveyor = (hall.sign_in(one) for one in ("desk_361", FITTER, SURVEYOR))
    send(hall, gas_on)
    waiting = find_mine(fitter, gas_on)
    assert waiting is not None and waiting["step"] == "book"
    assert find_mine(surveyor, gas_on) is None
    start_at = list_free(desk, gas_on)[3]
    view = book(desk, gas_on, start_at)
    start = datetime.fromisoformat(start_at)
    assert (tell_start(view), [one["step"] for one in view["open_tasks"]]) == (start, ["set_off"])
    assert datetime.fromisoformat(fitter.read(f"/cases/{gas_on}")["due_at"]) == start + timedelta(hours=1)
    two = {hall.staff[SURVEYOR], hall.staff[FITTER]}
    with hall.sessions() as session:
        # Either may have other visits on that day, from other cases.
        of_day = hall.shared.appointments.list_hours_of(session, two, start.date())
        span = format_hours(start, start + SLOT_LENGTH)
        assert [span in of_day.get(hall.staff[one], []) for one in (SURVEYOR, FITTER)] == [False, True]
        slot = [OpenSlot(start, 1, None)]
        busy = [bool(list_busy_starts(session, hall.staff[one], slot, 0)) for one in (SURVEYOR, FITTER)]
        assert busy == [False, True]
        assert read_visits_made(session, [hall.find_id(gas_on)]) == {}
    # Nobody else is told of this hour as one of theirs, and whoever looks at the works is.
    order = desk.read(f"/cases/{gas_on}")["parent_case_no"]
    surveyed = surveyor.read(f"/cases/{order}")
    assert (surveyed["appointment"], surveyed["visit"]["made_at"] is not None) == (None, True)
    seen = desk.read(f"/cases/{order}")
    assert (tell_start(seen), seen["visit"]["made_at"]) == (start, None)
    assert all(
        one["case_no"] != case_no
        for one in desk.read(f"/members/{SURVEYOR}/open-work")["items"]
        if one["visit"]
    )
    work = desk.read(f"/members/{FITTER}/open-work")["items"]
    [hour] = [one["visit"] for one in work if one["case_no"] == gas_on]
    assert hour is not None
    # Somebody else takes it over: the customer is told who comes, and the works stay with the surveyor.
    give = {"command_id": str(uuid.uuid4()), "to": "crew_361", "reason": "请假"}
    assert desk.send("POST", f"/cases/{gas_on}/forward", give).status_code < 300
    assert list_told(hall, gas_on)[-1] == "handler_changed"
    names = [desk.read(f"/cases/{one}")["handler_name"] for one in (gas_on, order)]
    assert names == ["王crew_361", f"王{SURVEYOR}"]
    end(hall, gas_on)


def test_the_way_to_the_gas_on_is_told_from_its_own_handler(hall: Hall, works: tuple[str, str]) -> None:
    case_no, gas_on = works
    desk, fitter = hall.sign_in("desk_361"), hall.sign_in(FITTER)
    send(hall, gas_on)
    book(desk, gas_on, list_free(desk, gas_on)[3])
    visits: VisitService = hall.shared.visits
    assert visits.read_visit(hall.find_id(case_no)).state == "none"
    # Both may be on the way elsewhere, for other tests.
    crew = [hall.staff[SURVEYOR]], [hall.staff[FITTER]]
    surveys, fits = [visits.report_position(one, 36.6, 117.0) for one in crew]
    assert fitter.act(gas_on, "set_off").status_code == 200
    state, handler = hall.customer_cases.look_at_visit(hall.customer_id, case_no)
    assert (state, handler and handler["name"]) == ("set_off", f"王{FITTER}")
    assert [visits.report_position(one, 36.6, 117.0) for one in crew] == [surveys, fits + 1]
    seen = visits.read_visit(hall.find_id(case_no))
    assert (seen.state, seen.seen_at is not None) == ("set_off", True)
    assert fitter.act(gas_on, "arrive").status_code == 200
    assert visits.read_visit(hall.find_id(case_no)).state == "arrived"
    assert fitter.read(f"/cases/{gas_on}")["visit"]["made_at"] is not None
    with hall.sessions() as session:
        of_case = Appointment.case_id == hall.find_id(gas_on)
        assert session.scalars(select(HandlerPosition).join(Appointment).where(of_case)).all() == []
    end(hall, gas_on)


def test_nobody_home_at_the_gas_on_leaves_the_survey_alone(hall: Hall, works: tuple[str, str]) -> None:
    case_no, gas_on = works
    desk, fitter = hall.sign_in("desk_361"), hall.sign_in(FITTER)
    send(hall, gas_on)
    first = list_free(desk, gas_on)[3]
    book(desk, gas_on, first)
    for outcome in ("set_off", "arrive"):
        assert fitter.act(gas_on, outcome).status_code == 200
    gone = fitter.act(gas_on, "not_home", reason="敲门没人应，电话没人接")
    assert gone.status_code == 200, gone.text
    assert (list_appointments(hall, case_no), list_appointments(hall, gas_on)) == (["arrived"], ["cancelled"])
    assert list_told(hall, gas_on)[-1] == "nobody_home"
    view = fitter.read(f"/cases/{gas_on}")
    assert (view["appointment"], view["visit"]["made_at"], view["may_book"]) == (None, None, True)
    told = find_waiting(hall, case_no)
    assert told is not None and told["action"]["unmet"]["code"] == "appointment_missing"
    assert first in list_free(desk, gas_on)
    assert book_as_customer(hall, case_no, first)["appointment"] is not None
    # The hour that is cancelled before anybody set off is booked again where it stands.
    gave_up = desk.send("DELETE", f"/cases/{gas_on}/appointment", {"command_id": str(uuid.uuid4())})
    assert gave_up.status_code == 200, gave_up.text
    told = find_waiting(hall, case_no)
    assert told is not None and told["action"]["kind"] == "book"
    assert book_as_customer(hall, case_no, first)["appointment"] is not None
    end(hall, gas_on)


def test_whoever_is_on_the_works_already_needs_no_hour(hall: Hall, works: tuple[str, str]) -> None:
    case_no, gas_on = works
    desk, surveyor = hall.sign_in("desk_361"), hall.sign_in(SURVEYOR)
    assert desk.act(gas_on, "send_on_site", handler=SURVEYOR).status_code == 200
    view = surveyor.read(f"/cases/{gas_on}")
    assert (view["appointment"], view["may_book"]) == (None, False)
    assert "not_home" not in [one["outcome"] for one in view["actions"]]
    assert find_waiting(hall, case_no) is None
    end(hall, gas_on)


def test_the_database_keeps_each_visit_from_a_second_hour(hall: Hall, works: tuple[str, str]) -> None:
    _, gas_on = works
    desk = hall.sign_in("desk_361")
    send(hall, gas_on)
    book(desk, gas_on, list_free(desk, gas_on)[3])
    with hall.sessions() as session:
        row = session.scalars(
            select(Appointment).where(
                Appointment.case_id == hall.find_id(gas_on), Appointment.state == "booked"
            )
        ).one()
        twin = {one.name: getattr(row, one.name) for one in Appointment.__table__.columns if one.name != "id"}
        session.add(Appointment(**twin))
        with pytest.raises(IntegrityError):
            session.flush()
    end(hall, gas_on)


def test_the_fitter_is_asked_to_set_off_and_not_the_surveyor(hall: Hall, works: tuple[str, str]) -> None:
    _, gas_on = works
    desk = hall.sign_in("desk_361")
    send(hall, gas_on)
    view = book(desk, gas_on, list_free(desk, gas_on)[3])
    told: list[tuple[Any, Any]] = []

    def tell(session: Any, matter: Any, people: Any) -> int:
        told.append((matter.params[0], list(people)))
        return 1

    now = tell_start(view) + timedelta(minutes=1)
    VisitReminders(hall.sessions, tell, lambda: now).run()
    assert (gas_on, [hall.staff[FITTER]]) in told
    end(hall, gas_on)
