"""Every migration goes up, down and up again, and its models match what it builds."""

from __future__ import annotations

import os

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url, text

import payments.models  # noqa: F401  (the metadata is complete only when every model is known)
from backend.core.database import Base
from tests.conftest import DATABASE_VARIABLE, migration_config


def test_up_down_up(worker_id: str) -> None:
    address = make_url(os.environ[DATABASE_VARIABLE])
    name = f"hall_migrations_{worker_id}_{os.getpid()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    target = address.set(database=name)
    config = migration_config(target.render_as_string(hide_password=False))
    engine = create_engine(target)
    command.upgrade(config, "head")
    built = set(inspect(engine).get_table_names())
    command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    command.upgrade(config, "head")
    assert set(inspect(engine).get_table_names()) == built
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def test_migrations_are_numbered_in_one_line() -> None:
    revisions = [one.revision for one in ScriptDirectory.from_config(migration_config("")).walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


def test_models_match_the_migrated_database(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    # Indexes, partitions and checks are written in SQL alone; tables, columns and types must agree.
    columns = [
        one
        for one in found
        if isinstance(one, tuple) and one[0] in ("add_table", "add_column", "remove_column")
    ]
    assert columns == []
