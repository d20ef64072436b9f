"""A hall with units, areas and published forms; a customer with a token; staff who act through the engine."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens, CustomerCaller
from backend.cases.commands import Complete, CorrectionRequest, Performer
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.cases.models import ServiceCase
from backend.cases.service import CaseService, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.service import DefinitionStore, publish
from backend.core.config import Settings, load_settings
from backend.core.database import make_engine_options
from backend.core.errors import Invalid
from backend.core.http import install_http
from backend.core.openapi import install_openapi
from backend.organisation.service import NewStaff, OrganisationService
from miniprogram_api.guard import CustomerGuard
from tests.api.conftest import KEY
from tests.conftest import DATABASE_VARIABLE, migration_config
from wsgi import add_application_api, make_key_ring

CONTENT = read_folder()
ADDRESS: dict[str, Any] = {
    "region": "西湖区",
    "street": "文新街道",
    "community": "阳光小区",
    "building": "3幢",
    "unit": "2单元",
    "door": "501",
    "note": "",
    "point": {"lat": 30.28, "lng": 120.1, "source": "map"},
}
_doors = itertools.count(100)


class FilesInMemory:
    """The store of files, with those that somebody has uploaded: file key → owner."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.claimed: dict[str, int] = {}

    def upload(self, owner: str) -> str:
        key = uuid.uuid4().hex
        self.owners[key] = owner
        return key

    def claim(self, session: Session, file_keys: list[str], owner: str, case_id: int) -> None:
        for key in file_keys:
            if self.owners.get(key) != owner or self.claimed.get(key, case_id) != case_id:
                raise Invalid("file_unknown", detail=key)
            self.claimed[key] = case_id

    def describe(self, session: Session, file_keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        return {
            key: {
                "file_key": key,
                "name": "照片.jpg",
                "kind": "image",
                "mime": "image/jpeg",
                "size": 1,
                "url": f"/api/v1/files/{key}/content",
                "thumbnail_url": None,
            }
            for key in file_keys
            if key in self.owners
        }


@pytest.fixture(scope="session")
def hall_database_url(worker_id: str) -> Iterator[str]:
    """Yield a database of these tests' own: there is only one centre in each, and others make theirs."""
    address = make_url(os.environ[DATABASE_VARIABLE])
    name = f"hall_applications_{worker_id}_{os.getpid()}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    own = address.set(database=name).render_as_string(hide_password=False)
    command.upgrade(migration_config(own), "head")
    yield own
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(scope="session")
def sessions(hall_database_url: str) -> Iterator[sessionmaker[Session]]:
    """Yield sessions that work under the application's role, as production does."""
    engine = create_engine(hall_database_url, **make_engine_options(10))
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture(scope="session")
def settings(hall_database_url: str, redis_url: str) -> Settings:
    """Return the settings as a deployment would give them."""
    return load_settings(
        {
            "DATABASE_URL": hall_database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
            "ENCRYPTION_KEYS": f"1:{KEY}",
            "BLIND_INDEX_KEY": KEY,
        }
    )


@pytest.fixture(scope="session")
def files() -> FilesInMemory:
    return FilesInMemory()


@pytest.fixture(scope="session")
def organisation(settings: Settings) -> OrganisationService:
    return OrganisationService(make_key_ring(settings), CONTENT.positions, CONTENT.departments)


@pytest.fixture(scope="session")
def handler_id(sessions: sessionmaker[Session], organisation: OrganisationService) -> int:
    """Publish everything, set up the centre and two units, and return a handler of one of them."""
    now = datetime.now(UTC)
    with sessions.begin() as session:
        publish(session, list_drafts(CONTENT), "test", now)
        organisation.add_unit(session, "700", "96602客服中心", "centre", None)
        organisation.add_unit(session, "711", "城西服务站", "unit", "700")
        organisation.add_unit(session, "712", "城北服务站", "unit", "700")
        organisation.add_area(session, "西湖区", "文新街道", "阳光小区", "711")
        organisation.add_area(session, "西湖区", "三墩镇", "", "712")
        new = NewStaff("711", "wang.apply", "王师傅", "x", positions=frozenset({"case_handler"}))
        return organisation.add_staff(session, new, now)


@pytest.fixture(scope="session")
def hall(
    settings: Settings,
    sessions: sessionmaker[Session],
    organisation: OrganisationService,
    files: FilesInMemory,
    handler_id: int,
) -> Iterator[Flask]:
    """Yield the application with the customers' cases and a store of files."""
    app = Flask(__name__, static_folder=None)
    install_http(app)
    CustomerGuard(AccessTokens(settings.secret_key), lambda: datetime.now(UTC)).install(app)
    reading = sessionmaker(
        sessions.kw["bind"].execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False
    )
    add_application_api(install_openapi(app), settings, sessions, reading, CONTENT, organisation, files)
    yield app


class Customer:
    """Somebody with the app: sends requests with an own token."""

    def __init__(self, client: FlaskClient, settings: Settings, customer_id: int) -> None:
        self.id = customer_id
        self.owner = f"customer:{customer_id}"
        self._client = client
        token = AccessTokens(settings.secret_key).make(CustomerCaller(customer_id, 1), datetime.now(UTC))
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, status: int = 200) -> Any:
        answer = self._client.get(f"/api/v1{path}", headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.json

    def send(self, method: str, path: str, body: object, status: int) -> Any:
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data else None

    def apply(self, values: Mapping[str, Any], status: int = 201, **more: Any) -> Any:
        body = {"command_id": str(uuid.uuid4()), "service": "repair", "form_version": 1, "values": values}
        return self.send("POST", "/applications", {**body, **more}, status)

    def command(self, view: Mapping[str, Any], status: int = 200, **more: Any) -> Any:
        body = {
            "command_id": str(uuid.uuid4()),
            "expected_version": view["version"],
            "kind": "complete",
            **more,
        }
        return self.send("POST", f"/cases/{view['case_no']}/commands", body, status)

    def act(self, view: Mapping[str, Any], outcome: str, status: int = 200, **more: Any) -> Any:
        """Take the action with this outcome out of those that are offered."""
        [action] = [one for one in view["actions"] if one["outcome"] == outcome]
        return self.command(view, status, task=action["task"], outcome=outcome, **more)


_customers = itertools.count(8000)


@pytest.fixture
def customer_id() -> int:
    """Return the id of a new customer."""
    return next(_customers)


@pytest.fixture
def customer(hall: Flask, settings: Settings, customer_id: int) -> Customer:
    return Customer(hall.test_client(), settings, customer_id)


@pytest.fixture
def stranger(hall: Flask, settings: Settings) -> Customer:
    """Return another customer."""
    return Customer(hall.test_client(), settings, next(_customers))


def make_address(**parts: Any) -> dict[str, Any]:
    """An address that nobody has applied for yet."""
    return {**ADDRESS, "door": str(next(_doors)), **parts}


def make_repair(**values: Any) -> dict[str, Any]:
    return {
        "contact_name": "张三丰",
        "contact_phone": "13800138000",
        "address": make_address(),
        "fault_kind": "stove",
        "fault_text": "昨晚开始打不着火",
        **values,
    }


class Staff:
    """Those who work on a case, through the engine, each with the post that a step asks for."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions
        self.cases = CaseService(
            sessions, DefinitionStore(), lambda: datetime.now(UTC), CASE_GUARDS, CASE_EFFECTS
        )

    def find(self, case_no: str) -> ServiceCase:
        with self.sessions.begin() as session:
            return session.scalars(select(ServiceCase).where(ServiceCase.case_no == case_no)).one()

    def find_child(self, case_no: str) -> ServiceCase:
        parent = self.find(case_no)
        with self.sessions.begin() as session:
            return session.scalars(
                select(ServiceCase)
                .where(ServiceCase.parent_case_id == parent.id)
                .order_by(ServiceCase.id.desc())
            ).first() or pytest.fail("there is no child")

    def do(self, case_id: int, step: str, outcome: str, **more: Any) -> None:
        snapshot = self.cases.load(case_id).snapshot
        [task] = [one for one in snapshot.open_tasks if one.step == step]
        everybody = Performer(ActorKind.POSITION, CONTENT.positions, CONTENT.departments)
        asked = more.pop("corrections", {})
        wish = Complete(
            everybody,
            task.no,
            outcome,
            snapshot.version,
            corrections=tuple(CorrectionRequest(item, reason) for item, reason in asked.items()),
            **more,
        )
        self.cases.carry_out(Request("staff:1", uuid.uuid4(), {}), case_id, wish)

    def return_application(self, case_no: str, **reasons: str) -> None:
        case_id = self.find(case_no).id
        self.do(case_id, "accept", "accept")
        self.do(case_id, "review", "return", corrections=reasons)

    def dispatch(self, case_no: str, handler_id: int) -> None:
        case_id = self.find(case_no).id
        self.do(case_id, "accept", "accept")
        self.do(case_id, "review", "pass")
        self.do(case_id, "dispatch", "dispatch")
        with self.sessions.begin() as session:
            session.get_one(ServiceCase, case_id).handler_id = handler_id
        self.do(case_id, "assign", "assign", data={"handler_id": handler_id})

    def book(self, case_no: str) -> None:
        """Book a visit in the customer's name."""
        case_id = self.find(case_no).id
        snapshot = self.cases.load(case_id).snapshot
        wish = Complete(
            Performer(ActorKind.CUSTOMER),
            snapshot.open_tasks[0].no,
            "book",
            snapshot.version,
            data={"appointment_id": 1},
        )
        self.cases.carry_out(Request("customer:1", uuid.uuid4(), {}), case_id, wish)


@pytest.fixture
def staff(sessions: sessionmaker[Session], handler_id: int) -> Staff:
    return Staff(sessions)


@pytest.fixture
def count_rows(sessions: sessionmaker[Session]) -> Callable[[], dict[str, int]]:
    """Return a function that counts what a refused request must leave as it was."""
    tables = ("service_case", "case_task", "case_event", "command_log", "outbox", "application_draft")

    def count() -> dict[str, int]:
        with sessions.begin() as session:
            return {
                name: session.connection().exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
                for name in tables
            }

    return count


@pytest.fixture(autouse=True)
def no_limits(settings: Settings) -> None:
    """Each test starts with nothing counted."""
    Redis.from_url(settings.redis_url).flushdb()
