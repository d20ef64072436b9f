"""Whoever complained is told a time, and who works on the case reads it before any limit of a step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.staff_side import Browser, Hall
from tests.api.test_gas_accounts import begin
from tests.api.test_intake import make_phone, open_case
from tests.api.test_same_customer import AGENT, DESK, complaint
from tests.api.test_staff_queues import make_due

WITHIN = {"within": "3 小时", "due_at": None, "answered_at": None, "kept": None, "is_open": True}


def list_levels(who: Browser, case_no: str) -> dict[str, str | None]:
    return {one["outcome"]: one["choice"] for one in who.read(f"/cases/{case_no}")["actions"]}


def test_the_moment_stands_on_row_case_and_call_desk(hall: Hall) -> None:
    agent, desk, phone = hall.sign_in(AGENT), hall.sign_in(DESK), make_phone()
    case_no = open_case(agent, "complaint_level_2_3", complaint(phone))
    assert agent.read(f"/cases/{case_no}")["promise"] is None
    for outcome in ("accept", "new"):
        assert agent.act(case_no, outcome).status_code == 200
    choices = list_levels(agent, case_no)
    assert [choices[one] for one in ("level_1", "level_2", "level_3")] == ["open"] * 3
    assert agent.act(case_no, "level_3").status_code == 200
    assert agent.read(f"/cases/{case_no}")["promise"] == WITHIN
    assert find_called(agent, phone)["promise"] == WITHIN
    assert agent.act(case_no, "dispatch", unit_code="361").status_code == 200
    assert agent.act(case_no, "nothing_more").status_code == 200

    view = desk.read(f"/cases/{case_no}")
    [row] = [
        one for one in desk.read("/cases", queue="assign", limit=100)["items"] if one["case_no"] == case_no
    ]
    called = agent.read(f"/calls/cases/{case_no}")
    due = read_moment(view["promise"])
    assert due - datetime.fromisoformat(view["waiting_since"]) == timedelta(hours=3)
    assert {read_moment(one["promise"]) for one in (view, row, called)} == {due}
    assert view["limit_until"] == row["limit_until"] == called["places"][0]["limit_until"] == "回复客户"
    assert find_called(agent, phone)["mark"] == "3级投诉"


def dispatch_complaint(hall: Hall, level: int) -> str:
    agent = hall.sign_in(AGENT)
    case_no = open_case(agent, "complaint_level_2_3", complaint(make_phone()))
    for outcome in ("accept", "new", f"level_{level}"):
        assert agent.act(case_no, outcome).status_code == 200
    assert agent.act(case_no, "dispatch", unit_code="361").status_code == 200
    assert agent.act(case_no, "nothing_more").status_code == 200
    return case_no


def test_grave_complaints_stand_before_what_is_ordinary_and_are_marked(hall: Hall) -> None:
    ordinary = begin(hall, "complaint_level_1", "assign", None, complaint_level=1)
    grave = {dispatch_complaint(hall, one): one for one in (2, 3)}
    now = datetime.now(UTC)
    # The ordinary one is due first, and still stands behind them.
    for case_no, hours in ((ordinary, 1), *zip(grave, (9, 8), strict=True)):
        make_due(hall, case_no, now + timedelta(hours=hours))
    rows = hall.sign_in(DESK).read("/cases", queue="assign", limit=100)["items"]
    shown = [one["case_no"] for one in rows if one["case_no"] in {ordinary, *grave}]
    assert shown == [*reversed(grave), ordinary]
    marks = {one["case_no"]: one["mark"] for one in rows}
    assert {case_no: marks[case_no] for case_no in grave} == {
        case_no: f"{level}级投诉" for case_no, level in grave.items()
    }


def test_a_level_told_at_the_intake_is_only_confirmed(hall: Hall) -> None:
    agent = hall.sign_in(AGENT)
    case_no = open_case(agent, "complaint_level_2_3", complaint(make_phone(), told_grade="level_3"))
    view = agent.read(f"/cases/{case_no}")
    assert (view["mark"], view["promise"]) == ("3级投诉", WITHIN)
    assert [one["in_one_go"] for one in view["open_tasks"]] == [True]
    for outcome in ("accept", "new"):
        assert agent.act(case_no, outcome).status_code == 200
    choices = list_levels(agent, case_no)
    assert (choices["level_3"], choices["level_2"]) == ("told", "open")
    # Judged otherwise, it is the other level that counts.
    assert agent.act(case_no, "level_2").status_code == 200
    view = agent.read(f"/cases/{case_no}")
    assert (view["mark"], view["promise"]["within"]) == ("2级投诉", "24 小时")


def test_what_went_over_to_another_level_tells_its_moment_to_the_caller(hall: Hall) -> None:
    agent = hall.sign_in(AGENT)
    case_no = open_case(agent, "complaint_level_2_3", complaint(make_phone()))
    for outcome in ("accept", "new", "level_1"):
        assert agent.act(case_no, outcome).status_code == 200
    assert agent.read(f"/calls/cases/{case_no}")["promise"] == {**WITHIN, "within": "48 小时"}


def test_mark_and_promise_stay_while_the_caller_is_to_be_called_back(hall: Hall) -> None:
    agent, desk, phone = hall.sign_in(AGENT), hall.sign_in(DESK), make_phone()
    case_no = open_case(agent, "complaint_level_2_3", complaint(phone, told_grade="level_3"))
    for who, outcome, more in (
        (agent, "accept", {}),
        (agent, "new", {}),
        (agent, "level_3", {}),
        (agent, "dispatch", {"unit_code": "361"}),
        (agent, "nothing_more", {}),
        (desk, "assign", {"handler": "handler_361"}),
        (hall.sign_in("handler_361"), "handled", {"result": "已致歉"}),
        (desk, "accepted", {}),
    ):
        assert who.act(case_no, outcome, **more).status_code == 200
    moment = read_moment(desk.read(f"/cases/{case_no}")["promise"])
    assert desk.act(case_no, "reply", reason="已致歉").status_code == 200
    revisit_no = agent.read(f"/cases/{case_no}")["child"]["case_no"]

    def read_all() -> list[dict[str, Any]]:
        rows = agent.read("/cases", queue="close", limit=100)["items"]
        return [
            agent.read(f"/cases/{case_no}"),
            agent.read(f"/cases/{revisit_no}"),
            *(one for one in rows if one["case_no"] == revisit_no),
            find_called(agent, phone),
            agent.read(f"/calls/cases/{case_no}"),
        ]

    for outcome in ("answered", "convenient"):
        for one in read_all():
            promise = one["promise"]
            assert one["channel"] == "hotline"
            assert (one["mark"], promise["is_open"], promise["kept"]) == ("3级投诉", True, True)
            assert read_moment(promise) == moment
        assert agent.act(revisit_no, outcome).status_code == 200
    assert agent.act(revisit_no, "done").status_code == 200
    assert {one["promise"]["is_open"] for one in read_all()} == {False}
    assert agent.act(revisit_no, "briefed").status_code == 200
    assert agent.act(revisit_no, "record", result="客户满意").status_code == 200
    ended = agent.read(f"/cases/{case_no}")
    assert (ended["status"], ended["mark"], ended["promise"]["kept"]) == ("completed", "3级投诉", True)
    assert "回访结果：客户满意" in str(ended["history"])


def find_called(agent: Browser, phone: str) -> dict[str, Any]:
    answer = agent.send("POST", "/calls/search", {"q": phone})
    found: dict[str, Any] = answer.get_json()["items"][0]
    return found


def read_moment(promise: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(promise["due_at"])
