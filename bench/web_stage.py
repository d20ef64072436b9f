"""People, units and cases for the figures over HTTP, entered as production enters them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens
from backend.access.customer_sessions import CustomerSessions
from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.service import publish
from backend.core.config import Settings, load_settings
from backend.customers.service import CustomersService, NewCustomer
from backend.organisation.service import OrganisationService
from bench.ground import Ground, connect_as_owner
from bench.hall import open_engine
from wsgi import make_key_ring

CUSTOMERS = 16
UNIT_CODE = "301"
# Ids so large that no other number in a captured statement is taken for one.
FIRST_CASE_ID, FIRST_CUSTOMER_ID = 10**9, 5 * 10**8
_ADDRESS = {
    "region": "历下区",
    "street": "泉城路街道",
    "community": "阳光小区",
    "building": "3幢",
    "unit": "2单元",
    "note": "",
    "point": {"lat": 36.66, "lng": 117.02, "source": "map"},
}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class WebStage:
    """A furnished database. ``tokens`` are access tokens of so many customers."""

    database_url: str
    environment: dict[str, str]
    settings: Settings
    sessions: sessionmaker[Session]
    tokens: tuple[str, ...]


def set_web_stage(ground: Ground) -> WebStage:
    """Make a database with units, customers who are signed in, and the published processes."""
    url = ground.make_database("web")
    with connect_as_owner(url) as owner:
        for table, first in (("service_case", FIRST_CASE_ID), ("customer", FIRST_CUSTOMER_ID)):
            owner.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {first}")
    metrics = ground.folder / "metrics"
    metrics.mkdir()
    environment = {**ground.make_environment(url), "PROMETHEUS_MULTIPROC_DIR": str(metrics)}
    settings = load_settings(environment)
    keys, content = make_key_ring(settings), read_folder()
    sessions = sessionmaker(open_engine(url), expire_on_commit=False)
    organisation = OrganisationService(keys, content.positions, content.departments)
    with sessions.begin() as session:
        publish(session, list_drafts(content), "bench", _now())
        organisation.add_unit(session, "100", "客户服务中心", "centre", None)
        organisation.add_unit(session, "300", "第三事业部", "division", "100")
        organisation.add_unit(session, UNIT_CODE, "历下服务所", "unit", "300")
        organisation.add_area(session, _ADDRESS["region"], _ADDRESS["street"], "", UNIT_CODE)
    tokens = tuple(_sign_in_customers(settings, sessions))
    return WebStage(url, environment, settings, sessions, tokens)


def _sign_in_customers(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[str]:
    customers = CustomersService(make_key_ring(settings))
    opener = CustomerSessions(
        sessions, sessions.kw["bind"], customers, AccessTokens(settings.secret_key), _now
    )
    for number in range(CUSTOMERS):
        with sessions.begin() as session:
            new = NewCustomer(name="李明", phone=f"139{number:08d}")
            customer_id = customers.enter(session, new, _now())
            yield opener.open(session, customer_id, "wechat_mini", _now()).access_token


_doors = count(1)


def make_application() -> dict[str, Any]:
    """Return the body of an application from an address that nobody has applied for."""
    return {
        "command_id": str(uuid.uuid4()),
        "service": "repair",
        "form_version": 1,
        "values": {
            "contact_name": "李明",
            "contact_phone": "13900000001",
            "address": {**_ADDRESS, "door": str(next(_doors))},
            "fault_kind": "stove",
            "fault_text": "昨晚开始打不着火，换过电池也没有用",
        },
        "allow_duplicate": False,
    }


def write_request(method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None) -> str:
    """Return a whole HTTP request on a connection that stays open."""
    sent = "" if body is None else json.dumps(body, ensure_ascii=False)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        *(f"{key}: {value}" for key, value in headers.items()),
    ]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(sent.encode())}"]
    return "\r\n".join([*lines, "", sent])


def list_cases(sessions: sessionmaker[Session]) -> list[tuple[str, int, int]]:
    """Return number, id and customer of every case."""
    with sessions.begin() as session:
        rows = session.execute(text("SELECT case_no, id, customer_id FROM service_case ORDER BY id"))
        return [(row.case_no, row.id, row.customer_id) for row in rows]
