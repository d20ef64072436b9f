"""The case service on a real database: same engine, but with locks, history, idempotency and child cases."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import repository
from backend.cases.commands import (
    CUSTOMER,
    Cancel,
    Command,
    Complete,
    CorrectionRequest,
    Performer,
    Start,
    Withdraw,
)
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.models import ServiceCase
from backend.cases.service import CaseAnswer, CaseService, NewCase, Request
from backend.cases.snapshot import CaseStatus, Snapshot, fold
from backend.catalogue.definition import ActorKind
from backend.catalogue.loader import hash_body
from backend.catalogue.service import ChangedWithoutVersion, DefinitionStore, Draft, publish
from backend.core.outbox import OutboxRow, promise
from tests.api.conftest import CASE_CUSTOMER_ID

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CLERK = Performer(ActorKind.POSITION, positions=frozenset({"remote_service"}))
NO_LIMIT = {"kind": "none"}


def make_body(key: str, **overrides: Any) -> dict[str, Any]:
    """A process with a return to the customer and a step that hands over to ``test_visit``."""
    review = [
        {"key": "pass", "name": "通过", "to": ["visit"]},
        {"key": "return", "name": "退回", "to": ["mend"], "corrections": True},
        {"key": "refuse", "name": "不予受理", "end": "refused", "needs_reason": True},
    ]
    steps = [
        {
            "key": "review",
            "name": "审核",
            "by": "position:remote_service",
            "limit": NO_LIMIT,
            "outcomes": review,
        },
        {
            "key": "mend",
            "name": "完善资料",
            "by": "customer",
            "limit": NO_LIMIT,
            "mends": True,
            "outcomes": [{"key": "resubmit", "name": "再次提交", "to": ["review"]}],
        },
        {
            "key": "visit",
            "name": "上门",
            "by": "system",
            "limit": NO_LIMIT,
            "children": [{"process": "test_visit"}],
            "outcomes": [{"key": "child_completed", "name": "办结", "end": "completed"}],
        },
    ]
    body = {"key": key, "version": 1, "name": "测试", "first_step": "review", "steps": steps}
    return {**body, "withdraw_at": ["review", "mend"], **overrides}


VISIT = {
    "key": "test_visit",
    "version": 1,
    "name": "上门测试",
    "first_step": "visit",
    "steps": [
        {
            "key": "visit",
            "name": "上门",
            "by": "position:remote_service",
            "limit": NO_LIMIT,
            "outcomes": [{"key": "done", "name": "完成", "end": "completed"}],
        }
    ],
}


def make_draft(body: dict[str, Any]) -> Draft:
    return Draft("process", body["key"], body["version"], hash_body(body), body)


@pytest.fixture(scope="module")
def service(sessions: sessionmaker[Session], case_customer: int) -> Iterator[CaseService]:
    with sessions.begin() as session:
        assert (
            publish(session, [make_draft(make_body("test_application")), make_draft(VISIT)], "test", NOW) == 2
        )
    yield CaseService(sessions, DefinitionStore(), lambda: NOW)


def request(command_id: uuid.UUID | None = None, **body: Any) -> Request:
    return Request("customer:1", command_id or uuid.uuid4(), body)


NEW = NewCase("test_application", unit_id=3, unit_code="301", customer_id=CASE_CUSTOMER_ID, channel="online")


def find_id(sessions: sessionmaker[Session], case_no: str) -> int:
    with sessions.begin() as session:
        return session.execute(select(ServiceCase.id).where(ServiceCase.case_no == case_no)).scalar_one()


def start(service: CaseService, sessions: sessionmaker[Session]) -> tuple[int, CaseAnswer]:
    answer = service.start_case(request(), NEW, Start(CUSTOMER))
    return find_id(sessions, answer.case_no), answer


def complete(
    service: CaseService, case_id: int, performer: Performer, outcome: str, **more: Any
) -> CaseAnswer:
    snapshot = service.load(case_id).snapshot
    task = snapshot.open_tasks[0].no
    command = Complete(performer, task, outcome, snapshot.version, **more)
    return service.carry_out(request(), case_id, command)


def assert_history_agrees(service: CaseService, sessions: sessionmaker[Session], case_id: int) -> None:
    """What the rows say and what the history says are one."""
    with sessions.begin() as session:
        events = repository.list_events(session, case_id)
    assert fold(Snapshot(), events) == service.load(case_id).snapshot


def test_return_mend_resubmit_and_child_case(service: CaseService, sessions: sessionmaker[Session]) -> None:
    case_id, _ = start(service, sessions)
    asked = (CorrectionRequest("photo_of_meter", "照片看不清"),)
    complete(service, case_id, CLERK, "return", corrections=asked)
    assert_history_agrees(service, sessions, case_id)
    with pytest.raises(CommandRefused) as refused:
        complete(service, case_id, CUSTOMER, "resubmit", changed_items=frozenset({"address"}))
    assert refused.value.code == "field_not_returned"
    assert_history_agrees(service, sessions, case_id)
    complete(service, case_id, CUSTOMER, "resubmit", changed_items=frozenset({"photo_of_meter"}))
    complete(service, case_id, CLERK, "pass")
    assert_history_agrees(service, sessions, case_id)
    with sessions.begin() as session:
        child_id = session.execute(
            select(ServiceCase.id).where(ServiceCase.parent_case_id == case_id)
        ).scalar_one()
    complete(service, child_id, CLERK, "done")
    assert service.load(child_id).snapshot.status is CaseStatus.COMPLETED
    assert service.load(case_id).snapshot.status is CaseStatus.COMPLETED
    assert_history_agrees(service, sessions, case_id)
    # Whoever looks at the parent is told of the child's steps.
    with sessions() as session:
        rows = session.scalars(select(OutboxRow.payload).where(OutboxRow.topic == "case_changed"))
        told = [row["parent_nos"] for row in rows if row["case_id"] == child_id]
        case_no = session.scalars(select(ServiceCase.case_no).where(ServiceCase.id == case_id)).one()
    assert told == [[case_no]] * 2


def test_what_a_command_promises_is_kept_with_it_in_its_order_or_not_at_all(
    service: CaseService, sessions: sessionmaker[Session]
) -> None:
    topic = f"promised_{uuid.uuid4().hex[:8]}"

    def act(session: Session, stamp: repository.Stamp) -> CaseAnswer:
        before = list_promised(session, topic)
        promise(session, topic, [{"no": 1}, {"no": 2}], NOW)
        # Nothing is written yet; it goes out with the command's own row.
        assert list_promised(session, topic) == before
        promise(session, topic, [{"no": 3}], NOW)
        return CaseAnswer("0", 1, "open")

    def fail(session: Session, stamp: repository.Stamp) -> CaseAnswer:
        promise(session, topic, [{"no": 4}], NOW)
        raise CommandRefused(RefusalCode.STALE_VERSION)

    asked = request()
    for _ in range(2):
        assert service.once(asked, act) == CaseAnswer("0", 1, "open")
    with pytest.raises(CommandRefused):
        service.once(request(), fail)
    with sessions.begin() as session:
        assert list_promised(session, topic) == [1, 2, 3]
        promise(session, topic, [{"no": 5}], NOW)
        assert list_promised(session, topic) == [1, 2, 3, 5]


def list_promised(session: Session, topic: str) -> list[int]:
    rows = select(OutboxRow.payload).where(OutboxRow.topic == topic).order_by(OutboxRow.id)
    return [row["no"] for row in session.scalars(rows)]


def test_what_was_handed_over_ends_with_its_parent(
    service: CaseService, sessions: sessionmaker[Session]
) -> None:
    body = make_body("test_cancelled", cancel_at=["visit"], cancel_by=["position:remote_service"])
    with sessions.begin() as session:
        publish(session, [make_draft(body)], "test", NOW)
    new = replace(NEW, process_key="test_cancelled")
    case_id = find_id(sessions, service.start_case(request(), new, Start(CUSTOMER)).case_no)
    complete(service, case_id, CLERK, "pass")
    version = service.load(case_id).snapshot.version
    service.carry_out(request(), case_id, Cancel(CLERK, version, "客户搬走了"))
    with sessions.begin() as session:
        [child_id] = session.scalars(select(ServiceCase.id).where(ServiceCase.parent_case_id == case_id))
    for one in (case_id, child_id):
        assert service.load(one).snapshot.status is CaseStatus.CANCELLED
        assert service.load(one).snapshot.open_tasks == ()
        assert_history_agrees(service, sessions, one)
    with pytest.raises(CommandRefused) as refused:
        service.carry_out(request(), child_id, Complete(CLERK, 1, "done", 1))
    assert refused.value.code == "case_ended"


def test_the_same_command_twice_is_done_once(service: CaseService, sessions: sessionmaker[Session]) -> None:
    twice = request(process="test_application")
    first = service.start_case(twice, NEW, Start(CUSTOMER))
    assert service.start_case(twice, NEW, Start(CUSTOMER)) == first
    other = Request(twice.actor, twice.command_id, {"process": "another"})
    with pytest.raises(CommandRefused) as refused:
        service.start_case(other, NEW, Start(CUSTOMER))
    assert refused.value.code == "idempotency_conflict"


def test_a_double_tap_gets_one_case(service: CaseService, sessions: sessionmaker[Session]) -> None:
    twice = request(tap="double")
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: service.start_case(twice, NEW, Start(CUSTOMER)), range(8)))
    assert len(answers) == 1


def test_two_people_at_once_get_one_winner(service: CaseService, sessions: sessionmaker[Session]) -> None:
    case_id, answer = start(service, sessions)
    commands: list[Command] = [
        Complete(CLERK, 1, "refuse", answer.version, reason="不在供气范围"),
        Withdraw(CUSTOMER, answer.version),
    ] * 4

    def act(command: Command) -> str:
        try:
            return service.carry_out(request(), case_id, command).status
        except CommandRefused as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(act, commands))
    won = [one for one in results if one in ("refused", "withdrawn")]
    assert len(won) == 1
    assert set(results) - set(won) == {"case_ended"}
    assert_history_agrees(service, sessions, case_id)


def test_who_waited_for_the_lock_sees_what_the_other_did(
    service: CaseService, sessions: sessionmaker[Session]
) -> None:
    case_id, answer = start(service, sessions)
    stamp = repository.Stamp("staff:1", uuid.uuid4(), NOW)
    asked = (CorrectionRequest("photo_of_meter", "照片看不清"),)
    back = Complete(CLERK, 1, "return", answer.version, corrections=asked)
    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as first:
            case = repository.lock_case(first, case_id)
            blocker = first.execute(text("SELECT pg_backend_pid()")).scalar_one()
            waiting = pool.submit(service.load, case_id)
            with sessions() as looking:
                wait_for_a_waiter(looking, blocker)
            service.act_within(first, stamp, case, back)
        seen = waiting.result(10).snapshot
    assert [task.step for task in seen.tasks] == ["review", "mend"]
    assert [one.item for one in seen.pending_corrections] == ["photo_of_meter"]


def wait_for_a_waiter(session: Session, blocker: int) -> None:
    """Return when some other connection waits for what the one of process ``blocker`` has locked."""
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND :blocker = ANY(pg_blocking_pids(pid))")
    deadline = time.monotonic() + 10
    while session.execute(waits, {"blocker": blocker}).scalar_one() == 0:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)


def test_a_refused_command_leaves_nothing(service: CaseService, sessions: sessionmaker[Session]) -> None:
    case_id, _ = start(service, sessions)
    before = service.load(case_id)
    with sessions.begin() as session:
        promised = session.execute(select(func.count()).select_from(OutboxRow)).scalar_one()
    with pytest.raises(CommandRefused) as refused:
        complete(service, case_id, CUSTOMER, "pass")
    assert refused.value.code == "not_your_turn"
    assert service.load(case_id) == before
    with sessions.begin() as session:
        assert session.execute(select(func.count()).select_from(OutboxRow)).scalar_one() == promised


def test_a_running_case_keeps_its_version(service: CaseService, sessions: sessionmaker[Session]) -> None:
    # A process of its own, so that the newer version does not reach the other tests.
    new = replace(NEW, process_key="test_versions")
    with sessions.begin() as session:
        publish(session, [make_draft(make_body("test_versions"))], "test", NOW)
    case_id = find_id(sessions, service.start_case(request(), new, Start(CUSTOMER)).case_no)
    with sessions.begin() as session:
        changed = make_body("test_versions", version=2, first_step="mend")
        assert publish(session, [make_draft(changed)], "test", NOW) == 1
    newer_id = find_id(sessions, service.start_case(request(), new, Start(CUSTOMER)).case_no)
    assert service.load(newer_id).snapshot.open_tasks[0].step == "mend"
    complete(service, case_id, CLERK, "refuse", reason="不在供气范围")
    assert service.load(case_id).snapshot.status is CaseStatus.REFUSED


def test_changed_content_under_an_old_version_is_refused(
    service: CaseService, sessions: sessionmaker[Session]
) -> None:
    changed = make_body("test_application", name="改了名字")
    with pytest.raises(ChangedWithoutVersion), sessions.begin() as session:
        publish(session, [make_draft(changed)], "test", NOW)
