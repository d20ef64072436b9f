"""What an agent cannot solve on the telephone is drawn by lot among the remote service that is on line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from backend.access.models import StaffSession
from backend.access.online_staff import ONLINE_FOR, list_online
from backend.cases.drawing import DRAWN, DRAWN_POST, Lots
from backend.catalogue.folder import read_folder
from backend.catalogue.loader import build_process
from backend.core.outbox import OutboxRow
from backend.organisation.models import Staff, StaffPost
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_intake import fault, open_case
from tests.api.test_orders_for_customers import take

POST = "remote_service"
UNSOLVED = build_process(read_folder().processes["hotline_fault_repair"]).step("guide").outcome("unsolved")


@pytest.fixture(autouse=True)
def only_two(hall: Hall) -> Iterator[None]:
    """Of the remote service only remote_a and remote_b are on duty, and neither has a console open."""
    with hall.sessions.begin() as session:
        held = select(StaffPost.staff_id).where(StaffPost.key == POST)
        others = select(Staff.id).where(
            Staff.id.in_(held), Staff.presence == "on_duty", Staff.username.not_in(("remote_a", "remote_b"))
        )
        away = session.scalars(others).all()
        session.execute(update(Staff).where(Staff.id.in_(away)).values(presence="absent"))
    for name in ("remote_a", "remote_b"):
        leave(hall, name)
    yield
    with hall.sessions.begin() as session:
        session.execute(update(Staff).where(Staff.id.in_(away)).values(presence="on_duty"))
        session.execute(delete(OutboxRow).where(OutboxRow.topic.in_(("notify_staff", "alert_staff"))))
    for name in ("remote_a", "remote_b"):
        come(hall, name)


def see(hall: Hall, username: str, seen_at: datetime) -> None:
    with hall.sessions.begin() as session:
        own = StaffSession.staff_id == hall.staff[username]
        session.execute(update(StaffSession).where(own).values(seen_at=seen_at))


def leave(hall: Hall, username: str) -> None:
    """Let the console of ``username`` have been closed a while ago, though nobody signed out."""
    hall.sign_in(username)
    see(hall, username, datetime.now(UTC) - ONLINE_FOR - timedelta(minutes=1))


def come(hall: Hall, username: str) -> None:
    hall.sign_in(username)
    see(hall, username, datetime.now(UTC))


@pytest.fixture
def case_no(hall: Hall) -> str:
    """A fault of which the agent has to guide the caller."""
    agent = hall.sign_in("agent_a")
    number = open_case(agent, "hotline_fault_repair", fault())
    take(agent, number, "accept")
    return number


def list_mine(browser: Browser) -> list[str]:
    return [one["case_no"] for one in browser.read("/cases", queue="mine", limit=100)["items"]]


def test_one_press_gives_it_to_who_is_on_line(hall: Hall, case_no: str) -> None:
    come(hall, "remote_b")
    case = take(hall.sign_in("agent_a"), case_no, "unsolved")
    assert case["drawing"] == {"name": "王remote_b"}
    assert "随机分给在线的王remote_b（远程服务岗）" in [one["text"] for one in case["history"]]
    with hall.sessions.begin() as session:
        promised = select(OutboxRow.payload).where(OutboxRow.topic == "alert_staff")
        told = [one for one in session.scalars(promised) if one["case_no"] == case_no]
    assert [(one["kind"], one["staff_id"]) for one in told] == [("drawn", hall.staff["remote_b"])]
    drawn, other = hall.sign_in("remote_b"), hall.sign_in("remote_a")
    assert case_no in list_mine(drawn)
    assert case_no not in list_mine(other)
    # The caller is on the telephone: whoever of the post is free may step in where the drawn one cannot.
    queued = [one["case_no"] for one in other.read("/cases", queue="accept", limit=100)["items"]]
    assert case_no in queued
    assert take(drawn, case_no, "unsolved")["step"] == "dispatch"
    assert case_no not in list_mine(drawn)


def test_with_nobody_on_line_it_waits_in_the_queue_and_says_so(hall: Hall, case_no: str) -> None:
    case = take(hall.sign_in("agent_a"), case_no, "unsolved")
    assert case["drawing"] == {"name": None}
    assert "没有人在线，留在岗位的待办里" in [one["text"] for one in case["history"]]
    come(hall, "remote_a")
    remote = hall.sign_in("remote_a")
    queued = [one["case_no"] for one in remote.read("/cases", queue="accept", limit=100)["items"]]
    assert case_no in queued
    assert case_no not in list_mine(remote)
    assert take(remote, case_no, "solved")["status"] == "completed"


def test_chance_decides_among_those_on_line_alone(hall: Hall) -> None:
    assert UNSOLVED is not None
    now = datetime.now(UTC)
    with hall.sessions.begin() as session:
        unit_id = hall.units["361"]
        assert Lots(list_online, min).draw(session, UNSOLVED, unit_id, now)[DRAWN] is None
    for name in ("remote_a", "remote_b"):
        come(hall, name)
    both = {hall.staff["remote_a"], hall.staff["remote_b"]}
    with hall.sessions.begin() as session:
        now = datetime.now(UTC)
        for choose in (min, max):
            lots = Lots(list_online, choose)
            assert lots.draw(session, UNSOLVED, unit_id, now) == {DRAWN_POST: POST, DRAWN: choose(both)}
    answer = hall.sign_in("remote_a").send("PUT", "/members/remote_a/presence", {"presence": "absent"})
    assert answer.status_code == 204
    with hall.sessions.begin() as session:
        # Who is away is not drawn, though the console is open.
        assert list_online(session, unit_id, POST, datetime.now(UTC)) == [hall.staff["remote_b"]]
    hall.sign_in("remote_a").send("PUT", "/members/remote_a/presence", {"presence": "on_duty"})


def test_of_two_presses_one_draws(hall: Hall, case_no: str) -> None:
    come(hall, "remote_a")
    agent = hall.sign_in("agent_a")
    case = agent.read(f"/cases/{case_no}")
    task = case["open_tasks"][0]["no"]
    answers = [agent.command(case_no, case["version"], task, "unsolved") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 409]
    assert code(answers[1]) == "stale_version"
    assert json.loads(answers[0].text)["drawing"] == {"name": "王remote_a"}
