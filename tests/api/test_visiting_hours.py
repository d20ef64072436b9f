"""A unit's visiting hours: who keeps them, what is refused, and what a customer is offered; over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, update

from backend.appointments.models import AppointmentPolicy, SlotRule
from backend.appointments.repository import find_policy, list_rules
from backend.organisation.models import ServiceArea
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_organisation import download, list_faults, upload

RULE: dict[str, Any] = {
    "unit_code": "361", "day_kind": "working", "from_hour": 9, "until_hour": 12, "capacity": 4,
    "effective_from": "2028-01-01",
}  # fmt: skip
POLICY = {"lead_minutes": 240, "horizon_days": 10, "hold_minutes": 6, "change_minutes": 60}
USUAL = {"lead_minutes": 120, "horizon_days": 14, "hold_minutes": 5, "change_minutes": 120}
HEADER = "单位编号,区,街道,小区,日子,从几点,到几点,每小时几户,第一天,最后一天\r\n"


@pytest.fixture(autouse=True)
def no_rules_remain(hall: Hall) -> Iterator[None]:
    yield
    with hall.sessions.begin() as session:
        session.execute(delete(SlotRule))
        # The application may not take a policy away; the unit goes on as everybody does.
        session.execute(update(AppointmentPolicy).where(AppointmentPolicy.unit_id.is_not(None)).values(USUAL))


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


def list_items(browser: Browser, unit: str = "361") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = browser.read("/slot-rules", unit=unit)["items"]
    return items


def test_a_unit_enters_changes_and_ends_its_hours(hall: Hall, desk: Browser, lead: Browser) -> None:
    assert desk.send("POST", "/slot-rules", RULE).status_code == 204
    [rule] = list_items(desk)
    assert {key: rule[key] for key in RULE} == RULE
    with hall.sessions.begin() as session:
        offered = list_rules(session, hall.units["361"], None, date(2028, 2, 1))
    assert [(one.hour, one.capacity) for one in offered] == [(9, 4), (10, 4), (11, 4)]
    ended = {**RULE, "capacity": 2, "effective_until": "2028-06-30", "revision": rule["revision"]}
    path = f"/slot-rules/{rule['id']}"
    assert desk.send("PUT", path, ended).status_code == 204
    assert code(lead.send("PUT", path, ended)) == "changed_meanwhile"
    assert code(lead.send("DELETE", f"{path}?revision={rule['revision']}", {})) == "changed_meanwhile"
    # After the last day of one rule the next may begin.
    assert lead.send("POST", "/slot-rules", {**RULE, "effective_from": "2028-07-01"}).status_code == 204
    assert [one["capacity"] for one in list_items(lead)] == [2, 4]
    assert desk.send("DELETE", path, {}).status_code == 204
    assert [one["capacity"] for one in list_items(lead)] == [4]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"until_hour": 9}, "until_hour"),
        ({"until_hour": 8}, "until_hour"),
        ({"until_hour": 25}, "until_hour"),
        ({"from_hour": -1}, "from_hour"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 501}, "capacity"),
        ({"day_kind": "monday"}, "day_kind"),
        ({"effective_until": "2027-12-31"}, "effective_until"),
        ({"region": "历下区", "street": "没有的路"}, "street"),
        # A place that another unit serves.
        ({"region": "历下区", "street": "解放路"}, "street"),
    ],
)
def test_what_cannot_be(desk: Browser, wrong: dict[str, Any], field: str) -> None:
    answer = desk.send("POST", "/slot-rules", {**RULE, **wrong})
    assert answer.status_code == 422
    assert field in json.loads(answer.text)["fields"]
    assert list_items(desk) == []


def test_hours_that_would_meet(desk: Browser) -> None:
    assert desk.send("POST", "/slot-rules", RULE).status_code == 204
    meeting = {**RULE, "from_hour": 11, "until_hour": 13, "effective_from": "2028-05-01"}
    assert code(desk.send("POST", "/slot-rules", meeting)) == "slot_rule_taken"
    for apart in ({"from_hour": 12}, {"day_kind": "rest"}, {"region": "历下区", "street": "文化路"}):
        assert desk.send("POST", "/slot-rules", {**meeting, **apart}).status_code == 204, apart
    late = next(one for one in list_items(desk) if one["from_hour"] == 12)
    moved = {**RULE, "from_hour": 10, "until_hour": 13}
    assert code(desk.send("PUT", f"/slot-rules/{late['id']}", moved)) == "slot_rule_taken"


def test_another_units_hours_are_not_there(hall: Hall, desk: Browser, lead: Browser) -> None:
    foreign = {**RULE, "unit_code": "362"}
    assert desk.get("/slot-rules", unit="362").status_code == 404
    assert desk.send("POST", "/slot-rules", foreign).status_code == 404
    assert lead.send("POST", "/slot-rules", foreign).status_code == 204
    [rule] = list_items(lead, "362")
    assert desk.send("PUT", f"/slot-rules/{rule['id']}", RULE).status_code == 404
    assert desk.send("DELETE", f"/slot-rules/{rule['id']}", {}).status_code == 404
    assert desk.send("PUT", "/slot-rules/policy", {**POLICY, "unit_code": "362"}).status_code == 404
    assert code(lead.get("/slot-rules", unit="999")) == "unit_unknown"
    for who in ("remote_a", "handler_361"):
        assert code(hall.sign_in(who).get("/slot-rules", unit="361")) == "forbidden"
        assert code(hall.sign_in(who).send("POST", "/slot-rules", RULE)) == "forbidden"


def test_the_places_of_a_unit_and_one_that_has_hours(hall: Hall, desk: Browser, lead: Browser) -> None:
    place = {"region": "历下区", "street": "文化路", "community": ""}
    assert place in desk.read("/slot-rules", unit="361")["areas"]
    assert all(one["street"] != "解放路" for one in desk.read("/slot-rules", unit="361")["areas"])
    assert desk.send("POST", "/slot-rules", {**RULE, **place}).status_code == 204
    in_use = lead.send("DELETE", "/organisation/areas?region=历下区&street=文化路", {})
    assert (in_use.status_code, code(in_use)) == (409, "area_in_use")
    with hall.sessions.begin() as session:
        assert session.query(ServiceArea).filter_by(street="文化路", community="").count() == 1


def test_how_early_one_books(hall: Hall, desk: Browser, lead: Browser) -> None:
    assert desk.read("/slot-rules", unit="361")["policy"]["is_own"] is False
    for _ in range(2):
        assert desk.send("PUT", "/slot-rules/policy", {**POLICY, "unit_code": "361"}).status_code == 204
    assert desk.read("/slot-rules", unit="361")["policy"] == {**POLICY, "is_own": True}
    assert lead.read("/slot-rules", unit="362")["policy"]["is_own"] is False
    with hall.sessions.begin() as session:
        assert find_policy(session, hall.units["361"], date(2099, 1, 1)).lead_minutes == 240
    assert code(desk.send("PUT", "/slot-rules/policy", {**POLICY, "unit_code": None})) == "forbidden"
    wrong = {**POLICY, "unit_code": "361", "hold_minutes": 0}
    assert "hold_minutes" in json.loads(desk.send("PUT", "/slot-rules/policy", wrong).text)["fields"]


def test_hours_as_a_table(desk: Browser, lead: Browser) -> None:
    rows = (
        "361,,,,工作日,9,12,4,2028-01-01,\r\n361,历下区,文化路,,休息日,9:00,11:00,1,2028/1/5,2028-12-31\r\n"
    ).replace("2028/1/5", "2028/01/05")
    assert code(upload(desk, "slot-rules", HEADER + rows)) == "forbidden"
    told = json.loads(upload(lead, "slot-rules", HEADER + rows, preview=True).text)
    assert (told["new"], told["faults"]) == (2, [])
    assert list_items(desk) == []
    assert upload(lead, "slot-rules", HEADER + rows).status_code == 200
    ours = [row for row in download(lead, "slot-rules") if row["单位编号"] == "361"]
    assert [(row["日子"], row["街道"], row["到几点"], row["最后一天"]) for row in ours] == [
        ("工作日", "", "12", ""),
        ("休息日", "文化路", "11", "2028-12-31"),
    ]
    changed = HEADER + "361,,,,工作日,9,12,3,2028-01-01,\r\n"
    told = json.loads(upload(lead, "slot-rules", changed, preview=True).text)
    assert (told["new"], told["changed"], told["faults"]) == (0, 1, [])
    faulty = (
        "361,,,,工作日,10,11,3,2028-02-01,\r\n361,,,,节日,9,12,3,2028-01-01,\r\n"
        "361,,,,休息日,十,12,3,2028-01-01,\r\n361,,,,休息日,12,9,0,2028-01-01,\r\n"
    )
    faults = list_faults(upload(lead, "slot-rules", HEADER + faulty))
    assert sorted(faults) == [2, 3, 4, 5]
    assert "每小时几户" in faults[5] and "到几点" in faults[5]
    assert len(list_items(desk)) == 2
