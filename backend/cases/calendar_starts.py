"""Starts the cases that are due by the calendar: one for each period and company, division or unit.

Two schedulers may run this at once, and one may have been down on the day: a start is recognised by the id of
its command, so it happens once, and the first look after its day makes it up. Of several periods that went by
unseen only the last is made up, since nobody plans a year that is over.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Start
from backend.cases.deadlines import PLAN_YEAR
from backend.cases.errors import NumbersExhausted
from backend.cases.models import CommandLog
from backend.cases.service import CaseService, NewCase, Request
from backend.catalogue.calendar_start import CalendarStart, StartPer
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.service import DefinitionStore
from backend.catalogue.start_days import StartDay, find_latest_start
from backend.core.calendar_service import CalendarService
from backend.core.errors import AppError
from backend.core.local_time import local_date
from backend.core.working_calendar import NoOfficeTime
from backend.organisation.models import Unit

CHANNEL = "calendar"
ACTOR = "system"
# Case data in which stands the period of the start, for people to read and for figures.
PERIOD = "period"
_NAMESPACE = uuid.UUID("6f3c1f6e-5f0c-4a36-9a3e-2a8f0c9d7b11")
_KINDS: Mapping[StartPer, str] = {
    StartPer.COMPANY: "centre",
    StartPer.DIVISION: "division",
    StartPer.UNIT: "unit",
}
_UNITS = select(Unit.id, Unit.code, Unit.kind).where(Unit.is_active).order_by(Unit.code)
_PUBLISHED = (
    select(DefinitionVersion.key, func.min(DefinitionVersion.published_at).label("first_at"))
    .where(
        DefinitionVersion.kind == "process",
        DefinitionVersion.key == bindparam("keys", type_=ARRAY(DefinitionVersion.key.type)).any_(),
    )
    .group_by(DefinitionVersion.key)
)
_DONE = select(CommandLog.command_id).where(
    CommandLog.actor == ACTOR,
    CommandLog.command_id == bindparam("ids", type_=ARRAY(Uuid)).any_(),
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A case that has to be there by now."""

    process: str
    start: CalendarStart
    coming: StartDay
    unit_id: int
    unit_code: str

    @property
    def command_id(self) -> uuid.UUID:
        """The same for whoever looks: what is started, for which period and for whom.

        The day is no part of it, for an edit of the working calendar may move the day after the start.
        """
        start = self.start
        which = f"{start.every}-{start.month}/{start.enter_at or ''}/{self.coming.period}"
        return uuid.uuid5(_NAMESPACE, f"{self.process}/{which}/{self.unit_id}")


class CalendarStarter:
    """Starts what is due. ``processes`` are the keys of those that the calendar starts."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        definitions: DefinitionStore,
        calendar: CalendarService,
        processes: tuple[str, ...],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._definitions = definitions
        self._calendar = calendar
        self._processes = processes
        self._now = now

    def run(self) -> int:
        """Start what is due and not there yet; returns how many cases that were."""
        with self._sessions.begin() as session:
            due = list(self._list_due(session, local_date(self._now())))
            known = set(session.execute(_DONE, {"ids": [one.command_id for one in due]}).scalars())
        missing = [one for one in due if one.command_id not in known]
        return sum(self._start(one) for one in missing)

    def _list_due(self, session: Session, today: date) -> Iterator[_Due]:
        calendar = self._calendar.current(session)
        units = session.execute(_UNITS).all()
        for row in session.execute(_PUBLISHED, {"keys": list(self._processes)}):
            definition: ProcessDefinition = self._definitions.newest(session, row.key).definition
            for start in definition.starts:
                coming = find_latest_start(start, today, calendar.next_working_day)
                # What came before the process did is not made up: it was done by other means then.
                if coming.day <= local_date(row.first_at):
                    continue
                for unit in units:
                    if unit.kind == _KINDS[start.per]:
                        yield _Due(definition.key, start, coming, unit.id, unit.code)

    def _start(self, due: _Due) -> bool:
        data: dict[str, Any] = {PERIOD: due.coming.period, PLAN_YEAR: due.coming.plan_year}
        new = NewCase(due.process, due.unit_id, due.unit_code, None, CHANNEL, data=data)
        # The body is empty: a definition that changed meanwhile must not make a second case of a start.
        request = Request(ACTOR, due.command_id, {})
        start = Start(SYSTEM, data=data, enter_at=due.start.enter_at)
        try:
            answer = self._cases.start_case(request, new, start)
        except (AppError, NumbersExhausted, NoOfficeTime) as error:
            # The others are started all the same, and this one is tried again at the next look.
            _log.error("calendar start failed", process=due.process, error=type(error).__name__)
            return False
        _log.info("case started by the calendar", process=due.process, case_no=answer.case_no)
        return True
