"""A customer has their account erased: not while something stands against it, and then for good."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import CUSTOMER, Start
from backend.cases.service import NewCase, Request
from backend.core.config import Settings
from backend.customers.models import Customer
from tests.api.sign_in_stage import HTTPS, Stage, read, refusal
from tests.api.staff_side import Hall

_phones = itertools.count(70_000_000)
_places = itertools.count(1)


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    """Return the sign-in with its clock and telephones."""
    return Stage(settings, sessions)


@pytest.fixture
def caller(stage: Stage) -> FlaskClient:
    """Return a client at an address of its own."""
    return stage.make_client()


class Leaver:
    """Somebody who has just signed in by a code."""

    def __init__(self, stage: Stage, caller: FlaskClient) -> None:
        self.stage, self.caller = stage, caller
        self.phone = f"139{next(_phones)}"
        tokens = stage.sign_in_by_sms(caller, self.phone)
        self.token, self.id = tokens["access_token"], stage.customer_of(tokens)
        stage.wait(seconds=61)

    def ask(self, method: str, path: str = "", **body: Any) -> Any:
        sent = {"json": body} if body else {}
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.caller.open(f"/api/v1/me{path}", method=method, base_url=HTTPS, headers=headers, **sent)

    def receive_code(self) -> str:
        read(self.ask("POST", "/erasure/code"), 202)
        self.stage.deliver()
        self.stage.wait(seconds=61)
        return self.stage.sms.received[self.phone][-1]


@pytest.fixture
def leaver(stage: Stage, caller: FlaskClient) -> Leaver:
    """Return somebody whose account is to be erased."""
    return Leaver(stage, caller)


@pytest.fixture(autouse=True)
def without_traces(owner: Engine) -> Iterator[None]:
    """Take the accounts away again: other tests export what there is."""
    yield
    told = {"numbers": [f"301{number:08d}7" for number in range(1, next(_places))]}
    held = "(SELECT id FROM gas_account WHERE account_no = ANY(:numbers))"
    with owner.begin() as connection:
        connection.execute(text(f"DELETE FROM account_role WHERE gas_account_id IN {held}"), told)
        gone = text("DELETE FROM gas_account WHERE account_no = ANY(:numbers) RETURNING premises_id")
        places = list(connection.execute(gone, told).scalars())
        connection.execute(text("DELETE FROM premises WHERE id = ANY(:places)"), {"places": places})


def hold_account(session: Session, customer_id: int, status: str, role: str = "owner") -> str:
    """Enter an account of the customer; returns its number."""
    told = {"no": f"301{next(_places):08d}7", "customer": customer_id, "status": status, "role": role}
    unit = "(SELECT min(id) FROM unit)"
    session.execute(
        text(
            "WITH place AS (INSERT INTO premises (unit_id, region, street, community, door_sealed,"
            f" address_index, created_at) VALUES ({unit}, '历下区', '', '', '-',"
            " sha256(convert_to(CAST(:no AS text), 'utf8')), now())"
            " RETURNING id), account AS (INSERT INTO gas_account (unit_id, account_no, premises_id, status,"
            f" gas_use, opened_at, closed_at) SELECT {unit}, :no, id, :status, 'residential', now(),"
            " CASE WHEN :status = 'closed' THEN now() END FROM place RETURNING id)"
            " INSERT INTO account_role (customer_id, gas_account_id, unit_id, role, granted_at)"
            f" SELECT :customer, id, {unit}, :role, now() FROM account"
        ),
        told,
    )
    return told["no"]


def wrong_code(leaver: Leaver, code: str) -> bool:
    """Tell whether the code is refused where it stands."""
    answer = leaver.ask("POST", "/erasure", code=code)
    told: dict[str, Any] = json.loads(answer.data)
    sentence = "验证码不对，请核对短信里的数字后重新输入。"
    return (answer.status_code, told["fields"]) == (422, {"code": sentence})


def test_who_is_erased_is_gone_and_comes_back_as_somebody_new(
    stage: Stage, leaver: Leaver, centre: str
) -> None:
    with stage.sessions.begin() as session:
        hold_account(session, leaver.id, "closed")
        hold_account(session, leaver.id, "active", "tenant")
    told = read(leaver.ask("GET", "/erasure"), 200)
    assert told == {"open_cases": 0, "owned_accounts": [], "phone_masked": f"139****{leaver.phone[-4:]}"}
    assert leaver.ask("POST", "/erasure", code=leaver.receive_code()).status_code == 204
    assert refusal(leaver.ask("GET")) == (401, "session_expired")
    with stage.sessions() as session:
        row = session.get_one(Customer, leaver.id)
        kept = (row.name_sealed, row.name_index, row.phone_sealed, row.phone_index, row.phone_verified_at,
                row.id_number_sealed, row.id_number_index, row.credit_code)  # fmt: skip
        assert set(kept) == {None} and row.erased_at is not None
        for asked in (
            "SELECT count(*) FROM identity WHERE customer_id = :id",
            "SELECT count(*) FROM account_role WHERE customer_id = :id AND revoked_at IS NULL",
            "SELECT count(*) FROM consent WHERE customer_id = :id AND withdrawn_at IS NULL",
        ):
            assert session.execute(text(asked), {"id": leaver.id}).scalar_one() == 0
    again = stage.sign_in_by_sms(leaver.caller, leaver.phone)
    assert stage.customer_of(again) != leaver.id


def test_whoever_was_merged_into_them_is_erased_as_well(stage: Stage, leaver: Leaver) -> None:
    other = Leaver(stage, leaver.caller)
    with stage.sessions.begin() as session:
        session.execute(
            text("UPDATE customer SET merged_into_id = :into WHERE id = :id"),
            {"into": leaver.id, "id": other.id},
        )
    assert leaver.ask("POST", "/erasure", code=leaver.receive_code()).status_code == 204
    with stage.sessions() as session:
        row = session.get_one(Customer, other.id)
        assert (row.phone_sealed, row.phone_index, row.name_sealed) == (None, None, None)
        assert row.erased_at is not None


def test_a_wrong_code_erases_nothing(leaver: Leaver) -> None:
    code = leaver.receive_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert wrong_code(leaver, wrong)
    assert wrong_code(leaver, "")
    assert leaver.ask("GET").status_code == 200


def test_a_code_of_somebody_else_or_for_something_else_is_none(stage: Stage, leaver: Leaver) -> None:
    other = Leaver(stage, leaver.caller)
    assert wrong_code(leaver, other.receive_code())
    signs_in = stage.receive_code(leaver.caller, leaver.phone)
    assert wrong_code(leaver, signs_in)


def test_an_open_case_stands_against_it(hall: Hall, leaver: Leaver) -> None:
    new = NewCase("install_residential_individual", hall.units["361"], "361", leaver.id, "counter")
    hall.service.start_case(Request("system", uuid.uuid4(), {}), new, Start(CUSTOMER))
    assert read(leaver.ask("GET", "/erasure"), 200)["open_cases"] == 1
    assert refusal(leaver.ask("POST", "/erasure/code")) == (409, "erasure_case_open")
    assert refusal(leaver.ask("POST", "/erasure", code="000000")) == (409, "erasure_case_open")


def test_a_contract_that_stands_stands_against_it(stage: Stage, leaver: Leaver, centre: str) -> None:
    with stage.sessions.begin() as session:
        number = hold_account(session, leaver.id, "active")
        # Out of the client, and still the owner's.
        session.execute(
            text("UPDATE account_role SET unbound_at = now() WHERE customer_id = :id"), {"id": leaver.id}
        )
    assert read(leaver.ask("GET", "/erasure"), 200)["owned_accounts"] == [number]
    assert refusal(leaver.ask("POST", "/erasure/code")) == (409, "erasure_account_open")
    assert refusal(leaver.ask("POST", "/erasure", code="000000")) == (409, "erasure_account_open")
