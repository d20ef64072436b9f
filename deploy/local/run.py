"""``make run``: the whole hall on this machine, kept running until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from deploy.local.environment import HOST, SecretsDamaged, compose, read_simulators
from deploy.local.panel import render_panel
from deploy.local.places import AlreadyRunning, hold_run_lock
from deploy.local.ports import PortTaken, check_port
from deploy.local.print_fonts import install_print_fonts
from deploy.local.servers import LocalServers, ServerStartFailed
from deploy.local.steps import StepFailed, run_step, say
from deploy.local.supervisor import Child, Supervisor, end_leftovers
from deploy.local.web_build import build_web_clients

ROOT = Path(__file__).parents[2]
VAR = ROOT / "var"
_MIGRATE_LOG, _SEED_LOG = VAR / "log" / "migrate.log", VAR / "log" / "seed.log"
# Data of another version of the code may be what stands in the way.
_AFRESH = "To start afresh: `make reset` deletes all local data (var/), then `make run` again."
DEFAULT_PORT = 8000
READY_SECONDS = 90
_HEAL_SECONDS = 2.0
_LAST_PORT = 65_535


class Refused(Exception):
    """The run cannot go on; the message is one sentence with the way out."""


class _StopAsked(BaseException):
    """A signal asked to stop while the start was still under way."""


def main() -> int:
    """Start everything, print where it is, and watch it; returns the exit code."""
    stopped = threading.Event()
    signals = _Signals(stopped)
    try:
        with hold_run_lock(VAR):
            _run(stopped, signals)
    except (Refused, AlreadyRunning, PortTaken, StepFailed, ServerStartFailed, SecretsDamaged) as refused:
        say(f"\n{refused}")
        return 1
    except _StopAsked:
        say("Stopped before the start was complete; the next `make run` goes on from here.")
    return 0


def list_children(port: int, simulators_port: int) -> list[Child]:
    """Return the processes of a local run."""
    python = sys.executable
    flask = (python, "-m", "flask", "--app", "wsgi:create_app")
    config = ("--config", "deploy/gunicorn.conf.py", "--no-control-socket")
    return [
        Child(
            "simulators",
            [
                *(python, "-m", "simulators", "--port", str(simulators_port)),
                *("--state-dir", str(VAR / "simulators")),
                *("--hall", f"http://{HOST}:{port}"),
            ],
        ),
        Child("web", [python, "-m", "gunicorn", *config, "wsgi:create_app()"]),
        Child("worker", [*flask, "worker"]),
        Child("scheduler", [*flask, "scheduler"]),
    ]


def _run(stopped: threading.Event, signals: _Signals) -> None:
    port = _read_port("PORT", DEFAULT_PORT)
    simulators_port = _read_port("SIMULATORS_PORT", port + 1)
    record = VAR / "run.json"
    end_leftovers(record)
    check_port(HOST, port, "PORT")
    check_port(HOST, simulators_port, "SIMULATORS_PORT")
    is_first = not _SEED_LOG.exists()
    say(f"Starting the service hall{'; this first time it takes some minutes' if is_first else ''}.")
    build_web_clients(ROOT, VAR)
    install_print_fonts(ROOT, VAR)
    servers = _needed_servers()
    supervisor: Supervisor | None = None
    try:
        addresses: dict[str, str] = {}
        if servers is not None:
            say("  Starting PostgreSQL and Valkey ...")
            endpoints = servers.start()
            addresses = {"DATABASE_URL": endpoints.database_url, "REDIS_URL": endpoints.redis_url}
        environment = prepare(port, simulators_port, addresses)
        os.environ.update(environment)
        supervisor = Supervisor(list_children(port, simulators_port), ROOT, VAR / "log", record, say)
        say("  Starting web, worker, scheduler and simulators ...")
        supervisor.start()
        _wait_until_ready(supervisor, f"http://{HOST}:{simulators_port}/", "simulators")
        _wait_until_ready(supervisor, f"http://{HOST}:{port}/readyz", "web")
        say(render_panel(port, simulators_port, VAR / "log"))
        signals.set_event_from_now_on()
        supervisor.watch(stopped, _healer(servers) if servers is not None else lambda: None)
    finally:
        signals.ignore_from_now_on()
        say("\nStopping ...")
        if supervisor is not None:
            supervisor.stop()
        if servers is not None:
            servers.stop()
        say("Everything is stopped; the data stays in var/.")


def prepare(port: int, simulators_port: int, addresses: dict[str, str]) -> dict[str, str]:
    """Return the settings, with the database migrated and the demonstration data entered."""
    try:
        simulated = read_simulators(ROOT, simulators_port, VAR / "simulators")
    except subprocess.CalledProcessError as error:
        raise Refused(f"The simulators do not tell their settings:\n{error.stderr}") from error
    environment = compose(port, VAR, addresses, simulated)
    metrics = Path(environment["PROMETHEUS_MULTIPROC_DIR"])
    # Figures of processes that are gone would be added to the new ones.
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    flask = [sys.executable, "-m", "flask", "--app", "wsgi:create_app"]
    title = "Looking after the demonstration data" if _SEED_LOG.exists() else "Entering demonstration data"
    try:
        run_step("Migrating the database", [*flask, "migrate"], ROOT, environment, _MIGRATE_LOG)
        run_step(title, [*flask, "demo", "seed"], ROOT, environment, _SEED_LOG)
    except StepFailed as error:
        raise StepFailed(f"{error}\n{_AFRESH}") from error
    return environment


def _needed_servers() -> LocalServers | None:
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name, "").strip()]
    if len(given) == 1:
        other = "REDIS_URL" if given[0] == "DATABASE_URL" else "DATABASE_URL"
        raise Refused(
            f"{given[0]} is set and {other} is not. Set both, or neither to use the embedded servers."
        )
    return None if given else LocalServers(VAR)


def _read_port(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= _LAST_PORT:
        raise Refused(f"{name}={text} is no port; it should be a whole number from 1 to 65535.")
    return int(text)


def _wait_until_ready(supervisor: Supervisor, url: str, name: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while True:
        supervisor.look()
        try:
            with opener.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            pass
        if time.monotonic() > deadline or supervisor.count_ends(name) > 2:
            raise Refused(
                f"{supervisor.tail(name)}\n\n{name} does not come up. The whole log: {VAR / 'log'}/{name}.log"
            )
        time.sleep(0.3)


def _healer(servers: LocalServers) -> Callable[[], None]:
    """Return what looks after the embedded servers now and then."""
    next_look = [time.monotonic()]

    def heal() -> None:
        if time.monotonic() < next_look[0]:
            return
        next_look[0] = time.monotonic() + _HEAL_SECONDS
        try:
            for name in servers.heal():
                say(f"{name} had ended and was started again.")
        except ServerStartFailed as error:
            say(str(error))

    return heal


class _Signals:
    """Ctrl-C, a kill and a closed window: first they break off the start, later they end the watch."""

    _NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped
        for number in self._NUMBERS:
            signal.signal(number, self._break_off)

    def set_event_from_now_on(self) -> None:
        """Let a signal end the watch."""
        for number in self._NUMBERS:
            signal.signal(number, lambda *_: self._stopped.set())

    def ignore_from_now_on(self) -> None:
        """Let nothing disturb the stopping, which takes seconds at most."""
        for number in self._NUMBERS:
            signal.signal(number, signal.SIG_IGN)

    @staticmethod
    def _break_off(*_: object) -> None:
        raise _StopAsked


if __name__ == "__main__":
    sys.exit(main())
