"""A contact slip that promises the customer a later day than the company's own limit wants a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from backend.cases.overall_limits import Overall, save_overall
from backend.core.local_time import local_date
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_drafts
from tests.api.staff_side import Hall
from tests.api.test_gas_accounts import begin


def test_a_day_past_the_limit_wants_its_reason(hall: Hall, make_customer: Callable[[], MadeCustomer]) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "install_residential_individual", "assign_construction", make_customer().id)
    due_at = datetime.now(UTC) + timedelta(days=20)
    with hall.sessions.begin() as session:
        save_overall(session, hall.find_id(case_no), Overall(1, due_at), 1, due_at)
    [task] = fill_drafts(desk, case_no)
    path = f"/cases/{case_no}/documents/{task}"
    document = desk.read(path)
    limit = local_date(due_at)
    assert document["limit_day"] == limit.isoformat()
    begun, late = limit - timedelta(days=4), limit + timedelta(days=1)
    said = {"start_on": begun.isoformat(), "completion_on": late.isoformat(), "construction_days": 6}
    change = {"revision": document["revision"], "values": {**said, "late_reason": None}, "fills": True}
    refused = desk.send("PUT", path, change)
    assert refused.status_code == 422
    told = refused.get_json()["fields"]
    assert told == {
        "completion_on": "“竣工时间”晚于规定期限，请改日期；确实来不及的，写明“晚于规定期限的原因”。"
    }
    # Days that do not fit are told with those that do.
    odd = {**change, "values": {**said, "construction_days": 9, "late_reason": "主管道未通"}}
    told = desk.send("PUT", path, odd).get_json()["fields"]
    assert "是 6 天（首尾两天都算）或 5 天" in told["construction_days"]
    given = {**change, "values": {**said, "late_reason": "主管道未通"}}
    assert desk.send("PUT", path, given).status_code == 200
    # The limit is what the company holds itself to: who only reads the slip is not told it there.
    assert desk.act(case_no, "assign").status_code == 200
    assert desk.read(path).get("limit_day") is None
