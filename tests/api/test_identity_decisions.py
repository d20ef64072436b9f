"""A person decides who the customer is: whose work the case is, how and where; over HTTP."""

from __future__ import annotations

import dataclasses
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.cases.commands import SYSTEM, Complete, Performer, Start
from backend.cases.errors import CommandRefused
from backend.cases.identity_decisions import Decision, list_places
from backend.cases.identity_models import IdentityCheck, IdentityDecision
from backend.cases.identity_retention import IdentityRetention
from backend.cases.service import NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.core.config import Settings
from backend.core.errors import Conflict
from backend.customers.service import CustomersService, NewCustomer
from composition.hall import make_hall
from tests.api.filling import fill_in
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_arrears import EVEN, OWED

HOME = {
    "region": "历下区", "street": "泉城路街道", "community": "阳光小区", "building": "3幢", "unit": "2单元",
    "note": "", "point": None,
}  # fmt: skip
NUMBER = "110101199003077758"
CARD = {"way": "id_card", "place": "counter", "note": "本人到场"}
ASKING = [
    ("install_residential_individual", "survey", "fit"),
    ("suspension_removal", "check_gas", "clear"),
    ("suspension_removal", "check_gas", "owes"),
    ("card_replacement", "identify", "matches"),
    ("account_opening", "open_account", "opened"),
    ("online_account_opening", "open_account", "opened"),
]


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("crew_361")


def enter(hall: Hall, number: str | None = NUMBER) -> int:
    """Enter a customer whose ID number the company knows, or not."""
    customers, now = CustomersService(hall.keys), datetime.now(UTC)
    with hall.sessions.begin() as session:
        customer_id = customers.enter(session, NewCustomer(name="张小红"), now)
        if number is not None:
            customers.keep_id_number(session, customer_id, number)
    return customer_id


def open_case(hall: Hall, process: str, step: str, customer_id: int | None = None) -> str:
    """Start a case at the step that asks for proof."""
    new = NewCase(process, hall.units["361"], "361", customer_id or enter(hall), "counter")
    start = Start(SYSTEM, data={"handler_id": hall.staff["crew_361"]}, enter_at=step)
    return hall.service.start_case(Request("test", uuid.uuid4(), {}), new, start).case_no


def take(hall: Hall, case_no: str, outcome: str) -> None:
    """Choose an outcome of the open step, as somebody who holds every post."""
    case_id = hall.find_id(case_no)
    snapshot = hall.service.load(case_id).snapshot
    posts = frozenset({"case_handler"}), frozenset({"customer_service_dept"})
    everybody = Performer(ActorKind.POSITION, *posts, hall.staff["crew_361"])
    data = {"result": "已核实", "visit_photos": []}
    wish = Complete(everybody, snapshot.open_tasks[0].no, outcome, snapshot.version, data=data)
    hall.service.carry_out(Request("test", uuid.uuid4(), {}), case_id, wish)


def decide(desk: Browser, case_no: str, status: int = 200, **word: Any) -> dict[str, Any]:
    answer = desk.send("POST", f"/cases/{case_no}/identity/decision", {**CARD, **word})
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = json.loads(answer.text)
    return body


@pytest.mark.parametrize(("process", "step", "outcome"), ASKING)
def test_each_process_that_asks_refuses_without_proof(
    hall: Hall, desk: Browser, process: str, step: str, outcome: str
) -> None:
    case_no = open_case(hall, process, step)
    told = desk.read(f"/cases/{case_no}/identity")
    assert (told["status"], told["may_decide"], told["decisions"]) == ("wanted", True, [])
    if step == "open_account":
        fill_in(
            desk, case_no, use_address={**HOME, "door": f"{uuid.uuid4().hex[:8]}室"}, holder_name="张小红"
        )
    if step == "check_gas":
        fill_in(desk, case_no, **(OWED if outcome == "owes" else EVEN))
    offered = {one["outcome"]: one for one in desk.read(f"/cases/{case_no}")["actions"]}
    assert "核验客户身份" in offered[outcome]["unmet"]["text"]
    with pytest.raises(CommandRefused, match="identity_unproven"):
        take(hall, case_no, outcome)
    told = decide(desk, case_no)
    assert (told["status"], told["may_decide"]) == ("proven", False)
    assert [(one["verdict"], one["staff_name"]) for one in told["decisions"]] == [("confirmed", "王crew_361")]
    take(hall, case_no, outcome)


def test_the_counter_compares_with_the_record(hall: Hall, desk: Browser) -> None:
    case_no = open_case(hall, "card_replacement", "identify")
    said = {"way": "record", "name": "张小红", "id_tail": "7758"}
    for wrong in ({"id_tail": "1234"}, {"name": "张小明"}):
        assert decide(desk, case_no, 422, **said | wrong)["code"] == "identity_mismatch"
    with pytest.raises(CommandRefused, match="identity_unproven"):
        take(hall, case_no, "matches")
    told = decide(desk, case_no, **said)
    assert told["status"] == "proven" and NUMBER not in json.dumps(told)
    take(hall, case_no, "matches")
    with hall.sessions() as session:
        rows = session.scalars(
            select(IdentityDecision).where(IdentityDecision.case_id == hall.find_id(case_no))
        ).all()
    assert [one.verdict for one in rows] == ["mismatch", "mismatch", "confirmed"]
    assert {(one.way, one.place, one.staff_id) for one in rows} == {
        ("record", "counter", hall.staff["crew_361"])
    }
    assert decide(desk, case_no, 409)["code"] == "identity_settled"


def test_the_record_is_not_asked_for_ever(hall: Hall, desk: Browser) -> None:
    case_no = open_case(hall, "card_replacement", "identify")
    for _ in range(5):
        decide(desk, case_no, 422, way="record", name="张小红", id_tail="0000")
    right = {"way": "record", "name": "张小红", "id_tail": "7758"}
    assert decide(desk, case_no, 429, **right)["code"] == "identity_too_often"
    assert decide(desk, case_no)["status"] == "proven"


def test_without_a_record_the_card_is_looked_at(hall: Hall, desk: Browser) -> None:
    case_no = open_case(hall, "account_opening", "open_account", enter(hall, None))
    assert desk.read(f"/cases/{case_no}/identity")["has_record"] is False
    said = {"way": "record", "name": "张小红", "id_tail": "7758"}
    assert decide(desk, case_no, 409, **said)["code"] == "identity_no_record"
    assert decide(desk, case_no, place="field")["status"] == "proven"


def test_it_may_be_refused_and_then_nothing_is_proven(hall: Hall, desk: Browser) -> None:
    case_no = open_case(hall, "card_replacement", "identify")
    told = decide(desk, case_no, verdict="mismatch", note="照片不像")
    assert (told["status"], told["may_decide"]) == ("wanted", True)
    assert [(one["verdict"], one["note"]) for one in told["decisions"]] == [("mismatch", "照片不像")]
    with pytest.raises(CommandRefused, match="identity_unproven"):
        take(hall, case_no, "matches")


def test_each_post_says_only_what_it_can_have_seen() -> None:
    for post in ("remote_service", "hotline_agent"):
        assert list_places(frozenset({post})) == ("centre",)
    assert list_places(frozenset({"case_handler"})) == ("centre", "field")
    assert "counter" in list_places(frozenset({"case_handler", "customer_service_dept"}))


def test_only_those_whose_work_it_is_decide(hall: Hall) -> None:
    case_no = open_case(hall, "card_replacement", "identify")
    elsewhere, works = hall.sign_in("desk_362"), hall.sign_in("remote_a")
    path = f"/cases/{case_no}/identity"
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.send("POST", f"{path}/decision", CARD).status_code == 404
    refused = works.send("POST", f"{path}/decision", CARD)
    assert refused.status_code in (403, 404)
    suspension = open_case(hall, "suspension_removal", "close_account")
    desk = hall.sign_in("crew_361")
    assert desk.read(f"/cases/{suspension}/identity")["status"] == "not_wanted"
    answer = desk.send("POST", f"/cases/{suspension}/identity/decision", CARD)
    assert code(answer) == "identity_not_wanted"


def test_who_is_not_there_is_asked_for_the_face_check_first(hall: Hall, settings: Settings) -> None:
    provided = dataclasses.replace(
        settings, faceid_base_url="http://127.0.0.1:1", faceid_secret_id="id", faceid_secret_key="key",
        faceid_rule_id="1",
    )  # fmt: skip
    decisions = make_hall(provided, hall.sessions.kw["bind"]).identity_decisions
    with hall.sessions() as session:
        member = hall.organisation.find_member(session, hall.staff["crew_361"])
    assert member is not None
    case_no = open_case(hall, "card_replacement", "identify")
    with pytest.raises(Conflict, match="identity_check_first"):
        decisions.decide(member, case_no, Decision("id_card", "centre"))
    decisions.decide(member, case_no, Decision("id_card", "centre", customer_declined=True))
    assert decisions.describe(member, case_no)["status"] == "proven"


def test_what_proved_it_goes_when_its_time_is_over_by_the_setting_as_it_is_then(
    hall: Hall, desk: Browser, settings: Settings
) -> None:
    case_no = open_case(hall, "card_replacement", "identify")
    decide(desk, case_no, note="身份证尾号是 X")
    case_id, kept = hall.find_id(case_no), settings.identity_kept_days
    with hall.sessions.begin() as session:
        held = session.scalars(
            select(IdentityDecision.customer_declined).where(IdentityDecision.case_id == case_id)
        )
        assert held.all() == [False]
        session.add(
            IdentityCheck(
                case_id=case_id, customer_id=enter(hall), unit_id=hall.units["361"], session_key="of a phone",
                reference=f"kept-{case_no}", provider="faceid", provider_reference=f"p-{case_no}",
                name_sealed="sealed", id_number_sealed="sealed", state="passed", code="0",
                begun_at=datetime.now(UTC),
            )
        )  # fmt: skip

    def read() -> tuple[str, str | None, str | None, str]:
        with hall.sessions() as session:
            word = session.scalars(select(IdentityDecision).where(IdentityDecision.case_id == case_id)).one()
            check = session.scalars(select(IdentityCheck).where(IdentityCheck.case_id == case_id)).one()
            return word.note, check.name_sealed, check.id_number_sealed, check.session_key

    # The noted moment is the proof's own, so a longer and a shorter setting hold for what is there already.
    for setting, days, is_kept in (
        (kept, kept, True), (kept + 90, kept + 2, True), (30, 30, True), (30, 31, False), (kept, 32, False),
    ):  # fmt: skip
        then = datetime.now(UTC) + timedelta(days=days)
        IdentityRetention(hall.sessions, setting, lambda then=then: then).run()
        wanted = ("身份证尾号是 X", "sealed", "sealed", "of a phone") if is_kept else ("", None, None, "")
        assert read() == wanted
    # That it was proven, by whom and how, stays.
    told = desk.read(f"/cases/{case_no}/identity")
    assert [(one["verdict"], one["way"]) for one in told["decisions"]] == [("confirmed", "id_card")]
