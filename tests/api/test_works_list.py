"""The works list: running works with working days used and left, the first to end first; over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backend.cases.works_list import measure_works
from backend.core.local_time import SHANGHAI
from backend.core.working_calendar import WorkingCalendar
from tests.api.sheets import read_sheet
from tests.api.staff_side import Browser, Hall, code

PROCESS = "install_residential_individual"


def start_works(hall: Hall, unit: str, due_in: timedelta, *, contractor: str | None = None) -> str:
    """Let a case be works whose limit ends then; returns its number."""
    case_no = hall.start(unit)
    now = datetime.now(UTC)
    with hall.sessions.begin() as session:
        values = {"id": hall.find_id(case_no), "process": PROCESS, "due_at": now + due_in, "at": now}
        session.execute(text("UPDATE service_case SET process_key = :process WHERE id = :id"), values)
        session.execute(
            text(
                "INSERT INTO overall_limit (case_id, task_no, due_at, calendar_version)"
                " VALUES (:id, 1, :due_at, 1)"
            ),
            values,
        )
        if contractor is not None:
            slip = 'UPDATE service_case SET data = data || \'{"completion_on": "2026-12-10"}\' WHERE id = :id'
            session.execute(text(slip), values)
            session.execute(
                text(
                    "INSERT INTO case_document (case_id, task_no, step, form_key, form_version_id, unit_id,"
                    " state, revision, saved_by, saved_at, content, filled_by,"
                    " filled_at, nonce_sealed, sha256, number, check_token)"
                    " SELECT :id, 1, 'x', 'acceptance_certificate', form_version_id, unit_id, 'filled', 1,"
                    " 'staff:1', :at, jsonb_build_object('contractor', CAST(:contractor AS text)), 'staff:1',"
                    " :at, 'x', '\\x00', case_no, case_no"
                    " FROM service_case WHERE id = :id"
                ),
                {**values, "contractor": contractor},
            )
    return case_no


def end_works(hall: Hall) -> None:
    with hall.sessions.begin() as session:
        session.execute(text("UPDATE overall_limit SET ended_at = now() WHERE ended_at IS NULL"))


@pytest.fixture
def numbers(hall: Hall) -> Any:
    """Yield works of two units: one past its limit, one with days left, one elsewhere."""
    # What other tests began is still under way.
    end_works(hall)
    yield [
        start_works(hall, "361", timedelta(days=20)),
        start_works(hall, "361", timedelta(days=-9), contractor="诚信安装公司"),
        start_works(hall, "362", timedelta(days=-1)),
    ]
    end_works(hall)


def list_numbers(browser: Browser, **query: Any) -> list[str]:
    return [one["case_no"] for one in browser.read("/works", **query)["items"]]


def test_what_is_over_its_limit_stands_first_and_each_sees_the_own_units(
    hall: Hall, numbers: list[str]
) -> None:
    soon, late, elsewhere = numbers
    engineer, lead = hall.sign_in("works_361"), hall.sign_in("lead_a")
    assert list_numbers(engineer) == [late, soon]
    assert list_numbers(lead) == [late, elsewhere, soon]
    assert list_numbers(lead, overdue="true") == [late, elsewhere]
    assert list_numbers(lead, unit="362") == [elsewhere]
    page = engineer.read("/works")
    row = page["items"][0]
    assert row["works_overdue"] is True
    assert row["left_days"] < 0
    assert row["contractor"] == "诚信安装公司"
    assert row["process_name"] in [one["name"] for one in page["processes"]]
    assert page["items"][1]["left_days"] > 0
    assert page["items"][1]["contractor"] is None
    # Beside the company's own limit stands the day that the slip has and the customer reads.
    assert [one["promised_end"] for one in page["items"]] == ["12月10日 周四 竣工", None]
    first = lead.read("/works", limit=1)
    assert [first["items"][0]["case_no"], *list_numbers(lead, after=first["next"])] == [late, elsewhere, soon]
    end_works(hall)
    assert list_numbers(lead) == []


def test_both_numbers_are_shown_and_found(hall: Hall, numbers: list[str]) -> None:
    """Engineering opened it below the customer's own case, whose number the customer reads out."""
    soon, late, elsewhere = numbers
    top = hall.start("361")
    with hall.sessions.begin() as session:
        session.execute(
            text("UPDATE service_case SET parent_case_id = :top, parent_task_no = 1 WHERE case_no = :late"),
            {"top": hall.find_id(top), "late": late},
        )
    engineer = hall.sign_in("works_361")
    told = {one["case_no"]: one["application_no"] for one in engineer.read("/works")["items"]}
    assert told == {soon: soon, late: top}
    assert [list_numbers(engineer, q=one) for one in (top, late, soon, "nothing")] == [
        [late],
        [late],
        [soon],
        [],
    ]
    # The end of either number is enough, as people read it out, or a beginning; too little finds nothing.
    assert late in list_numbers(engineer, q=top[-4:])
    assert late in list_numbers(engineer, q=late[-6:])
    assert {soon, late} <= set(list_numbers(engineer, q=late[:6]))
    assert list_numbers(engineer, q=late[-3:]) == []
    assert elsewhere not in list_numbers(engineer, q=elsewhere[-8:])
    # A number of another unit's works finds nothing here.
    assert list_numbers(engineer, q=elsewhere) == []
    [row] = read_sheet(engineer.send("POST", "/exports/works", {"q": top}))
    assert (row["办件号"], row["工单号"]) == (top, late)


def test_the_list_is_exported(hall: Hall, numbers: list[str]) -> None:
    answer = hall.sign_in("works_361").send("POST", "/exports/works", {"due": "overdue"})
    [row] = read_sheet(answer)
    assert (row["办件号"], row["施工单位"], row["超过期限"]) == (numbers[1], "诚信安装公司", "是")
    assert isinstance(row["剩余（工作日）"], int)


def test_who_has_no_part_in_works_is_refused(hall: Hall) -> None:
    engineer = hall.sign_in("works_361")
    assert "works" in engineer.read("/session")["parts"]
    finance = hall.sign_in("remote_a")
    if "works" not in finance.read("/session")["parts"]:
        assert code(finance.get("/works")) == "forbidden"
    assert code(engineer.get("/works", unit="362")) == "unit_unknown"
    assert code(engineer.get("/works", process="repair")) == "not_found"
    assert code(engineer.get("/works", after="nonsense")) == "cursor_invalid"


def at(day: int, hour: int = 8, minute: int = 30) -> datetime:
    """Return a moment of November 2026, whose 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "used", "left", "over"),
    [
        (at(23), 0, 5, False),
        (at(23, 17, 30), 1, 4, False),
        # A day that has begun is still left; the weekend is none.
        (at(26, 10), 3, 2, False),
        (at(27, 17, 29), 4, 1, False),
        (at(29), 5, -1, True),
        (at(30, 9), 5, -1, True),
        (at(30, 17, 30), 6, -1, True),
    ],
)
def test_days_are_working_days(now: datetime, used: int, left: int, over: bool) -> None:
    calendar = WorkingCalendar(1, {})
    begun = at(23)
    found = measure_works(calendar, begun, calendar.add_working_days(begun, 5), now)
    shown = (found["limit_days"], found["used_days"], found["left_days"], found["works_overdue"])
    assert shown == (5, used, left, over)
