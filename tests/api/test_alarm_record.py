"""What an agent hears while calling back an alarm, and who reads it; over HTTP."""

from __future__ import annotations

import json
from typing import Any

from tests.api.staff_side import ADDRESS, Browser, Hall

HEARD = "历下区泉城路街道阳光小区3幢501"


def find_record(who: Browser, case_no: str) -> dict[str, Any]:
    """Return the line of the record among the case's documents."""
    return next(one for one in who.read(f"/cases/{case_no}")["documents"] if one["step"] == "guide")


def test_the_address_that_is_heard_is_read_by_who_goes_there(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", words="厨房有臭味")
    agent, desk, handler = hall.sign_in("agent_a"), hall.sign_in("desk_361"), hall.sign_in("handler_361")
    # Taken at once, since it rings until then.
    assert agent.act(case_no, "record").status_code == 200
    line = find_record(agent, case_no)
    assert (line["may_fill"], line["needed"]) == (True, False)
    path = f"/cases/{case_no}/documents/{line['task']}"
    begun = agent.read(path)["values"]
    assert begun["words"] == "厨房有臭味"
    assert begun["contact_phone"] == "138****0000"
    filled = agent.send("PUT", path, {"revision": 0, "values": {"address": HEARD}, "fills": True})
    assert filled.status_code == 200, filled.text
    for outcome, who, more in (
        ("guide", agent, {}),
        ("dispatch", agent, {"unit_code": "361"}),
        ("assign", desk, {"handler": "handler_361"}),
    ):
        answer = who.act(case_no, outcome, **more)
        assert answer.status_code == 200, answer.text
    assert find_record(handler, case_no)["state"] == "filled"
    shown = handler.send("POST", f"{path}/reveal", {"items": ["address"], "reason": "上门抢修"})
    assert json.loads(shown.text)["values"]["address"] == HEARD


def test_an_alarm_goes_on_without_its_record(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", address=ADDRESS)
    agent = hall.sign_in("agent_a")
    assert agent.act(case_no, "record").status_code == 200
    begun = agent.read(f"/cases/{case_no}/documents/{find_record(agent, case_no)['task']}")["values"]
    # Told with the alarm, so nobody types it again; masked, as everywhere.
    assert begun["address"]
    assert agent.act(case_no, "guide").status_code == 200
