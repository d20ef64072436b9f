"""The web server's own settings, by real starts: a malformed one stops it, and none leads beyond loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMAND = [
    *(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--no-control-socket"),
    "tests.api.socket_server:create_app()",
]


@pytest.fixture
def port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make_environment(redis_url: str, **settings: str) -> dict[str, str]:
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**plain, "REDIS_URL": redis_url, **settings}


def is_answering(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Start a web server that is to end at once."""
    return subprocess.run(
        COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def outer_socket() -> Iterator[socket.socket]:
    """Yield a socket that listens beyond this machine, as a supervisor could hand it to gunicorn."""
    with closing(socket.socket()) as one:
        one.bind(("0.0.0.0", 0))
        one.listen()
        one.set_inheritable(True)
        yield one


@pytest.mark.parametrize("address", ["0.0.0.0", "[::]", ""])
def test_a_demonstration_is_not_moved_beyond_loopback(redis_url: str, port: int, address: str) -> None:
    arguments = f"--bind {address}:{port} --bind 127.0.0.1:{port + 1}"
    environment = make_environment(redis_url, DEMO_MODE="true", HOST="127.0.0.1", GUNICORN_CMD_ARGS=arguments)
    ended = start(environment)
    assert ended.returncode != 0
    assert "DEMO_MODE is on" in ended.stderr
    assert "Listening at" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_demonstration_takes_no_socket_that_listens_beyond(
    redis_url: str, outer_socket: socket.socket
) -> None:
    number = outer_socket.fileno()
    environment = make_environment(redis_url, DEMO_MODE="true", GUNICORN_CMD_ARGS=f"--bind fd://{number}")
    ended = subprocess.run(
        COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
        pass_fds=[number],
    )  # fmt: skip
    assert ended.returncode != 0
    assert "DEMO_MODE is on" in ended.stderr
    assert "Booting worker" not in ended.stderr


@pytest.mark.parametrize(
    ("demo", "bind"), [("true", ""), ("true", "--bind localhost:{port}"), ("false", "--bind 0.0.0.0:{port}")]
)
def test_every_other_start_is_allowed(redis_url: str, port: int, demo: str, bind: str) -> None:
    environment = make_environment(
        redis_url, DEMO_MODE=demo, PORT=str(port), GUNICORN_CMD_ARGS=bind.format(port=port)
    )
    with subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 30
        while not is_answering(port):
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        server.terminate()


@pytest.mark.parametrize("value", ["two", "0", "2.5"])
def test_a_malformed_number_of_processes_stops_the_start_with_its_name(redis_url: str, value: str) -> None:
    ended = start(make_environment(redis_url, WEB_PROCESSES=value))
    assert ended.returncode != 0
    assert "WEB_PROCESSES: is malformed; expected whole number from 1 to 64" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_process_looks_for_garbage_only_among_what_requests_leave() -> None:
    asked = (
        "import gc, runpy; config = runpy.run_path('deploy/gunicorn.conf.py');"
        "config['post_worker_init'](None); print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=make_environment("redis://127.0.0.1:1"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["True", "20000"], done.stderr
