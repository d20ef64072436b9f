"""Gas that is owed by the slip holds the valve, until the money is there or the gas is read anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from backend.cases.models import CaseTask
from payments.models import Charge
from tests.api.bookings import enter_booking
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_disputed_papers import object_to, reply
from tests.api.test_gas_accounts import begin
from tests.api.test_gas_arrears import EVEN, OWED
from tests.api.test_payment_statements import collect, read_bill
from tests.api.test_turn_notices import deliver
from tests.api.test_works_drawings import read

PAID_WAYS = ("suspend", "refund")


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def handler(hall: Hall) -> Browser:
    return hall.sign_in("crew_361")


@pytest.fixture
def owing(hall: Hall, owner: MadeCustomer, handler: Browser) -> str:
    """Return a suspension whose slip says that 36.00 are owed, and which waits for the money."""
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person"}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="suspension", **known)
    fill_in(handler, case_no, **OWED)
    assert handler.act(case_no, "owes").status_code == 200
    return case_no


def find_fee(desk: Browser, case_no: str) -> str:
    return str(desk.read(f"/cases/{case_no}")["child"]["case_no"])


def end_collection(desk: Browser, case_no: str, reason: str = "客户今天没带钱") -> None:
    assert desk.cancel(find_fee(desk, case_no), reason).status_code == 200


def list_told(hall: Hall, case_no: str) -> list[str]:
    return [one["message"] for one in list_promised(hall, case_no)]


def list_steps(hall: Hall, owner: MadeCustomer, case_no: str) -> list[tuple[str, str, str]]:
    page: dict[str, Any] = read(hall, owner, f"/cases/{case_no}")
    return [(one["name"], one["state"], one["text"]) for one in page["progress"]]


def test_no_valve_is_closed_while_what_is_owed_has_not_come(hall: Hall, desk: Browser, owing: str) -> None:
    end_collection(desk, owing)
    view = desk.read(f"/cases/{owing}")
    assert view["step"] == "check_paid"
    unmet = {one["outcome"]: one["unmet"] for one in view["actions"] if one["kind"] == "complete"}
    assert {key for key, one in unmet.items() if one} == set(PAID_WAYS)
    for outcome in PAID_WAYS:
        refused = desk.act(owing, outcome)
        assert (refused.status_code, code(refused)) == (409, "arrears_unsettled")
        title = refused.get_json()["title"]
        assert "气款 36.00 元，已收 0.00 元，还差 36.00 元" in title
        assert "没有缴清" in title and "重新核对气量" in title
        assert unmet[outcome] == {"code": "arrears_unsettled", "text": title}
    # What was owed and paid stands there before anything is pressed.
    fee = desk.read(f"/cases/{owing}/fee")
    assert fee["recorded"] == {"what": "气款", "owed_fen": 36_00, "paid_fen": 0, "missing_fen": 36_00}
    assert (fee["is_cleared"], fee["received"], fee["due_fen"]) == (False, [], None)
    assert desk.read(f"/cases/{owing}")["step"] == "check_paid"


def test_a_part_is_not_all_of_it_and_the_rest_is_collected(
    hall: Hall, owner: MadeCustomer, desk: Browser, owing: str
) -> None:
    collect(hall, owing, f"R-{owing}-1", 30_00)
    refused = desk.act(owing, "suspend")
    assert "已收 30.00 元，还差 6.00 元" in refused.get_json()["title"]
    assert desk.act(owing, "unpaid", reason="还差 6 元").status_code == 200
    assert read_bill(hall, owner, owing)["amount_fen"] == 6_00
    fee_no = next(
        one["case_no"]
        for one in desk.read("/cases", queue="charge", limit=100)["items"]
        if one["case_no"] == find_fee(desk, owing)
    )
    assert desk.read(f"/cases/{fee_no}/fee")["due_fen"] == 6_00
    collect(hall, owing, f"R-{owing}-2", 6_00)
    # Above what was paid nobody reads that it is being looked whether it was.
    assert read(hall, owner, f"/cases/{owing}")["headline"].startswith("已收到您缴的气款，工作人员正在核对")
    fee = desk.read(f"/cases/{owing}/fee")
    assert (fee["recorded"]["missing_fen"], fee["is_cleared"], len(fee["received"])) == (0, True, 2)
    assert desk.act(owing, "suspend").status_code == 200


def test_a_charge_that_is_open_somewhere_below_holds_it_as_well(
    hall: Hall, desk: Browser, owing: str
) -> None:
    fee_no = find_fee(desk, owing)
    collect(hall, owing, f"R-{owing}", 36_00)
    with hall.sessions.begin() as session:
        paid = session.scalars(select(Charge).where(Charge.case_id == hall.find_id(fee_no))).one()
        values = {one.name: getattr(paid, one.name) for one in Charge.__table__.columns}
        values |= {"id": None, "charge_no": f"F{owing}", "state": "open", "settled_at": None}
        session.add(Charge(**{key: value for key, value in values.items() if value is not None}))
    refused = desk.act(owing, "suspend")
    assert code(refused) == "arrears_unsettled" and "还有一笔正在收" in refused.get_json()["title"]


def test_who_closes_the_account_for_good_pays_before_as_well(
    hall: Hall, owner: MadeCustomer, desk: Browser, handler: Browser
) -> None:
    known = {"handler_id": hall.staff["crew_361"], "identity_proof": "by_person"}
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, stop_kind="closing", **known)
    fill_in(handler, case_no, **OWED)
    assert handler.act(case_no, "owes").status_code == 200
    end_collection(desk, case_no)
    assert code(desk.act(case_no, "close")) == "arrears_unsettled"


def test_a_newer_slip_that_owes_nothing_owes_nothing(
    hall: Hall, owner: MadeCustomer, desk: Browser, handler: Browser, owing: str
) -> None:
    end_collection(desk, owing, "读数抄错了")
    read_anew(hall, desk, handler, owing)
    fill_in(handler, owing, **EVEN)
    assert handler.act(owing, "clear").status_code == 200
    assert desk.read(f"/cases/{owing}/fee")["recorded"] is None
    assert desk.act(owing, "suspend").status_code == 200


def read_anew(hall: Hall, desk: Browser, handler: Browser, case_no: str) -> None:
    """Let the gas be read once more, at an hour that is booked for that."""
    assert desk.act(case_no, "recheck", reason="读数抄错了").status_code == 200
    come_again(hall, handler, case_no)


def come_again(hall: Hall, handler: Browser, case_no: str) -> None:
    """Let the handler come to the door once more."""
    view = handler.read(f"/cases/{case_no}")
    assert (view["step"], view["may_book"]) == ("set_off", True)
    assert code(handler.act(case_no, "set_off")) == "appointment_missing"
    book(hall, case_no)
    for outcome in ("set_off", "arrive"):
        assert handler.act(case_no, outcome).status_code == 200
    assert handler.read(f"/cases/{case_no}")["step"] == "check_gas"


def book(hall: Hall, case_no: str) -> None:
    """Book an hour for the visit, as the appointments do."""
    case_id = hall.find_id(case_no)
    with hall.sessions.begin() as session:
        booked = enter_booking(session, case_id)
    hall.amend(case_no, **booked)


def test_a_collection_that_ended_tells_its_customer_once_and_asks_for_nothing(
    hall: Hall, owner: MadeCustomer, desk: Browser, owing: str
) -> None:
    fee_no = find_fee(desk, owing)
    [cancel] = [one for one in desk.read(f"/cases/{fee_no}")["actions"] if one["kind"] == "cancel"]
    # It is not the end of what the customer applied for, and is not called so.
    assert (cancel["is_told"], cancel["name"]) == (True, "终止收费")
    assert read_bill(hall, owner, owing)["state"] == "to_pay"
    end_collection(desk, owing, "读数抄错了")
    assert [one["text"] for one in desk.read(f"/cases/{fee_no}")["history"]][-1] == "终止收费（读数抄错了）"
    assert list_told(hall, fee_no) == ["collection_ended"]
    deliver(hall, list_promised(hall, fee_no)[-1])
    newest = read(hall, owner, "/messages")["items"][0]
    assert newest["title"] == "先不用缴费"
    assert "先不用缴：读数抄错了。工作人员会再核对" in newest["text"]
    assert read_bill(hall, owner, owing) is None
    steps = list_steps(hall, owner, owing)
    assert ("补缴气款", "stopped", "这一次没有收费，已取消") in steps
    # The headline says the same as the step that stopped beside it.
    told = "气款先不用缴了，工作人员会再核对"
    assert read(hall, owner, f"/cases/{owing}")["headline"].startswith(told)
    assert ("核对气款", "now", told) in steps
    assert not [text for _, state, text in steps if state in ("stopped", "now") and "到营业厅缴费" in text]


def test_a_reason_that_was_offered_is_said_to_the_customer_in_words_of_theirs(
    hall: Hall, owner: MadeCustomer, desk: Browser, owing: str
) -> None:
    fee_no = find_fee(desk, owing)
    end_collection(desk, owing, "客户说数不对，要重新核对")
    deliver(hall, list_promised(hall, fee_no)[-1])
    newest = read(hall, owner, "/messages")["items"][0]
    assert "先不用缴：您说数不对，要重新核对。工作人员会再核对" in newest["text"]


def test_an_answer_that_leaves_the_sum_asks_for_it_again(
    hall: Hall, owner: MadeCustomer, desk: Browser, handler: Browser, owing: str
) -> None:
    def read_newest() -> dict[str, Any]:
        deliver(hall, list_promised(hall, owing)[-1])
        newest: dict[str, Any] = read(hall, owner, "/messages")["items"][0]
        return newest

    reply(handler, owing, object_to(hall, owner, owing))
    newest = read_newest()
    assert newest["title"] == "您提的异议有答复了，请缴费"
    assert "读数是 1312，照片在单子里。 还要缴36.00元，请" in newest["text"]
    # Where nothing is asked for any more, the answer asks for nothing either.
    task = object_to(hall, owner, owing)
    end_collection(desk, owing)
    reply(handler, owing, task)
    newest = read_newest()
    assert newest["title"] == "您提的异议有答复了" and "还要缴" not in newest["text"]


def test_who_goes_on_reads_why_the_collection_was_ended(
    hall: Hall, desk: Browser, handler: Browser, owing: str
) -> None:
    assert desk.read(f"/cases/{owing}")["sent_back"] is None
    end_collection(desk, owing, "客户说数不对，要重新核对")
    told = handler.read(f"/cases/{owing}")["sent_back"]
    assert (told["name"], told["text"], told["ends_part"]) == ("收费", "客户说数不对，要重新核对", True)
    assert told["by"].startswith("王desk_361")
    # No hand is led to either: the reason decides between them.
    weighed = {one["outcome"]: one["choice"] for one in desk.read(f"/cases/{owing}")["actions"]}
    assert weighed["unpaid"] == weighed["recheck"] == "open"
    # A way back of the case itself has a reason of its own, and what is collected anew is past it.
    assert desk.act(owing, "unpaid", reason="客户下周来缴").status_code == 200
    assert desk.read(f"/cases/{owing}")["sent_back"] is None
    end_collection(desk, owing)
    read_anew(hall, desk, handler, owing)
    told = handler.read(f"/cases/{owing}")["sent_back"]
    assert (told["text"], told["ends_part"]) == ("读数抄错了", False)


def test_a_check_that_found_it_unpaid_is_not_told_as_done(
    hall: Hall, owner: MadeCustomer, desk: Browser, owing: str
) -> None:
    end_collection(desk, owing)
    assert desk.act(owing, "unpaid", reason="客户下周来缴").status_code == 200
    steps = list_steps(hall, owner, owing)
    assert ("核对气款", "stopped", "气款还没有缴清") in steps
    collect(hall, owing, f"R-{owing}", 36_00)
    assert desk.act(owing, "suspend").status_code == 200
    checks = [state for name, state, _ in list_steps(hall, owner, owing) if name == "核对气款"]
    assert checks == ["stopped", "done"]
    # In the end the payment that came is told, and what was taken back asks for nothing.
    assert ("补缴气款", "stopped", "这一次没有收费，已取消") in list_steps(hall, owner, owing)


def test_gas_that_is_read_anew_is_told_and_booked(
    hall: Hall, owner: MadeCustomer, desk: Browser, owing: str
) -> None:
    end_collection(desk, owing, "读数抄错了")
    assert desk.act(owing, "recheck", reason="表号看错了").status_code == 200
    assert list_told(hall, owing)[-1] == "gas_read_anew"
    deliver(hall, list_promised(hall, owing)[-1])
    newest = read(hall, owner, "/messages")["items"][0]
    assert "气量会重新核对，核对好之前先不用缴气款：表号看错了。" in newest["text"]
    page = read(hall, owner, f"/cases/{owing}")
    assert page["headline"].startswith("气量会重新核对，核对好之前先不用缴气款。请另选一个上门时间")
    assert next(one["kind"] for one in page["actions"]) == "book"
    assert ("核对气款", "stopped", "气量会重新核对，核对好之前先不用缴气款") in list_steps(hall, owner, owing)
    book(hall, owing)
    assert read(hall, owner, f"/cases/{owing}")["headline"].endswith("上门核对气量")
    with hall.sessions() as session:
        steps = select(CaseTask.step).where(CaseTask.case_id == hall.find_id(owing)).order_by(CaseTask.no)
        assert session.scalars(steps).all()[-1] == "set_off"


def test_a_case_that_staff_stop_is_told_and_what_concerns_nobody_is_not(
    hall: Hall, desk: Browser, owing: str
) -> None:
    [cancel] = [one for one in desk.read(f"/cases/{owing}")["actions"] if one["kind"] == "cancel"]
    assert cancel["is_told"] is True
    fee_no = find_fee(desk, owing)
    assert desk.cancel(owing, "客户改主意，不停气了").status_code == 200
    assert list_told(hall, owing)[-1] == "case_cancelled"
    # The collection below ended with it, and nobody is told twice.
    assert list_told(hall, fee_no) == []


def test_the_customer_objects_where_the_sum_stands_and_sees_that_it_is_answered(
    hall: Hall, owner: MadeCustomer, desk: Browser, owing: str
) -> None:
    [paper] = read(hall, owner, f"/cases/{owing}/documents")
    assert (read_bill(hall, owner, owing)["paper"], paper["may_object"]) == (paper["task"], True)
    assert read(hall, owner, "/home")["answering"] == []
    object_to(hall, owner, owing)
    home = read(hall, owner, "/home")
    assert [one["case_no"] for one in home["waiting"]] == []
    [card] = home["answering"]
    assert (card["case_no"], card["headline"]) == (owing, "您说的正在核对，先不用缴费")
    # Who takes the money reads no last day that the customer does not read, and who answers.
    fee_no = find_fee(desk, owing)
    fee = desk.read(f"/cases/{fee_no}/fee")
    assert (fee["is_disputed"], fee["until"], fee["due_fen"]) == (True, None, 36_00)
    [said] = hall.sign_in("finance_361").read(f"/cases/{fee_no}")["objections_beside"]
    assert said["may_answer"] is False and said["answered_by"].startswith("王crew_361")


def test_what_was_taken_is_not_to_be_taken_once_more(hall: Hall, desk: Browser, owing: str) -> None:
    fee_no = find_fee(desk, owing)
    assert desk.read(f"/cases/{fee_no}/fee")["is_taken"] is False
    for outcome, more in (("apply", {}), ("at_counter", {"amount_fen": 36_00}), ("paid", {})):
        assert desk.act(fee_no, outcome, **more).status_code == 200
    fee = desk.read(f"/cases/{fee_no}/fee")
    assert (fee["is_taken"], fee["due_fen"], fee["until"]) == (True, 36_00, None)
