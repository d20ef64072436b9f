"""An order by telephone goes to the area lead of the unit that serves the address.

When the booked hour has come, the customer sees who comes, how far they are and whom to call.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from backend.appointments.models import Appointment
from backend.appointments.reminders import KIND, VisitReminders
from backend.cases.models import ServiceCase
from backend.core.outbox import OutboxRow
from backend.notifications.models import StaffNotice
from backend.organisation.leads import find_leads
from backend.organisation.models import Staff
from composition.promises import make_staff_notices
from tests.api.bookings import enter_booking
from tests.api.organisation import ensure_staff
from tests.api.staff_side import Hall
from tests.api.test_intake import open_case
from tests.api.test_orders_for_customers import make_caller, take


@pytest.fixture(autouse=True)
def lead(hall: Hall) -> Iterator[int]:
    """Whoever leads the unit 361, for whom nothing is left to be sent afterwards."""
    with hall.sessions.begin() as session:
        who = ensure_staff(
            hall.organisation, session, "361", "hotline_lead", datetime.now(UTC), name="陈片区",
            positions=("area_lead",), departments=("customer_service_dept",),
        )  # fmt: skip
    yield who
    with hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic.in_(("notify_staff", "alert_staff"))))
        session.execute(update(Staff).where(Staff.id == who).values(presence="absent"))


@pytest.fixture
def case_no(hall: Hall) -> str:
    """An alteration that was asked for by telephone and dispatched to whom serves the address."""
    agent = hall.sign_in("agent_a")
    number = open_case(agent, "hotline_service_application", make_caller(service="alteration"))
    take(agent, number, "accept")
    assert take(agent, number, "dispatch")["unit_code"] == "361"
    take(agent, number, "nothing")
    return number


def read_promised(hall: Hall, case_no: str) -> list[dict[str, Any]]:
    with hall.sessions.begin() as session:
        promised = session.scalars(select(OutboxRow.payload).where(OutboxRow.topic == "alert_staff"))
        return [dict(one) for one in promised if one["case_no"] == case_no]


def test_the_order_goes_to_the_area_lead_of_the_unit_that_serves_the_address(
    hall: Hall, case_no: str, lead: int
) -> None:
    [told] = read_promised(hall, case_no)
    assert (told["who"], told["kind"]) == ("leads", "dispatched")
    with hall.sessions.begin() as session:
        assert lead in find_leads(session, hall.units["361"])
        assert lead not in find_leads(session, hall.units["362"])
    browser = hall.sign_in("hotline_lead")
    waiting = [one["case_no"] for one in browser.read("/cases", queue="assign", limit=100)["items"]]
    assert case_no in waiting
    assert take(browser, case_no, "assign", handler="handler_361")["step"] == "book"


def test_when_the_hour_comes_the_handler_sets_off_and_the_customer_sees_how_far_they_are(
    hall: Hall, case_no: str
) -> None:
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    take(desk, case_no, "assign", handler="handler_361")
    case_id = hall.find_id(case_no)
    with hall.sessions.begin() as session:
        booking = enter_booking(session, case_id)
        customer_id = session.scalars(select(ServiceCase.customer_id).where(ServiceCase.id == case_id)).one()
    assert customer_id is not None
    hall.customer(case_no, "book", data=booking)
    child = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    take(desk, child, "residential")

    now = datetime.now(UTC)
    tell = make_staff_notices(hall.shared).tell
    reminders = VisitReminders(hall.sessions, tell, lambda: now)
    assert reminders.run() == 0
    with hall.sessions.begin() as session:
        begun = update(Appointment).where(Appointment.id == booking["appointment_id"])
        session.execute(begun.values(start_at=now - timedelta(minutes=1), end_at=now + timedelta(minutes=59)))
        place = update(ServiceCase).where(ServiceCase.id == case_id)
        session.execute(place.values(place_lat=36.6512, place_lng=117.1201))
    # Reminded once, however often the clock looks.
    assert (reminders.run(), reminders.run()) == (1, 0)
    with hall.sessions.begin() as session:
        reminded = select(StaffNotice.staff_id).where(
            StaffNotice.case_id == case_id, StaffNotice.kind == KIND
        )
        assert session.scalars(reminded).all() == [hall.staff["handler_361"]]

    # Before the handler sets off the customer knows who comes and whom to call, and no position.
    state, contact = hall.customer_cases.look_at_visit(customer_id, case_no)
    assert (state, contact is not None) == ("none", True)
    take(handler, child, "set_off")
    sent = handler.send("POST", "/position", {"lat": 36.66, "lng": 117.13})
    # Other tests may have left this handler on the way to other customers.
    assert sent.get_json()["visits"] >= 1
    seen = hall.shared.visits.read_visit(case_id)
    assert (seen.state, bool(seen.distance_m), bool(seen.arrival_minutes)) == ("set_off", True, True)
    take(handler, child, "arrive")
    assert hall.shared.visits.read_visit(case_id).distance_m is None
    assert reminders.run() == 0
