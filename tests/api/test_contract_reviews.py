"""A contract is signed once it is approved: outside by callback or asking, inside by a lead; over HTTP."""

from __future__ import annotations

import dataclasses
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.cases.commands import SYSTEM, Complete, Performer, Start
from backend.cases.contract_models import ContractReview
from backend.cases.contract_reviews import TOPIC, ContractReviews
from backend.cases.service import NewCase, Request
from backend.cases.staff_access import StaffAccess
from backend.catalogue.definition import ActorKind
from backend.catalogue.service import DefinitionStore
from backend.contracts.adapter import SignedContracts
from backend.contracts.port import Draft, Verdict
from backend.core.config import Settings
from backend.core.database import db
from backend.core.errors import Forbidden
from backend.core.outbox import OutboxRow
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.core.signing import sign
from backend.core.topics import NotSent, PromiseContext, PromiseRefused
from backend.organisation.leads import find_leads
from composition.hall import make_hall
from composition.promises import make_staff_notices
from tests.api.document import watch_answers
from tests.api.filling import fill_drafts, fill_in, upload
from tests.api.filling import sign as sign_document
from tests.api.organisation import ensure_staff
from tests.api.staff_side import HTTPS, Browser, Hall, code
from tests.api.test_nobody_home import list_told
from wsgi import create_app

SECRET, PATH = "c" * 40, "/callbacks/contracts/verdicts"


@dataclass
class System(SignedContracts):
    """The contract management system as the test plays it; callbacks are read as in production."""

    drafts: list[Draft] = field(default_factory=list)
    answers: dict[str, Verdict] = field(default_factory=dict)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        super().__init__(base_url="http://127.0.0.1:1", app_id="hall", secret=SECRET, answer_seconds=1)

    def submit(self, draft: Draft) -> None:
        if self.fault is not None:
            raise self.fault
        self.drafts.append(draft)

    def ask(self, reference: str) -> Verdict | None:
        if self.fault is not None:
            raise self.fault
        return self.answers.get(reference)


@pytest.fixture(scope="module")
def contract_app(settings: Settings) -> Iterator[Flask]:
    application = create_app(
        dataclasses.replace(
            settings, contract_base_url="http://127.0.0.1:1", contract_app_id="hall", contract_secret=SECRET
        )
    )
    watch_answers(application)
    yield application
    with application.app_context():
        db.engine.dispose()


class Stage:
    """A case whose budget is made, so that its contract step is about to open."""

    def __init__(self, app: Flask, hall: Hall, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.hall, self.sessions, self.client, self.system = hall, sessions, app.test_client(), System()
        self.shared = make_hall(settings, sessions.kw["bind"])
        self.time = datetime.now(UTC)
        now, organisation = datetime.now(UTC), hall.organisation
        with sessions.begin() as session:
            for name, positions, departments in (
                ("market_361", (), ("market_dev_dept",)),
                ("chief_361", ("area_lead",), ()),
            ):
                ensure_staff(
                    organisation, session, "361", name, now, name=f"王{name}",
                    positions=positions, departments=departments,
                )  # fmt: skip
        self.market, self.chief = hall.sign_in("market_361"), hall.sign_in("chief_361")
        self.works = hall.sign_in("works_361")
        self.case_no = self.open_contract()

    def reviews(self, outside: bool) -> ContractReviews:
        return ContractReviews(
            self.sessions, self.hall.service, StaffAccess(DefinitionStore()), DefinitionStore(),
            self.system if outside else None, "http://hall/{case_no}", timedelta(hours=4), lambda: self.time,
        )  # fmt: skip

    def open_contract(self) -> str:
        """Start a case and bring it to its contract."""
        new = NewCase(
            "install_non_residential", self.hall.units["361"], "361", self.hall.customer_id, "online"
        )
        service = self.hall.service
        case_no = service.start_case(
            Request("test", uuid.uuid4(), {}), new, Start(SYSTEM, enter_at="budget")
        ).case_no
        self.take("budgeted", case_no)
        return case_no

    def take(self, outcome: str, case_no: str = "") -> None:
        """Take the open step of the case."""
        if outcome == "budgeted":
            fill_in(self.works, case_no or self.case_no)
        case_id = self.hall.find_id(case_no or self.case_no)
        snapshot = self.hall.service.load(case_id).snapshot
        departments = frozenset({"market_dev_dept", "engineering_dept"})
        performer = Performer(ActorKind.POSITION, frozenset(), departments)
        command = Complete(performer, snapshot.open_tasks[0].no, outcome, snapshot.version, reason="说明")
        self.hall.service.carry_out(Request("test", uuid.uuid4(), {}), case_id, command)

    def submit(self, outside: bool) -> None:
        """Keep the newest promise of the case, as a worker does."""
        notices = make_staff_notices(self.shared)
        [topic] = self.reviews(outside).list_topics(notices, find_leads)
        case_id = self.hall.find_id(self.case_no)
        with self.sessions() as session:
            query = select(OutboxRow).where(
                OutboxRow.topic == TOPIC, OutboxRow.payload["case_id"].as_integer() == case_id
            )
            row = session.scalars(query.order_by(OutboxRow.id.desc())).first()
        assert row is not None and topic.handler is not None
        topic.handler(row.payload, PromiseContext(row.id, TOPIC, 1, row.created_at, lambda: self.time))

    def reference(self) -> str:
        with self.sessions() as session:
            of_case = ContractReview.case_id == self.hall.find_id(self.case_no)
            found = session.scalars(select(ContractReview).where(of_case).order_by(ContractReview.id.desc()))
            return str(found.first().reference)  # type: ignore[union-attr]

    def call_back(self, state: str, reason: str = "", secret: str = SECRET) -> TestResponse:
        """Let the system tell its verdict of the newest submission."""
        body = json.dumps({"reference": self.reference(), "state": state, "reason": reason}).encode()
        stamp, nonce = str(int(time.time())), uuid.uuid4().hex
        headers = {
            "X-App-Id": "hall", "X-Timestamp": stamp, "X-Nonce": nonce,
            "X-Signature": sign(secret, "POST", PATH, stamp, nonce, body),
        }  # fmt: skip
        return self.client.post(PATH, data=body, base_url=HTTPS, headers=headers)

    def view(self, who: Browser | None = None) -> dict[str, Any]:
        return (who or self.market).read(f"/cases/{self.case_no}/contract")

    def unmet(self) -> str | None:
        """Return what the signing lacks beside text and signatures, as the console shows it."""
        case = self.market.read(f"/cases/{self.case_no}")
        if any(one["may_fill"] and one["state"] == "to_fill" for one in case["documents"]):
            fill_in(self.market, self.case_no)
            case = self.market.read(f"/cases/{self.case_no}")
        unmet = next(one for one in case["actions"] if one["outcome"] == "signed")["unmet"]
        return None if unmet is None else str(unmet["code"])

    def find_contract(self) -> dict[str, Any]:
        case = self.market.read(f"/cases/{self.case_no}")
        found: dict[str, Any] = next(one for one in case["documents"] if one["step"] == "contract")
        return found

    def count_asked(self) -> int:
        """How often the customer was asked to sign the contract."""
        return list_told(self.hall, self.case_no).count("contract_to_sign")

    def may_customer_sign(self) -> bool:
        view = self.hall.customer_cases.read(self.hall.customer_id, self.case_no)
        return "sign_document" in [one["kind"] for one in view["actions"]]


@pytest.fixture
def stage(
    contract_app: Flask, sessions: sessionmaker[Session], settings: Settings, case_customer: int
) -> Stage:
    return Stage(contract_app, Hall(contract_app, sessions, settings, case_customer), sessions, settings)


def test_signing_opens_only_on_the_systems_approval(stage: Stage) -> None:
    assert stage.unmet() == "contract_unapproved"
    assert stage.view()["review"]["state"] == "waiting"
    stage.submit(outside=True)
    [draft] = stage.system.drafts
    assert (draft.case_no, draft.title) == (stage.case_no, "非居民客户安装合同")
    assert stage.view()["review"]["place"] == "outside"
    # Whoever has not the key approves nothing.
    forged = stage.call_back("approved", secret="f" * 40)
    assert (forged.status_code, code(forged)) == (403, "callback_refused")
    assert stage.unmet() == "contract_unapproved"
    for _ in range(2):  # The same verdict may come twice.
        assert stage.call_back("approved").status_code == 200
    assert stage.view()["review"]["state"] == "approved"
    assert stage.unmet() == "signatures_missing"
    # What was settled stays so.
    stage.call_back("refused", "晚了")
    assert stage.view()["review"]["state"] == "approved"


def test_nobody_signs_before_the_approval(stage: Stage) -> None:
    early = {"party_b_seal": upload(stage.market, "party_b_seal", "signature")}
    [task] = fill_drafts(stage.market, stage.case_no, **early)
    path = f"/cases/{stage.case_no}/documents/{task}"
    change = {"revision": 1, "values": {}, "fills": True}
    refused = stage.market.send("PUT", path, change)
    assert (refused.status_code, json.loads(refused.text)["fields"].keys()) == (422, early.keys())
    emptied = stage.market.send("PUT", path, {**change, "values": {"party_b_seal": ""}})
    assert emptied.status_code == 200, emptied.text
    document = stage.market.read(path)
    assert document["awaits_approval"]
    assert (stage.find_contract()["unsigned"], stage.find_contract()["may_sign"]) == ([], False)
    assert [one["may_sign"] for one in document["signers"]] == [False, False]
    wish = {"signer": "party_b", "sha256": document["sha256"], "file_key": early["party_b_seal"]}
    assert code(stage.market.send("POST", f"{path}/signatures", wish)) == "contract_unapproved"
    assert (stage.count_asked(), stage.may_customer_sign()) == (0, False)
    stage.submit(outside=True)
    stage.call_back("approved")
    # Now the customer is asked, once, and both may sign.
    assert not stage.market.read(path)["awaits_approval"]
    assert (stage.count_asked(), stage.may_customer_sign()) == (1, True)
    assert stage.unmet() == "signatures_missing"
    for signer in ("party_a", "party_b"):
        sign_document(stage.market, stage.case_no, task, signer, name="李先生")
    assert stage.unmet() is None


def test_a_refusal_shows_its_reason_and_can_be_submitted_anew(stage: Stage) -> None:
    stage.submit(outside=True)
    assert stage.call_back("refused", "付款条件不对").status_code == 200
    view = stage.view()
    assert (view["review"]["state"], view["review"]["reason"]) == ("refused", "付款条件不对")
    assert view["may_resubmit"] and stage.unmet() == "contract_unapproved"
    first = stage.reference()
    assert stage.market.send("POST", f"/cases/{stage.case_no}/contract/resubmission", {}).status_code == 200
    assert code(stage.market.send("POST", f"/cases/{stage.case_no}/contract/resubmission", {})) == (
        "contract_settled"
    )
    stage.submit(outside=True)
    assert stage.reference() != first
    stage.call_back("approved")
    assert stage.unmet() == "signatures_missing"


def test_a_new_budget_needs_a_new_approval(stage: Stage) -> None:
    stage.submit(outside=True)
    earlier = stage.reference()
    stage.call_back("approved")
    stage.take("rework")
    stage.take("budgeted")
    assert stage.reference() != earlier
    assert stage.unmet() == "contract_unapproved"


def test_a_silent_system_is_asked(stage: Stage) -> None:
    stage.submit(outside=True)
    reviews = stage.reviews(outside=True)
    reviews.ask_silent()
    assert not stage.view()["review"]["is_silent"]
    stage.time += timedelta(hours=5)
    stage.system.fault = PlatformUnavailable("contracts", "timeout")
    reviews.ask_silent()
    stage.system.fault = None
    stage.system.answers[stage.reference()] = Verdict(stage.reference(), "approved")
    reviews.ask_silent()
    assert stage.view()["review"]["state"] == "approved"
    assert stage.unmet() == "signatures_missing"


def test_what_never_arrived_is_submitted_once_more(stage: Stage) -> None:
    stage.submit(outside=True)
    stage.time += timedelta(hours=5)
    stage.reviews(outside=True).ask_silent()
    stage.submit(outside=True)
    assert len({one.reference for one in stage.system.drafts}) == 1 and len(stage.system.drafts) == 2


def test_an_outage_waits_and_a_wrong_key_is_told(stage: Stage) -> None:
    stage.system.fault = PlatformUnavailable("contracts", "not_reached")
    with pytest.raises(NotSent):
        stage.submit(outside=True)
    assert stage.view()["review"]["state"] == "waiting"
    stage.system.fault = PlatformRefused("contracts", "1004")
    with pytest.raises(PromiseRefused):
        stage.submit(outside=True)
    stage.system.fault = None
    stage.submit(outside=True)
    assert stage.view()["review"]["state"] == "submitted"


def test_without_a_system_a_lead_approves(stage: Stage) -> None:
    stage.submit(outside=False)
    path = f"/cases/{stage.case_no}/contract/decision"
    assert stage.view()["review"]["place"] == "inside"
    assert not stage.view()["may_decide"] and stage.view(stage.chief)["may_decide"]
    assert stage.market.send("POST", path, {"approves": True}).status_code == 403
    assert stage.hall.sign_in("desk_362").send("POST", path, {"approves": True}).status_code == 404
    assert stage.chief.send("POST", path, {"approves": False, "reason": " "}).status_code == 422
    refused = stage.chief.send("POST", path, {"approves": False, "reason": "金额写错了"})
    assert json.loads(refused.text)["review"]["reason"] == "金额写错了"
    assert code(stage.chief.send("POST", path, {"approves": True})) == "contract_settled"
    stage.market.send("POST", f"/cases/{stage.case_no}/contract/resubmission", {})
    stage.submit(outside=False)
    assert stage.chief.send("POST", path, {"approves": True}).status_code == 200
    assert stage.unmet() == "signatures_missing"
    with pytest.raises(Forbidden):
        stage.reviews(outside=False).receive(PATH, {}, b"{}")
