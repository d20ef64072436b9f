"""The demonstration's organisation goes in once, and its people can sign in with the known password."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from backend.catalogue.folder import read_folder
from backend.core.config import Settings
from backend.core.database import db
from deploy.demo.organisation import PASSWORD, PEOPLE, UNITS
from tests.conftest import DATABASE_VARIABLE
from wsgi import create_app


@pytest.fixture
def demo(settings: Settings) -> Iterator[Flask]:
    """Yield an application in demonstration mode on an empty database of its own, migrated by its command."""
    address = make_url(os.environ[DATABASE_VARIABLE])
    name = f"hall_demo_{os.getpid()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    own = address.set(database=name).render_as_string(hide_password=False)
    app = create_app(dataclasses.replace(settings, database_url=own, demo_mode=True))
    yield app
    with app.app_context():
        db.engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def test_migrate_and_seed_twice(demo: Flask) -> None:
    runner = demo.test_cli_runner()
    for expected in ("service areas entered", "0 units, 0 staff and 0 service areas entered"):
        done = runner.invoke(args=["migrate"])
        assert done.exit_code == 0, done.output
        done = runner.invoke(args=["demo", "seed"])
        assert done.exit_code == 0, done.output
        assert expected in done.output
    client = demo.test_client()
    for person in (PEOPLE[0], PEOPLE[5]):
        typed = {"username": person.username, "password": PASSWORD}
        answer = client.post("/staff/api/v1/session", json=typed)
        assert answer.status_code == 201
        body = json.loads(answer.text)
        assert (body["name"], body["must_change_password"]) == (person.name, False)


def test_every_position_and_department_is_held() -> None:
    content = read_folder()
    assert {one for person in PEOPLE for one in person.positions} == set(content.positions)
    assert {one for person in PEOPLE for one in person.departments} == set(content.departments)
    assert len([one for one in UNITS if one.kind == "unit"]) >= 3
    assert len(PEOPLE) >= 12


def test_production_has_no_demonstration_commands(app: Flask) -> None:
    assert "demo" not in app.cli.commands
