"""What an agent hears while calling back an alarm, and who reads it; over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update

from backend.cases.models import ServiceCase
from backend.customers.service import CustomersService, NewCustomer
from tests.api.staff_side import ADDRESS, Browser, Hall
from tests.api.test_intake import make_phone

HEARD = {**ADDRESS, "note": "", "building": "5幢"}
WORDS = "厨房有臭味，阀门已关"


def find_record(who: Browser, case_no: str, step: str = "guide") -> dict[str, Any]:
    """Return the line of the record among the case's documents."""
    return next(one for one in who.read(f"/cases/{case_no}")["documents"] if one["step"] == step)


def write_record(who: Browser, case_no: str, step: str, **values: Any) -> None:
    """Hand in the record at the open step."""
    path = f"/cases/{case_no}/documents/{find_record(who, case_no, step)['task']}"
    filled = who.send("PUT", path, {"revision": 0, "values": values, "fills": True})
    assert filled.status_code == 200, filled.text


def find_row(who: Browser, case_no: str) -> dict[str, Any]:
    """Return the alarm as the queue lists it."""
    rows = who.read("/cases", queue="alarm", limit=100)["items"]
    return next(one for one in rows if one["case_no"] == case_no)


def test_the_address_that_is_heard_is_read_by_who_goes_there(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", words="厨房有臭味")
    agent, desk, handler = hall.sign_in("agent_a"), hall.sign_in("desk_361"), hall.sign_in("handler_361")
    # Taken at once, since it rings until then.
    assert agent.act(case_no, "record").status_code == 200
    line = find_record(agent, case_no)
    assert (line["may_fill"], line["needed"]) == (True, False)
    begun = agent.read(f"/cases/{case_no}/documents/{line['task']}")["values"]
    assert begun["words"] == "厨房有臭味"
    assert begun["contact_phone"] == "138****0000"
    assert find_row(agent, case_no)["place"] == ""
    write_record(agent, case_no, "guide", address=HEARD, words=WORDS)
    # From here on the case itself says it: to who chooses the unit, in the lists, to who is sent.
    assert find_row(agent, case_no)["place"] == "阳光小区 5幢 **"
    assert agent.act(case_no, "guide").status_code == 200
    case = agent.read(f"/cases/{case_no}")
    assert case["suggested_unit"]["code"] == "361"
    assert (case["values"]["words"], case["values"]["address"]["building"]) == (WORDS, "5幢")
    for who, outcome, more in (
        (agent, "dispatch", {}),
        (desk, "assign", {"handler": "handler_361"}),
    ):
        assert find_row(who, case_no)["place"] == "阳光小区 5幢 **"
        answer = who.act(case_no, outcome, **more)
        assert answer.status_code == 200, answer.text
    shown = handler.send("POST", f"/cases/{case_no}/reveal", {"items": ["address"], "reason": "上门抢修"})
    assert json.loads(shown.text)["values"]["address"]["door"] == "501室"


def test_what_is_heard_finds_another_unit(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", address=ADDRESS)
    agent = hall.sign_in("agent_a")
    assert agent.act(case_no, "record").status_code == 200
    write_record(agent, case_no, "guide", address={**HEARD, "street": "解放路"})
    assert agent.act(case_no, "guide").status_code == 200
    # Named by nobody: the address says it, and so it needs no reason.
    assert agent.act(case_no, "dispatch").status_code == 200
    assert hall.sign_in("desk_362").read(f"/cases/{case_no}")["unit_name"] == "西城客服部"


def test_what_is_told_at_dispatch_is_written_down_too(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000")
    agent, desk = hall.sign_in("agent_a"), hall.sign_in("desk_361")
    assert agent.act(case_no, "record").status_code == 200
    write_record(agent, case_no, "guide", address={**HEARD, "door": ""}, words="有臭味")
    assert agent.act(case_no, "guide").status_code == 200
    line = find_record(agent, case_no, "dispatch")
    assert (line["state"], line["may_fill"], line["needed"]) == ("to_fill", True, False)
    begun = agent.read(f"/cases/{case_no}/documents/{line['task']}")["values"]
    assert (begun["words"], begun["address"]["building"]) == ("有臭味", "5幢")
    write_record(agent, case_no, "dispatch", address=HEARD, words="有臭味，有人头晕")
    assert (find_record(agent, case_no)["state"], find_record(agent, case_no, "dispatch")["state"]) == (
        "superseded",
        "filled",
    )
    assert agent.act(case_no, "dispatch").status_code == 200
    case = desk.read(f"/cases/{case_no}")
    assert (case["values"]["words"], case["values"]["address"]["door"]) == ("有臭味，有人头晕", "****")
    assert find_row(desk, case_no)["place"] == "阳光小区 5幢 **"


def test_a_place_that_is_told_at_dispatch_finds_the_unit_at_once(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000")
    agent = hall.sign_in("agent_a")
    for outcome in ("record", "guide"):
        assert agent.act(case_no, outcome).status_code == 200
    assert agent.read(f"/cases/{case_no}")["suggested_unit"] is None
    write_record(agent, case_no, "dispatch", address=HEARD)
    assert agent.read(f"/cases/{case_no}")["suggested_unit"]["code"] == "361"
    assert agent.act(case_no, "dispatch").status_code == 200


def test_an_alarm_goes_on_without_its_record(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", address=ADDRESS)
    agent = hall.sign_in("agent_a")
    assert agent.act(case_no, "record").status_code == 200
    begun = agent.read(f"/cases/{case_no}/documents/{find_record(agent, case_no)['task']}")["values"]
    # Told with the alarm, so nobody types it again; masked, as everywhere.
    assert (begun["address"]["building"], begun["address"]["door"]) == ("3幢", "****")
    assert agent.act(case_no, "guide").status_code == 200
    assert agent.read(f"/cases/{case_no}")["values"]["address"]["building"] == "3幢"


def test_an_alarm_that_nobody_signed_in_for_tells_who_calls(hall: Hall) -> None:
    agent, phone = hall.sign_in("agent_a"), make_phone()
    alarm = hall.report_alarm("361", phone=phone, address=ADDRESS)

    def find() -> list[tuple[int | None, str, str, str]]:
        [one] = json.loads(agent.send("POST", "/intake/search", {"phone": phone}).text)["customers"]
        return [(one["customer_id"], one["name"], one["phone"], (one["address"] or {}).get("community", ""))]

    with hall.sessions.begin() as session:
        of_alarm = ServiceCase.case_no == alarm
        index = hall.keys.blind_index(phone, "phone")
        session.execute(update(ServiceCase).where(of_alarm).values(contact_phone_index=index))
    assert find() == [(None, "", phone, "阳光小区")]
    with hall.sessions.begin() as session:
        nameless = NewCustomer(name="", phone=phone)
        caller = CustomersService(hall.keys).enter(session, nameless, datetime.now(UTC))
    # Signed in with the same telephone meanwhile, nameless: they are one caller and not two.
    assert find() == [(caller, "", phone, "阳光小区")]
    assert agent.act(alarm, "record").status_code == 200
    write_record(agent, alarm, "guide", address=ADDRESS, contact_name="李四", contact_phone=phone)
    assert find() == [(caller, "李四", phone, "阳光小区")]
    assert agent.act(alarm, "guide").status_code == 200
