"""Lists of the console as Excel files: as on the screen, masked, bounded, each look written down."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.access.models import PersonalLook
from backend.cases import list_exports as case_lists
from backend.core.local_time import SHANGHAI, local_date
from backend.organisation import list_exports
from tests.api.sheets import read_sheet
from tests.api.staff_side import Browser, Hall, code


def export(browser: Browser, name: str, **asked: Any) -> TestResponse:
    answer = browser.send("POST", f"/exports/{name}", asked)
    assert answer.status_code == 200, answer.text
    return answer


def find(browser: Browser, case_no: str, **asked: Any) -> dict[str, Any]:
    return next(row for row in read_sheet(export(browser, "cases", **asked)) if row["办件号"] == case_no)


def test_a_queue_is_exported_as_it_stands_on_the_screen(hall: Hall) -> None:
    remote = hall.sign_in("remote_a")
    case_no = hall.start(contact_name="=张三")
    answer = export(remote, "cases", queue="accept")
    today = local_date(datetime.now(UTC))
    given = answer.headers["Content-Disposition"]
    assert unquote(given.partition("filename*=UTF-8''")[2]) == f"待受理_{today:%Y-%m-%d}.xlsx"
    assert answer.headers["Cache-Control"] == "no-store"
    rows = read_sheet(answer)
    listed = remote.read("/cases", queue="accept", limit=100)["items"]
    assert [row["办件号"] for row in rows][: len(listed)] == [one["case_no"] for one in listed]
    assert answer.headers["X-Export-Rows"] == str(len(rows))
    row = next(one for one in rows if one["办件号"] == case_no)
    assert (row["客户"], row["地点"]) == ("=*", "阳光小区 3幢 **")
    assert "手机号" not in row
    opened = datetime.fromisoformat(remote.read(f"/cases/{case_no}")["opened_at"])
    shown = opened.astimezone(SHANGHAI).replace(tzinfo=None)
    assert abs((row["提交时间"] - shown).total_seconds()) < 60
    # It goes by the same filters as the list.
    assert case_no not in [one["办件号"] for one in read_sheet(export(remote, "cases", queue="review"))]
    assert find(remote, case_no, q=case_no)["业务"]


def test_full_names_are_for_overseers_with_a_reason_and_each_look_is_recorded(hall: Hall) -> None:
    case_no = hall.start()
    remote, lead = hall.sign_in("remote_a"), hall.sign_in("lead_a")
    refused = remote.send("POST", "/exports/cases", {"q": case_no, "reason": "回访"})
    assert (refused.status_code, code(refused)) == (403, "forbidden")
    row = find(lead, case_no, q=case_no, reason="季度回访")
    assert (row["客户"], row["手机号"]) == ("张小红", "13812345678")
    subject = f"case:{hall.find_id(case_no)}"
    with hall.sessions.begin() as session:
        looks = session.scalars(select(PersonalLook).where(PersonalLook.subject == subject)).all()
        assert [(one.staff_id, one.reason, sorted(one.items)) for one in looks] == [
            (hall.staff["lead_a"], "季度回访", ["contact_name", "contact_phone"])
        ]
    # A reason of blanks is none.
    assert "手机号" not in find(lead, case_no, q=case_no, reason="  ")


def test_a_long_list_is_cut_and_says_so(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = hall.sign_in("remote_a")
    for _ in range(3):
        hall.start()
    monkeypatch.setattr(list_exports, "MOST_ROWS", 2)
    answer = export(remote, "cases", queue="accept")
    assert (answer.headers["X-Export-Rows"], answer.headers["X-Export-Cut"]) == ("2", "1")
    assert "只导出了前 2 行" in read_sheet(answer)[2]["办件号"]


def test_more_than_a_page_comes_whole_and_in_order(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = hall.sign_in("remote_a")
    ours = [hall.start() for _ in range(5)]
    monkeypatch.setattr(case_lists, "LONGEST_PAGE", 2)
    numbers = [row["办件号"] for row in read_sheet(export(remote, "cases", queue="accept", sort="newest"))]
    assert numbers[:5] == ours[::-1]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("name", "asked", "may", "may_not", "heading"),
    [
        ("people", {"with_left": True}, "lead_a", "remote_a", "账号"),
        ("units", {}, "lead_a", "remote_a", "单位编号"),
        ("areas", {}, "lead_a", "desk_361", "街道"),
        ("duty-roster", {"since": "2026-11-01", "until": "2026-11-30"}, "lead_a", "remote_a", "顺位"),
        ("visiting-hours", {"unit": "361"}, "desk_361", "remote_a", "时段"),
        ("failed-jobs", {}, "lead_a", "remote_a", "原因"),
        ("unknown-sends", {}, "lead_a", "remote_a", "编号"),
        ("calendar", {"year": 2026}, "lead_a", "remote_a", "上班"),
        ("reasons", {"kind": "end"}, "lead_a", "remote_a", "原因"),
        ("forms", {}, "lead_a", "remote_a", "待核对"),
        ("templates", {}, "lead_a", "remote_a", "合同"),
        ("parameters", {}, "lead_a", "remote_a", "手册里的疑问"),
    ],
)
def test_every_list_goes_through_the_one_door(
    hall: Hall, name: str, asked: dict[str, Any], may: str, may_not: str, heading: str
) -> None:
    book = load_workbook(io.BytesIO(export(hall.sign_in(may), name, **asked).data))
    assert heading in [cell.value for cell in book.active[1]]
    refused = hall.sign_in(may_not).send("POST", f"/exports/{name}", asked)
    assert (refused.status_code, code(refused)) == (403, "forbidden")


def test_people_are_of_the_unit_that_is_shown_and_their_phones_masked(hall: Hall) -> None:
    lead = hall.sign_in("lead_a")
    names = [one["账号"] for one in read_sheet(export(lead, "people", unit="361"))]
    assert "desk_361" in names
    assert "desk_362" not in names
    assert "remote_a" not in names
    assert [one["账号"] for one in read_sheet(export(lead, "people", q="desk_362"))] == ["desk_362"]
    below = [one["账号"] for one in read_sheet(export(lead, "people", unit="100", with_below=True))]
    assert {"desk_361", "desk_362", "remote_a"} <= set(below)
    # A unit's own keeper has the own people alone.
    own = [one["账号"] for one in read_sheet(export(hall.sign_in("desk_361"), "people"))]
    assert "desk_362" not in own


@pytest.mark.parametrize(
    ("name", "asked", "status", "expected"),
    [
        ("nothing", {}, 404, "not_found"),
        ("cases", {"queue": "charge"}, 404, "queue_unknown"),
        ("cases", {"unit": "362"}, 422, "unit_unknown"),
        ("cases", {"due": "today"}, 422, "invalid_input"),
        ("cases", {"sort": "sideways"}, 422, "invalid_input"),
        ("cases", {"after": "x"}, 422, "invalid_input"),
        ("visiting-hours", {}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_a_file_begins(
    hall: Hall, name: str, asked: dict[str, Any], status: int, expected: str
) -> None:
    who = "desk_361" if "unit" in asked or name == "visiting-hours" else "remote_a"
    answer = hall.sign_in(who).send("POST", f"/exports/{name}", asked)
    assert (answer.status_code, code(answer)) == (status, expected)


def test_nobody_exports_without_signing_in_and_the_token(hall: Hall) -> None:
    assert hall.app.test_client().post("/staff/api/v1/exports/cases", json={}).status_code == 401
    remote = hall.sign_in("remote_a")
    forged = remote.client.post("/staff/api/v1/exports/cases", json={}, base_url="https://hall.test")
    assert code(forged) == "csrf_failed"


def test_what_is_kept_in_versions_leaves_as_it_was_searched_for(hall: Hall) -> None:
    lead = hall.sign_in("lead_a")
    names = [one["表单"] for one in read_sheet(export(lead, "forms"))]
    assert names == [one["name"] for one in lead.read("/forms")["items"]]
    found = [one["表单"] for one in read_sheet(export(lead, "forms", q="报修"))]
    assert found == [one for one in names if "报修" in one] != names
    groups = lead.read("/parameters")["items"]
    rows = read_sheet(export(lead, "parameters"))
    assert len(rows) == sum(len(one["parameters"]) for one in groups)
    told = groups[0]["parameters"][0]
    assert (rows[0]["参数"], float(rows[0]["默认"])) == (told["label"], told["default"])
    only = read_sheet(export(lead, "parameters", q=groups[0]["name"]))
    assert {one["流程"] for one in only} == {
        one["name"] for one in groups if groups[0]["name"] in one["name"]
    }
