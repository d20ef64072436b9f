"""A customer urges a case over HTTP: where it may be, once in so many office hours, and never for nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import CaseTask, ServiceCase
from backend.core.outbox import OutboxRow
from tests.api.applications.conftest import Customer, Staff, make_repair


def find_urging(view: dict[str, Any]) -> dict[str, Any] | None:
    return next((one for one in view["actions"] if one["kind"] == "urge"), None)


def wait_long(sessions: sessionmaker[Session], case_no: str) -> None:
    """Let all that is waited for in the case have begun long ago."""
    with sessions.begin() as session:
        of_case = select(ServiceCase.id).where(ServiceCase.case_no == case_no).scalar_subquery()
        below = select(ServiceCase.id).where(ServiceCase.parent_case_id == of_case)
        waited = (CaseTask.case_id == of_case) | CaseTask.case_id.in_(below)
        opened_at = CaseTask.opened_at - timedelta(days=30)
        session.execute(update(CaseTask).where(waited, CaseTask.state == "open").values(opened_at=opened_at))


def test_nobody_is_asked_to_urge_what_has_only_just_begun(
    customer: Customer, sessions: sessionmaker[Session]
) -> None:
    view = customer.apply(make_repair())
    assert find_urging(view) is None
    wait_long(sessions, view["case_no"])
    action = find_urging(customer.get(f"/cases/{view['case_no']}"))
    assert action is not None
    assert (action["name"], action["unmet"]) == ("催一催", None)


def test_a_case_is_urged_once_and_again_after_some_office_hours(
    customer: Customer, stranger: Customer, staff: Staff, sessions: sessionmaker[Session]
) -> None:
    view = customer.apply(make_repair())
    stranger.command(view, 404, kind="urge")
    urged = customer.command(view, kind="urge")
    unmet = (find_urging(urged) or {})["unmet"]
    assert unmet["code"] == "urged_lately"
    assert unmet["text"].startswith("已经催过了，您的办件已排到最前面。")
    assert unmet["text"].endswith(" 后可以再催")
    assert customer.command(urged, 409, kind="urge")["code"] == "urged_lately"
    case = staff.find(view["case_no"])
    with sessions.begin() as session:
        tasks = session.scalars(select(CaseTask).where(CaseTask.case_id == case.id)).all()
        assert [one.step for one in tasks if one.urged_at is not None] == ["accept"]
        promised = select(OutboxRow.payload).where(OutboxRow.topic == "tell_urged")
        named = [one for one in session.scalars(promised) if one["case_no"] == view["case_no"]]
        assert len(named) == 1
        long_ago = update(ServiceCase).where(ServiceCase.id == case.id)
        session.execute(long_ago.values(urged_at=case.urged_at - timedelta(days=30)))
        of_task = update(CaseTask).where(CaseTask.case_id == case.id, CaseTask.urged_at.is_not(None))
        session.execute(of_task.values(urged_at=case.urged_at - timedelta(days=30)))
    wait_long(sessions, view["case_no"])
    again = customer.get(f"/cases/{view['case_no']}")
    assert (find_urging(again) or {})["unmet"] is None
    customer.command(again, kind="urge")
    assert staff.find(view["case_no"]).urged_times == 2


def test_what_was_urged_goes_away_with_its_step(
    customer: Customer, staff: Staff, sessions: sessionmaker[Session]
) -> None:
    view = customer.command(customer.apply(make_repair()), kind="urge")
    assert (find_urging(view) or {})["unmet"] is not None
    staff.do(staff.find(view["case_no"]).id, "accept", "accept")
    wait_long(sessions, view["case_no"])
    with sessions.begin() as session:
        # It was urged before the step began that is waited for now.
        of_case = update(ServiceCase).where(ServiceCase.case_no == view["case_no"])
        session.execute(of_case.values(urged_at=ServiceCase.urged_at - timedelta(days=31)))
    view = customer.get(f"/cases/{view['case_no']}")
    # Another step than the one that was urged, which may be urged itself, once.
    assert (find_urging(view) or {})["unmet"] is None
    view = customer.command(view, kind="urge")
    assert (find_urging(view) or {})["unmet"]["code"] == "urged_lately"
    assert customer.command(view, 409, kind="urge")["code"] == "urged_lately"
    over = customer.command(customer.get(f"/cases/{view['case_no']}"), kind="withdraw")
    assert find_urging(over) is None


def test_what_waits_for_the_customer_is_not_urged_and_what_was_handed_over_to_is(
    customer: Customer, staff: Staff, handler_id: int, sessions: sessionmaker[Session]
) -> None:
    view = customer.apply(make_repair())
    staff.dispatch(view["case_no"], handler_id)
    view = customer.get(f"/cases/{view['case_no']}")
    assert find_urging(view) is None
    assert customer.command(view, 409, kind="urge")["code"] == "urge_not_allowed"
    staff.book(view["case_no"])
    view = customer.get(f"/cases/{view['case_no']}")
    customer.command(view, kind="urge")
    child = staff.find_child(view["case_no"])
    assert child.urged_times == 1
    with sessions.begin() as session:
        [task] = session.scalars(select(CaseTask).where(CaseTask.case_id == child.id))
        assert (task.step, task.urged_at) == ("accept", child.urged_at)
