"""A small hall for the staff's tests: a centre with two units, their people, and cases with sealed forms."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.cases.commands import CUSTOMER, SYSTEM, Amend, Command, Complete, Start, Withdraw
from backend.cases.models import CaseCorrection, ServiceCase
from backend.cases.ports import RecordLook
from backend.cases.service import CaseService, NewCase, Request
from backend.cases.staff_access import StaffAccess
from backend.cases.staff_cases import Sources, StaffCases
from backend.cases.staff_rows import RowWriter
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.service import DefinitionStore, publish
from backend.core.config import Settings
from backend.core.working_calendar import WorkingCalendar
from backend.organisation.models import ServiceArea
from backend.organisation.service import OrganisationService
from composition.hall import GUARDS, make_effects, make_hall, make_key_ring
from tests.api.organisation import CENTRE, PASSWORD, ensure_staff, ensure_unit

HTTPS = "https://hall.test"
API = "/staff/api/v1"
ADDRESS = {
    "region": "历下区", "street": "文化路", "community": "阳光小区", "building": "3幢", "unit": "2单元",
    "door": "501", "note": "门铃坏了", "point": None,
}  # fmt: skip
VALUES: dict[str, Any] = {
    "contact_name": "张小红",
    "contact_phone": "13812345678",
    "address": ADDRESS,
    "id_number": "110101199003077758",
    "id_photos": ["photo-front", "photo-back"],
    "property_proof": ["deed"],
    "floor_area": 88,
    "gas_use": ["stove"],
}
PEOPLE: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "remote_a": ("100", ("remote_service",), ()),
    "remote_b": ("100", ("remote_service",), ()),
    "agent_a": ("100", ("hotline_agent",), ()),
    "lead_a": ("100", ("hotline_business_lead",), ("customer_service_center",)),
    "desk_361": ("361", (), ("customer_service_dept",)),
    "desk_362": ("362", (), ("customer_service_dept",)),
    "works_361": ("361", (), ("engineering_dept",)),
    "finance_361": ("361", (), ("finance_dept",)),
    "handler_361": ("361", ("case_handler",), ()),
    "crew_361": ("361", ("case_handler",), ("customer_service_dept",)),
    "second_361": ("361", ("case_handler",), ()),
    "handler_362": ("362", ("case_handler",), ()),
}


def _read_clock() -> datetime:
    return datetime.now(UTC)


def code(answer: TestResponse) -> str:
    """Return the stable code of a problem."""
    return str(json.loads(answer.text)["code"])


@dataclass
class Browser:
    """Somebody signed in."""

    client: FlaskClient
    csrf: str

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(API + path, base_url=HTTPS, query_string=query)

    def send(self, method: str, path: str, body: dict[str, Any]) -> TestResponse:
        headers = {"X-CSRF-Token": self.csrf}
        return self.client.open(API + path, method=method, json=body, base_url=HTTPS, headers=headers)

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = json.loads(answer.text)
        return body

    def act(self, case_no: str, outcome: str, **more: Any) -> TestResponse:
        """Choose ``outcome`` of the case as it stands now."""
        case = self.read(f"/cases/{case_no}")
        action = next(one for one in case["actions"] if one["outcome"] == outcome)
        return self.command(case_no, case["version"], action["task"], outcome, **more)

    def command(self, case_no: str, version: int, task: int, outcome: str, **more: Any) -> TestResponse:
        body = {"command_id": str(uuid.uuid4()), "expected_version": version, "kind": "complete"}
        return self.send(
            "POST", f"/cases/{case_no}/commands", {**body, "task": task, "outcome": outcome, **more}
        )

    def cancel(self, case_no: str, reason: str) -> TestResponse:
        """End the case as it stands now."""
        version = self.read(f"/cases/{case_no}")["version"]
        body = {"command_id": str(uuid.uuid4()), "expected_version": version, "kind": "cancel"}
        return self.send("POST", f"/cases/{case_no}/commands", {**body, "reason": reason})


class Hall:
    """Signs people in and starts cases, as the customers' side would."""

    def __init__(
        self, app: Flask, sessions: sessionmaker[Session], settings: Settings, customer_id: int
    ) -> None:
        keys = make_key_ring(settings)
        self.app, self.sessions, self.keys, self.customer_id = app, sessions, keys, customer_id
        self.shared = make_hall(settings, sessions.kw["bind"])
        self.customer_cases = self.shared.customer_cases
        content = read_folder()
        self.organisation = OrganisationService(keys, content.positions, content.departments)
        definitions = DefinitionStore()
        effects = make_effects(keys, definitions)
        self.service = CaseService(sessions, definitions, _read_clock, GUARDS, effects)
        self._browsers: dict[str, Browser] = {}
        self.staff: dict[str, int] = {}
        now = datetime.now(UTC)
        with sessions.begin() as session:
            publish(session, list_drafts(content), "test", now)
            ensure_unit(self.organisation, session, *CENTRE)
            self.units = {
                unit: ensure_unit(self.organisation, session, unit, name, "unit", "100")
                for unit, name in (("361", "东城客服部"), ("362", "西城客服部"))
            }
            for street, unit in (("文化路", "361"), ("解放路", "362")):
                if (
                    session.execute(select(ServiceArea.id).where(ServiceArea.street == street)).first()
                    is None
                ):
                    self.organisation.add_area(session, "历下区", street, "", unit)
            for name, (unit, positions, departments) in PEOPLE.items():
                self.staff[name] = ensure_staff(
                    self.organisation, session, unit, name, now, name=f"王{name}",
                    positions=positions, departments=departments,
                )  # fmt: skip

    def read_calendar(self, session: Session) -> WorkingCalendar:
        """Return the calendar that all deadlines go by."""
        return self.shared.calendar.current(session)

    def make_cases(self, record: RecordLook) -> StaffCases:
        """Return the staff's cases with ``record`` to write down the looks."""
        definitions = DefinitionStore()
        rows = RowWriter(self.organisation, definitions, {}, self.shared.calendar, self.keys, _read_clock)
        shared = self.shared
        sources = Sources(
            self.customer_cases.write_progress, shared.appointments, shared.files, record, {}, {}, ()
        )
        access = StaffAccess(definitions)
        return StaffCases(
            self.sessions, self.sessions, access, self.organisation, definitions, GUARDS, rows,
            self.keys, sources, _read_clock,
        )  # fmt: skip

    def sign_in(self, username: str) -> Browser:
        if username not in self._browsers:
            client = self.app.test_client()
            body = {"username": username, "password": PASSWORD}
            answer = client.post(f"{API}/session", json=body, base_url=HTTPS)
            assert answer.status_code == 201, answer.text
            self._browsers[username] = Browser(client, json.loads(answer.text)["csrf_token"])
        return self._browsers[username]

    def start(self, unit: str = "361", service: str = "installation", **values: Any) -> str:
        """Start an application and submit it; returns its number."""
        filled = {**VALUES, **values}
        new = NewCase(
            "online_service_application",
            unit_id=self.units[unit],
            unit_code=unit,
            customer_id=self.customer_id,
            channel="online",
            data={"service": service},
            form=self.seal(filled),
        )
        case_no = self.service.start_case(self._request(), new, Start(CUSTOMER, data=new.data)).case_no
        with self.sessions.begin() as session:
            form = select(DefinitionVersion.id).where(
                DefinitionVersion.kind == "form", DefinitionVersion.key == f"application_{service}"
            )
            columns = {
                "service_key": service,
                "form_version_id": session.execute(form).scalar_one(),
                **self._contact(filled),
            }
            session.execute(update(ServiceCase).where(ServiceCase.case_no == case_no).values(**columns))
        self.customer(case_no, "submit")
        return case_no

    def report_alarm(self, unit: str, **values: Any) -> str:
        """Start an alarm, which comes in without a form; returns its number."""
        form = {
            key: value if key == "words" else self.seal({key: value})[key] for key, value in values.items()
        }
        new = NewCase(
            "hotline_alarm",
            unit_id=self.units[unit],
            unit_code=unit,
            customer_id=None,
            channel="online",
            form=form,
        )
        case_no = self.service.start_case(self._request(), new, Start(CUSTOMER)).case_no
        self.customer(case_no, "report")
        return case_no

    def seal(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values as they lie in ``service_case.form``."""
        plain = {"floor_area", "gas_use"}
        return {
            key: value
            if key in plain
            else {"sealed": self.keys.encrypt(json.dumps(value, ensure_ascii=False), f"case_form.{key}")}
            for key, value in values.items()
        }

    def customer(self, case_no: str, outcome: str, **more: Any) -> None:
        """Let the customer take the open step."""
        case_id = self.find_id(case_no)
        snapshot = self.service.load(case_id).snapshot
        command: Command = Complete(CUSTOMER, snapshot.open_tasks[0].no, outcome, snapshot.version, **more)
        self.service.carry_out(self._request(), case_id, command)

    def withdraw(self, case_no: str, reason: str) -> None:
        """Let the customer withdraw the case."""
        case_id = self.find_id(case_no)
        version = self.service.load(case_id).snapshot.version
        self.service.carry_out(self._request(), case_id, Withdraw(CUSTOMER, version, reason))

    def amend(self, case_no: str, **data: Any) -> None:
        """Let the hall itself change the case's data."""
        self.service.carry_out(self._request(), self.find_id(case_no), Amend(SYSTEM, data))

    def mend(self, case_no: str, **values: Any) -> None:
        """Let the customer mend items and resubmit, as the customers' side does."""
        case_id = self.find_id(case_no)
        with self.sessions.begin() as session:
            case = session.get_one(ServiceCase, case_id)
            for item in values:
                pending = (CaseCorrection.case_id == case_id) & (CaseCorrection.item == item)
                pending &= CaseCorrection.resolved_at.is_(None)
                session.execute(update(CaseCorrection).where(pending).values(previous_value=case.form[item]))
            case.form = {**case.form, **self.seal(values)}
        self.customer(case_no, "resubmit", changed_items=frozenset(values))

    def find_id(self, case_no: str) -> int:
        with self.sessions.begin() as session:
            return session.execute(select(ServiceCase.id).where(ServiceCase.case_no == case_no)).scalar_one()

    def _contact(self, values: dict[str, Any]) -> dict[str, Any]:
        name, phone, place = values["contact_name"], values["contact_phone"], values["address"]
        return {
            "contact_name_sealed": self.keys.encrypt(name, "service_case.contact_name"),
            "contact_name_index": self.keys.blind_index(name, "name"),
            "contact_phone_sealed": self.keys.encrypt(phone, "service_case.contact_phone"),
            "contact_phone_index": self.keys.blind_index(phone, "phone"),
            **{key: place[key] for key in ("region", "street", "community", "building")},
        }

    def _request(self) -> Request:
        return Request(f"customer:{self.customer_id}", uuid.uuid4(), {})
