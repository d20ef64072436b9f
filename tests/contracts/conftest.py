"""The simulators as a process of their own, and the adapters set up as a deployment sets them up."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from redis import Redis

from backend.core.config import Settings, load_settings
from composition.platforms import Platforms, make_platforms

ROOT = Path(__file__).parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()
START_SECONDS = 20


class Simulators:
    """The simulators' control address, as an outside client drives it."""

    def __init__(self, base_url: str, environment: dict[str, str]) -> None:
        self.base_url, self.environment = base_url, environment

    def get(self, path: str, **query: str | int) -> Any:
        """Return the JSON of a GET."""
        answer = requests.get(f"{self.base_url}/control/{path}", params=query, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: object) -> Any:
        """Return the JSON of a POST, or None where it has no body."""
        answer = requests.post(f"{self.base_url}/control/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def put(self, path: str, **body: object) -> Any:
        """Return the JSON of a PUT."""
        answer = requests.put(f"{self.base_url}/control/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def order(self, platform: str, endpoint: str, kind: str, **more: object) -> None:
        """Order a fault."""
        self.post("faults", platform=platform, endpoint=endpoint, kind=kind, **more)

    def issue_code(self, user: str, kind: str) -> str:
        """Return a one-time code of a simulated user."""
        return str(self.post("codes", user=user, kind=kind)["code"])

    def find_user(self, key: str) -> dict[str, Any]:
        """Return a simulated user."""
        return next(one for one in self.get("users")["items"] if one["key"] == key)

    def list_calls(self, endpoint: str) -> list[dict[str, Any]]:
        """Return the calls received."""
        return list(self.get("calls", endpoint=endpoint)["items"])


@pytest.fixture(scope="session")
def running_simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """Yield the simulators' process, on a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tmp_path_factory.mktemp("simulators")
    command = [sys.executable, "-m", "simulators", "--port", str(port), "--state-dir", str(state)]
    shown = subprocess.run(
        [*command, "--show-environment"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    environment = dict(line.split("=", 1) for line in shown.stdout.splitlines())
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    simulators = Simulators(f"http://127.0.0.1:{port}", environment)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            simulators.get("faults")
            break
        except requests.ConnectionError:
            assert process.poll() is None and time.monotonic() < deadline, "the simulators did not start"
            time.sleep(0.05)
    yield simulators
    process.terminate()
    process.wait(10)


@pytest.fixture
def simulators(running_simulators: Simulators) -> Simulators:
    """Return the simulators as after a fresh start."""
    running_simulators.post("reset")
    running_simulators.post("tokens/forget")
    return running_simulators


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """Yield an empty Valkey database."""
    client = Redis.from_url(redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def make_settings(simulators: Simulators, database_settings: dict[str, str]) -> Callable[..., Settings]:
    """Return a maker of settings that reach the simulators; keywords replace variables."""

    def make(**changed: str) -> Settings:
        waiting = {"PLATFORM_ANSWER_SECONDS": "1"}
        return load_settings({**database_settings, **waiting, **simulators.environment, **changed})

    return make


@pytest.fixture(scope="session")
def database_settings() -> dict[str, str]:
    """Return the settings that have nothing to do with platforms."""
    return {
        "DATABASE_URL": "postgresql://hall@127.0.0.1/hall",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
        "ENCRYPTION_KEYS": f"1:{KEY}",
        "BLIND_INDEX_KEY": KEY,
    }


@pytest.fixture
def platforms(make_settings: Callable[..., Settings], redis: Redis) -> Platforms:
    """Return the adapters, set up for the simulators."""
    return make_platforms(make_settings(), redis)


@pytest.fixture
def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
