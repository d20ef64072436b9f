"""A customer says what is wrong with a paper instead of signing it: kept once, told at once, and settled."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.cases.document_models import DocumentObjection
from backend.cases.objection_notices import KIND, ObjectionNotices
from backend.core.outbox import OutboxRow
from backend.core.topics import PromiseContext
from backend.notifications.models import StaffNotice
from backend.notifications.staff_notices import StaffNotices
from backend.organisation.leads import find_stand_in
from backend.organisation.models import Staff
from composition.hall import read_clock
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Browser, Hall, code
from tests.api.step_forms import CONTRACT_PROCESS, publish_contract, start_with_forms
from tests.api.test_document_signatures import TASK, Signer, fill
from tests.api.test_urged_cases import list_pages

WRONG = "面积写成 98 了，我家是 89"


@pytest.fixture
def customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def contract(hall: Hall, desk: Browser, customer: MadeCustomer) -> str:
    publish_contract(hall)
    case_no = start_with_forms(hall, customer.id, process=CONTRACT_PROCESS)
    fill(desk, case_no, 100_00)
    return case_no


@pytest.fixture
def signer(hall: Hall, customer: MadeCustomer, contract: str) -> Signer:
    return Signer(hall, customer, contract)


def say(signer: Signer, text: str = WRONG, **more: Any) -> TestResponse:
    [line] = signer.list()
    body = {"command_id": str(uuid.uuid4()), "sha256": line["sha256"], "text": text, **more}
    return signer.post("objections", **body)


def list_kept(hall: Hall, case_no: str) -> list[DocumentObjection]:
    with hall.sessions() as session:
        rows = select(DocumentObjection).where(DocumentObjection.case_id == hall.find_id(case_no))
        return list(session.scalars(rows))


def find_row(desk: Browser, case_no: str) -> dict[str, Any]:
    [row] = [one for one in list_pages(desk, "unit", 100) if one["case_no"] == case_no]
    return row


def test_what_is_wrong_is_kept_once_and_shown_to_both_sides(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    [line] = signer.list()
    assert (line["objection"], line["may_object"]) == (None, True)
    command_id = str(uuid.uuid4())
    # Pressed twice, or sent again because the answer got lost.
    for _ in range(2):
        assert say(signer, f"  {WRONG} ", command_id=command_id).get_json() == {"leak_words": False}
    assert code(say(signer, "别的", command_id=command_id)) == "idempotency_conflict"
    [kept] = list_kept(hall, contract)
    assert WRONG not in kept.text_sealed and kept.signer == "buyer"
    [line] = signer.list()
    assert line["objection"]["text"] == WRONG
    # Whoever has been called signs after all, or adds what they forgot.
    assert (line["may_object"], line["signers"][0]["may_sign"]) == (True, True)
    view = desk.read(f"/cases/{contract}")
    [told] = view["objections"]
    assert (told["task"], told["text"]) == (TASK, WRONG)
    assert f"对“test_contract 表”有异议，没有签字（{WRONG}）" in [one["text"] for one in view["history"]]
    assert view["objected_papers"] == ["test_contract 表"]
    assert find_row(desk, contract)["objected_papers"] == ["test_contract 表"]


def test_the_paper_that_is_written_anew_settles_it(desk: Browser, contract: str, signer: Signer) -> None:
    assert say(signer).status_code == 200
    fill(desk, contract, 89_00)
    [line] = signer.list()
    assert (line["objection"], line["may_object"]) == (None, True)
    view = desk.read(f"/cases/{contract}")
    assert (view["objections"], view["objected_papers"]) == ([], [])
    # What was said stays in the history.
    assert any(WRONG in one["text"] for one in view["history"])


def test_signing_after_all_settles_it_and_nothing_is_left_to_object_to(
    desk: Browser, contract: str, signer: Signer
) -> None:
    assert say(signer).status_code == 200
    [line] = signer.list()
    drawn = {"signer": "buyer", "sha256": line["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **drawn).status_code == 204
    [line] = signer.list()
    assert (line["objection"], line["may_object"]) == (None, False)
    assert desk.read(f"/cases/{contract}")["objections"] == []
    refused = say(signer)
    assert (refused.status_code, code(refused)) == (409, "objection_after_signing")


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_said_is_refused_at_its_field(hall: Hall, contract: str, signer: Signer, text: str) -> None:
    refused = say(signer, text)
    assert (refused.status_code, set(refused.get_json()["fields"])) == (422, {"text"})
    assert list_kept(hall, contract) == []


def test_what_was_seen_has_changed_or_its_case_is_closed(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    [before] = signer.list()
    fill(desk, contract, 89_00)
    assert code(say(signer, sha256=before["sha256"])) == "signature_document_changed"
    assert desk.act(contract, "give_up", reason="客户不办了").status_code == 200
    assert signer.list()[0]["may_object"] is False
    assert code(say(signer)) == "case_ended"
    assert list_kept(hall, contract) == []


def test_nobody_elses_paper_and_not_without_end(
    hall: Hall, make_customer: Callable[[], MadeCustomer], contract: str, signer: Signer
) -> None:
    stranger = Signer(hall, make_customer(), contract)
    body = {"command_id": str(uuid.uuid4()), "sha256": signer.list()[0]["sha256"], "text": WRONG}
    assert stranger.post("objections", **body).status_code == 404
    for number in range(5):
        assert say(signer, f"第 {number} 处").status_code == 200
    [line] = signer.list()
    assert line["objection"]["text"].splitlines() == [f"第 {number} 处" for number in range(5)]
    assert line["may_object"] is False
    assert code(say(signer)) == "objected_often"


class Bell:
    """The promise that somebody is told, kept as the relay keeps it."""

    def __init__(self, hall: Hall, leads: list[int]) -> None:
        self._hall = hall
        notices = StaffNotices(hall.sessions, hall.organisation, None, {}, None, "http://hall", read_clock)
        self._keeper = ObjectionNotices(
            hall.sessions, notices, lambda session, unit_id: leads, lambda *_: [], find_stand_in
        )

    def ring(self, case_no: str) -> set[int]:
        """Keep the case's promises, twice as may happen, and return who was told."""
        case_id = self._hall.find_id(case_no)
        with self._hall.sessions() as session:
            asked = select(OutboxRow.payload).where(
                OutboxRow.topic == "tell_objected", OutboxRow.payload["case_id"].as_integer() == case_id
            )
            payloads = list(session.scalars(asked))
        for payload in [*payloads, *payloads]:
            context = PromiseContext(0, "tell_objected", 1, read_clock(), read_clock)
            self._keeper.handle(payload, context)
        with self._hall.sessions() as session:
            told = session.scalars(
                select(StaffNotice.staff_id).where(StaffNotice.case_id == case_id, StaffNotice.kind == KIND)
            ).all()
        assert len(told) == len(set(told))
        return set(told)


def change_presence(session: Session, staff_id: int, presence: str, deputy_id: int | None = None) -> None:
    away = {} if presence == "on_duty" else {"absent_from": date(2026, 1, 1), "deputy_id": deputy_id}
    nobody = {"absent_from": None, "deputy_id": None}
    values = {"presence": presence, **nobody, **away}
    session.execute(update(Staff).where(Staff.id == staff_id).values(**values))


def test_who_wrote_the_paper_is_told(hall: Hall, desk: Browser, contract: str, signer: Signer) -> None:
    assert say(signer).status_code == 200
    assert Bell(hall, [hall.staff["lead_a"]]).ring(contract) == {hall.staff["desk_361"]}
    history = [one["text"] for one in desk.read(f"/cases/{contract}")["history"]]
    assert any(one.startswith("客户对单据有异议，") for one in history)


@pytest.mark.parametrize("deputy", [None, "crew_361"])
def test_who_stands_in_or_leads_is_told_where_the_writer_is_away(
    hall: Hall, contract: str, signer: Signer, deputy: str | None
) -> None:
    assert say(signer).status_code == 200
    writer, lead = hall.staff["desk_361"], hall.staff["lead_a"]
    with hall.sessions.begin() as session:
        change_presence(session, writer, "absent", hall.staff[deputy] if deputy else None)
    try:
        told = Bell(hall, [lead]).ring(contract)
    finally:
        with hall.sessions.begin() as session:
            change_presence(session, writer, "on_duty")
    assert told == {hall.staff[deputy] if deputy else lead}


def test_words_that_sound_like_a_leak_are_kept_and_asked_about(signer: Signer) -> None:
    assert say(signer, "表装反了，厨房里还有煤气味").get_json() == {"leak_words": True}
    assert say(signer, "没有闻到煤气味，只是表号写错了").get_json() == {"leak_words": False}
