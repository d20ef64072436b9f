"""An agent and the owner are told that a term ends: before, and once it is over, each of them once."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings
from backend.core.delivery import Deliverer
from backend.core.jobs import JobQueues
from backend.core.local_time import SHANGHAI, format_day, local_date
from backend.core.outbox import OutboxRow
from backend.core.relay import Relay, limit_sending
from backend.core.topics import PromiseContext, PromiseRefused
from backend.notifications.agent_terms import TOPIC, AgentTerms
from backend.notifications.service import MessageView
from composition.hall import read_clock
from composition.promises import make_ticks, make_topics
from tests.api.sign_in_stage import Stage
from tests.api.staff_side import Hall
from tests.api.test_account_bindings import Visitor, arrive, make_phone, open_account
from tests.api.test_agent_terms import grant, move_term

TODAY = local_date(datetime.now(UTC))
_numbers = itertools.count(9_000_000)


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    return Stage(settings, sessions)


@pytest.fixture
def owner(stage: Stage) -> Visitor:
    return arrive(stage, make_phone())


@pytest.fixture
def agent(stage: Stage) -> Visitor:
    return arrive(stage, make_phone())


@pytest.fixture
def account_no(hall: Hall, owner: Visitor) -> str:
    return open_account(hall, owner.id, owner.phone)


def run(hall: Hall, days: int = 0, hour: int = 10) -> int:
    """Look as on a later day, at an hour in Shanghai."""
    at = datetime.combine(TODAY + timedelta(days=days), time(hour), SHANGHAI)
    return AgentTerms(hall.sessions, hall.keys, hall.shared.notifications, lambda: at).run()


def list_promised(hall: Hall, *people: Visitor) -> list[tuple[str, int]]:
    with hall.sessions() as session:
        asked = select(OutboxRow.payload).where(OutboxRow.topic == TOPIC).order_by(OutboxRow.id)
        found = [(one["message"], one["customer_id"]) for one in session.scalars(asked)]
    return [one for one in found if one[1] in {person.id for person in people}]


def deliver(hall: Hall, *people: Visitor) -> None:
    """Keep all promises to these with no platform set up, so that messages stand in the lists alone."""
    now = datetime.now(UTC)
    with hall.sessions() as session:
        payloads = [
            one
            for one in session.scalars(select(OutboxRow.payload).where(OutboxRow.topic == TOPIC))
            if one["customer_id"] in {person.id for person in people}
        ]
    terms = AgentTerms(hall.sessions, hall.keys, hall.shared.notifications, lambda: now)
    for payload in payloads:
        try:
            terms.handle(payload, PromiseContext(next(_numbers), TOPIC, 1, now, lambda: now))
        except PromiseRefused:
            continue


def list_told(hall: Hall, who: Visitor) -> list[MessageView]:
    return hall.shared.notifications.list_messages(who.id, None)[0]


def test_both_are_told_before_and_at_the_end_and_each_once(
    hall: Hall, owner: Visitor, agent: Visitor, account_no: str
) -> None:
    last = TODAY + timedelta(days=30)
    assert grant(owner, account_no, agent.phone, ends_on=last.isoformat()).status_code == 204
    run(hall, 22)
    assert list_promised(hall, owner, agent) == []
    # At night nobody is told.
    assert (run(hall, 23, hour=3), list_promised(hall, owner, agent)) == (0, [])
    run(hall, 23)
    near = [("agent_term_near", agent.id), ("agent_term_near_owner", owner.id)]
    assert list_promised(hall, owner, agent) == near
    for days in (23, 25, 30):
        run(hall, days)
    assert list_promised(hall, owner, agent) == near
    run(hall, 31)
    run(hall, 32)
    over = [("agent_term_over", agent.id), ("agent_term_over_owner", owner.id)]
    assert list_promised(hall, owner, agent) == [*near, *over]
    deliver(hall, owner, agent)
    first, second = reversed(list_told(hall, agent))
    assert (first.title, first.case_no) == ("代办快到期了", None)
    assert account_no in first.text and format_day(last) in first.text
    assert "现在不能再看、再办" in second.text
    # The owner reads whom they had let in, by the name that they gave.
    assert all("老张" in one.text for one in list_told(hall, owner)) and len(list_told(hall, owner)) == 2


def test_another_last_day_is_told_anew(hall: Hall, owner: Visitor, agent: Visitor, account_no: str) -> None:
    assert grant(owner, account_no, agent.phone).status_code == 204
    run(hall, 25)
    move_term(hall, agent, 0, 60)
    run(hall, 25)
    assert len(list_promised(hall, agent)) == 1
    run(hall, 55)
    assert [one for one, _ in list_promised(hall, agent)] == ["agent_term_near"] * 2


def test_what_was_revoked_is_told_to_nobody(
    hall: Hall, owner: Visitor, agent: Visitor, account_no: str
) -> None:
    assert grant(owner, account_no, agent.phone).status_code == 204
    run(hall, 25)
    with hall.sessions.begin() as session:
        ended = text("UPDATE account_role SET revoked_at = now() WHERE customer_id = :id")
        session.execute(ended, {"id": agent.id})
    # Promised before it was revoked, and not yet sent.
    deliver(hall, owner, agent)
    run(hall, 31)
    assert len(list_promised(hall, owner, agent)) == 2
    assert list_told(hall, agent) == [] and list_told(hall, owner) == []


@pytest.mark.parametrize("role", ["tenant", "payer"])
def test_who_has_no_term_is_told_nothing(
    hall: Hall, owner: Visitor, agent: Visitor, account_no: str, role: str
) -> None:
    body = {"name": "小李", "phone": agent.phone, "role": role}
    assert owner.call("POST", f"/{account_no}/people", body).status_code == 204
    for days in (0, 23, 31):
        run(hall, days)
    assert list_promised(hall, owner, agent) == []


def test_a_short_term_is_not_announced_and_an_old_end_is_no_news(
    hall: Hall, owner: Visitor, agent: Visitor, account_no: str
) -> None:
    last = TODAY + timedelta(days=5)
    assert grant(owner, account_no, agent.phone, ends_on=last.isoformat()).status_code == 204
    with hall.sessions.begin() as session:
        # The stage's clock runs behind.
        session.execute(
            text("UPDATE account_role SET granted_at = now() WHERE customer_id = :id"), {"id": agent.id}
        )
    for days in (0, 5):
        run(hall, days)
    assert list_promised(hall, agent) == []
    run(hall, 20)
    assert list_promised(hall, agent) == []
    run(hall, 6)
    assert list_promised(hall, agent) == [("agent_term_over", agent.id)]


def test_the_scheduler_looks_hourly(hall: Hall) -> None:
    registry = make_topics(hall.shared)
    deliverer = Deliverer(hall.sessions, registry, read_clock)
    queues = JobQueues(hall.shared.redis, 60)
    relay = Relay(hall.sessions, registry, queues, deliverer, read_clock, limit_sending(60))
    [tick] = [one for one in make_ticks(hall.shared, relay) if one.name == "terms of agents"]
    assert tick.every == timedelta(hours=1)
