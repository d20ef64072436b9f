"""People, units and cases for the figures on the whole hall, entered as production enters them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sqlalchemy import text

from backend.access.access_tokens import AccessTokens
from backend.access.customer_sessions import CustomerSessions
from backend.access.passwords import hash_password
from backend.access.staff_sessions import SignedIn, StaffSessions
from backend.catalogue.folder import list_drafts
from backend.catalogue.service import publish
from backend.core.config import load_settings
from backend.customers.service import NewCustomer
from backend.organisation.service import NewStaff
from bench.ground import Ground, connect_as_owner
from bench.hall import open_engine
from composition.hall import Hall, make_hall, read_clock
from wsgi import create_app

CUSTOMERS, CLERKS = 16, 4
CENTRE_CODE, UNIT_CODE = "100", "301"
# Ids so large that no other number in a captured statement is taken for one.
FIRST_CASE_ID, FIRST_CUSTOMER_ID = 10**9, 5 * 10**8
_PASSWORD = "of-the-bench-alone"
_ADDRESS: dict[str, Any] = {
    "region": "历下区",
    "street": "泉城路街道",
    "community": "阳光小区",
    "building": "3幢",
    "unit": "2单元",
    "note": "",
    "point": {"lat": 36.66, "lng": 117.02, "source": "map"},
}
_doors = count(1)


@dataclass(frozen=True)
class WebStage:
    """A furnished database. ``tokens`` are customers' access tokens, ``clerks`` staff who are signed in."""

    database_url: str
    environment: dict[str, str]
    hall: Hall
    tokens: tuple[str, ...]
    clerks: tuple[SignedIn, ...]


def set_web_stage(ground: Ground, name: str) -> WebStage:
    """Make a database with units, staff and customers who are signed in, and the published processes."""
    url = ground.make_database(name)
    with connect_as_owner(url) as owner:
        for table, first in (("service_case", FIRST_CASE_ID), ("customer", FIRST_CUSTOMER_ID)):
            owner.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {first}")
    metrics = ground.folder / f"metrics-{name}"
    metrics.mkdir()
    environment = {**ground.make_environment(url), "PROMETHEUS_MULTIPROC_DIR": str(metrics)}
    hall = make_hall(load_settings(environment), open_engine(url))
    with hall.sessions.begin() as session:
        publish(session, list_drafts(hall.content), "bench", read_clock())
        hall.organisation.add_unit(session, CENTRE_CODE, "客户服务中心", "centre", None)
        hall.organisation.add_unit(session, "300", "第三事业部", "division", CENTRE_CODE)
        hall.organisation.add_unit(session, UNIT_CODE, "历下服务所", "unit", "300")
        hall.organisation.add_area(session, _ADDRESS["region"], _ADDRESS["street"], "", UNIT_CODE)
    return WebStage(url, environment, hall, tuple(_sign_in_customers(hall)), tuple(_sign_in_clerks(hall)))


def _sign_in_customers(hall: Hall) -> Iterator[str]:
    tokens = AccessTokens(hall.settings.secret_key)
    opener = CustomerSessions(hall.sessions, hall.engine, hall.customers, tokens, read_clock)
    for number in range(CUSTOMERS):
        with hall.sessions.begin() as session:
            new = NewCustomer(name="李明", phone=f"139{number:08d}")
            customer_id = hall.customers.enter(session, new, read_clock())
            yield opener.open(session, customer_id, "wechat_mini", read_clock()).access_token


def _sign_in_clerks(hall: Hall) -> Iterator[SignedIn]:
    opener = StaffSessions(hall.sessions, hall.organisation, read_clock, hall.settings.secret_key)
    password_hash = hash_password(_PASSWORD)
    for number in range(CLERKS):
        new = NewStaff(
            CENTRE_CODE,
            f"clerk{number}",
            "王芳",
            password_hash,
            positions=frozenset({"remote_service"}),
            must_change_password=False,
        )
        with hall.sessions.begin() as session:
            hall.organisation.add_staff(session, new, read_clock())
        yield opener.sign_in(new.username, _PASSWORD)


def make_application() -> dict[str, Any]:
    """Return the body of an application from an address that nobody has applied for."""
    return {
        "command_id": str(uuid.uuid4()),
        "service": "repair",
        "form_version": 2,
        "values": {
            "contact_name": "李明",
            "contact_phone": "13900000001",
            "address": {**_ADDRESS, "door": str(next(_doors))},
            "fault_kind": "stove",
            "fault_text": "昨晚开始打不着火，换过电池也没有用",
        },
        "allow_duplicate": False,
    }


def authorize(token: str) -> dict[str, str]:
    """Return a customer's header."""
    return {"Authorization": f"Bearer {token}"}


def make_template(stage: WebStage) -> tuple[int, int, int]:
    """Apply once, through the production's route, and return the case's id, version and open task."""
    app = create_app(replace(stage.hall.settings, log_level="ERROR"))
    answer = app.test_client().post(
        "/api/v1/applications", json=make_application(), headers=authorize(stage.tokens[0])
    )
    if answer.status_code != 201:
        raise RuntimeError(answer.get_data(as_text=True))
    case = answer.get_json()
    with stage.hall.sessions.begin() as session:
        row = session.execute(
            text(
                "SELECT c.id, t.no FROM service_case c JOIN case_task t ON t.case_id = c.id"
                " WHERE c.case_no = :case_no AND t.state = 'open'"
            ),
            {"case_no": case["case_no"]},
        ).one()
    return row.id, case["version"], row.no


def write_request(method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None) -> str:
    """Return a whole HTTP request on a connection that stays open."""
    sent = "" if body is None else json.dumps(body, ensure_ascii=False)
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", *map(": ".join, headers.items())]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(sent.encode())}"]
    return "\r\n".join([*lines, "", sent])
