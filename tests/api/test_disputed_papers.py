"""What a customer objects to waits for staff: nobody is pressed to sign it until they have been answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from backend.cases.deadline_watch import OWN_TURN_LATE, DeadlineWatch
from backend.cases.models import CaseTask, ServiceCase
from backend.core.calendar_models import CalendarVersion
from composition.hall import read_clock
from tests.api.bookings import enter_booking
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, upload
from tests.api.organisation import ensure_staff
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall
from tests.api.test_document_signatures import Signer
from tests.api.test_gas_accounts import begin
from tests.api.test_gas_arrears import EVEN, OWED
from tests.api.test_objections import contract, customer, desk, say, signer
from tests.api.test_payment_statements import read_bill
from tests.api.test_works_drawings import read

__all__ = ["contract", "customer", "desk", "signer"]
WRONG = "表上的读数不对"


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def handler(hall: Hall) -> Browser:
    return hall.sign_in("crew_361")


@pytest.fixture
def stopped(hall: Hall, owner: MadeCustomer, handler: Browser) -> str:
    """Return a suspension whose valve is closed and whose slip waits for its customer's signature."""
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person"}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension", **known)
    fill_in(handler, case_no, **EVEN)
    assert handler.act(case_no, "clear").status_code == 200
    assert hall.sign_in("desk_361").act(case_no, "suspend").status_code == 200
    done = {"result": "表前阀已关，贴封条。", "photos": [upload(handler, "表")]}
    assert handler.act(case_no, "suspended", **done).status_code == 200
    return case_no


def object_to(hall: Hall, owner: MadeCustomer, case_no: str) -> int:
    """Say what is wrong with the slip that waits for the signature; returns its task."""
    [paper] = read(hall, owner, f"/cases/{case_no}/documents")
    body = {"command_id": str(uuid.uuid4()), "sha256": paper["sha256"], "text": WRONG}
    path = f"/api/v1/cases/{case_no}/documents/{paper['task']}/objections"
    sent = hall.app.test_client().post(path, json=body, headers=owner.headers)
    assert sent.status_code == 200, sent.text
    return int(paper["task"])


def reply(who: Browser, case_no: str, task: int) -> None:
    [said] = who.read(f"/cases/{case_no}")["objections"]
    body = {"command_id": str(uuid.uuid4()), "text": "读数是 1312，照片在单子里。", "objection": said["id"]}
    sent = who.send("POST", f"/cases/{case_no}/documents/{task}/objection-answers", body)
    assert sent.status_code == 204, sent.text


def list_waiting(hall: Hall, owner: MadeCustomer) -> list[dict[str, Any]]:
    waiting: list[dict[str, Any]] = read(hall, owner, "/home")["waiting"]
    return waiting


def test_staff_look_first_and_then_it_is_the_customers_turn_again(
    hall: Hall, owner: MadeCustomer, handler: Browser, stopped: str
) -> None:
    view = read(hall, owner, f"/cases/{stopped}")
    assert (view["state"], view["is_disputed"]) == ("waits_for_you", False)
    assert "请在" in view["headline"] and [one["case_no"] for one in list_waiting(hall, owner)] == [stopped]
    # The valve is closed: nobody can call that off any more.
    assert view["may_call_off"] is False
    early = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension")
    assert read(hall, owner, f"/cases/{early}")["may_call_off"] is True

    task = object_to(hall, owner, stopped)
    view = read(hall, owner, f"/cases/{stopped}")
    assert (view["state"], view["headline"], view["is_disputed"]) == (
        "in_progress", "您说的正在核对，先不用签", True,
    )  # fmt: skip
    # Nobody is pressed for the date, neither on the page nor at home; who is convinced by a call may sign.
    assert [one["due_text"] for one in view["progress"] if one["state"] == "now"] == [None]
    assert "sign" in [one["outcome"] for one in view["actions"]]
    assert list_waiting(hall, owner) == []
    cases = read(hall, owner, "/cases?state=open")["items"]
    [listed] = [one for one in cases if one["case_no"] == stopped]
    assert (listed["action"], listed["due_text"], listed["headline"]) == (None, None, view["headline"])

    reply(handler, stopped, task)
    view = read(hall, owner, f"/cases/{stopped}")
    assert (view["state"], view["is_disputed"]) == ("waits_for_you", False)
    assert [one["case_no"] for one in list_waiting(hall, owner)] == [stopped]


def test_nobody_is_reminded_of_what_staff_have_to_answer(
    hall: Hall, owner: MadeCustomer, handler: Browser, stopped: str
) -> None:
    other = begin(hall, "suspension_removal", "sign", owner.id)
    object_to(hall, owner, stopped)
    cases = [hall.find_id(one) for one in (stopped, other)]
    past = read_clock() - timedelta(hours=1)
    with hall.sessions.begin() as session:
        late = update(CaseTask).where(CaseTask.case_id.in_(cases), CaseTask.step == "sign")
        newest = select(func.max(CalendarVersion.version)).scalar_subquery()
        due = {"due_at": past, "warn_at": past, "warned_at": past, "limit_no": CaseTask.no}
        session.execute(late.values(**due, calendar_version=newest))
    DeadlineWatch(hall.sessions).run(read_clock())
    reminded = [[one["message"] for one in list_promised(hall, case_no)] for case_no in (stopped, other)]
    assert [OWN_TURN_LATE in one for one in reminded] == [False, True]
    with hall.sessions() as session:
        kept = select(CaseTask.breached_at).where(CaseTask.case_id == cases[0], CaseTask.step == "sign")
        assert session.scalars(kept).one() is not None


def test_a_paper_that_no_step_asks_for_waits_for_staff_as_well(
    hall: Hall, customer: MadeCustomer, contract: str, signer: Signer
) -> None:
    before = read(hall, customer, f"/cases/{contract}")
    assert "有单据要您签字" in before["headline"] and before["state"] == "waits_for_you"
    assert say(signer).status_code == 200
    view = read(hall, customer, f"/cases/{contract}")
    assert "有单据要您签字" not in view["headline"]
    assert view["headline"].endswith("单据上您说的正在核对，先不用签")
    assert view["state"] == "in_progress" and list_waiting(hall, customer) == []
    assert "sign_document" in [one["kind"] for one in view["actions"]]


def list_queue(who: Browser, queue: str) -> dict[str, list[str]]:
    """Return the cases of the reader's list with the papers that are objected to; none without the list."""
    if queue not in [one["key"] for one in who.read("/queues")["items"]]:
        return {}
    rows = who.read("/cases", queue=queue, limit=100)["items"]
    return {one["case_no"]: one["objected_papers"] for one in rows}


def test_whoever_wrote_the_paper_and_the_lead_have_it_in_front_until_it_is_answered(
    hall: Hall, owner: MadeCustomer, handler: Browser, stopped: str
) -> None:
    with hall.sessions.begin() as session:
        ensure_staff(
            hall.organisation,
            session,
            "361",
            "area_361",
            read_clock(),
            name="陈片区",
            positions=("area_lead",),
        )
    lead = hall.sign_in("area_361")
    assert stopped not in list_queue(handler, "mine") and stopped not in list_queue(lead, "objected")
    task = object_to(hall, owner, stopped)
    # The visit has left the day, and the step that waits is the customer's.
    assert list_queue(handler, "mine")[stopped] == ["气量核对单"]
    assert list_queue(lead, "objected")[stopped] == ["气量核对单"]
    assert "objected" not in [one["key"] for one in hall.sign_in("finance_361").read("/queues")["items"]]
    reply(handler, stopped, task)
    assert stopped not in list_queue(handler, "mine") and stopped not in list_queue(lead, "objected")


def test_the_application_says_what_is_objected_to_in_its_part_and_where(
    hall: Hall, owner: MadeCustomer, handler: Browser, stopped: str
) -> None:
    top = hall.start()
    object_to(hall, owner, stopped)
    with hall.sessions.begin() as session:
        below = update(ServiceCase).where(ServiceCase.id == hall.find_id(stopped))
        session.execute(below.values(parent_case_id=hall.find_id(top), parent_task_no=1))
    lead = hall.sign_in("lead_a")
    [told] = lead.read(f"/cases/{top}")["objections_beside"]
    assert (told["case_no"], told["paper"], told["text"]) == (stopped, "气量核对单", WRONG)
    # A lead may answer it there; whoever may not reads who does.
    assert told["may_answer"] is True
    below_view = lead.read(f"/cases/{stopped}")
    assert below_view["objections_beside"] == [] and below_view["objections"][0]["may_answer"] is True


def test_a_sum_that_the_customer_does_not_agree_to_is_not_asked_for_until_they_are_answered(
    hall: Hall, owner: MadeCustomer, handler: Browser
) -> None:
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person"}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension", **known)
    fill_in(handler, case_no, **OWED)
    assert handler.act(case_no, "owes").status_code == 200
    assert [one["case_no"] for one in list_waiting(hall, owner)] == [case_no]
    assert read_bill(hall, owner, case_no)["state"] == "to_pay"

    task = object_to(hall, owner, case_no)
    bill = read_bill(hall, owner, case_no)
    assert (bill["state"], bill["amount_fen"]) == ("disputed", 36_00)
    view = read(hall, owner, f"/cases/{case_no}")
    assert (view["state"], view["headline"]) == ("in_progress", "您说的正在核对，先不用缴费")
    assert [one["text"] for one in view["progress"] if one["state"] == "now"] == [view["headline"]]
    assert list_waiting(hall, owner) == []
    [listed] = [one for one in read(hall, owner, "/cases?state=open")["items"] if one["case_no"] == case_no]
    assert (listed["due"], listed["headline"]) == (None, view["headline"])
    # Staff read that it is their answer, and no customer, that is waited for; it stands with what presses.
    rows = handler.read("/cases", queue="mine", limit=100)["items"]
    place = [one["case_no"] for one in rows].index(case_no)
    assert (rows[place]["waits_for"], bool(rows[place]["objected_since"])) == ("answer", True)
    assert all(one["objected_papers"] or one["urged_times"] or one["is_alarm"] for one in rows[:place])

    reply(handler, case_no, task)
    assert read_bill(hall, owner, case_no)["state"] == "to_pay"
    assert [one["case_no"] for one in list_waiting(hall, owner)] == [case_no]
    [paper] = read(hall, owner, f"/cases/{case_no}/documents")
    assert paper["objection_answer"]["said"] == WRONG


def test_what_was_read_wrong_is_read_anew(hall: Hall, owner: MadeCustomer, handler: Browser) -> None:
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person"}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension", **known)
    fill_in(handler, case_no, **OWED)
    assert handler.act(case_no, "owes").status_code == 200
    object_to(hall, owner, case_no)
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    assert desk.cancel(fee_no, "读数抄错了").status_code == 200
    assert desk.act(case_no, "recheck", reason="读数抄错了").status_code == 200
    assert read_bill(hall, owner, case_no) is None
    # Somebody comes for it once more, at an hour of its own.
    with hall.sessions.begin() as session:
        booked = enter_booking(session, hall.find_id(case_no))
    hall.amend(case_no, **booked)
    for outcome in ("set_off", "arrive"):
        assert handler.act(case_no, outcome).status_code == 200
    fill_in(handler, case_no, **EVEN)
    assert handler.act(case_no, "clear").status_code == 200
    # What was said of the old slip is settled by the new one.
    assert handler.read(f"/cases/{case_no}")["objections"] == []
