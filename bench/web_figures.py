"""Requests a second of the production's routes against raw routes in the same application."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice

from bench.figures import Measure, Measured, compare
from bench.ground import ROOT, Ground, Web
from bench.web_app import RAW
from bench.web_stage import (
    FIRST_CUSTOMER_ID,
    WebStage,
    list_cases,
    make_application,
    set_web_stage,
    write_request,
)

WORKERS, CLIENTS = 2, 16
ROUND_SECONDS = 2.0
ROUNDS = 5
# More requests than any round can get answered.
AT_MOST = 8000
CASES_TO_READ = 200

Requests = Callable[[], Iterator[str]]


class RequestsFailed(Exception):
    """Answers were no successes; the message holds the first of them."""


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give the requests a second of what is wanted of ``submit_http`` and ``read_case_http``."""
    stage = set_web_stage(ground)
    with ground.serve("bench.web_app:create_bench_app()", stage.environment, WORKERS) as web:
        load = Load(ground, web)
        if "submit_http" in wanted:
            yield (
                "submit_http",
                compare(
                    load.measure(lambda: _submit(stage, "/api/v1/applications")),
                    load.measure(lambda: _submit(stage, f"{RAW}/submit")),
                    ROUNDS,
                ),
            )
        if "read_case_http" in wanted:
            load.send(islice(_submit(stage, "/api/v1/applications"), CASES_TO_READ))
            yield (
                "read_case_http",
                compare(
                    load.measure(lambda: _read(stage, raw=False)),
                    load.measure(lambda: _read(stage, raw=True)),
                    ROUNDS,
                ),
            )


def _submit(stage: WebStage, path: str) -> Iterator[str]:
    for token in cycle(stage.tokens):
        yield write_request("POST", path, _authorize(token), make_application())


def _read(stage: WebStage, raw: bool) -> Iterator[str]:
    cases = [one for one in list_cases(stage.sessions) if one[0].startswith("2")][-CASES_TO_READ:]
    for case_no, case_id, customer_id in cycle(cases):
        token = stage.tokens[customer_id - FIRST_CUSTOMER_ID]
        path = f"{RAW}/read/{case_no}/{case_id}" if raw else f"/api/v1/cases/{case_no}"
        yield write_request("GET", path, _authorize(token), None)


def _authorize(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


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
