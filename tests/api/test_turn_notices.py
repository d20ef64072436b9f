"""What tells customers of what waits for them: messages, and the list on the home page."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from backend.cases.models import CaseTask
from backend.core.local_time import format_moment
from backend.core.topics import PromiseContext, PromiseRefused
from composition.promises import make_notices
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, upload
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall
from tests.api.test_gas_accounts import NOW, begin
from tests.api.test_works_drawings import read

# No promise of another test has such a number.
_numbers = itertools.count(7_000_000)


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def deliver(hall: Hall, payload: dict[str, Any]) -> None:
    """Keep the promise with no platform set up, so that the message stands in the client's list alone."""
    context = PromiseContext(next(_numbers), "notify_customer", 1, NOW, lambda: NOW)
    notices = make_notices(hall.shared)
    with contextlib.suppress(PromiseRefused):
        notices.handle(payload, context)


def test_a_contract_that_is_written_asks_for_the_signature(
    hall: Hall, owner: MadeCustomer, market: Browser
) -> None:
    case_no = begin(hall, "install_residential_group", "contract", owner.id, contract_approved=True)
    fill_in(market, case_no, total_fee=10_000)
    [asked] = list_promised(hall, case_no)
    assert (asked["message"], asked["items"]) == ("contract_to_sign", "燃气管道报装合同")
    # Handed in once more as it is, it is the same contract; changed, it has to be signed anew.
    fill_in(market, case_no, total_fee=10_000)
    assert len(list_promised(hall, case_no)) == 1
    fill_in(market, case_no, total_fee=20_000)
    assert [one["message"] for one in list_promised(hall, case_no)] == ["contract_to_sign"] * 2


def test_who_signs_at_the_counter_is_asked_for_nothing(hall: Hall, owner: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "online_account_opening", "sign", owner.id)
    signed = {f"{one}_signature": upload(desk, one, "signature") for one in ("customer", "supplier")}
    fill_in(desk, case_no, **signed)
    assert list_promised(hall, case_no) == []


def test_the_message_names_the_sum_and_the_last_day(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "install_residential_individual", "pay", owner.id, amount_fen=358_000)
    deliver(hall, {"case_id": hall.find_id(case_no), "message": "sum_to_pay"})
    [told] = read(hall, owner, "/messages")["items"]
    assert told["title"] == "请缴费"
    assert "应缴：3,580.00元。请在" in told["text"]


def test_a_message_of_what_has_no_last_day_asks_for_soon(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "install_residential_individual", "sign_sketch", owner.id)
    deliver(hall, {"case_id": hall.find_id(case_no), "message": "sketch_to_sign"})
    [told] = read(hall, owner, "/messages")["items"]
    assert "请尽快点开看图" in told["text"]


def test_a_complaint_is_called_so_whatever_its_level(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "complaint_level_2_3", "accept", owner.id)
    deliver(hall, {"case_id": hall.find_id(case_no), "message": "complaint_dispatched"})
    [told] = read(hall, owner, "/messages")["items"]
    assert told["text"].startswith(f"您的投诉（编号{case_no}）")


def test_a_complaint_that_was_given_on_says_by_when_it_is_handled(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "complaint_level_2_3", "assign", owner.id)
    due_at = NOW + timedelta(hours=3)
    with hall.sessions.begin() as session:
        session.execute(
            update(CaseTask)
            .where(CaseTask.case_id == hall.find_id(case_no), CaseTask.step == "assign")
            .values(due_at=due_at, opened_at=NOW)
        )
    deliver(hall, {"case_id": hall.find_id(case_no), "message": "complaint_dispatched"})
    [told] = read(hall, owner, "/messages")["items"]
    assert f"{format_moment(due_at)}前处理" in told["text"]


def test_a_turn_two_levels_down_waits_at_home(hall: Hall, owner: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    middle = begin(hall, "install_residential_individual", "gas_on", owner.id)
    gas_on = desk.read(f"/cases/{middle}")["child"]["case_no"]
    assert desk.act(gas_on, "accept").status_code == 200
    top = begin(hall, "online_service_application", "support", owner.id, service="installation")
    with hall.sessions.begin() as session:
        # As if the application had come all the way: the works are what it handed over to.
        ours = {"top": hall.find_id(top), "middle": hall.find_id(middle)}
        session.execute(
            text(
                "UPDATE service_case SET parent_case_id = NULL, parent_task_no = NULL, status = 'cancelled'"
                " WHERE parent_case_id = :top"
            ),
            ours,
        )
        session.execute(
            text("UPDATE service_case SET parent_case_id = :top, parent_task_no = 1 WHERE id = :middle"), ours
        )
    [waiting] = read(hall, owner, "/home")["waiting"]
    assert (waiting["case_no"], waiting["state"]) == (top, "waits_for_you")
    assert waiting["action"]["kind"] == "book"
