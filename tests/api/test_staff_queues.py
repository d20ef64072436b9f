"""The staff's lists: each post's queues with counts, pages that hold still, filters and search; over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from backend.cases.models import CaseTask, ServiceCase
from backend.core.local_time import SHANGHAI, local_date
from tests.api.due_dates import set_due
from tests.api.staff_side import ADDRESS, Browser, Hall, code


def counts(browser: Browser) -> dict[str, int]:
    return {one["key"]: one["count"] for one in browser.read("/queues")["items"]}


def list_all(browser: Browser, *, after: str | None = None, **query: Any) -> list[str]:
    """Return the numbers of all cases on all pages."""
    found: list[str] = []
    while True:
        page = browser.read("/cases", **query, **({"after": after} if after else {}))
        found += [one["case_no"] for one in page["items"]]
        after = page["next"]
        if after is None:
            return found


def make_due(hall: Hall, case_no: str, due_at: datetime | None) -> None:
    with hall.sessions.begin() as session:
        set_due(session, (CaseTask.case_id == hall.find_id(case_no)) & (CaseTask.state == "open"), due_at)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("remote_a", ["alarm", "accept", "review", "dispatch", "close", "mine", "unit", "overdue"]),
        (
            "desk_361",
            [
                *("alarm", "accept", "review", "dispatch", "assign", "charge", "reply", "close"),
                *("to_pay", "unit", "overdue"),
            ],
        ),
        ("works_361", ["accept", "unit", "overdue"]),
        ("handler_361", ["mine", "overdue"]),
        ("agent_a", ["alarm", "accept", "dispatch", "reply", "close", "unit", "overdue"]),
        (
            "lead_a",
            ["alarm", "accept", "review", "dispatch", "reply", "close", "extension", "unit", "overdue"],
        ),
        ("finance_361", ["accept", "charge", "to_pay", "unit", "overdue"]),
    ],
)
def test_everybody_has_the_queues_of_their_posts(hall: Hall, who: str, expected: list[str]) -> None:
    keys = [one["key"] for one in hall.sign_in(who).read("/queues")["items"]]
    # It is there only while somebody waits for an answer, as after other tests.
    assert [one for one in keys if one not in ("objected", "to_sign")] == expected


def test_the_business_lead_sees_all_open_work_of_the_centre(hall: Hall) -> None:
    lead = hall.sign_in("lead_a")
    names = {one["key"]: one["name"] for one in lead.read("/queues")["items"]}
    assert names["unit"] == "全部待办"
    case_no = hall.start()
    assert case_no in list_all(lead, queue="unit", limit=100)
    assert case_no not in list_all(lead, queue="overdue", limit=100)
    make_due(hall, case_no, datetime.now(UTC) - timedelta(hours=1))
    assert case_no in list_all(lead, queue="overdue", limit=100)
    # Whichever post has it in hand.
    remote, desk = hall.sign_in("remote_a"), hall.sign_in("desk_361")
    for name in ("accept", "pass", "dispatch"):
        remote.act(case_no, name)
    assert case_no in list_all(desk, queue="assign")
    assert case_no in list_all(lead, queue="unit", limit=100)
    assert case_no in list_all(lead, queue="unit", limit=100)


def test_a_case_moves_from_queue_to_queue(hall: Hall) -> None:
    remote, desk, other = (hall.sign_in(one) for one in ("remote_a", "desk_361", "desk_362"))
    before = counts(remote)
    case_no = hall.start()
    assert counts(remote)["accept"] == before["accept"] + 1
    assert case_no in list_all(remote, queue="accept")
    remote.act(case_no, "accept")
    assert counts(remote)["accept"] == before["accept"]
    remote.act(case_no, "pass")
    assert case_no in list_all(remote, queue="dispatch")
    at_desk, elsewhere = counts(desk)["assign"], counts(other)["assign"]
    remote.act(case_no, "dispatch")
    assert counts(desk)["assign"] == at_desk + 1
    assert counts(other)["assign"] == elsewhere
    assert case_no in list_all(desk, queue="unit")
    desk.act(case_no, "assign", handler="handler_361")
    handler = hall.sign_in("handler_361")
    assert case_no in list_all(handler, queue="mine")
    assert case_no not in list_all(hall.sign_in("second_361"), queue="mine")


def test_pages_hold_still_while_cases_come_and_go(hall: Hall) -> None:
    browser = hall.sign_in("remote_a")
    numbers = [hall.start() for _ in range(9)]
    now = datetime.now(UTC)
    for place, case_no in enumerate(numbers):
        make_due(hall, case_no, None if place >= 6 else now + timedelta(hours=place // 2))
    everything = list_all(browser, queue="accept", limit=100)
    ours = [one for one in everything if one in numbers]
    assert ours == numbers
    first = browser.read("/cases", queue="accept", limit=4)
    seen = [one["case_no"] for one in first["items"]]
    # One of the page goes, and one comes that belongs before its end: what follows is neither lost nor
    # shown again.
    browser.act(seen[1], "accept")
    early = hall.start()
    make_due(hall, early, now - timedelta(days=900))
    rest = list_all(browser, queue="accept", limit=4, after=first["next"])
    assert seen + rest == everything


def test_newest_first(hall: Hall) -> None:
    browser = hall.sign_in("remote_a")
    older, newer = hall.start(), hall.start()
    page = browser.read("/cases", queue="accept", sort="newest", limit=2)
    assert [one["case_no"] for one in page["items"]] == [newer, older]
    assert list_all(browser, queue="accept", sort="newest", limit=3) == list_all(
        browser, queue="accept", sort="newest", limit=100
    )


def test_overdue_and_the_time_that_is_left(hall: Hall) -> None:
    browser = hall.sign_in("remote_a")
    case_no = hall.start()
    now = datetime.now(UTC)
    opened_at, due_at = now - timedelta(hours=30), now + timedelta(hours=30)
    with hall.sessions.begin() as session:
        task = CaseTask.case_id == hall.find_id(case_no)
        times = {"opened_at": opened_at, "due_at": due_at, "limit_no": CaseTask.no}
        session.execute(update(CaseTask).where(task).values(**times))
        # Over the night before an early limit nothing of it is used.
        measure = hall.read_calendar(session).office_time_between
        whole = measure(opened_at, due_at)
        used = measure(opened_at, now) / whole if whole else 1.0
    [row] = [one for one in browser.read("/cases", queue="accept")["items"] if one["case_no"] == case_no]
    assert row["overdue"] is False
    assert row["time_left"]["share"] == pytest.approx(used, abs=0.01)
    assert case_no not in list_all(browser, queue="overdue")
    make_due(hall, case_no, now - timedelta(hours=1))
    assert case_no in list_all(browser, queue="overdue")
    [row] = [one for one in browser.read("/cases", queue="accept")["items"] if one["case_no"] == case_no]
    assert (row["overdue"], row["time_left"]["share"]) == (True, 1.0)


def test_search_by_number_phone_name_and_place(hall: Hall) -> None:
    browser = hall.sign_in("remote_a")
    place = {**ADDRESS, "community": "金桂苑一期"}
    case_no = hall.start(contact_name="欧阳望舒", contact_phone="13900007777", address=place)
    for q in (case_no, "13900007777", "139 0000 7777", "+86 139-0000-7777", "欧阳望舒", "金桂", "金桂苑一期"):
        assert list_all(browser, q=q) == [case_no], q
    # Of what is open the end of the number is enough, or a beginning, in the queue as everywhere.
    for query in ({"q": case_no[-4:]}, {"q": case_no[-7:]}, {"q": case_no[-5:], "queue": "accept"}):
        assert case_no in list_all(browser, **query), query
    assert case_no in list_all(browser, q=case_no[:8], queue="accept")
    assert case_no not in list_all(browser, q=case_no[-4:], queue="review")
    assert case_no not in list_all(hall.sign_in("desk_362"), q=case_no[-6:])
    assert list_all(browser, q="桂苑") == []
    assert list_all(browser, q="13900007778") == []
    assert list_all(browser, q="100%_") == []
    assert list_all(browser, q="金桂", queue="accept") == [case_no]
    assert list_all(browser, q="金桂", queue="review") == []
    assert list_all(browser, q="金桂", service="repair") == []
    assert list_all(hall.sign_in("desk_361"), q="金桂") == [case_no]
    assert list_all(hall.sign_in("lead_a"), q=case_no) == [case_no]
    for stranger in ("desk_362", "handler_361", "works_361", "finance_361"):
        assert list_all(hall.sign_in(stranger), q=case_no) == []


def test_everything_that_one_may_see(hall: Hall) -> None:
    ours, theirs = hall.start("361"), hall.start("362")
    desk = list_all(hall.sign_in("desk_361"), limit=100)
    assert ours in desk
    assert theirs not in desk
    remote = list_all(hall.sign_in("remote_a"), limit=7)
    assert remote.index(theirs) < remote.index(ours)
    assert len(remote) == len(set(remote))


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ({"queue": "assign"}, 404, "queue_unknown"),
        ({"queue": "nothing"}, 404, "queue_unknown"),
        ({"queue": "accept", "after": "made-up"}, 422, "cursor_invalid"),
        ({"queue": "accept", "sort": "random"}, 422, "invalid_input"),
        ({"queue": "accept", "limit": "0"}, 422, "invalid_input"),
    ],
)
def test_lists_that_cannot_be(hall: Hall, query: dict[str, str], status: int, expected: str) -> None:
    answer = hall.sign_in("remote_a").get("/cases", **query)
    assert (answer.status_code, code(answer)) == (status, expected)


def test_a_cursor_serves_its_own_order_only(hall: Hall) -> None:
    browser = hall.sign_in("remote_a")
    hall.start(), hall.start()
    following = browser.read("/cases", queue="accept", limit=1)["next"]
    answer = browser.get("/cases", queue="accept", sort="newest", after=following)
    assert code(answer) == "cursor_invalid"


def copy_cases(hall: Hall, case_no: str, first: int, last: int) -> None:
    """Enter cases x<first> to x<last> like the one named, each of which unit 362 has to assign."""
    columns = [one.name for one in ServiceCase.__table__.columns if one.name not in ("id", "case_no")]
    copied = ", ".join(name for name in columns if name != "public_token_hash")
    with hall.sessions.begin() as session:
        session.execute(
            text(
                f"WITH made AS (INSERT INTO service_case (case_no, public_token_hash, {copied})"
                f" SELECT 'x' || n, decode(md5(n::text), 'hex'), {copied} FROM service_case,"
                " generate_series(CAST(:first AS int), CAST(:last AS int)) n WHERE id = :id RETURNING id)"
                " INSERT INTO case_task"
                " (case_id, no, step, state, post_kind, post_key, unit_id, opened_at, queue)"
                " SELECT made.id, 1, 'assign', 'open', 'department', 'customer_service_dept', :unit, now(),"
                " 'assign' FROM made"
            ),
            {
                "id": hall.find_id(case_no),
                "unit": hall.units["362"],
                "first": first,
                "last": last,
            },
        )


def test_counts_are_exact_to_999_and_a_thousand_means_more(hall: Hall) -> None:
    case_no, browser = hall.start("362"), hall.sign_in("desk_362")
    there = counts(browser)["assign"]
    made = 998 - there
    copy_cases(hall, case_no, 1, made)
    assert counts(browser)["assign"] == 998
    for expected in (999, 1000, 1000):
        made += 1
        copy_cases(hall, case_no, made, made)
        assert counts(browser)["assign"] == expected
    assert len(list_all(browser, queue="assign", limit=100)) == 1001
    with hall.sessions.begin() as session:
        session.execute(
            text("UPDATE case_task SET state = 'done' WHERE queue = 'assign' AND unit_id = :unit"),
            {"unit": hall.units["362"]},
        )
    assert json.loads(browser.get("/cases", queue="assign").text)["items"] == []


def test_an_alarm_stands_first_and_shows_what_was_reported(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    case_no = hall.report_alarm("361", contact_phone="13812340000", words="厨房有臭味", address=ADDRESS)
    queues = agent.read("/queues")["items"]
    assert (queues[0]["key"], queues[0]["urgent"]) == ("alarm", True)
    [row] = [one for one in agent.read("/cases", queue="alarm")["items"] if one["case_no"] == case_no]
    assert (row["is_alarm"], row["step_name"]) == (True, "快速记录重要信息")
    case = agent.read(f"/cases/{case_no}")
    assert case["values"]["words"] == "厨房有臭味"
    assert case["values"]["contact_phone"] == "138****0000"
    assert set(case["masked_items"]) == {"contact_phone", "address"}
    assert row["rings"] is True
    desk, handler = hall.sign_in("desk_361"), hall.sign_in("handler_361")
    # Whoever has it in hand, everybody sees it there until it is handled; it rings no longer.
    for outcome, who, more in (
        ("record", agent, {}),
        ("guide", agent, {}),
        ("dispatch", agent, {}),
        ("assign", desk, {"handler": "handler_361"}),
    ):
        assert who.act(case_no, outcome, **more).status_code == 200
        for watching in (agent, desk, hall.sign_in("lead_a")):
            items = watching.read("/cases", queue="alarm", limit=100)["items"]
            assert [one["rings"] for one in items if one["case_no"] == case_no] == [False], outcome
    assert case_no in list_all(handler, queue="mine")
    revealed = handler.send(
        "POST", f"/cases/{case_no}/reveal", {"items": ["address", "contact_phone"], "reason": "上门抢修"}
    )
    assert json.loads(revealed.text)["values"]["address"]["door"] == "501"
    assert handler.act(case_no, "handled", result="阀门已关，无泄漏").status_code == 200
    assert agent.read(f"/cases/{case_no}")["visit"]["call_result"] is None
    assert case_no not in list_all(agent, queue="alarm")
    for outcome, queue in (("accepted", "review"), ("reply", "reply")):
        assert case_no in list_all(desk, queue=queue)
        assert desk.act(case_no, outcome).status_code == 200
    child = agent.read(f"/cases/{case_no}")["child"]
    assert child["your_step"] == "致电客户"
    assert child["case_no"] in list_all(agent, queue="close")
    for outcome in ("answered", "convenient", "done", "briefed"):
        assert agent.act(child["case_no"], outcome).status_code == 200
    assert agent.act(child["case_no"], "record", result="已无异味").status_code == 200
    done = agent.read(f"/cases/{case_no}")
    # What the customer says afterwards does not stand in the place of what was found on site.
    assert (done["visit"]["result"], done["visit"]["call_result"]) == ("阀门已关，无泄漏", "已无异味")
    assert (done["status"], done["actions"]) == ("completed", [])


def test_one_unit_of_those_one_sees(hall: Hall) -> None:
    lead, desk = hall.sign_in("lead_a"), hall.sign_in("desk_361")
    remote = hall.sign_in("remote_a")
    case_no = hall.start(contact_name="单位筛选")
    for name in ("accept", "pass", "dispatch"):
        remote.act(case_no, name)
    assert case_no in list_all(lead, queue="unit", unit="361", limit=100)
    assert case_no not in list_all(lead, queue="unit", unit="362", limit=100)
    assert list_all(lead, q="单位筛选", unit="361") == [case_no]
    assert list_all(lead, q="单位筛选", unit="362") == []
    assert list_all(lead, q="单位筛选", unit="362", queue="unit") == []
    assert case_no in list_all(desk, queue="unit", unit="361", limit=3)
    for unit in ("362", "999"):
        assert code(desk.get("/cases", queue="unit", unit=unit)) == "unit_unknown"


def test_due_today_and_overdue(hall: Hall) -> None:
    browser = hall.sign_in("remote_a")
    now = datetime.now(UTC)
    today = datetime.combine(local_date(now), time(), SHANGHAI)
    late, soon, ahead, never = (hall.start(contact_name="期限筛选") for _ in range(4))
    # A moment before midnight belongs to today whatever the hour of the test is.
    for case_no, due in (
        (late, now - timedelta(hours=1)), (soon, today + timedelta(days=1, microseconds=-1)),
        (ahead, today + timedelta(days=1)), (never, None),
    ):  # fmt: skip
        make_due(hall, case_no, due)
    ours = {late, soon, ahead, never}

    def among(**query: Any) -> set[str]:
        return ours & set(list_all(browser, **query))

    for sort in ("due", "newest"):
        assert among(queue="accept", due="overdue", sort=sort, limit=2) == {late}
        assert among(queue="accept", due="today", sort=sort, limit=2) == {soon}
    assert among(q="期限筛选", due="today") == {soon}
    assert among(q="期限筛选", due="overdue", queue="accept") == {late}
    assert browser.get("/cases", due="today").status_code == 422
    assert browser.get("/cases", queue="accept", due="tomorrow").status_code == 422


def test_a_list_is_narrowed_to_what_was_returned_and_what_is_owed(hall: Hall) -> None:
    remote = hall.sign_in("remote_a")
    plain, returned, owed = (hall.start() for _ in range(3))
    with hall.sessions.begin() as session:
        for case_no, values in (
            (returned, {"returned_times": 2}),
            (owed, {"owed_documents": ["property_proof"]}),
        ):
            session.execute(update(ServiceCase).where(ServiceCase.case_no == case_no).values(**values))
    for queue in ({"queue": "accept"}, {}):
        for narrow, expected in (("returned", returned), ("owed", owed)):
            found = list_all(remote, narrow=narrow, limit=100, **queue)
            assert expected in found
            assert plain not in found
    assert returned in list_all(remote, queue="accept", narrow="returned", q="13812345678")
    assert code(remote.get("/cases", queue="accept", narrow="anything")) == "invalid_input"


def test_who_asks_for_a_number_of_another_unit_hears_who_has_it(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", words="厨房有臭味", address=ADDRESS)
    stranger = hall.sign_in("desk_362")
    page = stranger.read("/cases", q=f" {case_no} ")
    assert (page["items"], page["elsewhere"]["unit_name"]) == ([], "东城客服部")
    # Nothing but the unit: neither what it is about nor whose it is.
    assert page["elsewhere"].keys() == {"unit_name", "contact_name", "contact_phone"}
    assert "阳光" not in str(page) and "1381234" not in str(page)
    assert stranger.get(f"/cases/{case_no}").status_code == 404
    # Who may see it is told nothing of the kind, nor whoever asks for no number or for none that exists.
    assert hall.sign_in("desk_361").read("/cases", q=case_no)["elsewhere"] is None
    missing = case_no[:-1] + str((int(case_no[-1]) + 1) % 10)
    for words in (missing, "13812340000"):
        assert stranger.read("/cases", q=words)["elsewhere"] is None


def test_what_waits_for_the_customer_is_not_overdue(hall: Hall) -> None:
    case_no = hall.start()
    make_due(hall, case_no, datetime.now(UTC) - timedelta(days=7))
    browser = hall.sign_in("remote_a")
    [row] = browser.read("/cases", q=case_no)["items"]
    assert (row["waits_for"], row["overdue"]) == ("you", True)
    with hall.sessions.begin() as session:
        open_task = (CaseTask.case_id == hall.find_id(case_no)) & (CaseTask.state == "open")
        session.execute(update(CaseTask).where(open_task).values(step="complete_documents"))
    [row] = browser.read("/cases", q=case_no)["items"]
    assert (row["waits_for"], row["overdue"]) == ("customer", False)
    assert row["due_at"] is not None
