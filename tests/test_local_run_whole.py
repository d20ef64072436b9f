"""``make run`` as a person lives it: up, signed in, Ctrl-C, up again with nothing done twice, a taken port.

It runs in a copy of the checkout with data of its own. The packages and the built clients are those of this
checkout, so that nothing has to be fetched; ``make prove`` shows the first start with nothing there at all.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.places import find_outside_data, find_sockets_folder
from deploy.local.ports import find_free_ports
from deploy.local.prove_fresh import list_processes
from deploy.local.web_build import CLIENTS, build_web_clients
from tests.browser.stage import ask

ROOT = Path(__file__).parents[1]
# Far more than it takes: half a minute on a quiet machine.
PATIENCE_SECONDS = 400
NOT_COPIED = (".git", ".venv", "var", "node_modules", "__pycache__", ".hypothesis", ".*_cache")
PARTS = ("simulators", "gunicorn", "worker", "scheduler", "postgres", "valkey-server")


@pytest.fixture
def checkout() -> Iterator[Path]:
    """Yield a copy of this checkout, its clients built and its environment there, but never run before."""
    build_web_clients(ROOT, ROOT / "var")
    # The database's account must be able to enter it, also when root runs the tests.
    with tempfile.TemporaryDirectory(prefix="hall-whole-") as name:
        Path(name).chmod(0o755)
        copy = Path(name) / "大厅 checkout"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
        shutil.copytree(ROOT / "var" / "web", copy / "var" / "web")
        (copy / ".venv").mkdir()
        for one in Path(sys.prefix).iterdir():
            if one.name not in ("runtime", "installed"):
                (copy / ".venv" / one.name).symlink_to(one)
        (copy / ".venv" / "runtime").touch()
        yield copy
        for place in (find_sockets_folder(copy / "var"), find_outside_data(copy / "var")):
            shutil.rmtree(place, ignore_errors=True)


@dataclass
class Run:
    """A ``make run`` that shows its panel; ``said`` is all it has printed so far."""

    process: subprocess.Popen[str]
    said: str

    def press_ctrl_c(self) -> str:
        """Let everybody in the foreground hear it, as a terminal does; returns what is printed afterwards."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.communicate(timeout=60)[0]


def start(checkout: Path, ports: tuple[int, int]) -> subprocess.Popen[str]:
    """Start ``make run`` as from a fresh terminal: without what a surrounding make or test has set."""
    dropped = ("DATABASE_URL", "REDIS_URL", "PORT", "SIMULATORS_PORT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.Popen(
        ["make", "run", f"PORT={ports[0]}", f"SIMULATORS_PORT={ports[1]}"],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@contextmanager
def run_hall(checkout: Path, ports: tuple[int, int]) -> Iterator[Run]:
    """Start it and wait for the end of the panel; whatever happens, nothing of it is left."""
    with start(checkout, ports) as process:
        overdue = threading.Timer(PATIENCE_SECONDS, lambda: os.killpg(process.pid, signal.SIGTERM))
        overdue.start()
        said = ""
        try:
            for line in process.stdout or ():
                said += line
                if line.startswith("─") and "Ctrl-C stops it" in said:
                    break
            else:
                pytest.fail(said)
            yield Run(process, said)
        finally:
            overdue.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def count_rows(checkout: Path) -> dict[str, int]:
    """Return how much the demonstration has entered."""
    sockets = find_sockets_folder(checkout / "var")
    with psycopg.connect(host=str(sockets), dbname="postgres", user="hall") as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index, arg-type]
            for table in ("service_case", "customer", "staff", "unit", "definition_version")
        }


def list_made(checkout: Path) -> dict[str, int]:
    """Return when each thing was made that takes long to make."""
    places = [checkout / ".venv" / "runtime", *(checkout / "var" / "web").iterdir()]
    places += [checkout / "web" / one.name / one.result / one.proof for one in CLIENTS]
    return {str(one): one.stat().st_mtime_ns for one in places}


def check_the_panel(said: str) -> None:
    """Whatever it prints is true: each address answers, and each login works."""
    addresses = re.findall(r"^  (\w[\w ]*?)\s+(http://\S+)", said, re.MULTILINE)
    assert [name for name, _ in addresses] == [
        "Customer page", "Staff console", "Simulators", "API documents",
    ]  # fmt: skip
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _, address in addresses:
        with opener.open(address, timeout=10) as answer:
            assert answer.status == 200, address
            assert b"<html" in answer.read().lower()
    base = addresses[0][1].removesuffix("/h5/")
    password = re.findall(r"with the password (\S+) as:", said)[0]
    usernames = re.findall(r"^    (\w+)\s+\S+  ", said, re.MULTILINE)
    assert len(usernames) >= 12
    for username in usernames:
        signed_in = ask(f"{base}/staff/api/v1/session", "POST", {"username": username, "password": password})
        assert (signed_in["username"], signed_in["must_change_password"]) == (username, False)
    check_a_customer(base, addresses[2][1].rstrip("/"))


def check_a_customer(base: str, simulators: str) -> None:
    """Any number signs in with the code on the simulated phone."""
    phone = "13700004321"
    ask(f"{base}/api/v1/sms-codes", "POST", {"phone": phone, "purpose": "sign_in"})
    sent: list[Any] = []
    for _ in range(100):
        sent = [one for one in ask(f"{simulators}/control/messages?phone={phone}")["items"] if one["code"]]
        if sent:
            break
        threading.Event().wait(0.1)
    proof = {"phone": phone, "code": sent[-1]["code"]}
    assert ask(f"{base}/api/v1/sessions/sms", "POST", proof)["access_token"]


def test_make_run_from_the_first_start_to_a_taken_port(checkout: Path) -> None:
    port, simulators_port = find_free_ports(2)
    ports = (port, simulators_port)
    with run_hall(checkout, ports) as run:
        assert "Entering demonstration data" in run.said
        check_the_panel(run.said)
        entered, made = count_rows(checkout), list_made(checkout)
        assert entered["service_case"] >= 120
        running = list_processes(checkout)
        assert [part for part in PARTS if not any(part in one for one in running)] == []
        assert sum("gunicorn" in one for one in running) == 3
        # Somebody starts it again in another window.
        second = start(checkout, (port + 2, port + 3))
        assert "runs already. Stop it with Ctrl-C" in second.communicate(timeout=60)[0]
        assert "Everything is stopped" in run.press_ctrl_c()
    assert list_processes(checkout) == []

    with run_hall(checkout, ports) as run:
        assert not re.search(r"Installing|Building|Entering|Making", run.said), run.said
        assert (count_rows(checkout), list_made(checkout)) == (entered, made)
        assert "Everything is stopped" in run.press_ctrl_c()
    assert list_processes(checkout) == []

    with closing(socket.socket()) as taken:
        # What has just been closed there still lingers for a minute.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        refused = start(checkout, ports)
        said = refused.communicate(timeout=60)[0]
    assert refused.returncode != 0
    assert re.search(rf"Port {port} is taken by another program\. .*make run PORT=\d+", said)
    assert "Traceback" not in said
    assert list_processes(checkout) == []

    reset = subprocess.run(["make", "reset"], cwd=checkout, capture_output=True, text=True, check=True)
    assert "All local data is deleted" in reset.stdout
    assert not (checkout / "var").exists()
