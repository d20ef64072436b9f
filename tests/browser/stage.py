"""The running hall of the browser tests: simulators, web, worker and scheduler as processes of their own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.passwords import hash_password
from backend.appointments.models import SlotRule
from backend.catalogue.folder import read_folder
from backend.core.config import Settings, load_settings
from backend.core.database import make_engine_options
from backend.organisation.models import Unit
from backend.organisation.service import NewStaff, OrganisationService
from backend.organisation.staff_upkeep import StaffUpkeep
from composition.hall import make_key_ring
from composition.staff_side import make_hashed_password
from deploy.demo.offices import add_phones
from deploy.demo.organisation import AREAS, PASSWORD, PEOPLE, UNITS
from deploy.local.environment import compose, read_simulators
from deploy.local.supervisor import FIRST_WAIT_SECONDS, Child, Supervisor

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotReady(Exception):
    """A process did not come up; the message has the end of its log."""


def ask(url: str, method: str = "GET", body: Any = None) -> Any:
    """Return the JSON answer of an address on this machine."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    with _OPENER.open(asked, timeout=10) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def _find_link(told: str) -> str:
    found = re.search(r"https?://[^ ，。]+/l/[\w-]+", told)
    return found[0] if found else ""


def find_free_port() -> int:
    """Return a port that nobody listens on now."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Stage:
    """The running hall. ``url`` is where it listens, ``control`` the simulators' control address,
    ``database_url`` where its data are.

    ``settings`` are the deployment's own, beside those of a local run.
    """

    def __init__(
        self, folder: Path, database_url: str, redis_url: str, settings: Mapping[str, str] | None = None
    ) -> None:
        port, simulators_port = find_free_port(), find_free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.control = f"http://127.0.0.1:{simulators_port}/control"
        state = folder / "simulators"
        simulated = read_simulators(ROOT, simulators_port, state)
        servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        # Simulated platforms only, whatever the person who runs the tests has set for their own use.
        self._environment = {
            **compose(port, folder, servers, simulated),
            **simulated,
            **servers,
            "PUBLIC_BASE_URL": self.url,
            "FILES_DIR": str(folder / "files"),
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            **(settings or {}),
        }
        (folder / "metrics").mkdir()
        self.database_url = database_url
        python = sys.executable
        flask = (python, "-m", "flask", "--app", "wsgi:create_app")
        self._flask = flask
        commands = {
            "simulators": (
                *(python, "-m", "simulators", "--port", str(simulators_port), "--hall", self.url),
                *("--state-dir", str(state)),
            ),
            "web": (
                *(python, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"),
                *("--no-control-socket", "wsgi:create_app()"),
            ),
            "worker": (*flask, "worker"),
            "scheduler": (*flask, "scheduler"),
        }
        children = [Child(name, command, self._environment) for name, command in commands.items()]
        self.supervisor = Supervisor(
            *(children, ROOT, folder / "log", folder / "run.json", lambda _: None),
            # Who is killed again and again by a test is in no loop of failing starts.
            longest_wait=FIRST_WAIT_SECONDS,
        )

    def start(self) -> None:
        """Migrate, enter the demonstration's organisation, start all and wait; raises NotReady."""
        done = subprocess.run(
            [*self._flask, "migrate"],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NotReady(done.stderr)
        self._seed()
        self.supervisor.start()
        self._wait("simulators", f"{self.control}/users")
        self._wait("web", f"{self.url}/readyz")

    def stop(self) -> None:
        """End all processes."""
        self.supervisor.stop()

    def read_code(self, phone: str) -> str:
        """Return the newest sign-in code that was sent to ``phone``, once it is there."""
        return self._wait_for_message(phone, "code", lambda one: str(one["code"] or ""))

    def read_link(self, phone: str) -> str:
        """Return the address of the newest link to a case that was sent to ``phone``, once it is there."""
        return self._wait_for_message(phone, "link", lambda one: _find_link(str(one["text"])))

    def _wait_for_message(self, phone: str, what: str, read: Callable[[dict[str, Any]], str]) -> str:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            sent = ask(f"{self.control}/messages?phone={phone}")["items"]
            if found := [told for one in sent if (told := read(one))]:
                return found[-1]
            time.sleep(0.1)
        raise NotReady(f"no {what} came to {phone}\n{self.supervisor.tail('worker')}")

    def list_texts(self, phone: str) -> list[str]:
        """Return all text messages that ``phone`` got."""
        return [str(one["text"]) for one in ask(f"{self.control}/messages?phone={phone}")["items"]]

    def wait_long(self, case_no: str) -> None:
        """Let what is waited for in the case have begun long ago."""
        engine = create_engine(self.database_url, **make_engine_options(2))
        with engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE case_task SET opened_at = opened_at - interval '30 days' WHERE state = 'open'"
                    " AND case_id = (SELECT id FROM service_case WHERE case_no = :case_no)"
                ),
                {"case_no": case_no},
            )
        engine.dispose()

    def tail(self, name: str) -> str:
        """Return the end of a process's log."""
        return self.supervisor.tail(name, 40)

    def _wait(self, name: str, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            self.supervisor.look()
            try:
                ask(url)
                return
            except (OSError, urllib.error.URLError):
                if time.monotonic() > deadline:
                    raise NotReady(self.tail(name)) from None
            time.sleep(0.2)

    def read_settings(self) -> Settings:
        """Return the settings that the hall's own processes have."""
        return load_settings(self._environment)

    def _seed(self) -> None:
        engine = create_engine(self.database_url, **make_engine_options(2))
        try:
            self._enter_organisation(sessionmaker(engine))
            self._enter_slot_rules(engine)
        finally:
            engine.dispose()

    def _enter_organisation(self, sessions: sessionmaker[Session]) -> None:
        content = read_folder()
        keys = make_key_ring(self.read_settings())
        organisation = OrganisationService(keys, content.positions, content.departments)
        password_hash, now = hash_password(PASSWORD), datetime.now(UTC)
        with sessions.begin() as session:
            for unit in UNITS:
                organisation.add_unit(session, unit.code, unit.name, unit.kind, unit.under, unit.address)
            for one in PEOPLE:
                new = NewStaff(
                    *(one.unit, one.username, one.name, password_hash),
                    *(frozenset(one.positions), frozenset(one.departments)),
                    must_change_password=False,
                )
                organisation.add_staff(session, new, now)
            for area in AREAS:
                organisation.add_area(session, *area)
        add_phones(sessions, StaffUpkeep(organisation, keys, make_hashed_password), now)

    def _enter_slot_rules(self, engine: Engine) -> None:
        with Session(engine) as session:
            for unit_id in session.scalars(select(Unit.id).where(Unit.kind == "unit")):
                for day_kind in ("working", "rest"):
                    for first, last in ((9, 12), (14, 17)):
                        session.add(
                            SlotRule(
                                unit_id=unit_id, day_kind=day_kind, from_hour=first, until_hour=last,
                                capacity=2, effective_from=date(2026, 1, 1),
                            )
                        )  # fmt: skip
            session.commit()


def create_database(address: str, name: str) -> None:
    """Make an empty database on the server of ``address``."""
    _on_server(address, f'CREATE DATABASE "{name}"')


def drop_database(address: str, name: str) -> None:
    """Take a database away, with whoever still uses it."""
    _on_server(address, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
