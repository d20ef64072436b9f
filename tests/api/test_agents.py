"""Who acts for the owner shows an authorisation that holds: for this business, and until this day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backend.cases.authorisations import EXPIRED, OUT_OF_SCOPE, find_authorisation_fault
from backend.cases.models import ServiceCase
from backend.core.local_time import local_date
from tests.api.filling import upload
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import make_home
from tests.api.test_intake import open_case, write_down
from tests.api.test_orders_for_customers import make_caller, take

TODAY = date(2026, 11, 28)
STOPS = {"applicant": "agent", "agent_scope": ["suspension"]}


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def make_agent(desk: Browser, **changes: Any) -> dict[str, Any]:
    """What an agent who opens an account for the owner shows at the counter."""
    papers = ("id_photos", "property_proof", "agent_id_photos", "authorisation")
    told = {
        "in_person": "agent",
        "id_number": "110101199003077758",
        "agent_name": "王代办",
        "agent_id_number": "11010519491231002X",
        "agent_scope": ["account_opening"],
        "agent_until": (local_date(datetime.now(UTC)) + timedelta(days=30)).isoformat(),
        **{key: [upload(desk, key)] for key in papers},
    }
    return make_caller(address=make_home()) | told | changes


def rewrite(hall: Hall, case_no: str, **values: Any) -> None:
    """Let other values stand in the application, as after a mending or some time."""
    case_id = hall.find_id(case_no)
    with hall.sessions.begin() as session:
        case = session.get_one(ServiceCase, case_id)
        case.form = {**case.form, **values}


@pytest.mark.parametrize(
    ("form", "business", "fault"),
    [
        ({"applicant": "owner", "agent_until": "2026-01-01"}, "new_account", None),
        ({"applicant": "agent"}, "new_account", None),
        ({"applicant": "agent", "agent_until": "2026-11-28"}, "new_account", None),
        ({"applicant": "agent", "agent_until": "2026-11-27"}, "new_account", EXPIRED),
        ({"in_person": "agent", "agent_scope": ["closing"]}, "account_opening", OUT_OF_SCOPE),
        ({"in_person": "agent", "agent_scope": ["everything"]}, "account_opening", None),
        ({**STOPS, "stop_kind": "suspension"}, "suspension", None),
        ({**STOPS, "stop_kind": "closing"}, "suspension", OUT_OF_SCOPE),
        ({"applicant": "agent", "agent_scope": ["suspension"]}, "repair", None),
    ],
)  # fmt: skip
def test_an_authorisation_holds_for_its_business_until_its_day(
    form: dict[str, Any], business: str, fault: str | None
) -> None:
    assert find_authorisation_fault(form, business, TODAY) == fault


@pytest.mark.parametrize(
    ("changes", "field", "refused", "words"),
    [
        ({"agent_until": "2026-01-01"}, "agent_until", EXPIRED, "过了期限"),
        ({"agent_scope": ["closing", "suspension"]}, "agent_scope", OUT_OF_SCOPE, "没有授权"),
        ({"agent_id_number": "110105194912310021"}, "agent_id_number", "invalid_input", "18 位"),
        ({"agent_name": None}, "agent_name", "invalid_input", "还没有填"),
        ({"authorisation": None}, None, "", ""),
        ({"agent_until": None}, "agent_until", "invalid_input", "还没有填"),
        ({"agent_scope": None}, "agent_scope", "invalid_input", "还没有填"),
    ],
)
def test_an_agent_without_a_valid_authorisation_is_refused(
    hall: Hall, desk: Browser, changes: dict[str, Any], field: str | None, refused: str, words: str
) -> None:
    values = {key: one for key, one in make_agent(desk, **changes).items() if one is not None}
    answer = desk.send("POST", "/cases", write_down(desk, "account_opening", values, channel="counter"))
    if field is None:
        # The document itself may come later, as other papers may.
        assert answer.status_code == 201, answer.text
        return
    assert (answer.status_code, code(answer)) == (422, refused)
    assert words in answer.get_json()["fields"][field]


def test_it_is_looked_at_again_when_the_card_is_seen(hall: Hall, desk: Browser) -> None:
    soon = local_date(datetime.now(UTC)).isoformat()
    case_no = open_case(desk, "account_opening", make_agent(desk, agent_until=soon), channel="counter")
    take(desk, case_no, "accept")
    word = {"way": "id_card", "place": "counter"}
    past = (local_date(datetime.now(UTC)) - timedelta(days=1)).isoformat()
    rewrite(hall, case_no, agent_until=past)
    refused = desk.send("POST", f"/cases/{case_no}/identity/decision", word)
    assert (refused.status_code, code(refused)) == (409, EXPIRED)
    rewrite(hall, case_no, agent_until=soon, agent_scope=["closing"])
    refused = desk.send("POST", f"/cases/{case_no}/identity/decision", word)
    assert (refused.status_code, code(refused)) == (409, OUT_OF_SCOPE)
    rewrite(hall, case_no, agent_scope=["everything"])
    assert desk.send("POST", f"/cases/{case_no}/identity/decision", word).status_code == 200
