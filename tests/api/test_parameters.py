"""Figures that the company sets in the console: who may, what is refused, and when the new figure holds."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.cases.commands import CUSTOMER, Complete, Performer, Start
from backend.cases.deadline_keeper import DeadlineKeeper
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.service import CaseService, NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.loader import hash_body
from backend.catalogue.parameter_changes import CACHED_FOR, ParameterChanges
from backend.catalogue.parameter_desk import ParameterDesk
from backend.catalogue.service import DefinitionStore, Draft, publish
from backend.core.calendar_service import CalendarService
from backend.core.local_time import SHANGHAI
from tests.api.conftest import CASE_CUSTOMER_ID
from tests.api.staff_side import Browser, Hall, code
from tests.unit.cases.definitions import make_outcome, make_step

CLERK = Performer(ActorKind.POSITION, positions=frozenset({"clerk"}))
HOURS = {
    "label": "办理", "unit": "小时", "kind": "integer", "default": 3, "min": 1, "max": 48, "doubt": "看不清",
}  # fmt: skip
LIMIT = {"kind": "hours", "value": {"parameter": "hours"}, "clock": "round_the_clock", "steps": ["second"]}


def at(text: str) -> datetime:
    """Read ``MM-DD HH:MM`` of 2026 in Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.fixture
def process(sessions: sessionmaker[Session]) -> str:
    """Return the key of a process with one parameter that nobody has changed yet."""
    key = f"set_{uuid.uuid4().hex[:8]}"
    body: dict[str, Any] = {
        "key": key, "version": 1, "name": f"参数{key}", "first_step": "first", "parameters": {"hours": HOURS},
        "steps": [
            make_step("first", "position:clerk", make_outcome("on", "second"), limit=LIMIT),
            make_step("second", "position:clerk", make_outcome("on", "third")),
            make_step("third", "position:clerk", make_outcome("done"), limit={**LIMIT, "steps": []}),
        ],
    }  # fmt: skip
    with sessions.begin() as session:
        publish(session, [Draft("process", key, 1, hash_body(body), body)], "test", at("11-23 08:30"))
    return key


def change(who: Browser, process: str, value: float | None, base: int = 0, **more: Any) -> TestResponse:
    body = {"base": base, "value": value, "reason": "公司会议定的", **more}
    return who.send("POST", f"/parameters/{process}/hours/changes", body)


def find(who: Browser, process: str) -> dict[str, Any]:
    groups = who.read("/parameters")["items"]
    [group] = [one for one in groups if one["key"] == process]
    [parameter] = group["parameters"]
    return dict(parameter)


def tell(answer: TestResponse) -> dict[str, str]:
    assert (answer.status_code, code(answer)) == (422, "parameter_refused"), answer.text
    found: dict[str, str] = json.loads(answer.text)["fields"]
    return found


def test_a_changed_figure_holds_with_its_reason_until_it_is_taken_back(hall: Hall, process: str) -> None:
    lead = hall.sign_in("lead_a")
    before = find(lead, process)
    assert (before["value"], before["is_own"], before["no"], before["last"]) == (3, False, 0, None)
    assert (before["label"], before["unit"], before["doubt"]) == ("办理", "小时", "看不清")
    answer = change(lead, process, 5)
    assert answer.status_code == 201, answer.text
    now = find(lead, process)
    assert now == json.loads(answer.text)
    assert (now["value"], now["is_own"], now["no"], now["default"]) == (5, True, 1, 3)
    assert (now["last"]["author"], now["last"]["reason"]) == ("lead_a", "公司会议定的")
    assert change(lead, process, None, base=1, reason="按手册来").status_code == 201
    after = find(lead, process)
    assert (after["value"], after["is_own"], after["no"]) == (3, False, 2)
    told = lead.read(f"/parameters/{process}/hours/changes")["items"]
    assert [(one["no"], one["value"], one["is_default"]) for one in told] == [(2, 3, True), (1, 5, False)]


def test_what_does_not_fit_is_refused_in_words(hall: Hall, process: str) -> None:
    lead = hall.sign_in("lead_a")
    assert tell(change(lead, process, 49)) == {"value": "“办理”要在 1 到 48 小时之间。"}
    assert tell(change(lead, process, 2.5)) == {"value": "“办理”只能填整数。"}
    assert tell(change(lead, process, 3)) == {"value": "和现在用的一样，不用改。"}
    assert tell(change(lead, process, None)) == {"value": "现在用的就是默认值。"}
    assert tell(change(lead, process, 4, reason=" ")) == {"reason": "请写明为什么改。"}
    assert lead.send("POST", f"/parameters/{process}/hours/changes", {"value": "x"}).status_code == 422
    assert find(lead, process)["no"] == 0


def test_who_is_slower_or_may_not_is_told(hall: Hall, process: str) -> None:
    lead, remote = hall.sign_in("lead_a"), hall.sign_in("remote_a")
    assert change(lead, process, 5).status_code == 201
    assert code(change(lead, process, 6)) == "changed_meanwhile"
    assert code(change(remote, process, 6, base=1)) == "forbidden"
    for path in ("/parameters", f"/parameters/{process}/hours/changes"):
        assert code(remote.get(path)) == "forbidden"
    assert lead.get(f"/parameters/{process}/minutes/changes").status_code == 404
    assert lead.get("/parameters/no_such_process/hours/changes").status_code == 404


def test_a_change_is_never_rewritten(hall: Hall, process: str) -> None:
    assert change(hall.sign_in("lead_a"), process, 5).status_code == 201
    for statement in ("UPDATE parameter_change SET reason = 'x'", "DELETE FROM parameter_change"):
        with pytest.raises(ProgrammingError, match="permission denied"), hall.sessions.begin() as session:
            session.execute(text(statement))


def test_how_much_a_caller_has_to_say_is_the_companys(hall: Hall) -> None:
    lead, agent = hall.sign_in("lead_a"), hall.sign_in("agent_a")
    path = "/parameters/hotline_information_query/identity_items_needed/changes"
    base = len(lead.read(path)["items"])
    asked = {"meter_no": "M0", "name": "张小红"}
    assert lead.send("POST", path, {"base": base, "value": 3, "reason": "更稳妥"}).status_code == 201
    try:
        assert agent.read("/calls/identity") == {"items_needed": 3}
        assert code(agent.send("POST", "/calls/identity", asked)) == "identity_too_little"
    finally:
        lead.send("POST", path, {"base": base + 1, "value": None, "reason": "还是两样"})
    assert agent.read("/calls/identity") == {"items_needed": 2}
    assert agent.send("POST", "/calls/identity", asked).status_code == 200


@dataclass
class Office:
    """Two programs at one database, at a moment that the test sets: one keeps cases, one sets figures."""

    sessions: sessionmaker[Session]
    process: str
    now: datetime = field(default_factory=lambda: at("11-24 09:00"))

    def __post_init__(self) -> None:
        calendar = CalendarService(self.sessions, lambda: self.now)
        self.cases = CaseService(
            self.sessions,
            DefinitionStore(ParameterChanges(lambda: self.now)),
            lambda: self.now,
            plan_deadlines=DeadlineKeeper(calendar).plan,
        )
        elsewhere = ParameterChanges(lambda: self.now)
        self.desk = ParameterDesk(self.sessions, elsewhere, lambda: self.now)

    def start(self) -> int:
        new = NewCase(
            self.process, unit_id=3, unit_code="301", customer_id=CASE_CUSTOMER_ID, channel="online"
        )
        answer = self.cases.start_case(Request("customer:1", uuid.uuid4(), {}), new, Start(CUSTOMER))
        with self.sessions.begin() as session:
            return session.scalars(select(ServiceCase.id).where(ServiceCase.case_no == answer.case_no)).one()

    def go_on(self, case_id: int) -> None:
        snapshot = self.cases.load(case_id).snapshot
        command = Complete(CLERK, snapshot.open_tasks[0].no, "on", snapshot.version)
        self.cases.carry_out(Request("staff:1", uuid.uuid4(), {}), case_id, command)

    def due(self, case_id: int) -> datetime:
        """Until when the open step is to be done."""
        with self.sessions.begin() as session:
            found = select(CaseTask.due_at).where(CaseTask.case_id == case_id, CaseTask.state == "open")
            due_at = session.scalars(found).one()
        assert due_at is not None
        return due_at.astimezone(UTC)


def test_a_limit_that_runs_keeps_its_length_and_the_next_one_has_the_new(
    sessions: sessionmaker[Session], process: str, case_customer: int
) -> None:
    office = Office(sessions, process)
    running = office.start()
    assert office.due(running) == at("11-24 12:00")
    office.now = at("11-24 10:00")
    office.desk.change(process, "hours", 0, 5, "改长", "lead_a")
    # The other program sees it after a few seconds, without being told.
    office.now += CACHED_FOR
    fresh = office.start()
    assert office.due(fresh) == office.now + timedelta(hours=5)
    # Its second step shares the limit that began before the change.
    office.go_on(running)
    assert office.due(running) == at("11-24 12:00")
    office.go_on(running)
    assert office.due(running) == office.now + timedelta(hours=5)
