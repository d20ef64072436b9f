"""What people meet while a server is away, and what comes back by itself once it is there again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
import requests
from simple_websocket import Client

from tests.browser.stage import ask
from tests.faults.hall import PATIENCE_SECONDS, FaultyHall, wait_for
from tests.faults.people import Answer, Order, Person, check_unavailable, sign_staff_in
from tests.faults.story import STORY, Story
from tests.faults.walk import PROMPT_SECONDS, Walk

# The limit of sign-ins for one address, in a minute.
SIGN_INS = 60
BAD_SIGN_IN = Order("POST", "/sessions/sms", {"phone": "1", "code": ""})


def test_without_postgresql_everybody_is_told_and_the_same_web_goes_on(
    hall: FaultyHall, staff: dict[str, Person]
) -> None:
    web = hall.stage.supervisor.find_pid("web")
    customer = Person(f"{hall.url}/api/v1", "10.0.9.1")
    killed = hall.kill("postgresql")
    try:
        for who, path in (
            (customer, "/areas"),
            (staff["remote1"], "/queues"),
            (staff["manager1"], "/session"),
        ):
            began = time.monotonic()
            check_unavailable(who.send(Order("GET", path)))
            assert time.monotonic() - began < PROMPT_SECONDS
        assert ask(f"{hall.url}/healthz") == {"status": "ok"}
        ready = requests.get(f"{hall.url}/readyz", proxies={"http": ""}, timeout=PROMPT_SECONDS)
        assert (ready.status_code, ready.json()) == (503, {"database": "unreachable", "queue": "ok"})
    finally:
        hall.restore("postgresql", killed)
    assert customer.send(Order("GET", "/areas")).status == 200
    assert staff["remote1"].send(Order("GET", "/session")).status == 200
    assert hall.stage.supervisor.find_pid("web") == web


def test_sign_in_does_not_hang_on_valkey_and_limits_hold_without_and_after_it(hall: FaultyHall) -> None:
    killed = hall.kill("valkey")
    try:
        began = time.monotonic()
        body = {"code": ask(f"{hall.control}/codes", "POST", {"user": "chen", "kind": "mini"})["code"]}
        customer = Person(f"{hall.url}/api/v1", "10.0.9.2")
        signed_in = customer.send(Order("POST", "/sessions/wechat-mini", body))
        assert signed_in.status == 201, signed_in
        sign_staff_in(hall.url, "remote2")
        assert time.monotonic() - began < 2 * PROMPT_SECONDS
        customer.headers["Authorization"] = f"Bearer {signed_in.body['access_token']}"
        ticket = customer.send(Order("POST", "/realtime/tickets", {}))
        assert (ticket.status, ticket.body["code"]) == (503, "realtime_unavailable")
        check_limit(Person(f"{hall.url}/api/v1", "10.0.9.3"))
    finally:
        hall.restore("valkey", killed)

    def is_counted() -> bool:
        late = Person(f"{hall.url}/api/v1", "10.0.9.4")
        late.send(BAD_SIGN_IN)
        with hall.redis() as redis:
            return any(b"10.0.9.4" in key for key in redis.keys("*"))

    wait_for(is_counted, "the limits to be counted in Valkey again")
    check_limit(Person(f"{hall.url}/api/v1", "10.0.9.5"))
    assert customer.send(Order("POST", "/realtime/tickets", {})).status == 201


def check_limit(person: Person) -> None:
    """Hold that one address is stopped after so many tries."""
    answers = [person.send(BAD_SIGN_IN) for _ in range(SIGN_INS + 1)]
    assert {one.status for one in answers[:-1]} == {422}
    assert (answers[-1].status, answers[-1].body["code"]) == (429, "too_many_requests")


def test_an_open_socket_outlives_valkey(hall: FaultyHall, begin_story: Callable[[], Story]) -> None:
    walk = Walk(hall, begin_story(), None)
    walk.run(until="accept")
    story = walk.story
    ticket = story.customer.send(Order("POST", "/realtime/tickets", {})).body["ticket"]
    socket = Client(f"{hall.url.replace('http', 'ws')}/ws/v1?ticket={ticket}")
    try:
        socket.send(json.dumps({"watch": [f"case:{story.case_no}"]}))
        assert await_hint(socket, story) == 0
        hall.restore("valkey", hall.kill("valkey"))
        # Something may have been missed, so everybody is told to look.
        wait_for(lambda: await_hint(socket, story) == 0, "the word after Valkey's return")
        accept = next(step for step in STORY if step.name == "accept")
        answer: Answer = story.who(accept.who).send(accept.make(story))
        assert answer.status == 200
        wait_for(lambda: await_hint(socket, story) > 0, "the hint")
    finally:
        socket.close()


def await_hint(socket: Client, story: Story) -> int:
    """Return the number of the next hint."""
    told = socket.receive(timeout=PATIENCE_SECONDS)
    assert told is not None, "no hint came"
    hint = json.loads(told)
    assert hint["topic"] == f"case:{story.case_no}"
    return int(hint["seq"])


@pytest.fixture(autouse=True)
def _nothing_left(hall: FaultyHall) -> None:
    """No order of another test may hold what these send."""
    ask(f"{hall.control}/faults", "DELETE")
