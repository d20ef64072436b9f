"""What a customer is asked to do first: what holds the case up, and not what may come later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall
from tests.api.step_forms import (
    CONTRACT,
    CONTRACT_PROCESS,
    publish_bodies,
    publish_contract,
    start_with_forms,
)
from tests.api.test_gas_accounts import begin
from tests.api.test_signing_later import CHILD_BODY, CHILD_TASK, PARENT, PARENT_BODY, SURVEY_TASK, fill
from tests.api.test_works_drawings import draw_signature, read


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def owe(hall: Hall, case_no: str) -> None:
    with hall.sessions.begin() as session:
        case = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(case.values(owed_documents=["property_proof"]))


def list_kinds(hall: Hall, owner: MadeCustomer, case_no: str) -> list[str]:
    actions = read(hall, owner, f"/cases/{case_no}")["actions"]
    return [one["outcome"] or one["kind"] for one in actions]


def test_what_waits_goes_before_what_may_come_later(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "install_residential_individual", "sign_sketch", owner.id)
    owe(hall, case_no)
    assert list_kinds(hall, owner, case_no)[:3] == ["agree", "disagree", "supply_document"]


def test_a_step_that_waits_for_the_document_comes_after_it(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "suspension_removal", "sign", owner.id)
    assert list_kinds(hall, owner, case_no) == ["sign"]
    owe(hall, case_no)
    assert list_kinds(hall, owner, case_no) == ["supply_document", "sign"]


def test_a_paper_that_waits_for_the_signature_waits_for_the_customer(hall: Hall, owner: MadeCustomer) -> None:
    publish_contract(hall)
    desk = hall.sign_in("desk_361")
    case_no = start_with_forms(hall, owner.id, process=CONTRACT_PROCESS)
    sha256 = fill(desk, case_no, SURVEY_TASK)
    view = read(hall, owner, f"/cases/{case_no}")
    [signing] = [one for one in view["actions"] if one["kind"] == "sign_document"]
    assert (signing["task"], signing["name"]) == (SURVEY_TASK, "签test_contract 表")
    assert view["headline"].endswith("；有单据要您签字")
    [waiting] = read(hall, owner, "/home")["waiting"]
    assert (waiting["case_no"], waiting["state"]) == (case_no, "waits_for_you")
    assert (waiting["action_name"], waiting["action"]["task"]) == ("去签字", SURVEY_TASK)
    [listed] = read(hall, owner, "/cases")["items"]
    assert listed["headline"] == view["headline"]
    [paper] = read(hall, owner, f"/cases/{case_no}/documents")
    signer = next(one for one in paper["signers"] if one["may_sign"])
    signature = {"signer": signer["key"], "sha256": sha256, "file_key": draw_signature(hall, owner)}
    path = f"/api/v1/cases/{case_no}/documents/{SURVEY_TASK}/signatures"
    signed = hall.app.test_client().post(path, json=signature, headers=owner.headers)
    assert signed.status_code == 204, signed.text
    view = read(hall, owner, f"/cases/{case_no}")
    assert "签字" not in view["headline"]
    assert "sign_document" not in [one["kind"] for one in view["actions"]]


def test_a_paper_of_what_was_handed_over_waits_until_all_has_ended(hall: Hall, owner: MadeCustomer) -> None:
    publish_bodies(hall, CHILD_BODY, CONTRACT)
    publish_bodies(hall, PARENT_BODY)
    desk = hall.sign_in("desk_361")
    case_no = start_with_forms(hall, owner.id, process=PARENT)
    child_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    fill(desk, child_no, CHILD_TASK)
    assert desk.act(child_no, "not_done", reason="没人").status_code == 200
    [waiting] = read(hall, owner, "/home")["waiting"]
    assert (waiting["case_no"], waiting["action"]["kind"]) == (case_no, "sign_document")
    found = read(hall, owner, f"/cases/{case_no}/documents")
    assert waiting["action"]["task"] in [one["task"] for one in found]
    assert desk.act(case_no, "close").status_code == 200
    assert read(hall, owner, "/home")["waiting"] == []
