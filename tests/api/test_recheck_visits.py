"""A second look at hazards that the customer put right: the visit before is over, another hour is booked."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from backend.appointments.models import Appointment, AppointmentSeat
from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from backend.cases.visiting import NO_APPOINTMENT
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, sign
from tests.api.promised import list_promised
from tests.api.staff_side import VALUES, Browser, Hall, code
from tests.api.test_case_team import find_mine
from tests.api.test_nobody_home import list_told
from tests.api.test_orders_for_customers import take
from tests.api.test_second_visits import list_appointments
from tests.api.test_staff_booking import assigned, hours, tell_start
from tests.api.test_turn_notices import deliver
from tests.pictures import make_photo

__all__ = ["hours"]
HANDLER = "handler_361"


@dataclass
class Client:
    """A customer's client, with the one case that it knows."""

    client: FlaskClient
    headers: dict[str, str]
    case_no: str

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        address = f"/api/v1/cases/{self.case_no}{path}"
        return self.client.open(address, method=method, headers=self.headers, json=body)

    def read(self, path: str = "") -> dict[str, Any]:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(json.loads(answer.text))

    def find_action(self, outcome: str) -> dict[str, Any]:
        return next(one for one in self.read()["actions"] if one["outcome"] == outcome)

    def act(self, outcome: str) -> TestResponse:
        version, task = self.read()["version"], self.find_action(outcome)["task"]
        command = {"command_id": str(uuid.uuid4()), "expected_version": version, "kind": "complete"}
        return self.send("POST", "/commands", {**command, "task": task, "outcome": outcome})

    def list_free(self) -> list[str]:
        days = self.read("/slots")["days"]
        return [slot["start_at"] for day in days for slot in day["slots"] if slot["left"]]

    def book(self, start_at: str) -> dict[str, Any]:
        """Hold and book an hour as the page does, with the version that it was drawn from."""
        version = self.read()["version"]
        held = self.send("POST", "/holds", {"start_at": start_at})
        assert held.status_code == 201, held.text
        named = {"command_id": str(uuid.uuid4()), "hold_id": json.loads(held.text)["hold_id"]}
        done = self.send("POST", "/appointment", {**named, "expected_version": version})
        assert done.status_code == 200, done.text
        return dict(json.loads(done.text))

    def show_rectified(self) -> None:
        """Fill in what was put right, with a photo, and say so."""
        photo = {"file": (io.BytesIO(make_photo(size=(8, 8))), "软管.jpg"), "purpose": "application"}
        sent = self.client.post("/api/v1/files", headers=self.headers, data=photo)
        values = {"rectified_photos": [json.loads(sent.text)["file_key"]], "rectified_text": "换了软管"}
        change = {"revision": 0, "values": values, "fills": True}
        filled = self.send("PUT", f"/documents/{self.find_action('rectified')['task']}", change)
        assert filled.status_code == 200, filled.text
        assert (done := self.act("rectified")).status_code == 200, done.text

    def find_waiting(self) -> dict[str, Any] | None:
        home = json.loads(self.client.get("/api/v1/home", headers=self.headers).text)
        return next((one for one in home["waiting"] if one["case_no"] == self.case_no), None)


@pytest.fixture(params=["applied for", "invited"])
def customer(
    request: pytest.FixtureRequest,
    hall: Hall,
    client: FlaskClient,
    make_customer: Callable[[], MadeCustomer],
    monkeypatch: pytest.MonkeyPatch,
) -> Client:
    """A customer who is to book an inspection, in a case of its own or in the application's above it."""
    made = make_customer()
    if request.param == "applied for":
        monkeypatch.setattr(hall, "customer_id", made.id)
        return Client(client, made.headers, assigned(hall, "inspection"))
    new = NewCase(
        "inspection", unit_id=hall.units["361"], unit_code="361", customer_id=made.id, channel="counter",
        form=hall.seal(VALUES),
    )  # fmt: skip
    case_no = hall.service.start_case(Request("staff:1", uuid.uuid4(), {}), new, Start(SYSTEM)).case_no
    take(hall.sign_in("desk_361"), case_no, "invite", handler=HANDLER)
    return Client(client, made.headers, case_no)


def find_order(hall: Hall, case_no: str) -> str:
    """Return the number of the inspection itself."""
    child = hall.sign_in("desk_361").read(f"/cases/{case_no}")["child"]
    return str(child["case_no"]) if child else case_no


def inspect(hall: Hall, order: str) -> None:
    """Go there, find a hazard and leave it to the customer to put right."""
    handler = hall.sign_in(HANDLER)
    take(hall.sign_in("desk_361"), order, "accept")
    for outcome in ("set_off", "arrive"):
        take(handler, order, outcome)
    sign_beside(handler, order, fill_in(handler, order, hazards_found=["h36"]))
    take(handler, order, "hazard")
    sign_beside(handler, order, fill_in(handler, order))
    take(handler, order, "to_customer")


def sign_beside(handler: Browser, order: str, task: int) -> None:
    """Let the customer sign on the handler's glass what was written, wherever it waits for that."""
    for one in handler.read(f"/cases/{order}/documents/{task}")["signers"]:
        if one["party"] == "customer" and not one["optional"]:
            sign(handler, order, task, one["key"], name="王女士")


def let_hour_pass(hall: Hall, case_no: str) -> None:
    """Put the hour that was booked before now, in its row and in the data of the case."""
    with hall.sessions.begin() as session:
        of_case = Appointment.case_id == hall.find_id(case_no)
        row = session.scalars(select(Appointment).where(of_case)).one()
        start, end = (one - timedelta(days=9) for one in (row.start_at, row.end_at))
        session.execute(update(Appointment).where(of_case).values(start_at=start, end_at=end))
    hall.amend(case_no, appointment_start_at=start.isoformat(), appointment_end_at=end.isoformat())


def count_seats(hall: Hall, case_no: str) -> int:
    with hall.sessions() as session:
        of_case = AppointmentSeat.case_id == hall.find_id(case_no)
        return len(session.scalars(select(AppointmentSeat.slot_id).where(of_case)).all())


@pytest.mark.parametrize("is_early", [True, False], ids=["early", "past"])
def test_another_hour_is_booked_once_the_hazards_are_put_right(
    hall: Hall, customer: Client, is_early: bool
) -> None:
    desk, handler, case_no = hall.sign_in("desk_361"), hall.sign_in(HANDLER), customer.case_no
    first, _, second, *_ = customer.list_free()
    assert customer.book(first)["appointment"] is not None
    order = find_order(hall, case_no)
    inspect(hall, order)
    if not is_early:
        let_hour_pass(hall, case_no)
    customer.show_rectified()

    # Of the visit that was made no hour is told any more, by nobody and to nobody.
    assert list_appointments(hall, case_no) == ["moved"]
    view = customer.read()
    assert (view["appointment"], view["visit_state"], view["visited_at"]) == (None, "none", None)
    [now] = [one for one in view["progress"] if one["state"] == "now"]
    assert (view["headline"], now["due_text"]) == (now["text"], None)
    waiting = customer.find_waiting()
    assert waiting is not None
    assert (waiting["headline"], waiting["due_text"]) == (now["text"], None)
    assert (waiting["action"]["outcome"], waiting["action"]["unmet"]["code"]) == (
        "book", "appointment_missing",
    )  # fmt: skip
    for seen in (desk.read(f"/cases/{case_no}"), handler.read(f"/cases/{order}")):
        assert (seen["appointment"], seen["visit"]["made_at"], seen["may_book"]) == (None, None, True)
    row = find_mine(handler, order)
    assert row is not None and (row["step"], row["due_at"]) == ("book", None)
    with hall.sessions() as session:
        appointments, case_id = hall.shared.appointments, hall.find_id(order)
        assert appointments.find_hour(session, case_id) is None
        assert appointments.list_hours_of_cases(session, [hall.find_id(case_no)]) == {}
    # The step is done with a new hour alone, and the seat of the visit that was made is not given out anew.
    assert code(customer.act("book")) == "appointment_missing"
    assert count_seats(hall, case_no) == 1
    free = customer.list_free()
    assert (first in free, second in free) == (False, True)

    view = customer.book(second)
    start = datetime.fromisoformat(second)
    assert (tell_start(view), view["visit_state"], view["state"]) == (start, "none", "in_progress")
    assert list_appointments(hall, case_no) == ["moved", "booked"]
    assert list_told(hall, order)[-1] == "appointment_booked"
    deliver(hall, list_promised(hall, order)[-1])
    assert view["appointment"]["text"] in desk.read(f"/cases/{case_no}")["messages"][-1]["text"]
    for who, number in ((desk, case_no), (handler, order)):
        assert tell_start(who.read(f"/cases/{number}")) == start
    assert find_mine(handler, order) is not None
    # It is moved like any other, and the way to it is told until the arrival.
    third = customer.list_free()[4]
    assert tell_start(customer.book(third)) == datetime.fromisoformat(third)
    take(desk, order, "accept")
    due_at = handler.read(f"/cases/{order}")["due_at"]
    assert datetime.fromisoformat(due_at) == datetime.fromisoformat(third) + timedelta(hours=1)
    take(handler, order, "set_off")
    assert customer.read("/visit")["state"] == "set_off"
    take(handler, order, "arrive")
    view = customer.read()
    assert (view["appointment"], view["visit_state"]) == (None, "arrived")
    assert list_appointments(hall, case_no) == ["moved", "moved", "arrived"]
    assert count_seats(hall, case_no) == 1
    assert desk.cancel(order, "测试完了").status_code == 200


def test_a_case_that_has_kept_its_former_hour_is_booked_anew_as_well(hall: Hall, customer: Client) -> None:
    """As those that came to the booking before the hour was given up with the step before it."""
    case_no = customer.case_no
    first, second, *_ = customer.list_free()
    customer.book(first)
    order = find_order(hall, case_no)
    inspect(hall, order)
    kept = hall.service.load(hall.find_id(case_no)).snapshot.data
    customer.show_rectified()
    with hall.sessions.begin() as session:
        of_case = Appointment.case_id == hall.find_id(case_no)
        session.execute(update(Appointment).where(of_case).values(state="arrived"))
    hall.amend(case_no, **{key: kept[key] for key in NO_APPOINTMENT})
    assert customer.read()["appointment"] is None
    assert hall.sign_in("desk_361").read(f"/cases/{order}")["appointment"] is None
    assert tell_start(customer.book(second)) == datetime.fromisoformat(second)
    assert list_appointments(hall, case_no) == ["moved", "booked"]
    assert list_told(hall, order)[-1] == "appointment_booked"
    assert hall.sign_in("desk_361").cancel(order, "测试完了").status_code == 200


@pytest.mark.parametrize("customer", ["applied for"], indirect=True)
def test_what_is_done_over_is_booked_anew_and_the_hour_that_nobody_came_at_is_free(
    hall: Hall, customer: Client
) -> None:
    desk, centre, case_no = hall.sign_in("desk_361"), hall.sign_in("remote_a"), customer.case_no
    first, second, *_ = customer.list_free()
    customer.book(first)
    assert desk.cancel(find_order(hall, case_no), "客户说已经检查过").status_code == 200
    take(desk, case_no, "reply", reason="客户说已经检查过")
    take(centre, case_no, "redo", reason="客户还是要检查")
    assert list_appointments(hall, case_no) == ["cancelled"]
    assert desk.read(f"/cases/{case_no}")["appointment"] is None
    take(desk, case_no, "assign", handler=HANDLER)
    view = customer.read()
    assert (view["appointment"], customer.find_action("book")["unmet"]["code"]) == (
        None, "appointment_missing",
    )  # fmt: skip
    assert first in customer.list_free()
    assert tell_start(customer.book(second)) == datetime.fromisoformat(second)
    assert desk.cancel(find_order(hall, case_no), "测试完了").status_code == 200
