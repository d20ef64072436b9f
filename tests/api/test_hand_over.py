"""The hand-over of chosen cases: all of them or none, and whoever takes them hears of it; over HTTP."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import update
from werkzeug.test import TestResponse

from backend.cases.models import ServiceCase
from tests.api.bookings import enter_booking
from tests.api.staff_side import Hall, code
from tests.api.test_gas_accounts import begin


def start_assigned(hall: Hall) -> str:
    """Start a repair that is handler_361's; returns its number."""
    case_no = hall.start(service="repair")
    for who, outcome, more in (
        ("remote_a", "accept", {}),
        ("remote_a", "pass", {}),
        ("remote_a", "dispatch", {}),
        ("desk_361", "assign", {"handler": "handler_361"}),
    ):
        assert hall.sign_in(who).act(case_no, outcome, **more).status_code == 200
    return case_no


def test_only_the_chosen_cases_change_hands_and_the_taker_hears_of_them(hall: Hall) -> None:
    chosen, left, gone = (start_assigned(hall) for _ in range(3))
    desk, second = hall.sign_in("desk_361"), hall.sign_in("second_361")
    body = {"to": "second_361", "reason": "请假"}

    def hand_over(**more: Any) -> TestResponse:
        asked = {"command_id": str(uuid.uuid4()), **body, **more}
        return desk.send("POST", "/members/handler_361/hand-over", asked)

    def list_held(who: str) -> set[str]:
        return {one["case_no"] for one in desk.read(f"/members/{who}/open-work")["items"]}

    assert hand_over(case_nos=[gone]).status_code == 200
    last = second.read("/me/notices")["last"]
    # One that is somebody else's by now, or that nobody knows, keeps all of them where they are.
    for wrong in ([chosen, gone], [chosen, "250101361000009"]):
        refused = hand_over(case_nos=wrong)
        assert (refused.status_code, code(refused)) == (409, "open_work_changed")
    assert hand_over(case_nos=[]).status_code == 422
    assert chosen in list_held("handler_361")
    assert second.read("/me/notices", after=last)["items"] == []
    again = str(uuid.uuid4())
    for _ in range(2):
        assert json.loads(hand_over(command_id=again, case_nos=[chosen]).text) == {"moved": 1}
    assert chosen in list_held("second_361")
    assert left in list_held("handler_361")
    [notice] = second.read("/me/notices", after=last)["items"]
    assert notice["text"] == "王desk_361把 1 件没办完的工作移交给您，请打开工作台查看。"


def test_nobody_hands_over_to_who_is_away(hall: Hall) -> None:
    start_assigned(hall)
    desk = hall.sign_in("desk_361")
    away, back = {"presence": "absent"}, {"presence": "on_duty"}
    assert desk.send("PUT", "/members/second_361/presence", away).status_code == 204
    body = {"command_id": str(uuid.uuid4()), "to": "second_361"}
    answer = desk.send("POST", "/members/handler_361/hand-over", body)
    assert (answer.status_code, code(answer)) == (409, "handler_absent")
    assert desk.send("PUT", "/members/second_361/presence", back).status_code == 204


def test_open_work_tells_where_somebody_has_been_and_what_is_left_to_the_customer(
    hall: Hall,
) -> None:
    visited, unbooked = start_assigned(hall), start_assigned(hall)
    desk, handler, remote = (hall.sign_in(who) for who in ("desk_361", "handler_361", "remote_a"))

    def find(case_no: str) -> dict[str, Any]:
        work = desk.read("/members/handler_361/open-work")["items"]
        [found] = [one for one in work if one["case_no"] == case_no]
        return {key: found[key] for key in ("visit", "visited_at", "waits_for")}

    with hall.sessions.begin() as session:
        booking = enter_booking(session, hall.find_id(visited))
    hall.customer(visited, "book", data=booking)
    child = desk.read(f"/cases/{visited}")["child"]["case_no"]
    assert desk.act(child, "accept").status_code == 200
    assert handler.act(child, "set_off").status_code == 200
    assert find(visited)["visited_at"] is None
    assert handler.act(child, "arrive").status_code == 200
    made_at = desk.read(f"/cases/{visited}")["visit"]["made_at"]
    assert made_at is not None
    # The order goes on, so whoever takes the case has something to do.
    assert find(visited) == {"visit": None, "visited_at": made_at, "waits_for": None}
    assert find(unbooked) == {"visit": None, "visited_at": None, "waits_for": None}
    assert desk.cancel(child, "客户已自行修好").status_code == 200
    assert desk.act(visited, "reply", reason="客户已自行修好").status_code == 200
    assert remote.act(visited, "close").status_code == 200
    assert find(visited) == {"visit": None, "visited_at": made_at, "waits_for": "评价服务"}


def test_one_matter_counts_once_however_far_it_was_handed_over(hall: Hall) -> None:
    desk = hall.sign_in("desk_361")

    def count() -> int:
        items = desk.read("/members", position="case_handler")["items"]
        return next(int(one["open_cases"]) for one in items if one["username"] == "handler_361")

    before, above = count(), start_assigned(hall)
    given: list[int] = []
    for process, step in (("install_residential_individual", "pay"), ("fee_collection", "apply")):
        below = begin(hall, process, step, None)
        handed = update(ServiceCase).where(ServiceCase.id == hall.find_id(below))
        parent = {"parent_case_id": hall.find_id(above), "parent_task_no": 99}
        with hall.sessions.begin() as session:
            session.execute(handed.values(**parent, handler_id=hall.staff["handler_361"]))
        given.append(hall.find_id(below))
        above = below
    assert count() == before + 1
    # Their own data name no handler, so nobody could hand them over afterwards.
    with hall.sessions.begin() as session:
        session.execute(update(ServiceCase).where(ServiceCase.id.in_(given)).values(handler_id=None))
