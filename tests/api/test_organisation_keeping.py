"""Who keeps which part, two people at one entry, absences, and what an import would do; over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from backend.core.calendar_service import CalendarService
from backend.core.local_time import local_date
from backend.organisation.absences import AbsenceKeeper
from backend.organisation.models import ServiceArea, Staff
from tests.api.organisation import PASSWORD, ensure_staff
from tests.api.staff_side import API, HTTPS, Browser, Hall, code
from tests.api.test_organisation import STAFF, download, upload

DAY = timedelta(days=1)
# Much longer than a test takes, and much shorter than an idle session lasts.
CLOSE_TO_MIDNIGHT = timedelta(minutes=5)


@pytest.fixture
def today() -> Iterator[date]:
    """Yield the day in Shanghai, which outlasts the test: close to midnight it is tomorrow already."""
    now = datetime.now(UTC)
    soon = now + CLOSE_TO_MIDNIGHT
    with time_machine.travel(now if local_date(soon) == local_date(now) else soon):
        yield local_date(datetime.now(UTC))


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


@pytest.fixture
def desk(hall: Hall) -> Browser:
    """Return who directs the handlers of one unit."""
    return hall.sign_in("desk_361")


@pytest.fixture
def second_361(hall: Hall) -> Iterator[str]:
    """Yield somebody whose presence the test changes."""
    yield "second_361"
    with hall.sessions.begin() as session:
        back = {"presence": "on_duty", "absent_from": None, "absent_until": None}
        session.execute(update(Staff).where(Staff.username == "second_361").values(back))


def find(browser: Browser, path: str, **wanted: Any) -> dict[str, Any]:
    query = {"with_left": "true"} if path == "staff" else {}
    items = browser.read(f"/organisation/{path}", **query)["items"]
    return next(one for one in items if all(one[key] == value for key, value in wanted.items()))


@pytest.mark.parametrize("path", ["units", "staff", "posts", "duty-roster", "on-duty"])
def test_who_keeps_people(hall: Hall, desk: Browser, path: str) -> None:
    for who in ("remote_a", "handler_361"):
        assert code(hall.sign_in(who).get(f"/organisation/{path}")) == "forbidden"
    assert desk.get(f"/organisation/{path}").status_code == 200


def test_a_unit_sees_its_own_part_only(lead: Browser, desk: Browser) -> None:
    assert {one["unit_code"] for one in desk.read("/organisation/staff")["items"]} == {"361"}
    assert [one["code"] for one in desk.read("/organisation/units")["items"]] == ["361"]
    assert [one["unit_code"] for one in desk.read("/organisation/on-duty")["items"]] == ["361"]
    assert len({one["unit_code"] for one in lead.read("/organisation/staff")["items"]}) > 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/units/361", {"name": "东城", "kind": "unit", "parent_code": "100"}),
        ("POST", "/staff/handler_361/first-password", {}),
        ("PUT", "/areas", {"region": "区", "street": "街", "community": "", "unit_code": "361"}),
        ("DELETE", "/areas?region=区&street=街", {}),
        ("POST", "/staff.csv/preview", {}),
    ],
)
def test_a_unit_changes_nothing_of_the_centres(
    desk: Browser, method: str, path: str, body: dict[str, Any]
) -> None:
    assert code(desk.send(method, f"/organisation{path}", body)) == "forbidden"


def test_the_session_tells_ones_parts(hall: Hall) -> None:
    parts = {
        who: hall.sign_in(who).read("/session")["parts"] for who in ("lead_a", "desk_361", "handler_361")
    }
    assert parts == {
        "lead_a": [
            "organisation",
            "unit_people",
            "reasons",
            "calendar",
            "operations",
            "intake",
            "works",
            "boards",
            "calls",
            "knowledge",
            "ledger",
            "plans",
            "account_imports",
            "tariffs",
        ],
        "desk_361": [
            "unit_people",
            "intake",
            "works",
            "boards",
            "ledger",
            "ledger_keeping",
            "plans",
            "planning",
        ],
        "handler_361": [],
    }


def test_a_unit_keeps_its_own_roster(hall: Hall, lead: Browser, desk: Browser) -> None:
    turn = {"unit_code": "361", "starts_on": "2028-02-01", "ends_on": "2028-02-07", "call_order": 1}
    mine = {**turn, "username": "handler_361", "revision": ""}
    assert desk.send("PUT", "/organisation/duty-roster", mine).status_code == 204
    assert code(desk.send("PUT", "/organisation/duty-roster", mine)) == "roster_taken"
    foreign = {**mine, "unit_code": "362", "username": "handler_362"}
    assert code(desk.send("PUT", "/organisation/duty-roster", foreign)) == "unit_unknown"
    lent = {**mine, "call_order": 2, "username": "handler_362"}
    assert code(desk.send("PUT", "/organisation/duty-roster", lent)) == "staff_unknown"
    entered = desk.read("/organisation/duty-roster", since="2028-02-07", until="2028-02-10")["items"]
    assert [(one["username"], one["name"]) for one in entered] == [("handler_361", "王handler_361")]
    assert desk.read("/organisation/duty-roster", since="2028-02-08", until="2028-02-10")["items"] == []
    path = f"/organisation/duty-roster/{entered[0]['id']}"
    other = hall.sign_in("desk_362")
    changed = {**mine, "starts_on": "2028-02-02", "revision": entered[0]["revision"]}
    assert other.send("PUT", path, changed).status_code == 404
    assert other.send("DELETE", path, {}).status_code == 404
    assert desk.send("PUT", path, changed).status_code == 204
    assert code(lead.send("PUT", path, changed)) == "changed_meanwhile"
    assert code(lead.send("DELETE", f"{path}?revision={entered[0]['revision']}", {})) == "changed_meanwhile"
    assert lead.send("DELETE", path, {}).status_code == 204


def test_turns_that_would_meet(lead: Browser) -> None:
    turn = {"unit_code": "361", "call_order": 1, "username": "handler_361"}
    for starts, ends in (("2028-03-01", "2028-03-07"), ("2028-03-08", "2028-03-14")):
        body = {**turn, "starts_on": starts, "ends_on": ends}
        assert lead.send("PUT", "/organisation/duty-roster", body).status_code == 204
    first, second = lead.read("/organisation/duty-roster", since="2028-03-01")["items"]
    path = f"/organisation/duty-roster/{second['id']}"
    early = {**turn, "starts_on": "2028-03-07", "ends_on": "2028-03-14"}
    assert code(lead.send("PUT", path, early)) == "roster_taken"
    assert lead.send("PUT", path, {**early, "call_order": 2}).status_code == 204
    for one in (first, second):
        assert lead.send("DELETE", f"/organisation/duty-roster/{one['id']}", {}).status_code == 204


def test_who_is_called_now(lead: Browser, desk: Browser, second_361: str, today: date) -> None:
    turn = {"starts_on": today.isoformat(), "ends_on": today.isoformat(), "call_order": 1}
    for unit, order, who in (("361", 1, second_361), ("361", 2, "handler_361"), ("100", 1, "agent_a")):
        body = {**turn, "unit_code": unit, "call_order": order, "username": who}
        assert lead.send("PUT", "/organisation/duty-roster", body).status_code == 204

    def who_is_called(unit: str) -> tuple[str | None, list[str]]:
        found = lead.read("/organisation/on-duty")
        assert found["day"] == today.isoformat()
        one = next(one for one in found["items"] if one["unit_code"] == unit)
        return one["from_code"], [person["name"] for person in one["people"]]

    assert who_is_called("361") == ("361", ["王second_361", "王handler_361"])
    assert who_is_called("362") == ("100", ["王agent_a"])
    assert desk.send("PUT", f"/members/{second_361}/presence", {"presence": "absent"}).status_code == 204
    assert who_is_called("361") == ("361", ["王handler_361"])
    for one in lead.read("/organisation/duty-roster", since=today.isoformat(), until=today.isoformat())[
        "items"
    ]:
        lead.send("DELETE", f"/organisation/duty-roster/{one['id']}", {})
    assert who_is_called("361") == (None, [])


def test_two_people_at_one_entry(lead: Browser) -> None:
    unit = {"name": "两人客服部", "kind": "unit", "parent_code": "100", "revision": ""}
    assert lead.send("PUT", "/organisation/units/390", unit).status_code == 204
    assert code(lead.send("PUT", "/organisation/units/390", unit)) == "unit_taken"
    seen = find(lead, "units", code="390")["revision"]
    renamed = {**unit, "name": "二人客服部", "revision": seen}
    assert lead.send("PUT", "/organisation/units/390", renamed).status_code == 204
    late = lead.send("PUT", "/organisation/units/390", {**unit, "name": "晚了", "revision": seen})
    assert (late.status_code, code(late)) == (409, "changed_meanwhile")
    closed = {"name": "96602客服中心", "kind": "centre", "parent_code": None, "is_active": False}
    assert "is_active" in json.loads(lead.send("PUT", "/organisation/units/100", closed).text)["fields"]

    place = {"region": "长清区", "street": "大学路", "community": ""}
    area = {**place, "unit_code": "361", "revision": ""}
    assert lead.send("PUT", "/organisation/areas", area).status_code == 204
    assert code(lead.send("PUT", "/organisation/areas", area)) == "area_taken"
    seen = find(lead, "areas", region="长清区")["revision"]
    moved = {**area, "unit_code": "362", "revision": seen}
    assert lead.send("PUT", "/organisation/areas", moved).status_code == 204
    assert code(lead.send("PUT", "/organisation/areas", moved)) == "changed_meanwhile"
    address = "/organisation/areas?region=长清区&street=大学路"
    assert code(lead.send("DELETE", f"{address}&revision={seen}", {})) == "changed_meanwhile"
    assert lead.send("DELETE", address, {}).status_code == 204


def test_two_people_at_one_colleague(lead: Browser) -> None:
    entry = {"name": "赵两", "unit_code": "361", "positions": ["case_handler"], "revision": ""}
    assert lead.send("PUT", "/organisation/staff/zhao.two", entry).status_code == 200
    assert code(lead.send("PUT", "/organisation/staff/zhao.two", entry)) == "username_taken"
    seen = find(lead, "staff", username="zhao.two")["revision"]
    changed = {**entry, "positions": ["inspector"], "revision": seen}
    assert lead.send("PUT", "/organisation/staff/zhao.two", changed).status_code == 200
    assert code(lead.send("PUT", "/organisation/staff/zhao.two", changed)) == "changed_meanwhile"
    left = {**entry, "presence": "left", "revision": None}
    assert lead.send("PUT", "/organisation/staff/zhao.two", left).status_code == 200
    assert "zhao.two" not in [one["username"] for one in lead.read("/organisation/staff")["items"]]
    assert find(lead, "staff", username="zhao.two")["presence"] == "left"
    back = {**entry, "presence": "on_duty", "revision": None}
    assert json.loads(lead.send("PUT", "/organisation/staff/zhao.two", back).text)["first_password"] is None
    assert find(lead, "staff", username="zhao.two")["presence"] == "on_duty"


def test_an_absence_with_its_days(hall: Hall, desk: Browser, second_361: str, today: date) -> None:
    path = f"/members/{second_361}/presence"
    ahead = {"presence": "absent", "absent_from": (today + DAY).isoformat()}
    backwards = {**ahead, "absent_until": today.isoformat()}
    wrong = desk.send("PUT", path, backwards)
    assert code(wrong) == "invalid_input"
    assert "回来的日子" in json.loads(wrong.text)["fields"]["absent_until"]
    until = (today + 3 * DAY).isoformat()
    assert desk.send("PUT", path, {**ahead, "absent_until": until}).status_code == 204
    row = find(desk, "staff", username=second_361)
    assert (row["presence"], row["absent_until"]) == ("on_duty", until)

    def look_at(day: date) -> str:
        moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        AbsenceKeeper(hall.sessions, lambda: moment).run()
        with hall.sessions.begin() as session:
            return session.execute(select(Staff.presence).where(Staff.username == second_361)).scalar_one()

    assert [look_at(today + days * DAY) for days in (0, 1, 3, 4)] == [
        "on_duty",
        "absent",
        "absent",
        "on_duty",
    ]
    assert find(desk, "staff", username=second_361)["absent_from"] is None
    assert desk.send("PUT", path, {"presence": "absent"}).status_code == 204
    assert look_at(today + 30 * DAY) == "absent"
    me = hall.sign_in(second_361).read("/session")
    assert (me["presence"], me["absent_from"], me["absent_until"]) == ("absent", today.isoformat(), None)
    assert desk.send("PUT", path, {"presence": "on_duty"}).status_code == 204
    assert hall.sign_in(second_361).read("/session")["absent_from"] is None


def test_an_entry_that_keeps_somebody_away_keeps_the_days(
    lead: Browser, second_361: str, today: date
) -> None:
    away = {"presence": "absent", "absent_until": (today + DAY).isoformat()}
    assert lead.send("PUT", f"/members/{second_361}/presence", away).status_code == 204
    answer = lead.get("/organisation/staff.csv")
    assert upload(lead, "staff", answer.data).status_code == 200
    assert find(lead, "staff", username=second_361)["absent_until"] == away["absent_until"]


def test_a_first_password_anew(hall: Hall, lead: Browser) -> None:
    entry = {"name": "钱忘", "unit_code": "361"}
    answer = lead.send("PUT", "/organisation/staff/qian.wang", entry)
    old = json.loads(answer.text)["first_password"]
    client = hall.app.test_client()

    def sign_in(password: str) -> int:
        body = {"username": "qian.wang", "password": password}
        return client.post(f"{API}/session", json=body, base_url=HTTPS).status_code

    assert sign_in(old) == 201
    # Five wrong tries shut the account; a password anew opens it.
    assert {sign_in(PASSWORD) for _ in range(6)} >= {401, 429}
    answer = lead.send("POST", "/organisation/staff/qian.wang/first-password", {})
    new = json.loads(answer.text)["first_password"]
    assert new != old
    assert client.get(f"{API}/session", base_url=HTTPS).status_code == 401
    assert sign_in(new) == 201
    assert sign_in(old) == 401
    nobody = lead.send("POST", "/organisation/staff/nobody/first-password", {})
    assert (nobody.status_code, code(nobody)) == (404, "staff_unknown")


def test_what_an_import_would_do(hall: Hall, lead: Browser) -> None:
    assert upload(lead, "staff", STAFF + "pre_one,甲一,361,具体责任人,,,\r\n").status_code == 200
    rows = (
        "pre_one,甲一改,361,具体责任人,,,\r\npre_two,乙二,361,,,,\r\n"
        "handler_362,王handler_362,362,具体责任人,,,在岗\r\npre_bad,丙三,999,,,,\r\n"
    )
    answer = upload(lead, "staff", STAFF + rows, preview=True)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.text)
    assert (told["rows"], told["new"], told["changed"], told["same"]) == (4, 1, 1, 1)
    assert [one["row"] for one in told["faults"]] == [5]
    names = {row["账号"]: row["姓名"] for row in download(lead, "staff")}
    assert names["pre_one"] == "甲一"
    assert "pre_two" not in names
    areas = "区,街道,小区,单位编号\r\n预览区,一号路,,361\r\n"
    told = json.loads(upload(lead, "areas", areas, preview=True).text)
    assert told == {"rows": 1, "new": 1, "changed": 0, "same": 0, "faults": []}
    with hall.sessions.begin() as session:
        assert session.execute(select(ServiceArea.id).where(ServiceArea.region == "预览区")).first() is None
    assert code(upload(lead, "areas", "a,b\r\n", preview=True)) == "file_not_csv"
    assert upload(lead, "nothing", areas, preview=True).status_code == 404


def test_the_calendars_warning_is_for_the_business_lead(
    hall: Hall, lead: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CalendarService, "find_warning", lambda _: "工作日历还剩3天")
    assert code(hall.sign_in("desk_361").get("/calendar/warning")) == "forbidden"
    assert lead.read("/calendar/warning") == {"warning": "工作日历还剩3天"}
    # An agent of the centre may keep the calendar too, but has cases to do.
    with hall.sessions.begin() as session:
        ensure_staff(
            hall.organisation, session, "100", "agent_of_the_centre", datetime.now(UTC),
            positions=("remote_service",), departments=("customer_service_center",),
        )  # fmt: skip
    agent = hall.sign_in("agent_of_the_centre")
    assert "calendar" in agent.read("/session")["parts"]
    assert agent.read("/calendar/warning") == {"warning": None}
