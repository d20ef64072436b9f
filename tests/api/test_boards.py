"""Boards: what lies open at which post of which unit, each number the length of the list it opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from backend.cases.boards import _LINES, _QUEUED, _find_bounds
from backend.cases.models import CaseTask
from tests.api.due_dates import set_due
from tests.api.sheets import read_sheet
from tests.api.staff_side import Browser, Hall, code


def find_line(browser: Browser, unit: str, post: str) -> dict[str, Any]:
    lines = browser.read("/board")["lines"]
    return next(one for one in lines if (one["unit_code"], one["post"]) == (unit, post))


def count(line: dict[str, Any], family: str) -> int:
    return sum(one["count"] for one in line["families"] if one["key"] == family)


def move_due(hall: Hall, case_no: str, due_at: datetime) -> None:
    with hall.sessions.begin() as session:
        set_due(session, (CaseTask.case_id == hall.find_id(case_no)) & (CaseTask.state == "open"), due_at)


def test_each_number_is_the_length_of_the_list_it_opens(hall: Hall) -> None:
    lead = hall.sign_in("lead_a")
    late, calm = hall.start(), hall.start()
    move_due(hall, late, datetime.now(UTC) - timedelta(hours=1))
    move_due(hall, calm, datetime.now(UTC) + timedelta(days=9))
    line = find_line(lead, "361", "remote_service")
    for key, query in (("open", {}), ("overdue", {"due": "overdue"}), ("today", {"due": "today"})):
        page = lead.read("/cases", queue="unit", unit="361", post="remote_service", limit=100, **query)
        assert page["next"] is None
        assert len(page["items"]) == line[key], key
    assert line["overdue"] >= 1
    asked = {"queue": "unit", "unit": "361", "post": "remote_service", "limit": 100}
    for family in line["families"]:
        page = lead.read("/cases", family=family["key"], **asked)
        assert len(page["items"]) == family["count"], family
    assert sum(one["count"] for one in line["families"]) == line["open"]
    oldest = min(
        one["waiting_since"]
        for one in lead.read("/cases", queue="unit", unit="361", post="remote_service", limit=100)["items"]
    )
    assert line["oldest_at"] == oldest


def test_it_moves_with_the_work_and_measures_the_week(hall: Hall) -> None:
    lead, remote = hall.sign_in("lead_a"), hall.sign_in("remote_a")
    case_no = hall.start()
    before = find_line(lead, "361", "remote_service")
    now = datetime.now(UTC)
    with hall.sessions.begin() as session:
        case_id = {"id": hall.find_id(case_no)}
        session.execute(
            text("UPDATE case_task SET urged_at = now() WHERE case_id = :id AND state = 'open'"), case_id
        )
    urged = find_line(lead, "361", "remote_service")["urged"]
    assert urged == before["urged"] + 1
    asked = {"queue": "unit", "unit": "361", "post": "remote_service", "narrow": "urged", "limit": 100}
    listed = [one["case_no"] for one in lead.read("/cases", **asked)["items"]]
    assert case_no in listed
    assert len(listed) == urged
    move_due(hall, case_no, now + timedelta(days=2))
    remote.act(case_no, "accept")
    with hall.sessions.begin() as session:
        # Half of its limit was used: opened ten hours before it was done, due ten hours later.
        session.execute(
            text(
                "UPDATE case_task SET opened_at = done_at - interval '10 hours',"
                " due_at = done_at + interval '10 hours'"
                " WHERE case_id = :id AND state = 'done' AND due_at IS NOT NULL"
            ),
            case_id,
        )
    after = find_line(lead, "361", "remote_service")
    assert after["done"] == before["done"] + 1
    assert after["used_share"] is not None
    assert 0 < after["used_share"] <= 1
    assert count(after, "accept") == count(before, "accept") - 1


def test_everybody_who_leads_sees_the_own_units_and_posts_alone(hall: Hall) -> None:
    hall.start()
    desk = hall.sign_in("desk_361")
    lines = desk.read("/board")["lines"]
    assert {one["unit_code"] for one in lines} <= {"361"}
    assert "remote_service" not in {one["post"] for one in lines}
    assert code(hall.sign_in("remote_a").get("/board")) == "forbidden"
    assert code(hall.sign_in("handler_361").get("/board")) == "forbidden"
    assert code(desk.get("/cases", queue="unit", post="remote_service")) == "post_unknown"


def test_the_board_is_exported(hall: Hall) -> None:
    hall.start()
    rows = read_sheet(hall.sign_in("lead_a").send("POST", "/exports/board", {}))
    assert "本周办完" in rows[0]


def test_no_figure_reads_all_tasks(hall: Hall) -> None:
    values = {
        "posts": ["remote_service"],
        "units": list(hall.units.values()),
        **_find_bounds(datetime.now(UTC)),
    }
    pairs = {"queues": ["accept"], "of_posts": ["remote_service"]}
    with hall.sessions.begin() as session:
        # The few rows of a test would rather be read whole; the question is whether they have to be.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, asked in ((_LINES, values), (_QUEUED, {**values, **pairs})):
            explained = text(f"EXPLAIN {statement.text}").bindparams(*statement._bindparams.values())
            plan = "\n".join(session.execute(explained, asked).scalars())
            assert "Seq Scan on case_task" not in plan
            for line in plan.splitlines():
                assert "Index" not in line or "case_task" not in line or "case_task_calendar" not in line
