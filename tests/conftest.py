"""Fixtures on real servers: one PostgreSQL and one Valkey per run, one migrated database per xdist worker."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session, sessionmaker
from xdist.scheduler import LoadScopeScheduling

from backend.core.database import make_engine_options
from deploy.local.print_fonts import install_print_fonts
from deploy.local.servers import LocalServers
from tests.passed_tests import PassedTests

ROOT = Path(__file__).parents[1]
DATABASE_VARIABLE = "HALL_TEST_DATABASE_URL"
# Two halls at once would work off each other's jobs, and take more memory than a small machine has. Two that
# install a web client's packages at once would each take away what the other has just put there.
WHOLE_HALL = (
    "tests/browser/",
    "tests/miniprogram/",
    "tests/web/",
    "tests/faults/",
    "tests/test_local_run_whole.py",
)
REDIS_VARIABLE = "HALL_TEST_REDIS_URL"
# How long an example takes says nothing on a busy machine.
hypothesis.settings.register_profile("hall", deadline=None)
hypothesis.settings.load_profile("hall")
_started = pytest.StashKey[tuple[LocalServers, tempfile.TemporaryDirectory[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the controller; the workers inherit the addresses."""
    if hasattr(config, "workerinput"):
        return
    config.pluginmanager.register(PassedTests(ROOT / "var" / "tests-passed.json"))
    if DATABASE_VARIABLE in os.environ:
        return
    # The database's account must be able to enter its folder, also when root runs the tests.
    folder = tempfile.TemporaryDirectory(prefix="hall-tests-")
    Path(folder.name).chmod(0o755)
    servers = LocalServers(Path(folder.name))
    endpoints = servers.start()
    os.environ[DATABASE_VARIABLE] = endpoints.database_url
    os.environ[REDIS_VARIABLE] = endpoints.redis_url
    config.stash[_started] = (servers, folder)


class OneHall(LoadScopeScheduling):
    """Gives all tests that need the whole hall as processes to one worker, and others to whoever is free.

    xdist's own ``--dist loadgroup`` would say the same, but writes its groups into node ids, which pytest 9.2
    does not take, so that all tests go anywhere without a word.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "whole hall" if nodeid.startswith(WHOLE_HALL) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneHall:
    """Return who shares the tests out."""
    return OneHall(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this run started."""
    if _started in config.stash:
        servers, folder = config.stash[_started]
        servers.stop()
        folder.cleanup()


def migration_config(database_url: str) -> Config:
    """Return alembic's configuration for ``database_url``."""
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["database_url"] = database_url
    return config


@pytest.fixture(scope="session")
def empty_database_url(worker_id: str) -> Iterator[str]:
    """Yield the address of a fresh database of this worker's own."""
    address = make_url(os.environ[DATABASE_VARIABLE])
    name = f"hall_test_{worker_id}_{os.getpid()}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield address.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(scope="session")
def database_url(empty_database_url: str) -> str:
    """Return the address of this worker's database, built by the migrations."""
    command.upgrade(migration_config(empty_database_url), "head")
    return empty_database_url


@pytest.fixture(scope="session")
def sessions(database_url: str) -> Iterator[sessionmaker[Session]]:
    """Yield sessions that work under the application's role, as production does."""
    engine = create_engine(database_url, **make_engine_options(10))
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> str:
    """Return the address of a Valkey database of this worker's own."""
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw")) + 1
    return os.environ[REDIS_VARIABLE].replace("db=0", f"db={number}")


@pytest.fixture(scope="session")
def print_fonts() -> None:
    """Install the fonts of printed documents; one worker does it, and the others wait for that."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "print-fonts.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_print_fonts(ROOT, ROOT / "var")
