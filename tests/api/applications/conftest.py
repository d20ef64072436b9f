"""A hall with units, areas and published forms; a customer with a token; staff who act through the engine."""

from __future__ import annotations

import io
import itertools
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Amend, Complete, CorrectionRequest, Performer
from backend.cases.guards import IDENTITY_PROOF
from backend.cases.models import ServiceCase
from backend.cases.service import CaseService, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.service import DefinitionStore, publish
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.files.links import FileLinks
from backend.files.models import StoredFile
from backend.files.service import FileService
from backend.organisation.service import NewStaff, OrganisationService
from composition.hall import GUARDS, make_effects, make_key_ring, read_clock
from composition.platforms import make_storage
from tests.api.bookings import enter_booking
from tests.api.conftest import KEY, MadeCustomer
from tests.api.document import watch_answers
from tests.api.scenario_forms import fill_what_is_asked, make_desk
from tests.conftest import DATABASE_VARIABLE, migration_config
from tests.pictures import MARKS, make_photo
from wsgi import create_app

CONTENT = read_folder()
ADDRESS: dict[str, Any] = {
    "region": "西湖区",
    "street": "文新街道",
    "community": "阳光小区",
    "building": "3幢",
    "unit": "2单元",
    "door": "501室",
    "note": "",
    "point": {"lat": 30.28, "lng": 120.1, "source": "map"},
}
_doors = itertools.count(100)


class Uploads:
    """Uploads photos as a client does, and tells which case has claimed one."""

    def __init__(self, files: FileService, sessions: sessionmaker[Session]) -> None:
        self._files = files
        self._sessions = sessions

    def upload(self, owner: str, content: bytes | None = None, name: str = "照片.jpg") -> str:
        file = io.BytesIO(content or make_photo(size=(8, 8)))
        return self._files.store(file, name, owner, "application")["file_key"]

    def find_claim(self, file_key: str) -> int | None:
        with self._sessions() as session:
            return session.scalars(select(StoredFile.case_id).where(StoredFile.file_key == file_key)).one()


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
def settings(hall_database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings as a deployment would give them."""
    return load_settings(
        {
            "DATABASE_URL": hall_database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
            "ENCRYPTION_KEYS": f"1:{KEY}",
            "BLIND_INDEX_KEY": KEY,
            "FILES_DIR": str(tmp_path_factory.mktemp("files")),
        }
    )


@pytest.fixture(scope="session")
def files(settings: Settings, sessions: sessionmaker[Session]) -> Uploads:
    keys = make_key_ring(settings)
    links = FileLinks(settings.secret_key)
    service = FileService(sessions, make_storage(settings), keys, links, MARKS, read_clock)
    return Uploads(service, sessions)


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
        organisation.add_area(session, "西湖区", "三墩镇", "三墩新苑", "711")
        organisation.add_area(session, "西湖区", "三墩镇", "", "712")
        new = NewStaff("711", "wang.apply", "王师傅", "x", positions=frozenset({"case_handler"}))
        return organisation.add_staff(session, new, now)


@pytest.fixture(scope="session")
def hall(settings: Settings, handler_id: int) -> Iterator[Flask]:
    """Yield the application as production composes it, on a set-up organisation."""
    application = create_app(settings)
    watch_answers(application)
    yield application
    with application.app_context():
        db.engine.dispose()


class Customer:
    """Somebody with the app: sends requests with an own token."""

    def __init__(self, client: FlaskClient, made: MadeCustomer) -> None:
        self.id, self.made = made.id, made
        self.owner = f"customer:{made.id}"
        self._client = client
        self._headers = made.headers

    def get(self, path: str, status: int = 200) -> Any:
        answer = self._client.get(f"/api/v1{path}", headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.json

    def send(self, method: str, path: str, body: object, status: int) -> Any:
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data else None

    def apply(self, values: Mapping[str, Any], status: int = 201, **more: Any) -> Any:
        asked = more.get("service", "repair")
        forms = [one.form for one in CONTENT.services if one.key == asked]
        version = CONTENT.forms[forms[0]]["version"] if forms else 1
        body = {
            "command_id": str(uuid.uuid4()), "service": "repair", "form_version": version, "values": values,
        }  # fmt: skip
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


@pytest.fixture
def customer(hall: Flask, make_customer: Callable[[], MadeCustomer]) -> Customer:
    return Customer(hall.test_client(), make_customer())


@pytest.fixture
def stranger(hall: Flask, make_customer: Callable[[], MadeCustomer]) -> Customer:
    """Return another customer."""
    return Customer(hall.test_client(), make_customer())


def make_address(**parts: Any) -> dict[str, Any]:
    """An address that nobody has applied for yet."""
    return {**ADDRESS, "door": f"{next(_doors)}室", **parts}


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

    def __init__(self, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.sessions = sessions
        definitions = DefinitionStore()
        effects = make_effects(make_key_ring(settings), definitions)
        self.cases = CaseService(sessions, definitions, read_clock, GUARDS, effects)
        people = OrganisationService(make_key_ring(settings), CONTENT.positions, CONTENT.departments)
        self.desk = make_desk(self.cases, settings, people, read_clock)

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

    def fill_in(self, case_id: int, step: str, outcome: str) -> None:
        """Hand in the form that the outcome asks for, with values that fit."""
        snapshot = self.cases.load(case_id).snapshot
        [task] = [one for one in snapshot.open_tasks if one.step == step]
        own = snapshot.data.get("handler_id")
        everybody = Performer(ActorKind.POSITION, CONTENT.positions, CONTENT.departments, own)
        wish = Complete(everybody, task.no, outcome, snapshot.version)
        fill_what_is_asked(self.sessions, self.desk, case_id, wish, "staff:1", {})

    def do(self, case_id: int, step: str, outcome: str, **more: Any) -> None:
        snapshot = self.cases.load(case_id).snapshot
        [task] = [one for one in snapshot.open_tasks if one.step == step]
        # What one person's own task asks is tested with the staff's side; here it is always that person.
        own = self.cases.load(case_id).snapshot.data.get("handler_id")
        everybody = Performer(ActorKind.POSITION, CONTENT.positions, CONTENT.departments, own)
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

    def see_id_card(self, case_no: str) -> None:
        """Let it be proven who the customer is; how is tested with the staff's side."""
        proof = Amend(SYSTEM, {IDENTITY_PROOF: "staff:1"})
        self.cases.carry_out(Request("system", uuid.uuid4(), {}), self.find(case_no).id, proof)

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
        with self.sessions.begin() as session:
            booking = enter_booking(session, case_id)
        wish = Complete(
            Performer(ActorKind.CUSTOMER),
            snapshot.open_tasks[0].no,
            "book",
            snapshot.version,
            data=booking,
        )
        self.cases.carry_out(Request("customer:1", uuid.uuid4(), {}), case_id, wish)


@pytest.fixture
def staff(sessions: sessionmaker[Session], settings: Settings, handler_id: int) -> Staff:
    return Staff(sessions, settings)


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


def apply_and_return(
    customer: Customer, staff: Staff, **reasons: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    values = make_repair()
    view = customer.apply(values)
    staff.return_application(view["case_no"], **reasons)
    return values, customer.get(f"/cases/{view['case_no']}")
