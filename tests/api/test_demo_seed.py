"""The demonstration's data: whole also after a run that was killed, entered once, and told to nobody."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text

from backend.appointments.models import SlotRule
from backend.cases.repository import list_events
from backend.cases.snapshot import Snapshot, fold
from backend.catalogue.folder import read_folder
from backend.core.config import Settings
from backend.core.database import db, table_of
from composition.hall import make_hall
from deploy.demo.applicants import CUSTOMERS
from deploy.demo.organisation import PASSWORD, PEOPLE, UNITS
from deploy.demo.stories import PLOTS
from simulators.people import STANDING
from tests.api.conftest import KEY
from tests.conftest import DATABASE_VARIABLE
from wsgi import create_app

ROOT = Path(__file__).parents[2]
_COUNTED = (
    "unit", "staff", "service_area", "duty_roster", "slot_rule", "customer", "identity", "service_case",
    "case_event", "command_log", "stored_file", "notification", "case_note", "case_message", "case_review",
    "case_rating", "appointment", "deadline_event", "outbox",
)  # fmt: skip
# Process and step → how many cases stand there at least.
_STANDING = {
    ("online_service_application", "accept"): 12,
    ("online_service_application", "review"): 8,
    ("online_service_application", "complete_documents"): 8,
    ("online_service_application", "dispatch"): 5,
    ("online_service_application", "assign"): 8,
    ("online_service_application", "book"): 5,
    ("online_service_application", "reply"): 3,
    ("online_service_application", "close"): 5,
    ("online_service_application", "rate"): 3,
    ("repair", "set_off"): 4,
    ("repair", "arrive"): 3,
    ("repair", "inspect"): 3,
    ("repair", "assist"): 3,
    ("repair", "hand_over"): 3,
    ("install_residential_individual", "scheme"): 2,
    ("install_residential_individual", "sign_sketch"): 3,
    ("install_residential_individual", "collect"): 2,
    ("install_residential_individual", "construct"): 2,
    ("alteration", "plan_small"): 2,
    ("gas_commissioning", "set_off"): 2,
    ("gas_commissioning", "rectify"): 1,
    ("inspection", "rectify"): 2,
}


@dataclasses.dataclass(frozen=True)
class Demo:
    """The demonstration, seeded; ``again`` is what the last run said, ``added`` what it added by table."""

    app: Flask
    settings: Settings
    engine: Engine
    again: str
    added: dict[str, int]


@pytest.fixture(scope="module")
def demo(settings: Settings) -> Iterator[Demo]:
    """Yield the demonstration on a database of its own: begun, killed, run to its end, and run once more."""
    address = make_url(os.environ[DATABASE_VARIABLE])
    name = f"hall_demo_{os.getpid()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    own = dataclasses.replace(
        settings,
        database_url=address.set(database=name).render_as_string(hide_password=False),
        demo_mode=True,
    )
    app, engine = create_app(own), create_engine(own.database_url)
    _run(app, "migrate")
    _seed_and_kill(own)
    # Another month, which begins at any midnight, would rightly add to the roster.
    with time_machine.travel(datetime.now(UTC), tick=False):
        _run(app, "demo", "seed")
        before = _count(engine)
        _run(app, "migrate")
        again = _run(app, "demo", "seed")
    after = _count(engine)
    yield Demo(app, own, engine, again, {table: after[table] - before[table] for table in _COUNTED})
    engine.dispose()
    with app.app_context():
        db.engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def _run(app: Flask, *args: str) -> str:
    done = app.test_cli_runner().invoke(args=list(args))
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def _seed_and_kill(settings: Settings) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "ENCRYPTION_KEYS": f"1:{KEY}",
        "BLIND_INDEX_KEY": KEY,
        "FILES_DIR": settings.files_dir,
        "DEMO_MODE": "true",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi:create_app", "demo", "seed"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = next((line for line in process.stdout if re.search(r"of \d+ cases", line)), None)
        process.kill()
    assert said is not None


def _count(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in _COUNTED
        }


def test_a_second_run_adds_nothing(demo: Demo) -> None:
    assert demo.added == dict.fromkeys(_COUNTED, 0)
    assert "0 units, 0 staff and 0 service areas entered" in demo.again
    assert "0 cases entered" in demo.again


def test_people_sign_in_with_the_known_password(demo: Demo) -> None:
    client = demo.app.test_client()
    for person in (PEOPLE[0], PEOPLE[5]):
        typed = {"username": person.username, "password": PASSWORD}
        answer = client.post("/staff/api/v1/session", json=typed)
        assert answer.status_code == 201
        body = json.loads(answer.text)
        assert (body["name"], body["must_change_password"]) == (person.name, False)


def test_cases_stand_at_every_step(demo: Demo) -> None:
    with demo.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.process_key, t.step, count(*) AS cases,"
                " count(*) FILTER (WHERE t.due_at < now()) AS late FROM case_task t"
                " JOIN service_case c ON c.id = t.case_id WHERE t.state = 'open' GROUP BY 1, 2"
            )
        ).all()
        standing = {(row.process_key, row.step): row.cases for row in rows}
        roots = connection.execute(
            text("SELECT status, count(*) AS cases, max(returned_times) AS returns,"
                 " min(opened_at) AS first_at, max(opened_at) AS last_at"
                 " FROM service_case WHERE parent_case_id IS NULL GROUP BY 1")
        ).all()  # fmt: skip
    assert {
        key: standing.get(key, 0) for key, least in _STANDING.items() if standing.get(key, 0) < least
    } == {}
    assert sum(row.late for row in rows) >= 8
    assert sum(row.cases for row in roots) >= 120
    # Besides the plots there are one alarm and two rounds of the knowledge base.
    assert sum(row.cases for row in roots) == sum(plot.count for plot in PLOTS) + 3
    assert {row.status for row in roots} == {"open", "completed", "refused", "withdrawn", "cancelled"}
    assert max(row.returns for row in roots) == 2
    now = datetime.now(UTC)
    assert all(now - timedelta(days=21) < row.first_at and row.last_at <= now for row in roots)


def test_history_is_that_of_the_cases(demo: Demo) -> None:
    hall = make_hall(demo.settings, demo.engine)
    with hall.sessions() as session:
        cases = session.execute(text("SELECT id FROM service_case")).scalars().all()
        events = {case_id: list_events(session, case_id) for case_id in cases}
    for case_id in cases:
        stored = hall.cases.load(case_id).snapshot
        assert fold(Snapshot(), events[case_id]) == stored
        times = [one.at for one in events[case_id]]
        assert times == sorted(times)


def test_nobody_outside_is_told(demo: Demo) -> None:
    with demo.engine.connect() as connection:
        assert connection.execute(text("SELECT topic, payload, state FROM outbox")).all() == []
        assert connection.execute(text("SELECT count(*) FROM message_delivery")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM notification")).scalar_one() >= 100
        # No row stands in the way of a month's partition.
        assert connection.execute(text("SELECT count(*) FROM case_event_rest")).scalar_one() == 0
        ringing = "SELECT count(*) FROM service_case WHERE process_key = 'hotline_alarm' AND status = 'open'"
        assert connection.execute(text(ringing)).scalar_one() == 0


def test_nothing_personal_stands_in_clear(demo: Demo) -> None:
    words = [one.name for one in CUSTOMERS] + [one.phone for one in CUSTOMERS] + ["110101", "单元"]
    with demo.engine.connect() as connection:
        kept = connection.execute(
            text("SELECT form::text || data::text FROM service_case UNION ALL"
                 " SELECT payload::text FROM case_event UNION ALL SELECT answer::text FROM command_log")
        ).scalars().all()  # fmt: skip
    assert [word for word in words if any(word in row for row in kept)] == []


def test_units_can_be_booked_and_called(demo: Demo) -> None:
    rules = table_of(SlotRule)
    with demo.engine.connect() as connection:
        found = connection.execute(rules.select()).all()
        called = connection.execute(
            text("SELECT count(DISTINCT unit_id) FROM duty_roster WHERE current_date BETWEEN starts_on - 1"
                 " AND ends_on + 1")
        ).scalar_one()  # fmt: skip
        silent = connection.execute(text("SELECT count(*) FROM staff WHERE phone_sealed IS NULL"))
        assert silent.scalar_one() == 0
    assert len({row.unit_id for row in found}) == 3 and called == 4
    assert {row.capacity for row in found if row.day_kind == "working"} <= {2, 3, 4}
    assert {row.capacity for row in found if row.day_kind == "rest"} <= {1, 2}


def test_everything_takes_another_key_and_the_former_may_go(demo: Demo) -> None:
    other, former = (2, b"k" * 32), demo.settings.encryption_keys

    grown = create_app(dataclasses.replace(demo.settings, encryption_keys=(*former, other)))
    before = _run(grown, "keys", "status", "--files")
    kept = int(re.search(r"key 1: (\d+) values$", before, re.MULTILINE)[1])  # type: ignore[index]
    assert kept > 2000 and "key 2" not in before
    # Each column that has anything is turned, and so is every file.
    turned = _run(grown, "keys", "rotate")
    told = set(re.findall(r"(\S+): [1-9]\d* done, 0 not opened", turned))
    assert {"service_case.form", "case_message.text_sealed", "case_document.content", "files"} <= told
    after = _run(grown, "keys", "status", "--files")
    assert after == f"key 2: {kept} values, which seals now\n"
    assert re.fullmatch(r"files: 0 done, 0 not opened\n", _run(grown, "keys", "rotate"))
    # Without the former key all can be read, also by turning it once more.
    turned_back = create_app(dataclasses.replace(demo.settings, encryption_keys=(other, *former)))
    _run(turned_back, "keys", "rotate")
    for app in (grown, turned_back):
        with app.app_context():
            db.engine.dispose()
    assert _run(demo.app, "keys", "status", "--files") == f"key 1: {kept} values, which seals now\n"


def test_simulated_people_are_among_the_customers() -> None:
    assert {one.phone for one in STANDING} <= {one.phone for one in CUSTOMERS}
    assert len(CUSTOMERS) >= 15


def test_every_position_and_department_is_held() -> None:
    content = read_folder()
    assert {one for person in PEOPLE for one in person.positions} == set(content.positions)
    assert {one for person in PEOPLE for one in person.departments} == set(content.departments)
    assert len([one for one in UNITS if one.kind == "unit"]) >= 3
    assert len(PEOPLE) >= 12


def test_production_has_no_demonstration_commands(app: Flask) -> None:
    assert "demo" not in app.cli.commands
