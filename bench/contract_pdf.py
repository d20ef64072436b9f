"""A contract of four pages over HTTP against compiling such a document with bare typst."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

import typst
from pypdf import PdfReader
from sqlalchemy import select, text

from backend.cases.commands import SYSTEM, Performer, Start
from backend.cases.documents import Change, Filler
from backend.cases.filled_documents import CUSTOMER_PARTY
from backend.cases.models import ServiceCase
from backend.cases.service import NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.forms import Form, keep_on_paper
from backend.catalogue.loader import hash_body
from backend.catalogue.service import Draft, publish
from backend.documents.paper import lay_out, list_copies
from backend.documents.sample_values import make_sample
from backend.documents.typesetting import FONT_FOLDERS, LAYOUT, write_data
from bench.figures import Measured, compare
from bench.ground import Ground
from bench.web_stage import WebStage, authorize, set_web_stage
from composition.hall import Hall

ROUNDS, IN_A_ROUND, PAGES = 7, 4, 4
_CONTRACT, _DEPARTMENT, _TASK = "supply_contract_nonresidential", "customer_service_dept", 1
# The shipped sample is shorter than a real contract, so its articles are printed more than once.
_TIMES = 2
_PROCESS: dict[str, Any] = {
    "key": "bench_contract",
    "version": 1,
    "name": "合同",
    "first_step": "sign",
    "steps": [
        {
            "key": "sign",
            "name": "签合同",
            "by": f"department:{_DEPARTMENT}",
            "limit": {"kind": "none"},
            "form": _CONTRACT,
            "outcomes": [{"key": "signed", "name": "已签", "end": "completed", "asks": ["form"]}],
        }
    ],
}


class WrongContract(Exception):
    """What was printed is no PDF, or not of the pages that the figure speaks of."""


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``contract_pdf`` in milliseconds for one document; no document is printed twice."""
    stage = set_web_stage(ground, "contracts")
    hall = stage.hall
    _publish(hall)
    amount = (ROUNDS + 1) * IN_A_ROUND
    printed = iter([_make_contract(stage, number) for number in range(amount)])
    compiled = iter([_write_paper(hall, _make_contract(stage, amount + n)) for n in range(amount)])
    folders = [str(one) for one in FONT_FOLDERS]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    with ground.serve("wsgi:create_app()", stage.environment, 1) as web:
        connection = HTTPConnection("127.0.0.1", web.port)

        def get() -> float:
            return _time_round(lambda: _get(connection, stage.tokens[0], next(printed)))

        def compile_bare() -> float:
            return _time_round(lambda: _compile(fonts, next(compiled)))

        yield "contract_pdf", compare(get, compile_bare, ROUNDS)
        connection.close()
    hall.engine.dispose()


def _publish(hall: Hall) -> None:
    shipped = hall.content.templates[_CONTRACT]
    wording = {**shipped, "version": shipped["version"] + 1, "text": shipped["text"] * _TIMES}
    drafts = [
        Draft(kind, body["key"], body["version"], hash_body(body), body)
        for kind, body in (("process", _PROCESS), ("template", wording))
    ]
    with hall.sessions.begin() as session:
        publish(session, drafts, "bench", datetime.now(UTC))


def _make_contract(stage: WebStage, number: int) -> str:
    """Hand a contract in whose names and figures no other has; returns the number of its case."""
    hall = stage.hall
    with hall.sessions.begin() as session:
        unit = session.execute(text("SELECT id, code FROM unit WHERE kind = 'unit' LIMIT 1")).one()
        customer_id = session.execute(text("SELECT min(id) FROM customer")).scalar_one()
        form = hall.definitions.newest_form(session, _CONTRACT).form
    new = NewCase(_PROCESS["key"], unit.id, unit.code, customer_id, "counter")
    case_no = hall.cases.start_case(Request("system", uuid.uuid4(), {}), new, Start(SYSTEM)).case_no
    filler = Filler("staff:1", Performer(ActorKind.DEPARTMENT, departments=frozenset({_DEPARTMENT})))
    with hall.sessions.begin() as session:
        case_id = session.execute(select(ServiceCase.id).where(ServiceCase.case_no == case_no)).scalar_one()
        change = Change(0, _make_values(form, number), fills=True)
        hall.documents.save(session, case_id, _TASK, filler, change)
    return case_no


def _make_values(form: Form, number: int) -> dict[str, Any]:
    # Signed online, as most are: nothing is said of a paper and its scan.
    values = keep_on_paper(form, make_sample(form))
    return {
        key: f"{value}{number}号"[:50] if isinstance(value, str) and value.startswith("（") else value
        for key, value in values.items()
    }


def _write_paper(hall: Hall, case_no: str) -> tuple[str, datetime]:
    """Return what the route would give typst for the case."""
    with hall.sessions.begin() as session:
        case_id = session.execute(select(ServiceCase.id).where(ServiceCase.case_no == case_no)).scalar_one()
        filled = hall.filled_documents.find(session, case_id, _TASK)
        bundle = hall.printer.gather(session, [filled], CUSTOMER_PARTY)
    sheets = [lay_out(one, copy) for one in bundle.papers for copy in list_copies(one.form, bundle.party)]
    return write_data(bundle.name, hall.settings.company_name or "", sheets), bundle.made_at


def _get(connection: HTTPConnection, token: str, case_no: str) -> bytes:
    connection.request("GET", f"/api/v1/cases/{case_no}/documents/{_TASK}/pdf", headers=authorize(token))
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise WrongContract(content.decode(errors="replace")[:300])
    return content


def _compile(fonts: typst.Fonts, paper: tuple[str, datetime]) -> bytes:
    data, made_at = paper
    return typst.compile(
        LAYOUT.read_bytes(), font_paths=fonts, ignore_system_fonts=True, sys_inputs={"data": data},
        pdf_standards=["a-2b"], timestamp=int(made_at.timestamp()),
    )  # fmt: skip


def _time_round(make: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    made = [make() for _ in range(IN_A_ROUND)]
    spent = time.perf_counter() - began
    pages = {len(PdfReader(io.BytesIO(one)).pages) for one in made}
    if pages != {PAGES}:
        raise WrongContract(f"pages: {sorted(pages)}")
    return spent * 1000 / IN_A_ROUND
