"""What was urged stands first on its handler's list, is marked and counted, and the handler is told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.cases.escalation import FindLeads
from backend.cases.forwarding import FindPresent
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.service import Request, lock_whole
from backend.cases.urging import UrgeLimit, UrgeNotices, urge
from backend.core.calendar_service import CalendarService
from backend.core.topics import PromiseContext
from backend.notifications.models import StaffNotice
from backend.notifications.staff_notices import StaffNotices
from tests.api.due_dates import set_due
from tests.api.staff_side import Browser, Hall


def read_clock() -> datetime:
    return datetime.now(UTC)


def urge_case(hall: Hall, case_no: str) -> None:
    limit = UrgeLimit(CalendarService(hall.sessions, read_clock), 4, read_clock)
    case_id = hall.find_id(case_no)
    request = Request(f"customer:{hall.customer_id}", uuid.uuid4(), {})
    hall.service.once(
        request,
        lambda session, stamp: urge(session, hall.service, limit, stamp, lock_whole(session, case_id)),
    )


def give_to_handler(hall: Hall, due_in: timedelta) -> str:
    """Start an alarm and give it to the handler: it is due in so long."""
    agent, desk = hall.sign_in("agent_a"), hall.sign_in("desk_361")
    case_no = hall.report_alarm("361", words="臭味")
    for outcome in ("record", "guide", "dispatch"):
        assert agent.act(case_no, outcome).status_code == 200
    assert desk.act(case_no, "assign", handler="crew_361").status_code == 200
    with hall.sessions.begin() as session:
        task = (CaseTask.case_id == hall.find_id(case_no)) & (CaseTask.state == "open")
        set_due(session, task, read_clock() + due_in)
    return case_no


def list_pages(browser: Browser, queue: str, limit: int) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = browser.read("/cases", queue=queue, limit=limit, **after)
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def find_nobody(session: Session, unit_id: int, posts: Sequence[str]) -> list[int]:
    return []


def tell(hall: Hall, case_no: str, leads: FindLeads, present: FindPresent = find_nobody) -> list[int]:
    """Keep the promise, twice as may happen, and return who was told."""
    notices = StaffNotices(hall.sessions, hall.organisation, None, {}, None, "http://hall", read_clock)
    keeper = UrgeNotices(hall.sessions, notices, leads, present)
    case_id = hall.find_id(case_no)
    for _ in range(2):
        keeper.handle({"case_id": case_id}, PromiseContext(0, "tell_urged", 1, read_clock(), read_clock))
    with hall.sessions.begin() as session:
        told = select(StaffNotice.staff_id).where(StaffNotice.case_id == case_id, StaffNotice.kind == "urged")
        return list(session.scalars(told))


def test_what_was_urged_stands_first_and_is_counted(hall: Hall) -> None:
    cases = [give_to_handler(hall, timedelta(hours=hours)) for hours in (1, 2, 3, 4)]
    handler = hall.sign_in("crew_361")
    for case_no in (cases[3], cases[2]):
        urge_case(hall, case_no)
    expected = [cases[2], cases[3], cases[0], cases[1]]
    for limit in (100, 1):
        mine = [one for one in list_pages(handler, "mine", limit) if one["case_no"] in cases]
        assert [one["case_no"] for one in mine] == expected
        assert [one["urged_times"] for one in mine] == [1, 1, 0, 0]
    view = handler.read(f"/cases/{cases[3]}")
    assert view["urged_times"] == 1
    # What is to be done stands beside the manual's name for it, in the words that the process has for it.
    assert view["step_name"] == "现场处置"
    assert "客户催办" in [one["text"] for one in view["history"]]
    assert tell(hall, cases[3], lambda session, unit_id: []) == [hall.staff["crew_361"]]
    # What the customer waited for is done; the next step begins without the mark.
    assert handler.act(cases[3], "handled", result="已处置").status_code == 200
    assert hall.sign_in("desk_361").read(f"/cases/{cases[3]}")["urged_times"] == 0


def test_without_a_handler_the_leads_hear_of_it(hall: Hall) -> None:
    case_no = hall.report_alarm("361", words="臭味")
    urge_case(hall, case_no)
    lead = hall.staff["desk_361"]
    assert tell(hall, case_no, lambda session, unit_id: [lead]) == [lead]
    with hall.sessions.begin() as session:
        case = session.get_one(ServiceCase, hall.find_id(case_no))
        assert case.urged_times == 1


def test_whoever_holds_the_post_that_is_waited_for_hears_of_it(hall: Hall) -> None:
    case_no = hall.report_alarm("361", words="臭味")
    urge_case(hall, case_no)
    asked: list[tuple[int, list[str]]] = []

    def find_agents(session: Session, unit_id: int, posts: Sequence[str]) -> list[int]:
        asked.append((unit_id, list(posts)))
        return [hall.staff["agent_a"]]

    def find_lead(session: Session, unit_id: int) -> list[int]:
        return [hall.staff["desk_361"]]

    assert tell(hall, case_no, find_lead, find_agents) == [hall.staff["agent_a"]]
    assert set(map(str, asked)) == {str((hall.units["361"], ["hotline_agent"]))}


def test_of_many_with_one_post_the_lead_hears_of_it(hall: Hall) -> None:
    case_no = hall.report_alarm("361", words="臭味")
    urge_case(hall, case_no)
    lead = hall.staff["desk_361"]
    many = list(range(1_000_000, 1_000_006))
    told = tell(hall, case_no, lambda session, unit_id: [lead], lambda session, unit_id, posts: many)
    assert told == [lead]


def test_what_was_urged_stands_first_in_a_queue(hall: Hall) -> None:
    cases = [hall.report_alarm("361", words="臭味") for _ in range(4)]
    for case_no in (cases[3], cases[1]):
        urge_case(hall, case_no)
    agent = hall.sign_in("agent_a")
    for queue in ("alarm", "unit"):
        for limit in (100, 1):
            listed = [one["case_no"] for one in list_pages(agent, queue, limit)]
            # The cases of other tests are among them, so whole lists are compared.
            assert len(listed) == len(set(listed))
            assert [one for one in listed if one in cases] == [cases[1], cases[3], cases[0], cases[2]]


def test_an_alarm_stands_before_all_else_where_lists_have_both(hall: Hall) -> None:
    ordinary, alarm = (give_to_handler(hall, timedelta(hours=hours)) for hours in (1, 90))
    with hall.sessions.begin() as session:
        # As any other order of the handler's: only alarms have the queue of alarms.
        task = (CaseTask.case_id == hall.find_id(ordinary)) & (CaseTask.state == "open")
        session.execute(update(CaseTask).where(task).values(queue="mine"))
    urge_case(hall, ordinary)
    for who, queue in (("crew_361", "mine"), ("desk_361", "unit")):
        for limit in (100, 1):
            listed = [one["case_no"] for one in list_pages(hall.sign_in(who), queue, limit)]
            assert len(listed) == len(set(listed))
            assert listed.index(alarm) < listed.index(ordinary), (who, limit)
