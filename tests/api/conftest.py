"""The whole application on this worker's own database and queue."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens
from backend.access.customer_sessions import CustomerSessions
from backend.core.config import Settings, load_settings
from backend.core.database import db
from backend.customers.service import CustomersService, NewCustomer
from backend.organisation.service import OrganisationService
from composition.hall import make_key_ring
from tests.api.document import watch_answers
from tests.api.leaks import find_kinds
from tests.api.master_side import MasterSide, begin_feed, end_feed, run_master
from tests.api.organisation import CENTRE, ensure_staff, ensure_unit
from tests.api.staff_side import Browser, Hall
from wsgi import create_app

KEY = base64.b64encode(bytes(range(32))).decode()
# Whose cases they are matters little to many tests; numbers of its own never come near this one.
CASE_CUSTOMER_ID = 1_000_001


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test while which the hall wrote somebody's number or door into its log."""
    report = yield
    told = find_kinds(report.capstdout + report.capstderr)
    if told and report.passed:
        report.outcome = "failed"
        report.longrepr = f"the log tells what nobody may see there: {told}"
    return report


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings as a deployment would give them."""
    return load_settings(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
            "ENCRYPTION_KEYS": f"1:{KEY}",
            "BLIND_INDEX_KEY": KEY,
            "POOL_SIZE": "4",
            "FILES_DIR": str(tmp_path_factory.mktemp("files")),
        }
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """Yield the application as production composes it."""
    application = create_app(settings)
    watch_answers(application)
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def owner(database_url: str) -> Iterator[Engine]:
    """Yield the database as its owner sees it, for what the application itself may not do."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client without any session."""
    return app.test_client()


@pytest.fixture(scope="session")
def centre(sessions: sessionmaker[Session], settings: Settings) -> str:
    """Return the code of the one centre, entered where no test before has done so."""
    organisation = OrganisationService(make_key_ring(settings), (), ())
    with sessions.begin() as session:
        ensure_unit(organisation, session, *CENTRE)
    return CENTRE[0]


@pytest.fixture(scope="session")
def hall(app: Flask, sessions: sessionmaker[Session], settings: Settings, case_customer: int) -> Hall:
    """Return a hall with units, people and the means to start cases."""
    return Hall(app, sessions, settings, case_customer)


@pytest.fixture(scope="session")
def case_customer(sessions: sessionmaker[Session]) -> int:
    """Enter a customer with the id that tests of cases name in constants, and return that id."""
    with sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO customer (id, kind, created_at) OVERRIDING SYSTEM VALUE"
                " VALUES (:id, 'resident', now())"
            ),
            {"id": CASE_CUSTOMER_ID},
        )
    return CASE_CUSTOMER_ID


@dataclass(frozen=True)
class MadeCustomer:
    """A customer who is signed in; ``headers`` carry the access token."""

    id: int
    headers: dict[str, str]


# Made anew for each test, because some folders have a database of their own.
@pytest.fixture
def make_customer(settings: Settings, sessions: sessionmaker[Session]) -> Callable[[], MadeCustomer]:
    """Return what enters another customer, named 李明, with a phone of their own, and signs them in."""
    customers = CustomersService(make_key_ring(settings))
    tokens = AccessTokens(settings.secret_key)
    opener = CustomerSessions(sessions, sessions.kw["bind"], customers, tokens, now=lambda: datetime.now(UTC))

    def make() -> MadeCustomer:
        now, phone = datetime.now(UTC), f"139{secrets.randbelow(10**8):08d}"
        with sessions.begin() as session:
            customer_id = customers.enter(session, NewCustomer(name="李明", phone=phone), now)
            opened = opener.open(session, customer_id, "wechat_mini", now)
        return MadeCustomer(customer_id, {"Authorization": f"Bearer {opened.access_token}"})

    return make


@pytest.fixture
def customer_headers(make_customer: Callable[[], MadeCustomer]) -> dict[str, str]:
    """Return the headers of a new customer who is signed in."""
    return make_customer().headers


@pytest.fixture
def market(hall: Hall) -> Browser:
    """Return somebody of the unit's department for market development, signed in."""
    with hall.sessions.begin() as session:
        posts, now = ("market_dev_dept",), datetime.now(UTC)
        ensure_staff(hall.organisation, session, "361", "market_361", now, departments=posts)
    return hall.sign_in("market_361")


@pytest.fixture(scope="module")
def running_master(hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MasterSide]:
    """Yield the simulated customer system that stays the master."""
    hall.sign_in("desk_361")
    with run_master(hall, tmp_path_factory.mktemp("master")) as side:
        yield side


@pytest.fixture
def side(running_master: MasterSide, hall: Hall, owner: Engine) -> Iterator[MasterSide]:
    """Yield that master without anything in it, and a feed to it that is on."""
    running_master.ask("POST", "reset")
    begin_feed(hall, owner)
    yield running_master
    end_feed(owner)


@pytest.fixture
def add_case(sessions: sessionmaker[Session]) -> Callable[[], int]:
    """Return a function that enters a bare case and returns its id."""

    def add() -> int:
        mark = uuid.uuid4().hex
        with sessions.begin() as session:
            version = session.execute(
                text(
                    "INSERT INTO definition_version (kind, key, version, sha256, body, author, published_at)"
                    " VALUES ('process', :key, 1, '', '{}', 'test', now()) RETURNING id"
                ),
                {"key": mark},
            ).scalar_one()
            found = session.execute(
                text(
                    "INSERT INTO service_case (case_no, public_token_hash, process_key,"
                    " definition_version_id, unit_id, unit_code, channel, status, version, opened_at,"
                    " updated_at)"
                    " VALUES (:key, :hash, :key, :version, 1, '301', 'h5', 'open', 1, now(), now())"
                    " RETURNING id"
                ),
                {"key": mark, "hash": mark.encode(), "version": version},
            ).scalar_one()
        return int(found)

    return add
