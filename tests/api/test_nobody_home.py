"""A visit in vain: the hour is given up, the customer is told, and another one is booked."""

from __future__ import annotations

from sqlalchemy import select

from backend.appointments.models import Appointment, HandlerPosition
from backend.core.outbox import OutboxRow
from tests.api.staff_side import Hall
from tests.api.test_case_team import find_mine
from tests.api.test_staff_booking import assigned, book, count_open, hours, list_free

__all__ = ["hours"]


def list_told(hall: Hall, case_no: str) -> list[str]:
    with hall.sessions.begin() as session:
        promised = (
            select(OutboxRow.payload).where(OutboxRow.topic == "notify_customer").order_by(OutboxRow.id)
        )
        return [one["message"] for one in session.scalars(promised) if one.get("case_no") == case_no]


def test_nobody_opens_and_another_hour_is_booked(hall: Hall) -> None:
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    case_no = assigned(hall)
    first, second, *_ = list_free(desk, case_no)
    child = book(desk, case_no, first)["child"]["case_no"]
    assert desk.act(child, "accept").status_code == 200
    for outcome in ("set_off", "arrive"):
        assert handler.act(child, outcome).status_code == 200
    view = handler.read(f"/cases/{child}")
    assert (view["appointment"], view["visit"]["made_at"] is not None, view["may_book"]) == (
        None,
        True,
        False,
    )
    assert handler.act(child, "not_home").status_code == 422
    gone = handler.act(child, "not_home", reason="敲门没人应，电话没人接")
    assert gone.status_code == 200, gone.text
    assert list_told(hall, child)[-1] == "nobody_home"
    view = handler.read(f"/cases/{child}")
    assert (view["appointment"], view["visit"]["made_at"], view["may_book"]) == (None, None, True)
    assert [one["unmet"]["code"] for one in view["actions"] if one["outcome"] == "set_off"] == [
        "appointment_missing"
    ]
    assert count_open(hall, case_no) == 0
    # The seat is free for others, and of the way nothing is kept.
    assert first in list_free(desk, case_no)
    with hall.sessions.begin() as session:
        kept = select(HandlerPosition).join(Appointment).where(Appointment.case_id == hall.find_id(case_no))
        assert session.scalars(kept).all() == []
    # The version that the answer named is the one that goes on.
    assert book(desk, child, second)["appointment"] is not None
    assert handler.act(child, "set_off").status_code == 200
    assert handler.act(child, "arrive").status_code == 200


def test_a_booked_visit_stands_in_the_day_of_its_handler_before_it_is_taken_up(hall: Hall) -> None:
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    for service, step in (("repair", "accept"), ("suspension", "set_off")):
        case_no = assigned(hall, service)
        view = book(desk, case_no, list_free(desk, case_no)[0])
        row = find_mine(handler, view["child"]["case_no"])
        assert row is not None and row["step"] == step
        assert handler.read(f"/cases/{row['case_no']}")["appointment"] is not None
