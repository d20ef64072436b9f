"""A paper written anew while its customer objects to it is the answer: told once, read beside the old one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.cases.notices import PAPER_REMADE
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_arrears_settled import come_again, handler, owing, owner
from tests.api.test_disputed_papers import WRONG, list_queue, object_to, reply
from tests.api.test_document_signatures import Signer, fill
from tests.api.test_gas_accounts import begin
from tests.api.test_gas_arrears import EVEN, OWED
from tests.api.test_objections import WRONG as WRONG_AREA
from tests.api.test_objections import contract, customer, desk, say, signer
from tests.api.test_works_drawings import read

__all__ = ["contract", "customer", "desk", "handler", "owing", "owner", "signer"]
KNOWN = {"stop_kind": "suspension", "identity_proof": "by_person"}


def lead_back(hall: Hall, handler: Browser, case_no: str, reason: str = "客户说读数不对") -> None:
    """End the collection and come to read the gas anew."""
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    assert desk.cancel(fee_no, reason).status_code == 200
    assert desk.act(case_no, "recheck", reason=reason).status_code == 200
    come_again(hall, handler, case_no)


def count_told(hall: Hall, case_no: str) -> int:
    return [one["message"] for one in list_promised(hall, case_no)].count(PAPER_REMADE)


def read_slip(hall: Hall, owner: MadeCustomer, case_no: str) -> dict[str, Any]:
    [paper] = read(hall, owner, f"/cases/{case_no}/documents")
    found: dict[str, Any] = paper
    return found


def test_the_new_slip_answers_what_was_said_of_the_old_one(
    hall: Hall, owner: MadeCustomer, handler: Browser, owing: str
) -> None:
    task = object_to(hall, owner, owing)
    assert owing in list_queue(handler, "mine")
    lead_back(hall, handler, owing)
    # As long as nobody has read anew, the answer is still owed.
    assert read_slip(hall, owner, owing)["remade"] is None
    assert [one["task"] for one in handler.read(f"/cases/{owing}")["objections"]] == [task]

    fill_in(handler, owing, **EVEN)
    slip = read_slip(hall, owner, owing)
    assert (slip["objection"], slip["objection_answer"], slip["may_object"]) == (None, None, True)
    assert (slip["remade"]["said"], slip["remade"]["answer"]) == (WRONG, None)
    changes = {one["label"]: (one["before"], one["now"]) for one in slip["remade"]["changes"]}
    assert changes["要补缴的气款"] == ("36.00 元", "不欠") and "表上的读数" not in changes
    assert count_told(hall, owing) == 1
    view = handler.read(f"/cases/{owing}")
    assert (view["objections"], view["objected_papers"]) == ([], [])
    assert [(one["task"], one["text"], one["way"]) for one in view["objections_settled"]] == [
        (task, WRONG, "remade")
    ]

    # A slip of the pen in the new one is mended: they have been told.
    fill_in(handler, owing, **{**EVEN, "gas_remarks": "表号已核对"})
    assert count_told(hall, owing) == 1 and read_slip(hall, owner, owing)["remade"]["said"] == WRONG
    assert handler.act(owing, "clear").status_code == 200
    assert read(hall, owner, f"/cases/{owing}")["is_disputed"] is False


def test_the_way_to_a_new_slip_is_told_and_its_reason_read_by_who_goes_there(
    hall: Hall, owner: MadeCustomer, handler: Browser, owing: str
) -> None:
    object_to(hall, owner, owing)
    desk = hall.sign_in("desk_361")

    def read_way() -> dict[str, Any]:
        [said] = desk.read(f"/cases/{owing}")["objections"]
        way: dict[str, Any] = said["way"]
        return way

    way = read_way()
    assert (way["outcome"], way["ends_child"]) == ("recheck", True)
    fee_no = desk.read(f"/cases/{owing}")["child"]["case_no"]
    assert desk.cancel(fee_no, "客户说数不对").status_code == 200
    way = read_way()
    offered = {(one["task"], one["outcome"]): one["name"] for one in desk.read(f"/cases/{owing}")["actions"]}
    assert way["ends_child"] is False and offered[way["task"], way["outcome"]] == way["name"]
    assert desk.act(owing, "recheck", reason="客户说读数不对，请重新抄表").status_code == 200
    before = handler.read(f"/cases/{owing}")["sent_back"]
    # Nobody is asked to sign what is to be read anew.
    slip = read_slip(hall, owner, owing)
    assert (slip["may_object"], [one["may_sign"] for one in slip["signers"]]) == (False, [False])
    come_again(hall, handler, owing)
    told = handler.read(f"/cases/{owing}")["sent_back"]
    assert before == told
    assert (told["name"], told["text"]) == (way["name"], "客户说读数不对，请重新抄表") and told["by"]
    # The slip lies open again: it is filled in once more.
    assert read_way() is None
    fill_in(handler, owing, **EVEN)
    assert handler.act(owing, "clear").status_code == 200
    assert desk.read(f"/cases/{owing}")["sent_back"] is None


def test_what_was_objected_to_is_read_anew_with_the_old_figures_beside(
    hall: Hall, owner: MadeCustomer, handler: Browser, owing: str
) -> None:
    object_to(hall, owner, owing)
    lead_back(hall, handler, owing)
    [task] = [one["task"] for one in handler.read(f"/cases/{owing}")["documents"] if one["may_fill"]]
    path = f"/cases/{owing}/documents/{task}"
    slip = handler.read(path)
    assert slip["values"].keys() >= {"account_no", "meter_no", "gas_price"}
    assert not slip["values"].keys() & {
        "meter_used",
        "meter_purchased",
        "meter_left",
        "arrears_fee",
        "meter_photos",
    }
    assert slip["disputed"]["said"] == WRONG
    assert slip["disputed"]["values"] == {
        "meter_purchased": "1,300 m³", "meter_used": "1,312 m³", "meter_left": "-12 m³",
        "arrears_fee": "36.00 元",
    }  # fmt: skip
    # Half typed and opened again, it still stands there.
    change = {"revision": 0, "values": {"meter_used": 1280}, "fills": False}
    assert handler.send("PUT", path, change).status_code == 200
    slip = handler.read(path)
    assert (slip["values"]["meter_used"], slip["disputed"]["said"]) == (1280, WRONG)
    # What has not been read is not handed in.
    refused = handler.send("PUT", path, {"revision": 1, "values": {}, "fills": True})
    assert (
        refused.status_code == 422
        and {"meter_purchased", "meter_photos"} <= refused.get_json()["fields"].keys()
    )
    fill_in(handler, owing, **EVEN)
    assert handler.read(path)["disputed"] is None


def test_who_is_still_there_reads_anew_at_once(
    hall: Hall, owner: MadeCustomer, handler: Browser, owing: str
) -> None:
    object_to(hall, owner, owing)
    desk = hall.sign_in("desk_361")
    fee_no = desk.read(f"/cases/{owing}")["child"]["case_no"]
    assert desk.cancel(fee_no, "客户说数不对，要重新核对").status_code == 200
    assert code(desk.act(owing, "recheck_here")) == "reason_required"
    assert desk.act(owing, "recheck_here", reason="客户说读数不对，请重新抄表").status_code == 200
    # No hour is asked for, nor is the customer sent to choose one.
    view = handler.read(f"/cases/{owing}")
    assert (view["step"], view["may_book"]) == ("check_gas", False)
    assert view["sent_back"]["text"] == "客户说读数不对，请重新抄表"
    page = read(hall, owner, f"/cases/{owing}")
    assert page["headline"].startswith("师傅在现场重新核对气量，核对好之前先不用缴气款")
    assert "book" not in [one["kind"] for one in page["actions"]]
    assert [one["message"] for one in list_promised(hall, owing)][-1] != "gas_read_anew"
    fill_in(handler, owing, **EVEN)
    assert handler.act(owing, "clear").status_code == 200
    slip = read_slip(hall, owner, owing)
    assert slip["remade"]["changes"] and desk.act(owing, "suspend").status_code == 200


def test_without_an_objection_the_slip_begins_as_it_was(hall: Hall, handler: Browser, owing: str) -> None:
    lead_back(hall, handler, owing)
    [task] = [one["task"] for one in handler.read(f"/cases/{owing}")["documents"] if one["may_fill"]]
    slip = handler.read(f"/cases/{owing}/documents/{task}")
    assert (slip["values"]["meter_used"], slip["disputed"]) == (1312, None)


def test_what_was_answered_before_stays_beside_the_new_slip(
    hall: Hall, owner: MadeCustomer, handler: Browser, owing: str
) -> None:
    task = object_to(hall, owner, owing)
    reply(handler, owing, task)
    lead_back(hall, handler, owing)
    fill_in(handler, owing, **EVEN)
    remade = read_slip(hall, owner, owing)["remade"]
    assert (remade["said"], remade["answer"]) == (WRONG, "读数是 1312，照片在单子里。")
    # They have had their answer; the next message is the step's own.
    assert count_told(hall, owing) == 0
    [settled] = handler.read(f"/cases/{owing}")["objections_settled"]
    assert (settled["way"], settled["answer"]) == ("answered", remade["answer"])


def test_who_objects_again_or_agrees_reads_of_the_old_slip_no_longer(
    hall: Hall, owner: MadeCustomer, handler: Browser, owing: str
) -> None:
    object_to(hall, owner, owing)
    lead_back(hall, handler, owing)
    fill_in(handler, owing, **OWED)
    assert read_slip(hall, owner, owing)["remade"]["changes"] == []
    object_to(hall, owner, owing)
    slip = read_slip(hall, owner, owing)
    assert (slip["remade"], slip["objection"]["text"]) == (None, WRONG)
    [line] = handler.read(f"/cases/{owing}")["objections_settled"]
    assert line["way"] == "remade"


def test_the_same_once_more_is_no_answer_and_a_change_is(
    hall: Hall, owner: MadeCustomer, handler: Browser
) -> None:
    handler_id = hall.staff["crew_361"]
    case_no = begin(hall, "suspension_removal", "check_gas", owner.id, handler_id=handler_id, **KNOWN)
    fill_in(handler, case_no, **OWED)
    object_to(hall, owner, case_no)
    fill_in(handler, case_no, **OWED)
    slip = read_slip(hall, owner, case_no)
    assert (slip["objection"]["text"], slip["remade"], count_told(hall, case_no)) == (WRONG, None, 0)
    fill_in(handler, case_no, **{**OWED, "arrears_fee": 30_00, "gas_price": 2.5})
    slip = read_slip(hall, owner, case_no)
    # The paper itself was changed: what stood there is not kept.
    assert (slip["objection"], slip["remade"]["changes"]) == (None, [])
    assert (slip["remade"]["said"], count_told(hall, case_no)) == (WRONG, 1)


def test_who_signs_the_changed_paper_reads_no_longer_what_they_said_of_the_one_before(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    assert say(signer).status_code == 200
    fill(desk, contract, 89_00)
    [line] = signer.list()
    assert (line["remade"]["said"], count_told(hall, contract)) == (WRONG_AREA, 1)
    drawn = {"signer": "buyer", "sha256": line["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **drawn).status_code == 204
    assert signer.list()[0]["remade"] is None


def test_nobody_else_reads_what_was_said(
    hall: Hall, make_customer: Callable[[], MadeCustomer], owner: MadeCustomer, owing: str
) -> None:
    object_to(hall, owner, owing)
    stranger = make_customer()
    path = f"/api/v1/cases/{owing}/documents"
    assert hall.app.test_client().get(path, headers=stranger.headers).status_code == 404
