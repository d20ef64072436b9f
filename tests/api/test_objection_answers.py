"""Staff answer whoever objects to a paper, who is told at the paper and by a message: then it is settled."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select, update
from werkzeug.test import TestResponse

from backend.cases.document_models import CaseDocument, ObjectionAnswer
from backend.cases.models import CaseTask, ServiceCase
from backend.core.outbox import OutboxRow
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_document_signatures import TASK, Signer
from tests.api.test_objections import contract, customer, desk, find_row, say, signer
from tests.api.test_urged_cases import list_pages

__all__ = ["contract", "customer", "desk", "signer"]
TOLD = "电话里说清楚了：98 平是建筑面积，收费按合同不变。"


def answer(browser: Browser, case_no: str, **more: Any) -> TestResponse:
    objections = browser.read(f"/cases/{case_no}")["objections"]
    body = {"command_id": str(uuid.uuid4()), "text": TOLD, **more}
    if "objection" not in body:
        body["objection"] = objections[-1]["id"]
    return browser.send("POST", f"/cases/{case_no}/documents/{TASK}/objection-answers", body)


def test_an_answer_settles_it_once_and_reaches_the_customer(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    assert say(signer).status_code == 200
    [told] = desk.read(f"/cases/{contract}")["objections"]
    assert told["may_answer"] is True
    command_id = str(uuid.uuid4())
    for _ in range(2):
        sent = answer(desk, contract, objection=told["id"], command_id=command_id, text=f" {TOLD}\n")
        assert sent.status_code == 204
    with hall.sessions() as session:
        case_id = hall.find_id(contract)
        [kept] = session.scalars(select(ObjectionAnswer).where(ObjectionAnswer.case_id == case_id))
        messages = session.scalars(
            select(OutboxRow.payload).where(
                OutboxRow.topic == "notify_customer", OutboxRow.payload["case_id"].as_integer() == case_id
            )
        ).all()
    assert TOLD not in kept.text_sealed
    assert ["case_message_id" in one for one in messages].count(True) == 1
    [line] = signer.list()
    assert (line["objection"], line["objection_answer"]["text"], line["may_object"]) == (None, TOLD, True)
    view = desk.read(f"/cases/{contract}")
    assert (view["objections"], view["objected_papers"]) == ([], [])
    assert find_row(desk, contract)["objected_papers"] == []
    [told_line] = [one for one in view["history"] if one["text"].startswith("答复了客户对“test_contract 表”")]
    assert TOLD in told_line["text"]
    # Another one who had the page open hears that it is settled.
    assert code(answer(desk, contract, objection=told["id"])) == "objection_settled"


def test_the_customer_may_object_again_and_what_was_said_before_stays_answered(
    desk: Browser, contract: str, signer: Signer
) -> None:
    for number in range(5):
        assert say(signer, f"第 {number} 处").status_code == 200
    first, *_, last = desk.read(f"/cases/{contract}")["objections"]
    # What was said after the member looked is not answered with it.
    assert answer(desk, contract, objection=first["id"]).status_code == 204
    assert len(desk.read(f"/cases/{contract}")["objections"]) == 4
    assert answer(desk, contract, objection=last["id"], text="都看过了").status_code == 204
    assert say(signer, "还是不对").status_code == 200
    [line] = signer.list()
    assert (line["objection"]["text"], line["objection_answer"]["text"]) == ("还是不对", "都看过了")
    assert [one["text"] for one in desk.read(f"/cases/{contract}")["objections"]] == ["还是不对"]


def test_nothing_said_a_foreign_paper_and_somebody_else_are_refused(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    assert say(signer).status_code == 200
    refused = answer(desk, contract, text=" \n")
    assert (refused.status_code, set(refused.get_json()["fields"])) == (422, {"text"})
    assert answer(desk, contract, objection=2**40).status_code == 404
    assert len(desk.read(f"/cases/{contract}")["objections"]) == 1


def test_the_lead_may_answer_and_who_only_shares_the_list_may_not(
    hall: Hall, contract: str, signer: Signer
) -> None:
    assert say(signer).status_code == 200
    lead = hall.sign_in("lead_a")
    [told] = lead.read(f"/cases/{contract}")["objections"]
    assert told["may_answer"] is True
    with hall.sessions.begin() as session:
        of_case = CaseDocument.case_id == hall.find_id(contract)
        writer = session.execute(select(CaseDocument.filled_by).where(of_case)).scalar_one()
        session.execute(update(CaseDocument).where(of_case).values(filled_by=f"staff:{hall.staff['lead_a']}"))
    desk = hall.sign_in("desk_361")
    # Who holds the post of its step is told where the writer is away.
    assert desk.read(f"/cases/{contract}")["objections"][0]["may_answer"] is True
    with hall.sessions.begin() as session:
        of_task = (CaseTask.case_id == hall.find_id(contract), CaseTask.no == TASK)
        session.execute(update(CaseTask).where(*of_task).values(post_key="finance_dept"))
    assert writer == f"staff:{hall.staff['desk_361']}"
    assert desk.read(f"/cases/{contract}")["objections"][0]["may_answer"] is False
    assert code(answer(desk, contract)) == "objection_not_yours"
    assert answer(lead, contract).status_code == 204


def test_whose_case_it_is_has_it_on_their_list_until_it_is_answered(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    crew = hall.sign_in("crew_361")
    with hall.sessions.begin() as session:
        case_id, crew_id = hall.find_id(contract), hall.staff["crew_361"]
        session.execute(update(ServiceCase).where(ServiceCase.id == case_id).values(handler_id=crew_id))
        # It waits for somebody else by now: the visit is over.
        session.execute(
            update(CaseTask)
            .where(CaseTask.case_id == case_id)
            .values(handler_id=crew_id, queue=None, post_key="finance_dept")
        )

    def is_listed() -> bool:
        return contract in {one["case_no"] for one in list_pages(crew, "mine", 100)}

    assert not is_listed()
    assert say(signer).status_code == 200
    assert is_listed()
    assert answer(crew, contract).status_code == 204
    assert not is_listed()


def test_it_marks_every_case_of_the_same_tree(hall: Hall, contract: str, signer: Signer) -> None:
    assert say(signer).status_code == 200
    objected = hall.find_id(contract)
    above, beside, other = (hall.start() for _ in range(3))
    with hall.sessions.begin() as session:
        for number, below in enumerate((objected, hall.find_id(beside)), 1):
            placed = update(ServiceCase).where(ServiceCase.id == below)
            session.execute(placed.values(parent_case_id=hall.find_id(above), parent_task_no=number))
    remote = hall.sign_in("remote_a")
    listed = {one["case_no"]: one["objected_papers"] for one in list_pages(remote, "accept", 100)}
    assert listed[above] == listed[beside] == remote.read(f"/cases/{beside}")["objected_papers"]
    assert (len(listed[above]), listed[other]) == (1, [])
