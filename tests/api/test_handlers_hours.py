"""A handler is sent to one home at a time: which hours are offered, held and booked for their cases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import Appointment, SlotRule
from backend.appointments.service import Hold
from backend.cases.models import ServiceCase
from backend.core.config import Settings
from backend.core.errors import Conflict
from backend.core.local_time import local_date
from backend.organisation.models import ServiceArea, Unit
from tests.api.booking_hall import (
    ELEVEN_TOMORROW,
    HANDLER,
    TEN_TOMORROW,
    Hall,
    publish_processes,
    refusal,
    set_hall_up,
)


@pytest.fixture
def hall(sessions: sessionmaker[Session], centre: str, settings: Settings) -> Hall:
    publish_processes(sessions)
    return set_hall_up(sessions, centre, settings)


def is_busy(hall: Hall, case_id: int, start_at: datetime) -> bool:
    days = hall.appointments.list_days(case_id, start_at.date())
    return any(start_at in day.busy for day in days)


def list_hours(hall: Hall) -> list[str]:
    with hall.sessions() as session:
        day = local_date(TEN_TOMORROW)
        return hall.appointments.list_hours_of(session, {hall.staff_id}, day).get(hall.staff_id, [])


def test_an_hour_of_the_own_handler_is_not_offered(hall: Hall) -> None:
    first, second, other = hall.open_case(hall.staff_id), hall.open_case(hall.staff_id), hall.open_case()
    hall.book_at(first, TEN_TOMORROW)
    assert (hall.left_at(second, TEN_TOMORROW), is_busy(hall, second, TEN_TOMORROW)) == (0, True)
    assert (hall.left_at(second, ELEVEN_TOMORROW), is_busy(hall, second, ELEVEN_TOMORROW)) == (1, False)
    assert refusal(hall.appointments.hold, second, TEN_TOMORROW) == "handler_busy"
    # The unit has another seat, for whoever somebody else comes to.
    assert hall.left_at(other, TEN_TOMORROW) == 1
    hall.book_at(other, TEN_TOMORROW)


def test_what_another_customer_holds_is_the_handlers_too(hall: Hall) -> None:
    first, second = hall.open_case(hall.staff_id), hall.open_case(hall.staff_id)
    held = hall.appointments.hold(first, TEN_TOMORROW)
    assert is_busy(hall, second, TEN_TOMORROW)
    assert not is_busy(hall, first, TEN_TOMORROW)
    assert refusal(hall.appointments.hold, second, TEN_TOMORROW) == "handler_busy"
    hall.now += held.lasts
    hall.book_at(second, TEN_TOMORROW)


def test_two_customers_of_one_handler_at_once(hall: Hall) -> None:
    cases = [hall.open_case(hall.staff_id) for _ in range(8)]

    def hold(case_id: int) -> str:
        try:
            hall.appointments.hold(case_id, TEN_TOMORROW)
        except Conflict as refused:
            return refused.code
        return "held"

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(hold, cases))
    assert sorted(answers) == ["handler_busy"] * 7 + ["held"]


def test_two_holds_that_have_become_one_handlers(hall: Hall) -> None:
    cases = [hall.open_case(), hall.open_case()]
    holds = [hall.appointments.hold(one, TEN_TOMORROW) for one in cases]
    with hall.sessions.begin() as session:
        mine = update(ServiceCase).where(ServiceCase.id.in_(cases)).values(handler_id=hall.staff_id)
        session.execute(mine)

    def book(given: tuple[int, Hold]) -> str:
        try:
            hall.book(*given)
        except Conflict as refused:
            return refused.code
        return "booked"

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(book, zip(cases, holds, strict=True)))
    assert sorted(answers) == ["booked", "handler_busy"]
    loser = cases[answers.index("handler_busy")]
    assert [one.step for one in hall.cases.load(loser).snapshot.open_tasks] == ["book"]
    with hall.sessions() as session:
        booked = select(func.count()).select_from(Appointment).where(Appointment.case_id.in_(cases))
        assert session.scalar(booked) == 1


def test_moving_a_visit_is_not_held_up_by_itself(hall: Hall) -> None:
    case_id = hall.open_case(hall.staff_id)
    hall.book_at(case_id, TEN_TOMORROW)
    assert not is_busy(hall, case_id, TEN_TOMORROW)
    hall.book_at(case_id, TEN_TOMORROW)
    hall.book_at(case_id, ELEVEN_TOMORROW)
    assert list_hours(hall) == ["11:00–12:00"]


def test_a_visit_that_was_made_takes_no_hour(hall: Hall) -> None:
    first, second = hall.open_case(hall.staff_id), hall.open_case(hall.staff_id)
    hall.book_at(first, TEN_TOMORROW)
    child = hall.find_child(first)
    hall.act(child, HANDLER, "set_off")
    assert (list_hours(hall), is_busy(hall, second, TEN_TOMORROW)) == (["10:00–11:00"], True)
    hall.act(child, HANDLER, "arrive")
    assert (list_hours(hall), is_busy(hall, second, TEN_TOMORROW)) == ([], False)
    hall.book_at(second, TEN_TOMORROW)


def test_an_order_that_has_ended_takes_no_hour(hall: Hall) -> None:
    first, second = hall.open_case(hall.staff_id), hall.open_case(hall.staff_id)
    hall.book_at(first, TEN_TOMORROW)
    assert is_busy(hall, second, TEN_TOMORROW)
    with hall.sessions.begin() as session:
        # As an order that knows no arrival, while the customer has yet to rate it.
        ended = update(ServiceCase).where(ServiceCase.id == hall.find_child(first))
        session.execute(ended.values(status="completed"))
    assert (list_hours(hall), is_busy(hall, second, TEN_TOMORROW)) == ([], False)


def test_a_place_that_is_not_in_the_list_uses_the_hours_of_its_streets_rest(hall: Hall) -> None:
    case_id, street = hall.open_case(), f"街道{hall.unit_id}"
    with hall.sessions.begin() as session:
        elsewhere = session.scalars(select(Unit.id).where(Unit.id != hall.unit_id)).first()
        rest = ServiceArea(region="测试区", street=street, community="", unit_id=hall.unit_id)
        session.add_all(
            [rest, ServiceArea(region="测试区", street=street, community="别家苑", unit_id=elsewhere)]
        )
        session.flush()
        session.add(
            SlotRule(
                unit_id=hall.unit_id, area_id=rest.id, day_kind="working", from_hour=15, until_hour=16,
                capacity=3, effective_from=date(2026, 1, 1), effective_until=None,
            )
        )  # fmt: skip

    def list_starts(community: str) -> set[datetime]:
        with hall.sessions.begin() as session:
            there = {"region": "测试区", "street": street, "community": community}
            session.execute(update(ServiceCase).where(ServiceCase.id == case_id).values(there))
        [day] = [one for one in hall.appointments.list_days(case_id, None) if one.day.day == 25]
        return {slot.start_at for slot, _ in day.slots}

    assert list_starts("王家庄") == {TEN_TOMORROW + timedelta(hours=5)}
    # A community that another unit serves is not the rest of the street.
    assert list_starts("别家苑") == {TEN_TOMORROW, ELEVEN_TOMORROW}
