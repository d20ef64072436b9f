"""Name and ID number are compared by a provider before an application is taken in, over HTTP."""

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

from backend.cases.identity_models import NameCheck
from backend.cases.identity_retention import IdentityRetention
from backend.cases.name_check_rows import move_name_checks
from backend.core.config import Settings
from backend.core.database import db
from backend.core.local_time import local_date
from backend.core.outcomes import PlatformUnavailable
from backend.identity.names import NameAnswer, NameVerdict
from backend.identity.port import Person
from backend.identity.tencent_names import TencentNameChecks
from tests.api.applications.conftest import Customer, Uploads, make_address
from tests.api.conftest import MadeCustomer
from tests.api.document import watch_answers
from wsgi import create_app

NUMBERS = (
    "110101199003077758", "11010519491231002X", "110105194912310046", "110105194912310062",
    "110105194912310089", "11010519491231010X", "110105194912310126",
)  # fmt: skip
NUMBER, OTHER = NUMBERS[:2]


@dataclass
class Register:
    """The provider as a test plays it: whom each number belongs to, everybody else to whoever asks."""

    owners: dict[str, str] = field(default_factory=dict)
    nobodys: set[str] = field(default_factory=set)
    asked: list[Person] = field(default_factory=list)
    fault: Exception | None = None

    def compare(self, person: Person) -> NameAnswer:
        self.asked.append(person)
        if self.fault is not None:
            raise self.fault
        request_id = f"request-{len(self.asked)}"
        if person.id_number in self.nobodys:
            return NameAnswer(NameVerdict.NO_SUCH_NUMBER, "-5", request_id)
        if self.owners.get(person.id_number, person.name) != person.name:
            return NameAnswer(NameVerdict.MISMATCH, "-1", request_id)
        return NameAnswer(NameVerdict.MATCH, "0", request_id)


@pytest.fixture(scope="module")
def standing() -> Register:
    return Register()


@pytest.fixture
def register(standing: Register, sessions: sessionmaker[Session]) -> Register:
    """Return the register with nobody in it, and nothing asked so far."""
    standing.owners.clear()
    standing.nobodys.clear()
    standing.asked.clear()
    standing.fault = None
    with sessions.begin() as session:
        for row in session.scalars(select(NameCheck)):
            session.delete(row)
    return standing


@pytest.fixture(scope="module")
def hall(settings: Settings, handler_id: int, standing: Register) -> Iterator[Flask]:
    """Yield the application with the test's register in the place of Tencent's."""
    set_up = dataclasses.replace(
        settings, namecheck_base_url="http://127.0.0.1:1", namecheck_secret_id="id", namecheck_secret_key="k"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TencentNameChecks, "compare", lambda _, person: standing.compare(person))
        application = create_app(set_up)
        watch_answers(application)
        yield application
    with application.app_context():
        db.engine.dispose()


class Applying:
    """Somebody who applies for a suspension, again and again."""

    def __init__(self, customer: Customer, files: Uploads) -> None:
        self.customer, self.files = customer, files

    def values(self, **more: Any) -> dict[str, Any]:
        counts = {"id_photos": 2, "property_proof": 1}
        if more.get("applicant") == "agent":
            counts |= {"agent_id_photos": 2, "authorisation": 1}
            until = (local_date(datetime.now(UTC)) + timedelta(days=30)).isoformat()
            told = {"agent_name": "王代办", "agent_id_number": "11010519491231002X"}
            more = {**told, "agent_scope": ["suspension"], "agent_until": until, **more}
        photos = {
            name: [self.files.upload(self.customer.owner) for _ in range(count)]
            for name, count in counts.items()
        }
        return {
            "contact_name": "郑桂英", "contact_phone": "13800138000", "address": make_address(),
            "stop_kind": "suspension", "applicant": "owner", "id_number": NUMBER, **photos, **more,
        }  # fmt: skip

    def apply(self, status: int = 201, **more: Any) -> Any:
        flags = {key: more.pop(key) for key in ("allow_name", "command_id") if key in more}
        return self.customer.apply(self.values(**more), status, service="suspension", **flags)


@pytest.fixture
def applying(customer: Customer, files: Uploads, register: Register) -> Applying:
    return Applying(customer, files)


def read_rows(sessions: sessionmaker[Session], customer: Customer) -> list[NameCheck]:
    with sessions() as session:
        asked = select(NameCheck).where(NameCheck.customer_id == customer.id).order_by(NameCheck.id)
        return list(session.scalars(asked))


def test_a_name_that_belongs_to_the_number_goes_through_and_is_asked_once(
    applying: Applying, register: Register, sessions: sessionmaker[Session]
) -> None:
    for _ in range(2):
        applying.apply()
    assert register.asked == [Person("郑桂英", NUMBER)]
    [row] = read_rows(sessions, applying.customer)
    assert (row.state, row.code, row.request_id, row.provider) == ("match", "0", "request-1", "tencent")
    assert NUMBER not in row.person_key


@pytest.mark.parametrize("code", ["name_mismatch", "id_number_unknown"])
def test_a_slip_is_told_once_and_stops_nobody_for_good(
    applying: Applying, register: Register, sessions: sessionmaker[Session], code: str
) -> None:
    if code == "name_mismatch":
        register.owners[NUMBER] = "孙丽"
    else:
        register.nobodys.add(NUMBER)
    for _ in range(2):
        answer = applying.apply(409)
        assert answer["code"] == code and "仍然提交" in answer["title"]
    assert applying.customer.get("/cases")["items"] == [], "nothing is half created"
    assert len(register.asked) == 1
    # Whoever says that nothing is mistyped hands in all the same, and staff look at the card.
    case_no = applying.apply(allow_name=True)["case_no"]
    assert applying.customer.get(f"/cases/{case_no}")["identity"] == "by_person"
    if code == "name_mismatch":
        # The slip mended is another pair, and is asked.
        applying.apply(contact_name="孙丽")
        assert [one.state for one in read_rows(sessions, applying.customer)] == ["mismatch", "match"]


def test_a_provider_that_is_away_stops_nobody_and_is_asked_again(
    applying: Applying, register: Register, sessions: sessionmaker[Session]
) -> None:
    register.fault = PlatformUnavailable("namecheck", "timeout")
    applying.apply()
    [row] = read_rows(sessions, applying.customer)
    assert (row.state, row.code) == ("unavailable", "timeout")
    register.fault = None
    applying.apply()
    [row] = read_rows(sessions, applying.customer)
    assert row.state == "match"


def test_a_lost_answer_is_given_again_whatever_the_register_says_now(
    applying: Applying, register: Register
) -> None:
    register.fault = PlatformUnavailable("namecheck", "timeout")
    values, command = applying.values(), "7b0c2d4e-0000-4000-8000-000000000001"
    first = applying.customer.apply(values, service="suspension", command_id=command)
    register.fault = None
    register.owners[NUMBER] = "孙丽"
    again = applying.customer.apply(values, service="suspension", command_id=command)
    assert again["case_no"] == first["case_no"] and len(register.asked) == 1


def test_a_known_answer_serves_another_customer_too(
    applying: Applying, register: Register, stranger: Customer, files: Uploads,
    sessions: sessionmaker[Session],
) -> None:  # fmt: skip
    applying.apply()
    Applying(stranger, files).apply()
    assert len(register.asked) == 1
    [mine], [theirs] = read_rows(sessions, applying.customer), read_rows(sessions, stranger)
    assert (mine.request_id, mine.asked_at) == (theirs.request_id, theirs.asked_at)


def test_questions_are_limited_and_then_nobody_is_stopped(
    applying: Applying, register: Register, sessions: sessionmaker[Session]
) -> None:
    register.nobodys.update(NUMBERS)
    for number in NUMBERS[:5]:
        applying.apply(409, id_number=number)
    applying.apply(id_number=NUMBERS[5])
    assert len(register.asked) == 5
    assert read_rows(sessions, applying.customer)[-1].state == "limited"


@pytest.mark.parametrize(
    "more", [{"applicant": "agent"}, {"id_number": "110101199003077759"}, {"contact_phone": "1"}]
)
def test_nothing_is_paid_for_an_agent_or_a_form_that_is_refused_anyhow(
    applying: Applying, register: Register, more: dict[str, str]
) -> None:
    answer = applying.apply(201 if "applicant" in more else 422, **more)
    if "id_number" in more:
        assert "身份证号不对" in answer["fields"]["id_number"]
    assert register.asked == []


def test_answers_go_when_their_time_is_over_by_the_setting_as_it_is_then(
    applying: Applying, sessions: sessionmaker[Session]
) -> None:
    applying.apply()
    for kept_days, after, left in ((1200, 1100, 1), (90, 90, 1), (90, 91, 0)):
        later = datetime.now(UTC) + timedelta(days=after)
        IdentityRetention(sessions, kept_days, lambda later=later: later).run()
        assert len(read_rows(sessions, applying.customer)) == left


def test_answers_follow_a_merge(
    applying: Applying, register: Register, stranger: Customer, files: Uploads,
    sessions: sessionmaker[Session],
) -> None:  # fmt: skip
    applying.apply()
    theirs = Applying(stranger, files)
    theirs.apply()
    theirs.apply(id_number=OTHER)
    with sessions.begin() as session:
        move_name_checks(session, stranger.id, applying.customer.id)
    assert len(read_rows(sessions, applying.customer)) == 2 and read_rows(sessions, stranger) == []


def test_without_a_provider_nothing_is_asked(
    settings: Settings, make_customer: Callable[[], MadeCustomer], files: Uploads, register: Register
) -> None:
    application = create_app(settings)
    Applying(Customer(application.test_client(), make_customer()), files).apply()
    assert register.asked == []
    with application.app_context():
        db.engine.dispose()
