"""The shipped processes run to their ends on a real database, saved and loaded again between all steps."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import repository
from backend.cases.commands import (
    CUSTOMER,
    SYSTEM,
    Amend,
    Cancel,
    Command,
    Complete,
    CorrectionRequest,
    Forward,
    Performer,
    Start,
    SupplyDocument,
    Withdraw,
)
from backend.cases.deadline_keeper import DeadlineKeeper
from backend.cases.deadlines import compute_deadlines
from backend.cases.documents import DocumentDesk
from backend.cases.errors import CommandRefused
from backend.cases.guards import CONTRACT_APPROVED, IDENTITY_PROOF
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.service import CaseService, NewCase, Request
from backend.cases.snapshot import CaseStatus, Snapshot, fold
from backend.catalogue.definition import ActorKind
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.loader import read_body
from backend.catalogue.service import DefinitionStore, publish
from backend.core.calendar_service import CalendarService
from backend.core.config import Settings
from backend.core.local_time import SHANGHAI
from backend.core.working_calendar import WorkingCalendar
from backend.organisation.service import OrganisationService
from composition.hall import GUARDS, make_effects, make_key_ring
from tests.api.bookings import enter_booking
from tests.api.conftest import CASE_CUSTOMER_ID
from tests.api.organisation import CENTRE, ensure_staff, ensure_unit
from tests.api.scenario_forms import (
    asks_for_form,
    enter_account,
    fill_what_is_asked,
    make_desk,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FOLDER = Path(__file__).parents[1] / "scenarios"
POSTS = read_folder()
SCENARIOS = [
    pytest.param(path.stem, one, id=f"{path.stem}: {one['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for one in read_body(path)
]


@dataclass
class Clock:
    """The moment of a scenario: it stands still until the scenario lets time pass."""

    now: datetime = NOW


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def service(
    settings: Settings, sessions: sessionmaker[Session], case_customer: int, clock: Clock
) -> Iterator[CaseService]:
    with sessions.begin() as session:
        publish(session, list_drafts(POSTS), "test", NOW)
    keeper = DeadlineKeeper(CalendarService(sessions, lambda: clock.now))
    definitions = DefinitionStore()
    yield CaseService(
        sessions,
        definitions,
        lambda: clock.now,
        GUARDS,
        make_effects(make_key_ring(settings), definitions),
        plan_deadlines=keeper.plan,
    )


@pytest.fixture(scope="module")
def desk(
    settings: Settings, service: CaseService, organisation: OrganisationService, clock: Clock
) -> DocumentDesk:
    return make_desk(service, settings, organisation, lambda: clock.now)


@pytest.fixture(scope="module")
def organisation(settings: Settings) -> OrganisationService:
    return OrganisationService(make_key_ring(settings), POSTS.positions, POSTS.departments)


@pytest.fixture(scope="module")
def unit_id(sessions: sessionmaker[Session], organisation: OrganisationService) -> int:
    with sessions.begin() as session:
        return ensure_unit(organisation, session, *CENTRE)


@pytest.fixture(scope="module")
def handler_id(sessions: sessionmaker[Session], organisation: OrganisationService, unit_id: int) -> int:
    with sessions.begin() as session:
        return ensure_staff(
            organisation, session, "100", "scenario_handler", NOW, positions=("case_handler",)
        )


def make_performer(post: str, handler_id: int) -> Performer:
    if post == "customer":
        return CUSTOMER
    if post in POSTS.positions:
        return Performer(ActorKind.POSITION, positions=frozenset({post}), staff_id=handler_id)
    return Performer(ActorKind.DEPARTMENT, departments=frozenset({post}))


def make_command(snapshot: Snapshot, post: str, step: str, rest: list[Any], handler_id: int) -> Command:
    performer = make_performer(post, handler_id)
    if step == "withdraw":
        return Withdraw(performer, snapshot.version)
    if step == "cancel":
        return Cancel(performer, snapshot.version, rest[0]["reason"])
    if step == "forward":
        return Forward(performer, rest[0]["to"], rest[0]["to"], rest[0]["reason"])
    if step == "supply":
        return SupplyDocument(performer, rest[0])
    more = dict(rest[1]) if len(rest) > 1 else {}
    data = dict(more.get("data", {}))
    for chosen in {"handler_id", "manager_id"} & data.keys():
        # The scenario says that somebody is chosen; who that is, only the database knows.
        data[chosen] = handler_id
    asked = more.pop("corrections", {})
    [task] = [one for one in snapshot.open_tasks if one.step == step]
    return Complete(
        performer,
        task.no,
        rest[0],
        snapshot.version,
        reason=more.get("reason", ""),
        corrections=tuple(CorrectionRequest(item, reason) for item, reason in asked.items()),
        owed_documents=tuple(more.get("owed_documents", ())),
        changed_items=frozenset(more.get("changed_items", ())),
        data=data,
    )


def learn(sessions: sessionmaker[Session], case_id: int, what: str) -> dict[str, Any]:
    """Return what the case comes to know from outside its steps: who the customer is, that its contract is
    approved, or a booked hour."""
    if what == "identity":
        return {IDENTITY_PROOF: "face:scenario"}
    if what == "approval":
        return {CONTRACT_APPROVED: True}
    with sessions.begin() as session:
        return enter_booking(session, case_id)


def find_child(sessions: sessionmaker[Session], parent_id: int, process: str) -> int:
    """Return the newest case of ``process`` that ``parent_id`` handed over to."""
    of_parent = (ServiceCase.parent_case_id == parent_id) & (ServiceCase.process_key == process)
    with sessions.begin() as session:
        newest = select(ServiceCase.id).where(of_parent).order_by(ServiceCase.id.desc()).limit(1)
        return session.execute(newest).scalar_one()


def list_late_steps(sessions: sessionmaker[Session], case_ids: Iterable[int], now: datetime) -> list[str]:
    """Return ``process/step`` of each limit of these cases that was broken: the step that first was late."""
    late = (
        select(ServiceCase.process_key, CaseTask.step)
        .join(CaseTask, CaseTask.case_id == ServiceCase.id)
        .where(ServiceCase.id.in_(case_ids), CaseTask.due_at < func.coalesce(CaseTask.done_at, now))
        .distinct(CaseTask.case_id, CaseTask.limit_no)
        .order_by(CaseTask.case_id, CaseTask.limit_no, CaseTask.no)
    )
    with sessions.begin() as session:
        return sorted({f"{process}/{step}" for process, step in session.execute(late)})


def find_acting(sessions: sessionmaker[Session], case_id: int, children: list[str]) -> int:
    """Return the case itself, or what it handed over to by the way of ``children``."""
    for child in children:
        case_id = find_child(sessions, case_id, child)
    return case_id


def check_due(
    service: CaseService, sessions: sessionmaker[Session], case_id: int, step: str, due: str
) -> None:
    """The step falls due at ``due``, local time, by a calendar whose weekends alone are free."""
    case = service.load(case_id)
    with sessions() as session:
        definition = DefinitionStore().get(session, case.definition_version_id)
    [task] = [one for one in case.snapshot.open_tasks if one.step == step]
    due_at = compute_deadlines(definition, case.snapshot, WorkingCalendar(1, {}))[task.no].due_at
    assert due_at is not None
    assert f"{due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize(("process", "scenario"), SCENARIOS)
def test_scenario(
    settings: Settings,
    service: CaseService,
    desk: DocumentDesk,
    sessions: sessionmaker[Session],
    unit_id: int,
    handler_id: int,
    centre: str,
    clock: Clock,
    process: str,
    scenario: dict[str, Any],
) -> None:
    clock.now = NOW
    new = NewCase(process, unit_id=unit_id, unit_code="100", customer_id=CASE_CUSTOMER_ID, channel="online")
    request = Request("customer:1", uuid.uuid4(), {})
    answer = service.start_case(request, new, Start(CUSTOMER, data=scenario["data"]))
    with sessions.begin() as session:
        case_id = session.execute(
            select(ServiceCase.id).where(ServiceCase.case_no == answer.case_no)
        ).scalar_one()
        booking = enter_booking(session, case_id) if scenario.get("booked") else None
        account_no = enter_account(session, settings, unit_id) if scenario.get("account") else None
    if booking is not None:
        service.carry_out(Request("system", uuid.uuid4(), {}), case_id, Amend(SYSTEM, booking))
    known = {} if account_no is None else {"account_no": account_no}
    touched = {case_id}
    for post, place, *rest in scenario["does"]:
        if post == "time":
            clock.now += timedelta(**rest[0])
            continue
        if post in ("identity", "approval", "visit"):
            told = Amend(SYSTEM, learn(sessions, case_id, post))
            service.carry_out(Request("system", uuid.uuid4(), {}), case_id, told)
            continue
        *children, step = place.split("/")
        acting = find_acting(sessions, case_id, children)
        touched.add(acting)
        if post == "due":
            check_due(service, sessions, acting, step, rest[0])
            continue
        if step == "book" and len(rest) > 1:
            with sessions.begin() as session:
                rest[1]["data"].update(enter_booking(session, acting))
        command = make_command(service.load(acting).snapshot, post, step, rest, handler_id)
        actor = "customer:1" if post == "customer" else f"staff:{handler_id}"
        if isinstance(command, Complete):
            more = rest[1] if len(rest) > 1 else {}
            asks = asks_for_form(sessions, acting, command)
            # An outcome that the form itself opens is not there before (`unfilled`).
            refusal = more.get("refused", more.get("unfilled", "form_missing") if asks else None)
            if refusal is not None:
                with pytest.raises(CommandRefused) as refused:
                    service.carry_out(Request(actor, uuid.uuid4(), {}), acting, command)
                assert refused.value.code == refusal
            if "refused" in more:
                continue
            if asks or "form" in more:
                chosen = {**known, **more.get("form", {})}
                fill_what_is_asked(sessions, desk, acting, command, actor, chosen)
                command = replace(command, expected_version=service.load(acting).snapshot.version)
        service.carry_out(Request(actor, uuid.uuid4(), {}), acting, command)
    assert service.load(case_id).snapshot.status is CaseStatus(scenario["ends"])
    late = [step if "/" in step else f"{process}/{step}" for step in scenario.get("late", ())]
    assert list_late_steps(sessions, touched, clock.now) == sorted(late)
    for one in touched:
        with sessions.begin() as session:
            assert fold(Snapshot(), repository.list_events(session, one)) == service.load(one).snapshot
