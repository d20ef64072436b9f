"""A small process whose steps have forms, published beside those of the house, and the means to run it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from backend.cases.commands import CUSTOMER, Start
from backend.cases.models import ServiceCase
from backend.cases.service import NewCase, Request
from backend.catalogue.loader import hash_body
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.service import Draft, publish
from tests.api.staff_side import VALUES, Hall

PROCESS = "step_forms_test"


def make_field(key: str, type_: str, personal: str = "none", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": f"{key} 项", "type": type_, "personal": personal, **more}


def make_form(key: str, *fields: dict[str, Any], version: int = 1) -> dict[str, Any]:
    section = {"key": "all", "title": "内容", "fields": list(fields)}
    return {"key": key, "version": version, "name": f"{key} 表", "sections": [section]}


SURVEY_FIELDS = (
    make_field("contact_name", "text", "name", max_length=30, required=True),
    make_field("site_phone", "phone", "phone", prefill={"from": "contact_phone"}),
    make_field("place", "text", "address", max_length=200, prefill={"from": "address"}),
    make_field("slip_no", "text", max_length=40, prefill={"from": "case_no"}),
    make_field("surveyed_on", "date", required=True, prefill={"from": "today"}),
    make_field("surveyed_by", "text", max_length=30, prefill={"from": "staff_name"}),
    make_field("unit", "text", max_length=30, prefill={"from": "unit_name"}),
    make_field("floor_area", "number", min=1, max=1000, required=True),
    make_field(
        "kind", "choice", required=True, feeds_conditions=True,
        options=[{"value": "small", "label": "小型"}, {"value": "large", "label": "大型"}],
    ),
    make_field("photos", "photos", max_count=3),
)  # fmt: skip
SURVEY = make_form("test_survey", *SURVEY_FIELDS)
ANSWER = make_form(
    "test_answer",
    make_field("agreed_on", "date", required=True, prefill={"from": "test_survey.surveyed_on"}),
    make_field("wish", "text", max_length=50),
)
LARGE_ANSWER = make_form("test_large_answer", make_field("crane", "text", max_length=50, required=True))


def make_step(key: str, by: str, *outcomes: dict[str, Any], **more: Any) -> dict[str, Any]:
    customer = {"customer": {"name": key, "text": key}} if by == "customer" else {}
    return {
        "key": key, "name": f"{key} 步", "by": by, "limit": {"kind": "none"}, "outcomes": list(outcomes),
        **customer, **more,
    }  # fmt: skip


BODY: dict[str, Any] = {
    "key": PROCESS, "version": 1, "name": "带表单的流程", "first_step": "apply",
    "cancel_at": ["survey"], "cancel_by": ["position:remote_service"],
    "steps": [
        make_step("apply", "customer", {"key": "submit", "name": "提交", "to": ["survey"]}),
        make_step(
            "survey", "department:customer_service_dept",
            {"key": "small", "name": "按小型办", "to": ["answer"], "asks": ["form"],
             "when": {"field": "kind", "op": "ne", "value": "large"}},
            {"key": "large", "name": "按大型办", "to": ["answer"], "asks": ["form"],
             "when": {"field": "kind", "op": "eq", "value": "large"}, "sets": {"size": "large"}},
            {"key": "give_up", "name": "不办了", "end": "refused", "needs_reason": True},
            form="test_survey",
        ),
        make_step(
            "answer", "customer",
            {"key": "agree", "name": "同意", "to": ["close"], "asks": ["form"]},
            {"key": "again", "name": "重新勘察", "to": ["survey"]},
            form="test_answer",
            form_cases=[
                {"when": {"field": "size", "op": "eq", "value": "large"}, "form": "test_large_answer"}
            ],
        ),
        make_step(
            "close", "department:customer_service_dept", {"key": "close", "name": "办结", "end": "completed"}
        ),
    ],
}  # fmt: skip


CONTRACT_PROCESS = "contract_test"
CONTRACT = {
    **make_form(
        "test_contract",
        make_field("contract_no", "text", max_length=40, numbered="测-{year}-{n:3}"),
        make_field("buyer", "text", "name", max_length=30, required=True, prefill={"from": "contact_name"}),
        make_field("price", "money", unit="元", required=True),
        make_field("buyer_signed", "signature", "signature", required=True, signer="buyer"),
        make_field("seller_signed", "signature", "signature", required=True, signer="seller"),
    ),
    "kind": "contract",
    "signers": [
        {"key": "buyer", "label": "用气方", "party": "customer"},
        {"key": "seller", "label": "供气方", "party": "company"},
    ],
    "copies": [
        {"party": "company", "label": "供气方", "count": 1},
        {"party": "customer", "label": "用气方", "count": 1},
    ],
}  # fmt: skip


def _write_contract(step: dict[str, Any]) -> dict[str, Any]:
    """Return the step with the contract as its form, and ways out that ask nothing of its values."""
    outcomes = [{key: value for key, value in one.items() if key != "when"} for one in step["outcomes"]]
    return {**step, "outcomes": outcomes, **({"form": "test_contract"} if step["key"] == "survey" else {})}


CONTRACT_BODY: dict[str, Any] = {
    **BODY,
    "key": CONTRACT_PROCESS,
    "steps": [_write_contract(one) for one in BODY["steps"]],
}


def publish_contract(hall: Hall) -> None:
    """Publish a process whose second step fills in a contract of two parties; what is there stays."""
    publish_bodies(hall, CONTRACT_BODY, CONTRACT, ANSWER, LARGE_ANSWER)


def publish_test_process(hall: Hall, *forms: dict[str, Any]) -> None:
    """Publish the process with its forms, or other versions of these; what is there stays."""
    publish_bodies(hall, BODY, *(forms or (SURVEY, ANSWER, LARGE_ANSWER)))


def publish_bodies(hall: Hall, process: dict[str, Any], *forms: dict[str, Any]) -> None:
    drafts = [
        Draft(kind, body["key"], body["version"], hash_body(body), body)
        for kind, body in (("process", process), *(("form", one) for one in forms))
    ]
    with hall.sessions.begin() as session:
        publish(session, drafts, "test", datetime.now(UTC))


def start_with_forms(hall: Hall, customer_id: int, unit: str = "361", process: str = PROCESS) -> str:
    """Start the process for an application of this customer, up to the survey; returns its number."""
    new = NewCase(
        process,
        unit_id=hall.units[unit],
        unit_code=unit,
        customer_id=customer_id,
        channel="online",
        form=hall.seal(VALUES),
    )
    request = Request(f"customer:{customer_id}", uuid.uuid4(), {})
    case_no = hall.service.start_case(request, new, Start(CUSTOMER)).case_no
    with hall.sessions.begin() as session:
        form = select(DefinitionVersion.id).where(
            DefinitionVersion.kind == "form", DefinitionVersion.key == "application_installation"
        )
        columns = {"form_version_id": session.execute(form).scalar_one()}
        session.execute(update(ServiceCase).where(ServiceCase.case_no == case_no).values(**columns))
    hall.customer(case_no, "submit")
    return case_no
