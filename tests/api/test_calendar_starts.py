"""Cases that the calendar starts, on a real database: once a unit and period, whoever looks, however late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.calendar_starts import CalendarStarter
from backend.cases.deadline_keeper import DeadlineKeeper
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.service import CaseService
from backend.catalogue.loader import hash_body
from backend.catalogue.service import DefinitionStore, Draft, publish
from backend.core.calendar_models import CalendarDay
from backend.core.calendar_service import CalendarService
from backend.core.config import Settings
from backend.core.local_time import SHANGHAI
from backend.core.scheduler import Scheduler, Tick
from backend.organisation.models import Unit
from backend.organisation.service import OrganisationService
from composition.hall import make_key_ring
from tests.api.organisation import CENTRE, ensure_unit
from tests.unit.cases.definitions import make_outcome, make_step

# Far from the years of all other tests, whose units and calendar days are in the same database.
PUBLISHED = datetime(2031, 3, 1, 1, 0, tzinfo=UTC)
PLAN = {"kind": "calendar_date", "due": "previous-12-19"}


def make_body(key: str, *starts: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "version": 1,
        "name": "定期测试",
        "first_step": "plan",
        "starts": list(starts),
        "steps": [
            make_step("plan", "position:clerk", make_outcome("on", "work"), limit=PLAN),
            make_step("work", "position:clerk", make_outcome("done")),
        ],
    }


YEARLY = make_body(
    "test_yearly", {"every": "year", "month": 12, "day": 1, "per": "unit", "plans": "next_year"}
)
QUARTERLY = make_body("test_quarterly", {"every": "quarter", "day": 1, "per": "company", "enter_at": "work"})


@pytest.fixture(scope="module")
def units(sessions: sessionmaker[Session], settings: Settings) -> set[str]:
    """All units there are, two of them made here; and both processes published."""
    organisation = OrganisationService(make_key_ring(settings), {}, {})
    drafts = [Draft("process", one["key"], 1, hash_body(one), one) for one in (YEARLY, QUARTERLY)]
    with sessions.begin() as session:
        ensure_unit(organisation, session, *CENTRE)
        ensure_unit(organisation, session, "471", "定期一部", "unit", "100")
        ensure_unit(organisation, session, "472", "定期二部", "unit", "100")
        publish(session, drafts, "test", PUBLISHED)
        return set(session.scalars(select(Unit.code).where(Unit.kind == "unit", Unit.is_active)))


class Company:
    """A scheduler that looks at the moment which the test sets."""

    def __init__(self, sessions: sessionmaker[Session], process: str) -> None:
        self.now = PUBLISHED
        self._sessions, self._process = sessions, process
        definitions, calendar = DefinitionStore(), CalendarService(sessions, lambda: self.now)
        cases = CaseService(
            sessions, definitions, lambda: self.now, plan_deadlines=DeadlineKeeper(calendar).plan
        )
        self.starter = CalendarStarter(sessions, cases, definitions, calendar, (process,), lambda: self.now)

    def look(self, day: str) -> int:
        self.now = datetime.strptime(day, "%Y-%m-%d").replace(hour=9, tzinfo=SHANGHAI)
        return self.starter.run()

    def list_cases(self) -> list[ServiceCase]:
        with self._sessions() as session:
            return list(
                session.scalars(
                    select(ServiceCase)
                    .where(ServiceCase.process_key == self._process)
                    .order_by(ServiceCase.id)
                )
            )

    def find_task(self, case: ServiceCase) -> CaseTask:
        with self._sessions() as session:
            return session.scalars(select(CaseTask).where(CaseTask.case_id == case.id)).one()


def test_a_year_starts_once_for_every_unit_and_a_missed_day_is_made_up(
    sessions: sessionmaker[Session], units: set[str]
) -> None:
    company = Company(sessions, "test_yearly")
    # The day was before the process; and the last day before it comes.
    assert (company.look("2031-03-02"), company.look("2031-11-30")) == (0, 0)
    # Nobody looked for a week; then once is enough.
    assert company.look("2031-12-08") == len(units)
    assert (company.look("2031-12-08"), company.look("2032-11-30")) == (0, 0)
    cases = company.list_cases()
    assert {one.unit_code for one in cases} == units
    assert {(one.channel, one.customer_id) for one in cases} == {("calendar", None)}
    assert cases[0].data == {"period": "2031", "plan_year": 2032}
    task = company.find_task(cases[0])
    assert (task.step, task.due_at) == ("plan", datetime(2031, 12, 19, 17, 30, tzinfo=SHANGHAI))
    # Down for two years: only the year that still lies ahead is planned.
    assert company.look("2033-12-30") == len(units)
    late = company.list_cases()[-1]
    assert late.data["plan_year"] == 2034
    assert company.find_task(late).due_at == datetime(2033, 12, 19, 17, 30, tzinfo=SHANGHAI)


def test_a_quarter_begins_on_its_first_working_day_at_its_own_step(
    sessions: sessionmaker[Session], units: set[str]
) -> None:
    with sessions.begin() as session:
        session.add(CalendarDay(day=date(2031, 4, 1), is_working=False, note="test"))
    company = Company(sessions, "test_quarterly")
    try:
        assert (company.look("2031-04-01"), company.look("2031-04-02")) == (0, 1)
    finally:
        with sessions.begin() as session:
            session.execute(
                update(CalendarDay).where(CalendarDay.day == date(2031, 4, 1)).values(is_working=True)
            )
    # The day became a working one afterwards, which is no second start.
    fresh = Company(sessions, "test_quarterly")
    assert (fresh.look("2031-04-03"), fresh.look("2031-07-01"), fresh.look("2031-07-02")) == (0, 1, 0)
    cases = fresh.list_cases()
    assert [one.data["period"] for one in cases] == ["2031Q2", "2031Q3"]
    assert {one.unit_code for one in cases} == {"100"}
    assert fresh.find_task(cases[0]).step == "work"


def test_two_schedulers_start_each_case_once(sessions: sessionmaker[Session], units: set[str]) -> None:
    both = [Company(sessions, "test_quarterly") for _ in range(2)]
    before = len(both[0].list_cases())
    with ThreadPoolExecutor(2) as pool:
        for day in ("2032-01-05", "2032-04-06", "2032-07-05", "2032-10-08"):
            # Both at once, as if each had the turn of the tick; what one began the other finds done.
            list(pool.map(lambda one, day=day: one.look(day), both))
    assert len(both[0].list_cases()) == before + 4
    now = [datetime(2033, 1, 10, 1, 0, tzinfo=UTC)]
    ran: list[int] = []
    for one in both:
        one.now = now[0]
    name, minute = "test calendar starts", timedelta(minutes=1)
    schedulers = [
        Scheduler(
            sessions,
            [Tick(name, minute, lambda one=one: ran.append(one.starter.run()))],  # type: ignore[misc]
            lambda: now[0],
        )
        for one in both
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.run_due(), schedulers))
    assert ran == [1]
    assert len(both[0].list_cases()) == before + 5
