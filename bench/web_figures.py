"""Requests a second of the production's routes against raw routes in the same application."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import count, cycle, islice
from random import Random

from backend.core.ids import make_case_no
from bench.clones import clone_cases
from bench.figures import Measure, Measured, compare
from bench.ground import ROOT, Ground, Web, connect_as_owner
from bench.web_app import RAW
from bench.web_stage import (
    FIRST_CASE_ID,
    UNIT_CODE,
    WebStage,
    authorize,
    make_application,
    make_template,
    set_web_stage,
    write_request,
)

WORKERS, CLIENTS = 2, 16
ROUND_SECONDS = 2.0
# One round depends on how the connections fall to the workers, so it takes many to know a median.
ROUNDS = 9
# More requests than any round can get answered.
AT_MOST = 3000
CASES_TO_READ = 200

Requests = Callable[[], Iterator[str]]


class RequestsFailed(Exception):
    """Answers were no successes; the message holds the first of them."""


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give the requests a second of what is wanted of the group."""
    stage = set_web_stage(ground, "web")
    requests = WebRequests(stage)
    probes = {
        "submit_http": requests.submit,
        "review_http": requests.review,
        "read_case_http": requests.read,
    }
    with ground.serve("bench.web_app:create_bench_app()", stage.environment, WORKERS) as web:
        load = Load(ground, web)
        for name in wanted:
            make = probes[name]
            ours, theirs = partial(make, raw=False), partial(make, raw=True)
            yield name, compare(load.measure(ours), load.measure(theirs), ROUNDS)
    stage.hall.engine.dispose()


class WebRequests:
    """Endless requests of each kind, on the production's path or on the raw one."""

    def __init__(self, stage: WebStage) -> None:
        self._stage = stage
        self._template_id, self._version, self._task = make_template(stage)
        self._case_ids = count(FIRST_CASE_ID * 2, step=AT_MOST)
        self._days = count(1)
        self._to_read = self._make_cases(CASES_TO_READ)

    def submit(self, raw: bool) -> Iterator[str]:
        """Hand in applications, each from another address."""
        path = f"{RAW}/submit" if raw else "/api/v1/applications"
        for token in cycle(self._stage.tokens):
            yield write_request("POST", path, authorize(token), make_application())

    def read(self, raw: bool) -> Iterator[str]:
        """Read cases of the first customer, whose template they are copies of."""
        headers = authorize(self._stage.tokens[0])
        for case_no, case_id in cycle(self._to_read):
            path = f"{RAW}/read/{case_no}/{case_id}" if raw else f"/api/v1/cases/{case_no}"
            yield write_request("GET", path, headers, None)

    def review(self, raw: bool) -> Iterator[str]:
        """Accept fresh cases, each once."""
        clerks = cycle(self._stage.clerks)
        for case_no, case_id in self._make_cases(AT_MOST):
            clerk = next(clerks)
            headers = {"Cookie": f"__Host-hall_staff={clerk.token}", "X-CSRF-Token": clerk.csrf_token}
            body = {
                "command_id": str(uuid.uuid4()),
                "expected_version": self._version,
                "kind": "complete",
                "task": self._task,
                "outcome": "accept",
            }
            real = f"/staff/api/v1/cases/{case_no}/commands"
            path = f"{RAW}/review/{case_no}/{case_id}" if raw else real
            yield write_request("POST", path, headers, body)

    def _make_cases(self, amount: int) -> list[tuple[str, int]]:
        """Make copies of the template with numbers of a day of their own, far from today's."""
        day, random = date(2020, 1, 1) + timedelta(days=next(self._days)), Random(0)
        numbers: set[str] = set()
        while len(numbers) < amount:
            numbers.add(make_case_no(day, UNIT_CODE, random))
        ordered = sorted(numbers)
        with connect_as_owner(self._stage.database_url) as owner:
            case_ids = clone_cases(owner, self._template_id, next(self._case_ids), ordered)
        return list(zip(ordered, case_ids, strict=True))


class Load:
    """Sends requests to ``web`` from a process of its own."""

    def __init__(self, ground: Ground, web: Web) -> None:
        self._file = ground.folder / "requests.jsonl"
        self._web = web

    def measure(self, requests: Requests) -> Measure:
        """Return what measures the requests a second of a round of ``requests``."""
        return lambda: self.send(islice(requests(), AT_MOST))

    def send(self, requests: Iterator[str]) -> float:
        """Send for a round and return the requests a second; raises RequestsFailed."""
        self._file.write_text("\n".join(json.dumps(one) for one in requests), encoding="utf-8")
        asked = {
            "port": self._web.port,
            "clients": CLIENTS,
            "seconds": ROUND_SECONDS,
            "requests": str(self._file),
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=ROUND_SECONDS + 60,
        )
        if done.returncode != 0:
            raise RequestsFailed(done.stderr[-500:])
        told = json.loads(done.stdout)
        if told["failures"]:
            raise RequestsFailed(told["failures"][0] + "\n" + self._web.read_faults())
        return float(told["answered"] / told["seconds"])
