"""Who a customer is: proven by the provider's answer to the server, or decided by a person, over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens
from backend.access.customer_sessions import CustomerSessions
from backend.cases.errors import CommandRefused
from backend.cases.identity_models import IdentityCheck
from backend.cases.models import ServiceCase
from backend.core.config import Settings
from backend.core.database import db
from backend.core.outcomes import PlatformUnavailable
from backend.customers.models import Customer as CustomerRow
from backend.customers.sealing import open_id_number
from backend.customers.service import CustomersService
from backend.identity.port import Begun, FaceAnswer, FaceState, Opening, Person, PersonRefused
from backend.identity.tencent import TencentFaceChecks
from composition.hall import make_hall, make_key_ring
from tests.api.applications.conftest import Customer, Staff, Uploads, make_address, make_repair
from tests.api.conftest import MadeCustomer
from tests.api.document import watch_answers
from wsgi import create_app

NUMBER, OTHER = "110101199003077758", "11010519491231002X"
NAME = "郑桂英"


@dataclass
class Provider:
    """The provider as a test plays it: whoever is asked for gets the answer that was laid down."""

    key: str = "tencent"
    begun: dict[str, tuple[Person, str]] = field(default_factory=dict)
    answers: dict[str, FaceAnswer] = field(default_factory=dict)
    fault: Exception | None = None

    def begin(self, opening: Opening) -> Begun:
        if self.fault is not None:
            raise self.fault
        token = f"biz-{opening.reference}"
        self.begun[token] = (opening.person, opening.reference)
        return Begun(token, f"https://faces.example/{token}?back={opening.come_back_to}")

    def query(self, provider_reference: str, asked: Opening) -> FaceAnswer:
        assert self.begun[provider_reference] == (asked.person, asked.reference)
        if self.fault is not None:
            raise self.fault
        return self.answers.get(provider_reference, FaceAnswer(FaceState.PENDING, ""))

    def answer(self, state: FaceState, person: Person | None = None, reference: str | None = None) -> None:
        """Lay down how the newest check ends."""
        token, (asked, own) = list(self.begun.items())[-1]
        self.answers[token] = FaceAnswer(state, "0", reference or own, person or asked)


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture(scope="module")
def hall(settings: Settings, handler_id: int, provider: Provider) -> Iterator[Flask]:
    """Yield the application with the test's provider in the place of Tencent's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TencentFaceChecks, "begin", lambda _, opening: provider.begin(opening))
        patch.setattr(TencentFaceChecks, "query", lambda _, *asked: provider.query(*asked))
        application = create_app(provide(settings))
        watch_answers(application)
        yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def answering(provider: Provider) -> None:
    provider.fault = None


def provide(settings: Settings) -> Settings:
    return dataclasses.replace(
        settings, faceid_base_url="http://127.0.0.1:1", faceid_secret_id="id", faceid_secret_key="key",
        faceid_rule_id="1",
    )  # fmt: skip


class Proving:
    """A customer who wants to stop using gas, and proves who they are."""

    def __init__(self, customer: Customer, files: Uploads, **more: Any) -> None:
        self.customer = customer
        sides = dict.fromkeys(("id_photos", "agent_id_photos"), 2)
        asked = ["id_photos", "property_proof"]
        if more.get("applicant") == "agent":
            asked += ["agent_id_photos", "authorisation"]
        photos = {name: [files.upload(customer.owner) for _ in range(sides.get(name, 1))] for name in asked}
        values = {
            "contact_name": NAME, "contact_phone": "13800138000", "address": make_address(),
            "stop_kind": "suspension", "applicant": "owner", "id_number": NUMBER, **photos, **more,
        }  # fmt: skip
        self.case_no = customer.apply(values, service="suspension")["case_no"]
        self.path = f"/cases/{self.case_no}/identity"

    def tell(self) -> Any:
        return self.customer.get(self.path)

    def see(self) -> tuple[str, bool]:
        """How the case's page tells of it, and whether it offers the check."""
        view = self.customer.get(f"/cases/{self.case_no}")
        return view["identity"], any(one["kind"] == "verify_identity" for one in view["actions"])

    def begin(self, status: int = 200, **more: Any) -> Any:
        return self.customer.send("POST", f"{self.path}/checks", {"name": NAME, **more}, status)

    def fetch(self, status: int = 200, check: str | None = None, by: Customer | None = None) -> Any:
        return (by or self.customer).send("POST", f"{self.path}/result", {"check": check}, status)


@pytest.fixture
def proving(customer: Customer, files: Uploads) -> Proving:
    return Proving(customer, files)


def read_data(sessions: sessionmaker[Session], case_no: str) -> dict[str, Any]:
    with sessions() as session:
        return session.scalars(select(ServiceCase.data).where(ServiceCase.case_no == case_no)).one()


def read_check(sessions: sessionmaker[Session], provider: Provider) -> IdentityCheck:
    reference = list(provider.begun.values())[-1][1]
    with sessions() as session:
        return session.scalars(select(IdentityCheck).where(IdentityCheck.reference == reference)).one()


def test_a_passed_check_proves_the_case_once_for_all(
    proving: Proving, provider: Provider, sessions: sessionmaker[Session], settings: Settings
) -> None:
    assert proving.tell() | {"name": NAME} == {
        "status": "wanted", "by": None, "tries_left": 3, "last_text": None, "name": NAME,
        "id_number": "110*************58",
    }  # fmt: skip
    assert proving.see() == ("wanted", True)
    waiting = proving.customer.get("/home")["waiting"]
    assert [one["action"]["kind"] for one in waiting if one["case_no"] == proving.case_no] == [
        "verify_identity"
    ]
    url = proving.begin()["url"]
    check = read_check(sessions, provider)
    # Where one comes back to is the case again, and nothing personal stands in the address.
    assert f"/h5/#/pages/identity/index?no={proving.case_no}&check={check.reference}" in url
    assert list(provider.begun.values())[-1][0] == Person(NAME, NUMBER)
    assert proving.fetch(check=check.reference)["status"] == "checking"
    provider.answer(FaceState.PASSED)
    # A lost answer, coming back twice, and an old page that does not know the check any more.
    for asked in (check.reference, check.reference, None):
        assert proving.fetch(check=asked)["status"] == "proven"
    assert read_data(sessions, proving.case_no)["identity_proof"] == f"face:{check.reference}"
    assert proving.see() == ("proven", False)
    assert proving.begin(409)["code"] == "identity_settled"
    with sessions() as session:
        row = session.get_one(CustomerRow, proving.customer.id)
        assert open_id_number(make_hall(settings, sessions.kw["bind"]).keys, row) == NUMBER
        assert NUMBER not in (check.id_number_sealed or "")


def test_what_a_client_says_proves_nothing(proving: Proving, sessions: sessionmaker[Session]) -> None:
    proving.begin()
    for _ in range(2):
        assert proving.fetch()["status"] == "checking"
    assert "identity_proof" not in read_data(sessions, proving.case_no)


def test_another_persons_face_is_refused(
    proving: Proving, provider: Provider, sessions: sessionmaker[Session]
) -> None:
    proving.begin()
    provider.answer(FaceState.PASSED, Person("路人甲", "11010119900307109X"))
    assert proving.fetch(409)["code"] == "identity_other_person"
    assert proving.tell()["status"] == "wanted" and proving.tell()["tries_left"] == 2
    assert "identity_proof" not in read_data(sessions, proving.case_no)


def test_an_answer_that_was_given_before_is_refused(
    proving: Proving, provider: Provider, sessions: sessionmaker[Session]
) -> None:
    proving.begin()
    provider.answer(FaceState.PASSED, reference="an-earlier-check")
    assert proving.fetch(409)["code"] == "identity_replayed"
    assert "identity_proof" not in read_data(sessions, proving.case_no)


def test_a_check_belongs_to_its_case_customer_and_session(
    proving: Proving, provider: Provider, stranger: Customer, files: Uploads, sessions: sessionmaker[Session],
    make_session: Callable[[int], Customer],
) -> None:  # fmt: skip
    proving.begin()
    provider.answer(FaceState.PASSED)
    check = read_check(sessions, provider)
    proving.fetch(404, by=stranger)
    theirs = Proving(stranger, files)
    theirs.fetch(404, check=check.reference)
    another = Proving(proving.customer, files)
    another.fetch(404, check=check.reference)
    # The same person on another phone did not begin it.
    elsewhere = make_session(proving.customer.id)
    assert proving.fetch(409, check.reference, elsewhere)["code"] == "identity_other_session"
    assert "identity_proof" not in read_data(sessions, proving.case_no)
    assert proving.fetch(check=check.reference)["status"] == "proven"
    assert another.tell()["status"] == "wanted"


def test_after_three_failures_a_person_decides(
    proving: Proving, provider: Provider, sessions: sessionmaker[Session]
) -> None:
    for left in (2, 1, 0):
        proving.begin()
        provider.answer(FaceState.FAILED)
        told = proving.fetch()
        assert told["tries_left"] == left and "刷脸没有通过" in told["last_text"]
    assert told["status"] == "with_person"
    assert proving.begin(409)["code"] == "identity_with_person"
    assert proving.see() == ("by_person", False)


def test_whoever_declines_may_still_change_their_mind(proving: Proving, provider: Provider) -> None:
    told = proving.customer.send("POST", f"{proving.path}/refusal", {}, 200)
    assert told["status"] == "declined" and proving.see() == ("by_person", False)
    proving.begin()
    provider.answer(FaceState.PASSED)
    assert proving.fetch()["status"] == "proven"


def test_an_agent_is_looked_at_by_a_person(customer: Customer, files: Uploads) -> None:
    agent = {"agent_name": "王代办", "agent_id_number": "11010519491231002X"}
    told = {"agent_scope": ["everything"], "agent_until": "2099-12-31"}
    acting = Proving(customer, files, applicant="agent", **agent, **told)
    assert acting.tell()["status"] == "with_person" and acting.see() == ("by_person", False)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"id_number": "110101199003077759"}, "id_number"),
        ({"id_number": OTHER}, "id_number"),
    ],
)
def test_a_person_who_is_not_the_applicant_is_refused(
    proving: Proving, typed: dict[str, str], field: str
) -> None:
    assert field in proving.begin(422, **typed)["fields"]


def test_a_provider_that_is_away_or_knows_nobody(proving: Proving, provider: Provider) -> None:
    provider.fault = PlatformUnavailable("faceid", "timeout")
    assert proving.begin(503)["code"] == "identity_provider_away"
    provider.fault = PersonRefused("name")
    assert "name" in proving.begin(422)["fields"]
    provider.fault = None
    proving.begin()
    provider.fault = PlatformUnavailable("faceid", "timeout")
    proving.fetch(503)
    provider.fault = None
    assert proving.tell()["status"] == "checking" and proving.tell()["tries_left"] == 3


def test_an_unknown_end_is_neither(proving: Proving, provider: Provider) -> None:
    proving.begin()
    provider.answer(FaceState.UNKNOWN)
    assert proving.fetch()["status"] == "checking"


def test_who_did_not_come_back_is_asked_for(
    proving: Proving, provider: Provider, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    proving.begin()
    later = datetime.now(UTC) + timedelta(minutes=5)
    checks = make_hall(provide(settings), sessions.kw["bind"], lambda: later).identity_checks
    checks.ask_silent()
    assert proving.tell()["status"] == "checking"
    provider.answer(FaceState.PASSED)
    checks.ask_silent()
    assert proving.tell()["status"] == "checking", "it was asked for a moment ago"
    later += timedelta(minutes=11)
    checks.ask_silent()
    assert proving.tell()["status"] == "proven"


def test_a_case_that_proves_nothing_asks_for_nothing(customer: Customer) -> None:
    case_no = customer.apply(make_repair())["case_no"]
    assert customer.get(f"/cases/{case_no}")["identity"] == "none"
    assert customer.get(f"/cases/{case_no}/identity")["status"] == "not_wanted"
    answer = customer.send("POST", f"/cases/{case_no}/identity/checks", {"name": NAME}, 409)
    assert answer["code"] == "identity_not_wanted"


def test_without_proof_the_work_does_not_go_on(
    proving: Proving, provider: Provider, staff: Staff, handler_id: int
) -> None:
    staff.dispatch(proving.case_no, handler_id)
    staff.book(proving.case_no)
    works = staff.find_child(proving.case_no).id
    for step in ("set_off", "arrive"):
        staff.do(works, step, step)
    staff.fill_in(works, "check_gas", "clear")
    with pytest.raises(CommandRefused, match="identity_unproven"):
        staff.do(works, "check_gas", "clear")
    proving.begin()
    provider.answer(FaceState.PASSED)
    proving.fetch()
    # What was proven for the case at the top holds in what that handed over to.
    staff.do(works, "check_gas", "clear")


def test_no_provider_leaves_it_to_a_person(
    settings: Settings, make_customer: Callable[[], MadeCustomer], files: Uploads, handler_id: int
) -> None:
    application = create_app(settings)
    proving = Proving(Customer(application.test_client(), make_customer()), files)
    assert proving.tell()["status"] == "with_person" and proving.see() == ("by_person", False)
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def make_session(
    hall: Flask, settings: Settings, sessions: sessionmaker[Session]
) -> Callable[[int], Customer]:
    """Return what signs a customer in once more, on another phone."""
    tokens, customers = AccessTokens(settings.secret_key), CustomersService(make_key_ring(settings))
    opener = CustomerSessions(sessions, sessions.kw["bind"], customers, tokens, now=lambda: datetime.now(UTC))

    def make(customer_id: int) -> Customer:
        with sessions.begin() as session:
            opened = opener.open(session, customer_id, "wechat_mini", datetime.now(UTC))
        headers = {"Authorization": f"Bearer {opened.access_token}"}
        return Customer(hall.test_client(), MadeCustomer(customer_id, headers))

    return make
