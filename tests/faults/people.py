"""Who takes part, over HTTP: requests that can be repeated as they were, and clients that do so."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from deploy.demo.organisation import PASSWORD
from tests.faults.hall import PATIENCE_SECONDS, wait_for

# Without PostgreSQL, a process and Valkey a request may fail, but none may hang.
ANSWER_SECONDS = 20
# Messages go out in the worker's own time; the story counts them at its end.
_FLEETING = frozenset({"url", "thumbnail_url", "time_left", "messages"})


@dataclass(frozen=True)
class Order:
    """One request, complete with the id that makes its repetition harmless where it has one."""

    method: str
    path: str
    json: Mapping[str, Any] | None = None
    photo: tuple[str, bytes] | None = None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any


@dataclass
class Person:
    """Somebody with a client; ``base`` is the API's address, ``address`` where they are."""

    base: str
    address: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, order: Order) -> Answer:
        """Send an order once; raises requests.RequestException where no answer comes."""
        with requests.Session() as session:
            # A proxy of the person who runs the tests must not come between.
            session.trust_env = False
            session.cookies.update(self.cookies)
            sent = session.request(
                order.method,
                self.base + order.path,
                json=order.json,
                files={"file": ("photo.jpg", order.photo[1])} if order.photo else None,
                data={"purpose": order.photo[0]} if order.photo else None,
                headers={**self.headers, "X-Forwarded-For": self.address},
                timeout=ANSWER_SECONDS,
            )
            self.cookies.update(session.cookies.get_dict())
        return Answer(sent.status_code, sent.json() if sent.content else None)

    def insist(self, order: Order) -> Answer:
        """Send an order until it is answered, as the clients do: the same again after silence or a 503."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self.send(order)
            except requests.RequestException as silence:
                said = type(silence).__name__
            else:
                if answer.status != 503:
                    return answer
                check_unavailable(answer)
                said = "503"
            assert time.monotonic() < deadline, f"{order.method} {order.path}: {said}"
            time.sleep(0.1)

    def digest(self, address: str) -> str:
        """Return a digest of the file at a signed link."""

        def fetch() -> str | None:
            try:
                answer = requests.get(address, proxies={"http": ""}, timeout=ANSWER_SECONDS)
            except requests.RequestException:
                return None
            if answer.status_code == 503:
                return None
            assert answer.status_code == 200, answer.text
            return hashlib.sha256(answer.content).hexdigest()

        return wait_for(fetch, "the file") or ""

    def read(self, path: str) -> Any:
        """Return the body of what lies at ``path``."""
        answer = self.insist(Order("GET", path))
        assert answer.status == 200, answer
        return answer.body


def check_unavailable(answer: Answer) -> None:
    """Hold that an answer says plainly that the database is away, and what to do."""
    assert (answer.status, answer.body["code"]) == (503, "database_unavailable"), answer
    assert answer.body["title"].startswith("系统正在恢复"), answer


def sign_staff_in(url: str, username: str) -> Person:
    """Return somebody of the demonstration's staff, signed in."""
    person = Person(f"{url}/staff/api/v1", "10.0.0.1")
    answer = person.insist(Order("POST", "/session", {"username": username, "password": PASSWORD}))
    assert answer.status in (200, 201), answer
    person.headers["X-CSRF-Token"] = answer.body["csrf_token"]
    return person


def strip_fleeting(body: Any) -> Any:
    """Return an answer without what is new in each: signed links, time left, messages sent meanwhile."""
    if isinstance(body, dict):
        return {name: strip_fleeting(one) for name, one in body.items() if name not in _FLEETING}
    return [strip_fleeting(one) for one in body] if isinstance(body, list) else body


def describe(first: Answer, second: Answer) -> str:
    """Return in what two answers differ, for a failed assertion."""
    one, other = strip_fleeting(first.body), strip_fleeting(second.body)
    names = sorted({*one, *other}) if isinstance(one, dict) and isinstance(other, dict) else []
    differing = {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}
    return f"{first.status} {second.status} {json.dumps(differing, ensure_ascii=False)}"
