"""The supervision of service quality: period, unit and contents are chosen on the form; over HTTP."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

import pytest

from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from tests.api.organisation import ensure_staff
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_orders_for_customers import take

SCOPE = {
    "period_from": "2026-07-01",
    "period_until": "2026-09-30",
    "contents": ["installation_service", "gas_use_service"],
}


@pytest.fixture
def leads(hall: Hall) -> tuple[Browser, Browser]:
    """Return the area leads of both units."""
    now = datetime.now(UTC)
    with hall.sessions.begin() as session:
        for unit in ("361", "362"):
            ensure_staff(hall.organisation, session, unit, f"area_lead_{unit}", now, positions=("area_lead",))
    return hall.sign_in("area_lead_361"), hall.sign_in("area_lead_362")


def choose(who: Browser, case_no: str, unit: str, **values: object) -> int:
    """Fill the form in and send it to the unit; returns the form's task."""
    [task] = [one["task"] for one in who.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    change = {"revision": 0, "values": {**SCOPE, **values}, "fills": True}
    sent = who.send("PUT", f"/cases/{case_no}/documents/{task}", change)
    assert sent.status_code == 200, sent.text
    take(who, case_no, "selected", unit_code=unit)
    return int(task)


def test_period_contents_and_one_unit_after_another_are_chosen(
    hall: Hall, leads: tuple[Browser, Browser]
) -> None:
    new = NewCase("service_quality_supervision", hall.units["361"], "361", None, "calendar")
    request = Request("system", uuid.uuid4(), {})
    case_no = hall.service.start_case(request, new, Start(SYSTEM, enter_at="select")).case_no
    centre, (first, second) = hall.sign_in("lead_a"), leads
    assert code(centre.act(case_no, "selected", unit_code="361")) == "form_missing"
    [task] = [one["task"] for one in centre.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    path = f"/cases/{case_no}/documents/{task}"
    lacking = {"revision": 0, "values": {"contents": ["other"]}, "fills": True}
    refused = json.loads(centre.send("PUT", path, lacking).text)["fields"]
    assert refused.keys() == {"period_from", "period_until", "other_contents"}
    unknown = {"revision": 0, "values": {**SCOPE, "contents": ["weather"]}, "fills": True}
    assert json.loads(centre.send("PUT", path, unknown).text)["fields"].keys() == {"contents"}
    chosen = choose(centre, case_no, "361")
    # The unit reads what it is judged by; the other one sees nothing of it.
    seen = first.read(f"/cases/{case_no}/documents/{chosen}")["values"]
    assert (seen["period_from"], seen["contents"]) == (SCOPE["period_from"], SCOPE["contents"])
    assert second.get(f"/cases/{case_no}").status_code == 404
    take(first, case_no, "agreed")
    take(first, case_no, "confirmed")
    take(centre, case_no, "next_unit", result="93 分")
    again = choose(centre, case_no, "362", contents=["other"], other_contents="热线接通率")
    assert second.read(f"/cases/{case_no}/documents/{again}")["values"]["other_contents"] == "热线接通率"
    take(second, case_no, "agreed")
    take(second, case_no, "confirmed")
    assert take(centre, case_no, "scored", result="95 分")["status"] == "completed"
