"""Staff see what the register said of an applicant's name and number, beside the proof; over HTTP."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.cases.commands import SYSTEM, Start
from backend.cases.form_sealing import make_contact_columns, seal_value
from backend.cases.identity_models import NameCheck
from backend.cases.name_check_rows import make_person_key
from backend.cases.service import NewCase, Request
from backend.core.config import Settings
from backend.core.errors import Conflict, Forbidden, NotFound
from backend.identity.names import NameAnswer, NameVerdict
from backend.identity.port import Person
from backend.identity.tencent_names import TencentNameChecks
from composition.hall import make_hall
from tests.api.staff_side import Browser, Hall
from tests.api.test_identity_decisions import NUMBER, enter

ASKED_AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("crew_361")


def apply(hall: Hall, name: str, **form: Any) -> tuple[str, int]:
    """Open a case of somebody of this name, and return it with its customer."""
    customer_id = enter(hall)
    sealed = {"id_number": seal_value(hall.keys, "id_number", NUMBER), **form}
    new = NewCase(
        "card_replacement", hall.units["361"], "361", customer_id, "counter", form=sealed,
        columns=make_contact_columns(hall.keys, name, None),
    )  # fmt: skip
    start = Start(SYSTEM, data={"handler_id": hall.staff["crew_361"]}, enter_at="identify")
    return hall.service.start_case(Request("test", uuid.uuid4(), {}), new, start).case_no, customer_id


def answer(hall: Hall, customer_id: int, name: str, state: str, request_id: str) -> None:
    """Keep an answer of the register."""
    with hall.sessions.begin() as session:
        session.add(
            NameCheck(
                customer_id=customer_id, person_key=make_person_key(hall.keys, name, NUMBER),
                provider="tencent", state=state, code="", request_id=request_id, asked_at=ASKED_AT,
            )
        )  # fmt: skip


def tell(desk: Browser, case_no: str) -> Any:
    return desk.read(f"/cases/{case_no}/identity")["name_check"]


@pytest.mark.parametrize(
    ("state", "request_id"),
    [("match", "r-1"), ("mismatch", "r-2"), ("no_such_number", "r-3"), ("unavailable", ""), ("limited", "")],
)
def test_staff_see_the_answer_its_time_and_its_number(
    hall: Hall, desk: Browser, state: str, request_id: str
) -> None:
    name = f"张{uuid.uuid4().hex[:6]}"
    case_no, customer_id = apply(hall, name)
    assert tell(desk, case_no) is None
    answer(hall, customer_id, name, state, request_id)
    told = tell(desk, case_no)
    assert (told["state"], told["request_id"]) == (state, request_id)
    assert datetime.fromisoformat(told["at"]) == ASKED_AT


def test_an_answer_about_others_is_not_shown(hall: Hall, desk: Browser) -> None:
    name = f"张{uuid.uuid4().hex[:6]}"
    case_no, customer_id = apply(hall, name)
    answer(hall, customer_id, "张三", "mismatch", "r-4")
    # That nobody compared for somebody else says nothing here; what the register said of the pair does.
    answer(hall, enter(hall), name, "unavailable", "")
    assert tell(desk, case_no) is None
    answer(hall, enter(hall), name, "match", "r-5")
    assert tell(desk, case_no)["request_id"] == "r-5"


def test_an_agents_name_is_not_held_against_the_owners_number(hall: Hall, desk: Browser) -> None:
    name = f"张{uuid.uuid4().hex[:6]}"
    case_no, customer_id = apply(hall, name, applicant="agent")
    answer(hall, customer_id, name, "mismatch", "r-6")
    assert tell(desk, case_no) is None


def test_staff_have_the_register_asked_where_nobody_has(
    hall: Hall, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Person] = []

    def compare(_: object, person: Person) -> NameAnswer:
        asked.append(person)
        return NameAnswer(NameVerdict.MISMATCH, "-1", "r-7")

    monkeypatch.setattr(TencentNameChecks, "compare", compare)
    set_up = dataclasses.replace(
        settings, namecheck_base_url="http://127.0.0.1:1", namecheck_secret_id="id", namecheck_secret_key="k"
    )
    decisions = make_hall(set_up, hall.sessions.kw["bind"]).identity_decisions
    with hall.sessions() as session:
        member = hall.organisation.find_member(session, hall.staff["crew_361"])
        stranger = hall.organisation.find_member(session, hall.staff["desk_362"])
    assert member is not None and stranger is not None
    name = f"张{uuid.uuid4().hex[:6]}"
    case_no, _ = apply(hall, name)
    assert decisions.describe(member, case_no)["may_ask_register"] is True
    with pytest.raises((Forbidden, NotFound)):
        decisions.ask_register(stranger, case_no)
    decisions.ask_register(member, case_no)
    told = decisions.describe(member, case_no)
    assert told["name_check"]["state"] == "mismatch" and told["may_ask_register"] is False
    with pytest.raises(Conflict, match="identity_register_asked"):
        decisions.ask_register(member, case_no)
    assert asked == [Person(name, NUMBER)]
    agents, _ = apply(hall, f"李{uuid.uuid4().hex[:6]}", applicant="agent")
    with pytest.raises(Conflict, match="identity_register_asked"):
        decisions.ask_register(member, agents)


def test_without_a_register_staff_are_offered_nothing(hall: Hall, desk: Browser) -> None:
    case_no, _ = apply(hall, f"张{uuid.uuid4().hex[:6]}")
    assert desk.read(f"/cases/{case_no}/identity")["may_ask_register"] is False
    assert desk.send("POST", f"/cases/{case_no}/identity/name-check", {}).status_code == 409


def test_a_question_that_is_still_open_is_no_answer(hall: Hall, desk: Browser) -> None:
    name = f"张{uuid.uuid4().hex[:6]}"
    case_no, customer_id = apply(hall, name)
    answer(hall, customer_id, name, "asking", "")
    assert tell(desk, case_no) is None
