"""Staff book and move visits for a customer: the same seats, one visit for the tree, the customer told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from backend.appointments.models import Appointment, AppointmentPolicy, AppointmentSeat, SlotRule
from backend.appointments.states import OPEN_STATES
from backend.cases.commands import CUSTOMER, Complete
from backend.cases.contract_wording import ContractWordings
from backend.cases.document_signing import DocumentSigning
from backend.cases.documents import DocumentDesk
from backend.cases.models import CaseEvent, ServiceCase
from backend.catalogue.service import DefinitionStore
from backend.core.local_time import format_span, local_date
from backend.core.outbox import OutboxRow
from tests.api.filling import fill_in, upload
from tests.api.scenario_forms import AnyFiles, fill_what_is_asked, make_sources
from tests.api.staff_side import Browser, Hall, _read_clock, code


@pytest.fixture(autouse=True)
def hours(hall: Hall) -> Iterator[None]:
    """Let unit 361 have one seat in every hour, and take the rules away afterwards."""
    with hall.sessions.begin() as session:
        session.add_all(
            SlotRule(
                unit_id=hall.units["361"], area_id=None, day_kind=kind, from_hour=8, until_hour=20,
                capacity=1, effective_from=local_date(_read_clock()), effective_until=None,
            )
            for kind in ("working", "rest")
        )  # fmt: skip
    yield
    with hall.sessions.begin() as session:
        session.execute(delete(SlotRule).where(SlotRule.unit_id == hall.units["361"]))


def assigned(hall: Hall, service: str = "repair") -> str:
    """A case whose customer is to book."""
    case_no = hall.start(service=service)
    for who, outcome, more in (
        ("remote_a", "accept", {}),
        ("remote_a", "pass", {}),
        ("remote_a", "dispatch", {}),
        ("desk_361", "assign", {"handler": "handler_361"}),
    ):
        done = hall.sign_in(who).act(case_no, outcome, **more)
        assert done.status_code == 200, done.text
    return case_no


def list_free(browser: Browser, case_no: str) -> list[str]:
    days = browser.read(f"/cases/{case_no}/slots")["days"]
    return [slot["start_at"] for day in days for slot in day["slots"] if slot["left"]]


def hold(browser: Browser, case_no: str, start_at: str) -> TestResponse:
    return browser.send("POST", f"/cases/{case_no}/holds", {"start_at": start_at})


def book(browser: Browser, case_no: str, start_at: str) -> dict[str, Any]:
    held = json.loads(hold(browser, case_no, start_at).text)["hold_id"]
    body = {"command_id": str(uuid.uuid4()), "hold_id": held}
    done = browser.send("POST", f"/cases/{case_no}/appointment", body)
    assert done.status_code == 200, done.text
    # The answer got lost and the request came again: it is the same booking.
    assert browser.send("POST", f"/cases/{case_no}/appointment", body).status_code == 200
    return dict(json.loads(done.text))


def tell_start(view: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(view["appointment"]["start_at"])


def list_told(hall: Hall, case_no: str) -> list[str]:
    with hall.sessions.begin() as session:
        promised = (
            select(OutboxRow.payload).where(OutboxRow.topic == "notify_customer").order_by(OutboxRow.id)
        )
        return [
            one["message"]
            for one in session.scalars(promised.order_by(OutboxRow.id))
            if one.get("case_no") == case_no
            and one["message"].startswith(("appointment_", "handler_changed"))
        ]


def count_open(hall: Hall, case_no: str) -> int:
    with hall.sessions.begin() as session:
        wanted = (
            select(func.count())
            .select_from(Appointment)
            .where(Appointment.case_id == hall.find_id(case_no), Appointment.state.in_(OPEN_STATES))
        )
        return session.execute(wanted).scalar_one()


def test_staff_book_move_and_cancel_and_the_customer_is_told(hall: Hall) -> None:
    desk, case_no = hall.sign_in("desk_361"), assigned(hall)
    assert desk.read(f"/cases/{case_no}")["may_book"]
    first, second, *_ = list_free(desk, case_no)
    view = book(desk, case_no, first)
    assert tell_start(view) == datetime.fromisoformat(first)
    assert view["may_book"]
    with hall.sessions.begin() as session:
        of_case = CaseEvent.case_id == hall.find_id(case_no)
        actors = select(CaseEvent.actor).where(of_case, CaseEvent.kind == "task_done").order_by(CaseEvent.seq)
        assert session.scalars(actors).all()[-1] == f"staff:{hall.staff['desk_361']}"
    # In the child's page as well, whose visit it is, and by its handler.
    child = view["child"]["case_no"]
    moved = book(hall.sign_in("handler_361"), child, second)
    assert tell_start(moved) == datetime.fromisoformat(second)
    assert count_open(hall, case_no) == 1
    assert list_told(hall, case_no) == ["appointment_booked", "appointment_moved"]
    gone = desk.send("DELETE", f"/cases/{case_no}/appointment", {"command_id": str(uuid.uuid4())})
    assert gone.status_code == 200, gone.text
    assert json.loads(gone.text)["appointment"] is None
    assert list_told(hall, case_no)[-1] == "appointment_cancelled"
    assert first in list_free(desk, case_no)


def test_whose_handler_changes_is_told_who_comes(hall: Hall) -> None:
    desk, case_no, meeting = hall.sign_in("desk_361"), assigned(hall), assigned(hall)
    day = list_free(desk, case_no)
    book(desk, case_no, day[0])
    give = {"command_id": str(uuid.uuid4()), "to": "second_361", "reason": "请假"}
    # Nobody waits for a visit here, so nobody is told.
    assert desk.send("POST", f"/cases/{meeting}/forward", give).status_code < 300
    book(desk, meeting, day[1])
    with hall.sessions.begin() as session:
        # The second one's visit of the same hour, as one may have it who was chosen after the booking.
        first = select(Appointment.start_at, Appointment.end_at).where(
            Appointment.case_id == hall.find_id(case_no), Appointment.state.in_(OPEN_STATES)
        )
        start_at, end_at = session.execute(first).one()
        same = update(Appointment).where(Appointment.case_id == hall.find_id(meeting))
        session.execute(same.values(start_at=start_at, end_at=end_at))
    work = desk.read("/members/handler_361/open-work")
    clashes = {one["hours"]: one["case_nos"] for one in work["clashes"] if one["username"] == "second_361"}
    hour = format_span(start_at, end_at)
    assert case_no in clashes[hour]
    assert {one["case_no"]: one["visit"] for one in work["items"]}[case_no] == hour
    move = {"command_id": str(uuid.uuid4()), "to": "second_361", "reason": "请假"}
    for _ in range(2):
        assert desk.send("POST", "/members/handler_361/hand-over", move).status_code == 200
    assert list_told(hall, case_no) == ["appointment_booked", "handler_changed"]
    assert list_told(hall, meeting) == ["appointment_booked"]


def test_staff_may_move_what_the_customer_no_longer_can(hall: Hall) -> None:
    desk, case_no = hall.sign_in("desk_361"), assigned(hall)
    first, second, *_ = list_free(desk, case_no)
    book(desk, case_no, first)
    with hall.sessions.begin() as session:
        before = session.execute(select(AppointmentPolicy.id, AppointmentPolicy.change_minutes)).all()
        session.execute(update(AppointmentPolicy).values(change_minutes=60 * 24 * 30))
    try:
        assert not desk.read(f"/cases/{case_no}")["appointment"]["may_change"]
        assert tell_start(book(desk, case_no, second)) == datetime.fromisoformat(second)
    finally:
        with hall.sessions.begin() as session:
            for one in before:
                whose = update(AppointmentPolicy).where(AppointmentPolicy.id == one.id)
                session.execute(whose.values(change_minutes=one.change_minutes))


def test_the_last_seat_is_given_once(hall: Hall) -> None:
    one, other = assigned(hall), assigned(hall)
    with hall.sessions.begin() as session:
        # Without a handler of its own the other case has nothing but the seat to lose.
        nobody = update(ServiceCase).where(ServiceCase.id == hall.find_id(other)).values(handler_id=None)
        session.execute(nobody)
    desk = hall.sign_in("desk_361")
    start_at = list_free(desk, one)[0]
    people = [(hall.sign_in("desk_361"), one), (hall.sign_in("lead_a"), other)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: hold(*pair, start_at), people))
    assert sorted(one.status_code for one in answers) == [201, 409]
    assert code(next(one for one in answers if one.status_code == 409)) == "slot_full"
    with hall.sessions.begin() as session:
        ids = [hall.find_id(one), hall.find_id(other)]
        seats = select(func.count()).select_from(AppointmentSeat)
        assert session.execute(seats.where(AppointmentSeat.case_id.in_(ids))).scalar_one() == 1


def test_what_cannot_be_booked(hall: Hall) -> None:
    desk = hall.sign_in("desk_361")
    case_no = hall.start(service="repair")
    for outcome in ("accept", "pass", "dispatch"):
        assert hall.sign_in("remote_a").act(case_no, outcome).status_code == 200
    assert not desk.read(f"/cases/{case_no}")["may_book"]
    start_at = list_free(desk, case_no)[0]
    assert code(hold(desk, case_no, start_at)) == "appointment_not_open"
    waiting = assigned(hall)
    assert code(hold(desk, waiting, "2031-06-01T03:30:00+08:00")) == "slot_unknown"
    stale = {"command_id": str(uuid.uuid4()), "hold_id": str(uuid.uuid4())}
    assert code(desk.send("POST", f"/cases/{waiting}/appointment", stale)) == "hold_expired"
    nothing = desk.send("DELETE", f"/cases/{waiting}/appointment", {"command_id": str(uuid.uuid4())})
    assert code(nothing) == "appointment_missing"
    assert hall.sign_in("desk_362").get(f"/cases/{waiting}/slots").status_code == 404


def _show_what_was_rectified(hall: Hall, case_no: str) -> None:
    """Let the customer hand in the photos of what was put right, and say so."""
    definitions, files, case_id = DefinitionStore(), AnyFiles(), hall.find_id(case_no)
    sources = make_sources(hall.organisation, hall.keys, _read_clock)
    signing = DocumentSigning(hall.keys, files)
    wordings = ContractWordings(definitions, sources, hall.keys)
    desk = DocumentDesk(hall.service, definitions, sources, hall.keys, files, signing, wordings, _read_clock)
    snapshot = hall.service.load(case_id).snapshot
    command = Complete(CUSTOMER, snapshot.open_tasks[0].no, "rectified", snapshot.version)
    fill_what_is_asked(hall.sessions, desk, case_id, command, f"customer:{hall.customer_id}", {})
    hall.customer(case_no, "rectified")


def test_an_inspection_booked_anew_is_one_visit(hall: Hall) -> None:
    """The visit is booked at the application, and the case that waits for it below goes on by that."""
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    case_no = assigned(hall, "inspection")
    first, second, *_ = list_free(desk, case_no)
    child = book(desk, case_no, first)["child"]["case_no"]
    assert desk.act(child, "accept").status_code == 200
    for outcome in ("set_off", "arrive"):
        assert handler.act(child, outcome).status_code == 200
    fill_in(handler, child, hazards_found=["h36"])
    photo = upload(handler, "hose")
    assert handler.act(child, "hazard", photos=[photo]).status_code == 200
    fill_in(handler, child)
    assert handler.act(child, "to_customer").status_code == 200
    _show_what_was_rectified(hall, child)
    assert desk.read(f"/cases/{child}")["may_book"]
    view = book(desk, child, second)
    assert [one["step"] for one in view["open_tasks"]] == ["accept"]
    assert tell_start(view) == datetime.fromisoformat(second)
    assert count_open(hall, case_no) == 1
    assert count_open(hall, child) == 0
